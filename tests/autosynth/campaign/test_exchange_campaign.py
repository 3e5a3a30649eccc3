"""On the exchange of Ag7 and Cu7 with a cost for metal, time and warmth, learning beats planning alone."""

import numpy as np
import pytest
from scipy.stats import wilcoxon

from autosynth.campaign.optimisers.baselines import LatinHypercube
from autosynth.campaign.optimisers.bayesian import Bayesian
from tests.autosynth.campaign.exchange_bench import (
    BOTH,
    SCORE,
    SPACE,
    Campaign,
    best_score,
    equilibrium,
    populations,
    truth,
)

EXPERIMENTS = 20


def regrets(seeds: range) -> np.ndarray:
    """Return regrets after twenty experiments (seeds, 2): Bayesian, Latin hypercube."""
    pairs = [
        (
            Campaign(Bayesian(SPACE, SCORE, seed=seed), seed, SCORE).run(EXPERIMENTS).regret(),
            Campaign(LatinHypercube(SPACE, EXPERIMENTS, seed), seed, SCORE).run(EXPERIMENTS).regret(),
        )
        for seed in seeds
    ]
    return np.array(pairs)


def areas(seeds: range) -> np.ndarray:
    """Return hypervolumes after twenty experiments (seeds, 2): Bayesian, Latin hypercube."""
    pairs = [
        (
            Campaign(Bayesian(SPACE, BOTH, seed=seed), seed, BOTH).run(EXPERIMENTS).area(),
            Campaign(LatinHypercube(SPACE, EXPERIMENTS, seed), seed, BOTH).run(EXPERIMENTS).area(),
        )
        for seed in seeds
    ]
    return np.array(pairs)


def told(what: str, learnt: np.ndarray, planned: np.ndarray, wins: int, p: float) -> None:
    print(f"\n{what}: median {np.median(learnt):.2f} against {np.median(planned):.2f}", end=", ")
    print(f"wins {wins} of {len(learnt)}, Wilcoxon p = {p:.2g} (one-sided)")


def test_the_model_comes_to_the_published_equilibrium() -> None:
    """After an hour the populations are those of detailed balance, and those that the dossier lists for Cu:Ag = 1:1."""
    rested = populations(0.3, 0.3, 60.0, 25.0)
    assert rested == pytest.approx(equilibrium(3.5), abs=1e-4)
    assert 100 * rested[:5] == pytest.approx([0.0, 2.1, 17.3, 35.6, 24.4], abs=0.1)
    assert 100 * (rested[5] + rested[6]) == pytest.approx(19.9, abs=0.1)


def test_the_best_score_is_inside_and_nothing_random_beats_it() -> None:
    assert truth(0.134, 0.178, 0.78, 25.8)["score"] == pytest.approx(best_score(), abs=0.05)


def test_bayesian_beats_latin_hypercube_on_three_seeds() -> None:
    """The small version of the soak: three pairs of twenty experiments, two won and less regret on the whole."""
    found = regrets(range(3))
    assert np.sum(found[:, 0] < found[:, 1]) >= 2
    assert found[:, 0].mean() < 0.75 * found[:, 1].mean()


def test_with_two_objectives_it_gains_more_of_the_front() -> None:
    """The small version of the soak: one pair of twenty experiments."""
    ((learnt, planned),) = areas(range(1))
    assert learnt > planned


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_bayesian_beats_latin_hypercube_in_paired_regret_over_twenty_seeds() -> None:
    learnt, planned = regrets(range(20)).T
    wins, p = int(np.sum(learnt < planned)), float(wilcoxon(learnt, planned, alternative="less").pvalue)
    told("regret (points)", learnt, planned, wins, p)
    assert np.median(learnt) < 0.7 * np.median(planned)
    assert wins >= 15
    assert p < 0.001


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_with_two_objectives_it_gains_more_of_the_front_over_twenty_seeds() -> None:
    learnt, planned = areas(range(20)).T
    wins, p = int(np.sum(learnt > planned)), float(wilcoxon(learnt, planned, alternative="greater").pvalue)
    told("hypervolume (% points)", learnt, planned, wins, p)
    assert np.median(learnt) > np.median(planned)
    assert wins >= 16
    assert p < 0.001
