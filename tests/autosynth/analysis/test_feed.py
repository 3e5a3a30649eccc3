"""The next feed: its fixed point, its closed form, and how fast it reaches a target on the twin of the cages."""

import numpy as np
import pytest

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.feed import next_feed
from autosynth.analysis.mass import MassSpectrum, analyse
from autosynth.errors import AnalysisError
from simulators.twin.cages import AT_K, CHEMISTRY, RUTHENIUM, Assembly, Metal
from simulators.twin.mass import Mass
from simulators.twin.process import Step
from simulators.twin.samples import Dissolved
from tests.autosynth.analysis.mass.rendering import library

UNITS_MOL = 60e-6


def test_on_target_the_feed_stays() -> None:
    """Whatever the feed was; its uncertainty is the measurement's."""
    found = next_feed(0.3, Estimate(3.0, 0.06, ""), 3.0, 12)
    assert found.value == pytest.approx(0.3, abs=1e-12)
    assert found.sd == pytest.approx(0.3 * 0.7 * 0.06 / (12 * 0.25 * 0.75))


@pytest.mark.parametrize(("ratio", "found"), [(0.5, 1.714), (2.0, 4.8)])
def test_one_step_is_enough_where_the_ratio_is_constant(ratio: float, found: float) -> None:
    """Of a feed of a quarter: 1.71 to 3.00 at r = 0.5, 4.80 to 3.00 at r = 2."""

    def product(feed: float) -> float:
        return 12.0 * ratio * feed / (ratio * feed + 1.0 - feed)

    assert product(0.25) == pytest.approx(found, abs=1e-3)
    again = next_feed(0.25, Estimate(product(0.25), 0.02, ""), 3.0, 12).value
    assert product(again) == pytest.approx(3.0, abs=1e-12)


@pytest.mark.parametrize(
    ("feed", "measured", "target"), [(0.0, 3.0, 3.0), (0.3, 0.0, 3.0), (0.3, 12.0, 3.0), (0.3, 3.0, 12.0)]
)
def test_where_there_is_no_logit_there_is_no_feed(feed: float, measured: float, target: float) -> None:
    """All of one unit, fed, found or wanted."""
    with pytest.raises(AnalysisError, match="all of one unit"):
        next_feed(feed, Estimate(measured, 0.1, ""), target, 12)


def made(feed: float, ratio: float, seed: int, hold_s: float) -> tuple[float, Estimate]:
    """Return the true mean of cages made of a feed, and what the analyser makes of their spectrum."""
    metal = Metal("Ru", RUTHENIUM.unit, 1, ratio, 0.0)
    held = dict.fromkeys((species.name for species in CHEMISTRY.species), 0.0)
    held |= {"Rh2": UNITS_MOL * (1.0 - feed), metal.unit: UNITS_MOL * feed, "H2L": 2.1 * UNITS_MOL}
    after = Assembly((metal,)).react(held, Step(hold_s, 5e-3, 5e-3, AT_K))
    cages = {name: amount for name, amount in after.items() if name.startswith("[")}
    sample = Dissolved(cages, {}, 5e-3)
    shown = Mass(np.random.default_rng(seed), perturb=True).render(sample, {})
    found = analyse(MassSpectrum(np.array(shown["x"]), np.array(shown["y"])), library())
    true = sum(number * cages[metal.cage(number)] for number in range(13)) / sum(cages.values())
    return true, found.quantities["x"]


@pytest.mark.parametrize("hours", [6.0, 48.0])
@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_target_is_reached_in_two_rounds(ratio: float, hours: float) -> None:
    """At 3 and 6: within 0.2 of it, by the truth, after two new feeds at most; by spectra of 10000 ions.

    It is stepped on until the 95 % interval of x is within 0.2.
    """
    for target in (3.0, 6.0):
        feed, rounds = target / 12.0, 0
        true, seen = made(feed, ratio, 5, hours * 3600.0)
        while abs(seen.value - target) + 1.96 * seen.sd > 0.2:
            rounds += 1
            feed = next_feed(feed, seen, target, 12).value
            true, seen = made(feed, ratio, 5 + rounds, hours * 3600.0)
        print(f"\nr {ratio}, {hours} h, target {target}: x {true:.3f} at feed {feed:.3f} after {rounds}", end="")
        assert rounds <= 2
        assert abs(true - target) <= 0.2
