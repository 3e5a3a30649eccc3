"""The Bayesian optimiser is a pure function that keeps to its space, learns, and says why."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.campaign.optimisers.baselines import LatinHypercube, RandomSearch
from autosynth.campaign.optimisers.bayesian import Bayesian
from autosynth.campaign.optimisers.optimiser import Goal, Limit, Measured, Objective, Observation, Optimiser, generator
from autosynth.campaign.optimisers.suggestion import Suggestion
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import Mixture, Variable
from autosynth.errors import InputError
from tests.autosynth.campaign.spaces import OBJECTIVES, observed, spaces

LINE = Space((Variable("x", 0.0, 1.0), Variable("y", 0.0, 1.0)))
ONE = OBJECTIVES[:1]


@given(spaces(), st.integers(0, 14), st.integers(1, 3), st.integers(0, 99), st.integers(1, 2), st.booleans())
@settings(max_examples=20)
def test_suggestions_are_of_the_space_pure_and_for_the_journal(
    space: Space, seen: int, count: int, seed: int, objectives: int, limited: bool
) -> None:
    """The same question twice has the same answer; asked for fewer the first ones stay; JSON brings them back."""
    limits = (Limit("yield", at_least=40.0),) if limited and objectives == 2 else ()
    chosen = (OBJECTIVES[1:] if limits else OBJECTIVES)[:objectives]
    optimiser = Bayesian(space, chosen, limits, seed=seed)
    observations = observed(space, seen, seed)
    found = optimiser.suggest(observations, count, generator(seed, seen))
    assert found == optimiser.suggest(list(observations), count, generator(seed, seen))
    assert found[:1] == optimiser.suggest(observations, 1, generator(seed, seen))
    assert [space.refusals(each.values) for each in found] == [()] * count
    assert [Suggestion.from_json(json.loads(json.dumps(each.to_json()))) for each in found] == list(found)
    assert {each.known for each in found} == {tuple(each.id for each in observations)}


def campaign(optimiser: Optimiser, until: int, seen: list[tuple[Suggestion, Observation]], seed: int) -> None:
    """Go on with a campaign until it has so many experiments; noise depends on the experiment's number alone."""
    while len(seen) < until:
        observations = [observation for _, observation in seen]
        for each in optimiser.suggest(observations, 1, generator(seed, len(seen))):
            x, y = each.values["x"], each.values["y"]
            noise = float(np.random.default_rng([seed, 9, len(seen)]).normal())
            value = 80.0 - 90.0 * ((x - 0.3) ** 2 + (y - 0.8) ** 2) + noise
            observation = Observation(f"vial {len(seen)}", each.values, {"yield": Measured(value, 1.0)})
            seen.append((each, observation))


@pytest.mark.parametrize(
    "make", [lambda: Bayesian(LINE, ONE, seed=5), lambda: LatinHypercube(LINE, 8, 5), lambda: RandomSearch(LINE)]
)
def test_a_campaign_recovered_and_extended_goes_on_as_if_nothing_had_been(make: type[Optimiser]) -> None:
    """What a new process reads from JSON leads to the same experiments as one that never stopped."""
    whole: list[tuple[Suggestion, Observation]] = []
    campaign(make(), 11, whole, seed=4)
    begun: list[tuple[Suggestion, Observation]] = []
    campaign(make(), 7, begun, seed=4)
    read = [(Suggestion.from_json(json.loads(json.dumps(s.to_json()))), o) for s, o in begun]
    campaign(make(), 11, read, seed=4)
    assert read == whole


def test_it_finds_the_best_of_a_smooth_yield() -> None:
    """After twelve experiments with noise of one point the best is within two points of what is possible."""
    seen: list[tuple[Suggestion, Observation]] = []
    campaign(Bayesian(LINE, ONE, seed=1), 12, seen, seed=1)
    last = seen[-1][0]
    best = max((o for _, o in seen), key=lambda o: o.measured["yield"].value)
    assert 90.0 * ((best.values["x"] - 0.3) ** 2 + (best.values["y"] - 0.8) ** 2) < 2.0
    assert last.predicted["yield"].mean == pytest.approx(80.0, abs=4.0)
    assert "expected improvement is largest here: yield is expected at" in last.reason
    assert last.figures["best yield so far"] == pytest.approx(80.0, abs=3.0)


def around(centre: tuple[float, float], count: int, seed: int) -> list[dict[str, float]]:
    rng = np.random.default_rng(seed)
    return [{"x": float(x), "y": float(y)} for x, y in np.clip(centre + 0.25 * rng.standard_normal((count, 2)), 0, 1)]


def test_a_batch_is_spread_and_pending_experiments_count_as_tried() -> None:
    """The points of a batch differ from each other, and an experiment under way is not suggested once more."""
    points = [{"x": x, "y": y} for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0)]
    seen = [
        Observation(str(n), p, {"yield": Measured(50 - 40 * (p["x"] - 0.6) ** 2 - 40 * (p["y"] - 0.3) ** 2, 0.5)})
        for n, p in enumerate(points)
    ]
    optimiser = Bayesian(LINE, ONE)
    batch = optimiser.suggest(seen, 4, generator(0, 9))
    rows = np.array([LINE.row(each.values) for each in batch])
    apart = [np.linalg.norm(a - b) for n, a in enumerate(rows) for b in rows[:n]]
    assert min(apart) > 0.02
    assert [each.figures["chosen before"] for each in batch] == [0, 1, 2, 3]
    again = optimiser.suggest([*seen, Observation("under way", batch[0].values)], 1, generator(0, 9))[0]
    assert np.linalg.norm(LINE.row(again.values) - rows[0]) > 0.02


def test_a_lucky_measurement_does_not_pass_for_the_best() -> None:
    """A result far too high but hardly certain is doubted: the best so far stays near what all others say."""
    seen = [
        Observation(str(n), p, {"yield": Measured(50.0 + 10.0 * p["x"], 0.5)})
        for n, p in enumerate(around((0.5, 0.5), 12, 0))
    ]
    seen.append(Observation("lucky", {"x": 0.1, "y": 0.1}, {"yield": Measured(75.0, 20.0)}))
    found = Bayesian(LINE, ONE).suggest(seen, 1, generator(0, 13))[0]
    assert float(found.figures["best yield so far"]) < 63.0
    assert found.values["x"] > 0.5


def test_a_limit_is_kept_though_more_lies_beyond() -> None:
    """Yield grows with x, residue too, and 40 % is allowed: the suggestions gather at the limit."""
    seen: list[Observation] = []
    optimiser = Bayesian(LINE, ONE, (Limit("residue", at_most=40.0, unit="%"),), seed=2)
    while len(seen) < 14:
        for each in optimiser.suggest(seen, 1, generator(2, len(seen))):
            x, y = each.values["x"], each.values["y"]
            measured = {"yield": Measured(50 + 40 * x - 20 * (y - 0.5) ** 2, 0.5), "residue": Measured(80.0 * x, 1.0)}
            seen.append(Observation(str(len(seen)), each.values, measured))
    later = [each.values["x"] for each in seen[optimiser.initial :]]
    assert np.median(later) == pytest.approx(0.5, abs=0.08)
    assert max(later) < 0.75
    allowed = [each for each in seen if each.measured["residue"].value <= 40.0]
    assert max(each.measured["yield"].value for each in allowed) > 68.0
    last = optimiser.suggest(seen, 1, generator(2, 14))[0]
    assert set(last.predicted) == {"yield", "residue"}
    assert 0.2 < float(last.figures["probability of keeping the limits"]) <= 1.0


def test_it_keeps_from_where_experiments_fail() -> None:
    """Half of the space gives nothing but precipitate: after some failures the suggestions stay out of it."""
    seen = [
        Observation(str(n), p, failed="precipitate")
        if p["x"] > 0.5
        else Observation(str(n), p, {"yield": Measured(40.0 + 30.0 * p["x"], 0.5)})
        for n, p in enumerate([{"x": x, "y": y} for x in (0.1, 0.3, 0.45, 0.6, 0.8, 0.95) for y in (0.2, 0.8)])
    ]
    for each in Bayesian(LINE, ONE).suggest(seen, 3, generator(0, 12)):
        assert each.values["x"] < 0.62
        assert float(each.figures["probability of a result"]) > 0.3


def test_while_too_little_is_known_the_first_are_a_latin_hypercube() -> None:
    """Also when every experiment failed so far; and the last of them share a batch with the first that were learnt."""
    optimiser = Bayesian(LINE, ONE, initial=6, seed=3)
    first = optimiser.suggest([], 6, generator(3, 0))
    assert sorted(int(each.values["x"] * 6) for each in first) == list(range(6))
    assert "too little is known" in first[0].reason
    failed = [Observation(str(n), each.values, failed="lost") for n, each in enumerate(first)]
    assert "too little is known" in optimiser.suggest(failed, 1, generator(3, 6))[0].reason
    some = [Observation(str(n), e.values, {"yield": Measured(float(n), 0.1)}) for n, e in enumerate(first[:5])]
    reasons = [each.reason for each in optimiser.suggest(some, 2, generator(3, 5))]
    assert ["too little" in reason for reason in reasons] == [True, False]


def test_two_objectives_are_traded_off() -> None:
    """The suggestions spread along the front between two optima instead of gathering at either."""
    goals = (Objective("yield", Goal.MAXIMISE, worst=0.0), Objective("cost", Goal.MINIMISE, worst=100.0))
    optimiser, seen = Bayesian(LINE, goals, seed=1), list[Observation]()
    while len(seen) < 14:
        for each in optimiser.suggest(seen, 1, generator(1, len(seen))):
            x, y = each.values["x"], each.values["y"]
            off = 60.0 * (y - 0.5) ** 2
            measured = {"yield": Measured(100 * x - off, 0.5), "cost": Measured(100 * x**2 + off, 0.5)}
            seen.append(Observation(str(len(seen)), each.values, measured))
    later = np.array([LINE.row(each.values) for each in seen[optimiser.initial :]])
    assert np.ptp(later[:, 0]) > 0.4
    assert np.median(np.abs(later[:, 1] - 0.5)) < 0.15
    assert "the area gained over the front" in optimiser.suggest(seen, 1, generator(1, 14))[0].reason


def test_a_mixture_and_whole_numbers_are_optimised_as_they_are() -> None:
    """On a simplex with a count of rounds the best is found though no point ever leaves the simplex."""
    parts = tuple(Variable(name, 0.0, 1.0, "mL") for name in "abc")
    space = Space((*parts, Variable("rounds", 1, 5, integer=True)), (Mixture("tube", ("a", "b", "c")),))
    optimiser, seen = Bayesian(space, ONE, seed=6), list[Observation]()
    while len(seen) < 18:
        for each in optimiser.suggest(seen, 1, generator(6, len(seen))):
            v = each.values
            value = (
                90 - 100 * ((v["a"] - 0.5) ** 2 + (v["b"] - 0.3) ** 2 + (v["c"] - 0.2) ** 2) - 5 * abs(v["rounds"] - 4)
            )
            assert not space.refusals(v)
            seen.append(Observation(str(len(seen)), v, {"yield": Measured(value, 0.5)}))
    assert max(each.measured["yield"].value for each in seen) > 86.0


@pytest.mark.parametrize(
    ("objectives", "limits", "initial", "reason"),
    [
        ((), (), 0, "0 objectives"),
        ((*OBJECTIVES, Objective("third", Goal.MAXIMISE)), (), 0, "3 objectives"),
        (ONE, (Limit("yield", at_least=1.0),), 0, "yield is there twice"),
        (ONE, (), 1, "two or more"),
    ],
)
def test_what_cannot_be_optimised_is_refused(
    objectives: tuple[Objective, ...], limits: tuple[Limit, ...], initial: int, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        Bayesian(LINE, objectives, limits, initial)


def test_an_observation_outside_the_space_is_refused_by_name() -> None:
    seen = [Observation("vial 7", {"x": 2.0, "y": 0.0}, {"yield": Measured(1.0, 0.1)})]
    with pytest.raises(InputError, match="observation vial 7: x 2 is not in 0 to 1"):
        Bayesian(LINE, ONE).suggest(seen, 1, generator(0, 1))


def test_less_than_one_suggestion_cannot_be_asked_for() -> None:
    for optimiser in (Bayesian(LINE, ONE), RandomSearch(LINE), LatinHypercube(LINE, 4, 0)):
        with pytest.raises(ValueError, match="one is the least"):
            optimiser.suggest([], 0, generator(0, 0))
