"""Model-based updates reach their target in as few rounds as their model promises, and say when they cannot."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from autosynth.analysis.exchange import Exchange, equilibrium
from autosynth.analysis.lines import load_lines
from autosynth.campaign.optimisers.endfit import EndFit, fit_end
from autosynth.campaign.optimisers.endpoint import EndPoint
from autosynth.campaign.optimisers.exchangefeed import ExchangeFeed
from autosynth.campaign.optimisers.feedratio import FeedRatio
from autosynth.campaign.optimisers.optimiser import Measured, Observation, Optimiser, generator
from autosynth.campaign.optimisers.suggestion import Suggestion
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import Mixture, Variable
from autosynth.errors import InputError

FRACTION = Space((Variable("ruthenium", 0.01, 0.99),))
STOCKS = Space(
    (Variable("rhodium", 0.0, 5.0, "mL"), Variable("ruthenium", 0.0, 5.0, "mL")),
    (Mixture("feed", ("rhodium", "ruthenium"), 5.0),),
)
SILVER = Space((Variable("silver", 0.02, 0.98),))
DOSE = Space((Variable("equivalents", 0.0, 3.0, "eq"),))
RNG = np.random.default_rng(0)


def taken_up(feed: float, ratio: float, conversion: float) -> float:
    """Return the mean x of cages grown from a pool that one metal leaves `ratio` times as readily as the other."""

    def used(rest: float) -> float:
        """Parts used when `rest` of the slower metal is left: d ln a / d ln b = ratio."""
        return 1.0 - feed * float(rest**ratio) - (1.0 - feed) * rest - conversion

    rest = float(brentq(used, 0.0, 1.0, xtol=1e-14))
    return 12.0 * feed * (1.0 - float(rest**ratio)) / conversion


def stepped(
    optimiser: Optimiser, x_of: Callable[[dict[str, float]], float], name: str, sd: float = 0.0
) -> list[Observation]:
    """Do what the optimiser asks for until it is done."""
    seen: list[Observation] = []
    while suggested := optimiser.suggest(seen, 3, generator(0, len(seen))):
        (one,) = suggested
        result = Measured(x_of(dict(one.values)), sd)
        seen.append(Observation(f"batch {len(seen) + 1}", one.values, {name: result}))
    return seen


@given(st.floats(0.5, 2.0), st.floats(1.0, 9.0), st.floats(0.02, 0.95))
@settings(max_examples=60)
def test_a_cage_feed_is_right_after_one_update(ratio: float, target: float, conversion: float) -> None:
    """For incorporation ratios of 0.5 to 2, at any conversion, x is within 0.2 after at most two more rounds."""
    optimiser = FeedRatio(FRACTION, "ruthenium", "x", target)
    seen = stepped(optimiser, lambda values: taken_up(values["ruthenium"], ratio, conversion), "x", sd=0.02)
    assert abs(seen[-1].measured["x"].value - target) <= 0.2
    assert len(seen) <= 3
    if conversion < 0.1:  # the ratio hardly drifts: the closed form is exact
        assert len(seen) <= 2
    assert "within 0.2 of" in optimiser.finished(seen)


def test_the_published_example_is_met() -> None:
    """With r = 0.5 the feed for 3 of 12 gives 1.71, and the next feed 3.00; with r = 2, 4.80 and 3.00."""
    for ratio, first in ((0.5, 1.714), (2.0, 4.8)):

        def x_of(values: dict[str, float], r: float = ratio) -> float:
            return 12.0 * r * values["ruthenium"] / (r * values["ruthenium"] + 1.0 - values["ruthenium"])

        seen = stepped(FeedRatio(FRACTION, "ruthenium", "x", 3.0), x_of, "x")
        assert [each.measured["x"].value for each in seen] == pytest.approx([first, 3.0], abs=1e-3)


def test_a_feed_of_two_stocks_keeps_its_volume_and_needs_no_concentrations() -> None:
    """With the second stock 1.3 times as concentrated as labelled, the volumes still come right after one update."""

    def x_of(values: dict[str, float]) -> float:
        return 12.0 * 1.3 * values["ruthenium"] / (1.3 * values["ruthenium"] + values["rhodium"])

    seen = stepped(FeedRatio(STOCKS, "ruthenium", "x", 6.0), x_of, "x", sd=0.01)
    assert [STOCKS.refusals(each.values) for each in seen] == [(), ()]
    assert seen[-1].measured["x"].value == pytest.approx(6.0, abs=1e-6)


def test_a_feed_update_says_what_it_knows_and_how_sure_it_is() -> None:
    seen = [Observation("batch 1", {"ruthenium": 0.25}, {"x": Measured(1.714, 0.1)})]
    (found,) = FeedRatio(FRACTION, "ruthenium", "x", 3.0).suggest(seen, 1, RNG)
    assert found.figures["incorporation ratio"] == pytest.approx(0.5, abs=0.001)
    assert found.values["ruthenium"] == pytest.approx(0.4, abs=0.001)
    assert found.predicted["x"].sd == pytest.approx(0.1 * 2.25 / (1.714 * (1 - 1.714 / 12)), rel=1e-6)
    assert found.known == ("batch 1",)
    assert "batch 1 gave x = 1.71 ± 0.1 for 3: the metal is taken up 0.5 times as readily" in found.reason


def test_a_feed_update_waits_gives_up_and_doubts() -> None:
    optimiser = FeedRatio(FRACTION, "ruthenium", "x", 3.0, rounds=2)
    near = Observation("a", {"ruthenium": 0.25}, {"x": Measured(3.15, 0.1)})
    far = Observation("b", {"ruthenium": 0.25}, {"x": Measured(4.0, 0.1)})
    assert optimiser.suggest([Observation("under way", {"ruthenium": 0.25})], 1, RNG) == ()
    assert "interval of the measurement reaches beyond" in optimiser.finished([near])
    assert optimiser.finished([far]) == ""
    assert optimiser.finished([far, Observation("c", far.values, failed="lost")]).startswith("all 2 rounds were used")


def test_a_feed_beyond_its_limit_is_refused_not_moved() -> None:
    narrow = Space((Variable("ruthenium", 0.1, 0.3),))
    seen = [Observation("batch 1", {"ruthenium": 0.25}, {"x": Measured(1.714, 0.1)})]
    with pytest.raises(InputError, match=r"needs another feed: ruthenium 0.4\d* is not in 0.1 to 0.3"):
        FeedRatio(narrow, "ruthenium", "x", 3.0).suggest(seen, 1, RNG)
    none = [Observation("batch 1", {"ruthenium": 0.25}, {"x": Measured(0.0, 0.1)})]
    with pytest.raises(InputError, match="x of batch 1, 0 of 12: the measured product is all of one unit"):
        FeedRatio(FRACTION, "ruthenium", "x", 3.0).suggest(none, 1, RNG)


@pytest.mark.parametrize(
    ("space", "variable", "target", "rounds", "reason"),
    [
        (FRACTION, "rhodium", 3.0, 3, "rhodium is no variable"),
        (FRACTION, "ruthenium", 12.0, 3, "no mixture is needed"),
        (FRACTION, "ruthenium", 3.0, 0, "must be positive"),
        (Space((Variable("ruthenium", 0.0, 5.0, "mL"),)), "ruthenium", 3.0, 3, "neither a fraction"),
        (Space((*FRACTION.variables, Variable("time", 1, 2))), "ruthenium", 3.0, 3, "time is not fixed"),
    ],
)
def test_what_is_no_feed_is_refused(space: Space, variable: str, target: float, rounds: int, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        FeedRatio(space, variable, "x", target, rounds=rounds)


def exchange() -> Exchange:
    """The constants of the shipped library."""
    library = load_lines(Path(__file__).parents[4] / "protocols" / "exchange" / "species" / "clusters_se.yaml")
    assert library.exchange is not None
    return library.exchange


AG_CU = exchange()


@pytest.mark.parametrize("species", range(1, 7))
def test_an_exchange_feed_corrects_a_stock_that_is_off(species: int) -> None:
    """The silver stock is 1.25 times as concentrated as labelled: the second feed is right, and more of the species."""

    def mean_of(values: dict[str, float]) -> float:
        silver = 1.25 * values["silver"]
        return 7.0 * silver / (silver + 1.0 - values["silver"])

    optimiser = ExchangeFeed(SILVER, "silver", "mean Ag", AG_CU, AG_CU.clusters[species], tolerance=0.05)
    seen = stepped(optimiser, mean_of, "mean Ag", sd=0.02)
    means = [each.measured["mean Ag"].value for each in seen]
    assert means == pytest.approx([7 * 1.25 * species / (7 + 0.25 * species), species], abs=1e-9)
    purities = [equilibrium(AG_CU, mean)[species] for mean in means]
    assert purities[1] > purities[0]
    assert f"within 0.05 of {species}" in optimiser.finished(seen)


def test_an_exchange_feed_averages_what_was_measured_and_predicts() -> None:
    optimiser = ExchangeFeed(SILVER, "silver", "mean Ag", AG_CU, "Cu4Ag3", tolerance=0.01, rounds=9)
    assert optimiser.suggest([], 1, RNG)[0].values["silver"] == pytest.approx(3 / 7)
    seen = [
        Observation(str(n), {"silver": 3 / 7}, {"mean Ag": Measured(value, 0.1)})
        for n, value in enumerate((3.2, 3.3, 3.4))
    ]
    (found,) = optimiser.suggest(seen, 1, RNG)
    one = optimiser.suggest(seen[1:2], 1, RNG)[0]
    assert found.values["silver"] == pytest.approx(one.values["silver"], abs=1e-3)
    assert found.predicted["mean Ag"].sd == pytest.approx(one.predicted["mean Ag"].sd / 3**0.5, rel=0.01)


def test_a_feed_may_be_a_ratio() -> None:
    """The same feeds as with a fraction, told as copper per silver; one that may be negative is refused."""
    optimiser = ExchangeFeed(
        Space((Variable("ratio", 0.15, 6.5),)), "ratio", "mean Ag", AG_CU, "Cu5Ag2", tolerance=0.05, as_ratio=True
    )

    def mean_of(values: dict[str, float]) -> float:
        return 7.0 * 1.25 / (1.25 + values["ratio"])

    seen = stepped(optimiser, mean_of, "mean Ag", sd=0.02)
    assert [each.values["ratio"] for each in seen] == pytest.approx([2.5, 3.125])
    assert seen[1].measured["mean Ag"].value == pytest.approx(2.0)
    with pytest.raises(InputError, match="ratio is no ratio"):
        ExchangeFeed(Space((Variable("ratio", -1.0, 6.5),)), "ratio", "mean Ag", AG_CU, "Cu5Ag2", as_ratio=True)
    with pytest.raises(InputError, match="needs another feed: ratio 6 is not in"):
        FeedRatio(Space((Variable("ratio", 0.5, 2.0),)), "ratio", "x", 1.0, 7.0, as_ratio=True).suggest([], 1, RNG)


def test_a_purity_above_the_ceiling_is_refused_with_the_ceiling() -> None:
    with pytest.raises(InputError, match=r"0\.7 cannot be had by mixing: 0\.65\d is the ceiling"):
        ExchangeFeed(SILVER, "silver", "mean Ag", AG_CU, "Cu6Ag", purity=0.7)
    assert ExchangeFeed(SILVER, "silver", "mean Ag", AG_CU, "Cu6Ag", purity=0.6).finished([]) == ""
    with pytest.raises(InputError, match="Ag7 is no mixed species: they are Cu6Ag, "):
        ExchangeFeed(SILVER, "silver", "mean Ag", AG_CU, "Ag7")


TRUE = EndFit(np.array([np.log(1.3), np.log(200.0), 10.0, 50.0]), np.eye(4), 1.0)


def test_the_slopes_of_the_titration_are_those_of_differences() -> None:
    equivalents = np.array([0.0, 0.4, 1.2, 1.3, 2.5])
    slopes = TRUE.signal(equivalents)[1]
    for number in range(4):
        step = np.zeros(4)
        step[number] = 1e-5
        up, down = (EndFit(TRUE.at + s, np.eye(4), 1.0).signal(equivalents)[0] for s in (step, -step))
        assert slopes[:, number] == pytest.approx((up - down) / 2e-5, abs=1e-4)


def titrated(optimiser: EndPoint, seed: int, sd: float) -> list[Observation]:
    noise, seen = np.random.default_rng(seed), list[Observation]()
    while suggested := optimiser.suggest(seen, 2, RNG):
        for each in suggested:
            signal = float(TRUE.signal(np.array([each.values["equivalents"]]))[0][0]) + sd * noise.normal()
            seen.append(Observation(str(len(seen)), each.values, {"wave": Measured(signal, sd)}))
    return seen


def test_an_end_point_is_found_as_surely_as_asked() -> None:
    """Of ten titrations of 1.3 eq the 95 % interval holds it in nearly all; each stops at the uncertainty asked for."""
    optimiser = EndPoint(DOSE, "wave", wanted_sd=0.03, rounds=40)
    inside = 0
    for seed in range(10):
        seen = titrated(optimiser, seed, sd=1.0)
        equivalents = np.array([each.values["equivalents"] for each in seen])
        fit = fit_end(equivalents, np.array([each.measured["wave"].value for each in seen]), np.ones(len(seen)))
        inside += abs(fit.end - 1.3) < 1.96 * fit.end_sd()
        assert fit.end_sd() <= 0.03
        assert optimiser.finished(seen).startswith("the end point is 1.")
    assert inside >= 8


def test_chosen_points_tell_more_than_evenly_spread_ones() -> None:
    """With as many points as the optimiser took, an even spread leaves the end point clearly less sure."""
    seen = titrated(EndPoint(DOSE, "wave", wanted_sd=0.02, rounds=40), 1, sd=1.0)
    expected = np.diag([1.0, 1 / 9, 0.0, 0.0])

    def sd_after(equivalents: np.ndarray) -> float:
        return EndFit(TRUE.at, expected + TRUE.information_of(equivalents, 1.0).sum(axis=0), 1.0).end_sd()

    chosen = np.array([each.values["equivalents"] for each in seen])
    assert sd_after(chosen) < 0.8 * sd_after(np.linspace(0.0, 3.0, len(seen)))


def test_an_end_point_says_where_and_why_and_gives_up() -> None:
    optimiser = EndPoint(DOSE, "wave", wanted_sd=0.001, initial=4, rounds=8)
    seen = titrated(optimiser, 0, sd=1.0)
    assert [each.values["equivalents"] for each in seen[:4]] == [0.0, 1.0, 2.0, 3.0]
    assert optimiser.finished(seen).startswith("all 8 rounds were used; the end point is 1.")
    (found,) = optimiser.suggest(seen[:6], 1, RNG)
    assert float(found.figures["end point sd expected"]) < float(found.figures["end point sd"])
    assert "a measurement here is expected to leave" in found.reason
    with pytest.raises(InputError, match="4 or more"):
        EndPoint(DOSE, "wave", initial=3)


def test_an_update_is_a_pure_function_of_what_was_observed() -> None:
    """Asked twice, or with another generator, it answers the same, and uses no random number."""
    seen = [Observation("1", {"ruthenium": 0.3}, {"x": Measured(3.9, 0.1)})]
    dosed = [
        Observation(str(n), {"equivalents": float(n)}, {"wave": Measured(10.0 * min(n, 1.4), 0.3)}) for n in range(4)
    ]
    asked: list[tuple[Optimiser, list[Observation]]] = [
        (FeedRatio(FRACTION, "ruthenium", "x", 3.0), seen),
        (ExchangeFeed(Space((Variable("ruthenium", 0.01, 0.99),)), "ruthenium", "x", AG_CU, "Cu4Ag3"), seen),
        (EndPoint(DOSE, "wave"), dosed),
    ]
    for optimiser, observations in asked:
        rng = np.random.default_rng(5)
        first = optimiser.suggest(observations, 2, rng)
        assert first == optimiser.suggest(observations, 2, np.random.default_rng(6)) != ()
        assert rng.random() == np.random.default_rng(5).random()
        assert [Suggestion.from_json(json.loads(json.dumps(each.to_json()))) for each in first] == list(first)
