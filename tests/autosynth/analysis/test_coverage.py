"""Do 95 % intervals hold the truth in 95 of 100 perturbed simulated benches? Rendered by the simulator, judged here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pytest

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.voltammetry import analyse
from simulators.twin.perturbation import drawn
from simulators.twin.waves import ladders
from tests.autosynth.analysis.rendering import pom_library
from tests.autosynth.analysis.twin_scans import NAMES, cases, titration

pytestmark = pytest.mark.coverage_study

LIBRARY = pom_library()
SEEDS = 52
"""Times four stages: 208 voltammograms."""
STAGES = ("manganese", "iron", "lutetium", "silver titration")
JUDGED = {
    "manganese": ("S1_confirmed_frac", "free_Mn_frac"),
    "iron": ("S2", "S1", "S1_confirmed_frac", "free_Fe_frac", "free_Mn_frac"),
    "lutetium": ("I", "S2Lu", "S2", "S1_confirmed_frac", "free_Fe_frac"),
    "silver titration": ("IA2", "IA", "I", "free_Mn_frac", "free_Fe_frac"),
}
"""What decisions rest on."""


def holds(found: Estimate, truth: float) -> bool:
    low, high = found.interval()
    return low <= truth <= high


def one_sided(found: Estimate) -> bool:
    return found.upper_bound is not None or found.lower_bound is not None


@lru_cache(maxsize=1)
def study() -> tuple[Mapping[tuple[str, bool], Sequence[bool]], Mapping[str, Sequence[bool]]]:
    """Return hits of fractions by (stage, one-sided) and of half-wave potentials by stage."""
    fractions: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    potentials: dict[str, list[bool]] = defaultdict(list)
    for seed in range(SEEDS):
        for case, rng in cases(seed):
            result = analyse(case.scans(rng), LIBRARY, [case.stage])
            truth = case.truth(LIBRARY)
            for name in JUDGED[case.stage]:
                found = result.quantities[name]
                fractions[case.stage, one_sided(found)].append(holds(found, truth.get(name, 0.0)))
            known = ladders(case.bench.electroactivity)
            for wave in result.waves:
                if wave.species in case.mol_l:
                    true_v = known[NAMES.get(wave.species, wave.species)].formal_v[wave.step - 1]
                    potentials[case.stage].append(holds(wave.e_half, true_v))
    return fractions, potentials


def rate(hits: Sequence[bool]) -> float:
    return float(np.mean(hits))


def test_intervals_of_fractions_hold_the_truth() -> None:
    """Over all stages, two-sided 95 % intervals of fractions hold the truth 90 to 99 times in 100."""
    fractions, _ = study()
    hits = [hit for (_, near), some in fractions.items() if not near for hit in some]
    assert len(hits) > 300
    assert 0.90 <= rate(hits) <= 0.99


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_is_overconfident(stage: str) -> None:
    """At every single stage two-sided intervals hold the truth at least 85 times in 100."""
    assert rate(study()[0][stage, False]) >= 0.85


def test_limits_near_a_bound_hold_the_truth() -> None:
    """One-sided limits, where zero or one is near, are exceeded at most 8 times in 100."""
    fractions, _ = study()
    assert rate([hit for (_, near), some in fractions.items() if near for hit in some]) >= 0.92


def test_intervals_of_half_wave_potentials_hold_the_truth() -> None:
    """95 % intervals of half-wave potentials hold the truth 90 to 99 times in 100."""
    assert 0.90 <= rate([hit for some in study()[1].values() for hit in some]) <= 0.99


def test_changes_between_samples_hold_the_truth() -> None:
    """The change of IA2 by a tenth of an equivalent is held by its interval at least 90 times in 100."""
    hits = []
    for seed in range(40):
        rng = np.random.default_rng(1000 + seed)
        bench = drawn(rng)
        before = titration(bench, start := rng.uniform(0.6, 2.1))
        after = titration(bench, start + 0.1)
        state = analyse(before.scans(rng, 2), LIBRARY, [before.stage]).state
        change = analyse(after.scans(rng, 2), LIBRARY, [after.stage], state).quantities["change IA2"]
        hits.append(holds(change, after.truth(LIBRARY)["IA2"] - before.truth(LIBRARY)["IA2"]))
    assert rate(hits) >= 0.90


def test_eight_scans_settle_the_titration_rule() -> None:
    """With at most eight scans a sample, the change of IA2 near the end is known to 0.25 points."""
    rng = np.random.default_rng(7)
    bench = drawn(rng)
    state = None
    for equivalents in (1.9, 2.0, 2.1, 2.2):
        case = titration(bench, equivalents)
        result = analyse(case.scans(rng, 8), LIBRARY, [case.stage], state)
        state = result.state
    assert result.quantities["change IA2"].sd <= 0.0025
