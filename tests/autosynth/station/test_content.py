"""What is not known of a vessel's volume is not known of what is drawn from it, nor of what stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.contracts.calibration import PumpCalibration
from autosynth.station.content import Content, plug_mixture
from autosynth.station.mixture import Mixture, Spread
from autosynth.station.plug import Liquid, Plug


def uncertain(sd_ml: float) -> Content:
    """Return 2 mL of acetone, so sure, with 10 µmol of something in it that is known exactly."""
    content = Content()
    content.add(Mixture({"acetone": 2.0}, {"SiW9": 1e-5}, {"acetone": Spread(var=sd_ml * sd_ml)}))
    return content


def test_a_sample_of_an_uncertain_volume_has_an_uncertain_amount() -> None:
    """Half a millilitre of 2.0 ± 0.2 mL holds a quarter of the amount, to ten per cent."""
    drawn = plug_mixture(uncertain(0.2).draw(0.5))
    amount, sd = drawn.amount("SiW9")
    assert amount == pytest.approx(2.5e-6)
    assert sd == pytest.approx(2.5e-7)


def test_the_volume_that_stays_is_as_uncertain_as_the_whole_was() -> None:
    """What was drawn is known, so all that was not known of the whole is in what stays."""
    content = uncertain(0.2)
    content.draw(0.5)
    left = content.mixture()
    assert left.volume_ml == pytest.approx(1.5)
    assert left.liquid_sd_ml == pytest.approx(0.2)


def test_a_drawn_volume_of_one_solvent_is_as_sure_as_its_stroke() -> None:
    """Acetone is acetone, however much of it there was."""
    drawn = plug_mixture(uncertain(0.2).draw(0.5))
    assert drawn.volumes_ml["acetone"] == pytest.approx(0.5)
    assert drawn.liquid_sd_ml == pytest.approx(0.0, abs=1e-9)


def test_two_solvents_share_what_is_not_known_of_one() -> None:
    """Of 1.0 ± 0.1 mL of the one and exactly 1 mL of the other, half a millilitre drawn is 0.25 ± 0.0125 mL of each."""
    content = Content()
    content.add(Mixture({"acetone": 1.0, "water": 1.0}, {}, {"acetone": Spread(var=0.01)}))
    drawn = plug_mixture(content.draw(0.5))
    assert drawn.volume_spread["acetone"].sd == pytest.approx(0.0125)
    assert drawn.volume_spread["water"].sd == pytest.approx(0.0125)


def test_what_is_not_known_of_the_whole_is_not_known_of_an_aliquot_in_proportion() -> None:
    """A tenth of 1.00 ± 0.05 mL is 0.100 ± 0.005 mL, and dry there is nothing to be unsure of."""
    content = Content()
    content.receive(Plug(Liquid({"water": (1.0, 0.0, 0.0, 0.0)}, {"salt": (1e-3, 0.0, 0.0, 0.0)}), 1.0, 0.0, {1: 0.05}))
    content.scale(0.1)
    assert (content.mixture().liquid_ml, content.mixture().liquid_sd_ml) == pytest.approx((0.1, 0.005))
    content.evaporate({"water": (0.02, 0.01)})
    assert (content.mixture().liquid_ml, content.mixture().liquid_sd_ml) == pytest.approx((0.08, 0.0112), rel=1e-2)
    content.dry()
    assert (content.mixture().liquid_ml, content.mixture().liquid_sd_ml) == (0.0, 0.0)
    assert content.mixture().amounts_mol == {"salt": pytest.approx(1e-4)}


def test_what_was_drawn_to_the_last_known_drop_may_have_left_some() -> None:
    """Of 2.0 ± 0.2 mL, 2.0 mL drawn leaves half a normal distribution: 0.2 / sqrt(2) mL in the root mean square."""
    content = uncertain(0.2)
    taken = content.draw(2.0)
    left = content.mixture()
    assert taken.volume_ml == pytest.approx(2.0)
    assert (left.liquid_ml, left.liquid_sd_ml) == pytest.approx((0.0, 0.2 / 2**0.5))
    assert left.amount("SiW9") == pytest.approx((0.0, 5e-6 * 0.2 / 2**0.5))


@settings(max_examples=20)
@given(st.floats(0.0, 0.7), st.integers(0, 99))
def test_what_stays_is_what_many_true_vessels_keep(more_ml: float, seed: int) -> None:
    """The mean square of the rest is that of normally distributed contents less what is drawn, none below nothing."""
    content = uncertain(0.2)
    content.draw(2.0 + more_ml)
    true_ml = np.maximum(np.random.default_rng(seed).normal(2.0, 0.2, 20_000) - 2.0 - more_ml, 0.0)
    mean_square = float(np.mean(true_ml**2))
    assert content.mixture().liquid_sd_ml ** 2 == pytest.approx(mean_square, rel=0.2, abs=2e-5)


def test_four_uncertainties_more_empty_a_vessel() -> None:
    """A pump's overdraw is at least that, and then nothing is said to be there, for certain."""
    pump = PumpCalibration(gain_rel_sd=0.005)
    over_ml = pump.overdraw_ml(2.0, 0.2)
    assert over_ml == pytest.approx(4 * (0.2**2 + 0.01**2) ** 0.5)
    assert pump.overdraw_ml(0.0, 0.0) == pytest.approx(0.1)
    content = uncertain(0.2)
    content.draw(2.0 + over_ml, 0.005 * (2.0 + over_ml))
    assert content.mixture().volumes_ml == {}
    assert content.mixture().amounts_mol == {}
