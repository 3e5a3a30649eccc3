"""Voltammograms against electrochemistry's closed forms."""

import numpy as np
import pytest

from simulators.twin.electrode import Electrode
from simulators.twin.voltammetry import FARADAY_C_MOL, GAS_J_MOL_K, Array, Cell, Share, current
from simulators.twin.waves import EQUIVALENT_V, Electroactivity, Ladder, ladders

AREA_CM2 = 0.0707
ONE = Ladder((0.0,), 7e-6)


def triangle(high_v: float, low_v: float, step_v: float) -> Array:
    """Return a sweep down and back up."""
    down = np.linspace(high_v, low_v, round((high_v - low_v) / step_v) + 1)
    return np.concatenate([down, down[-2::-1]])


def randles_sevcik(concentration_mol_l: float, rate_v_s: float, diffusion_cm2_s: float, n: int = 1) -> float:
    """Return the peak current in A at 298.15 K."""
    root = np.sqrt(n * FARADAY_C_MOL * rate_v_s * diffusion_cm2_s / (GAS_J_MOL_K * 298.15))
    return float(0.44629 * n * FARADAY_C_MOL * AREA_CM2 * concentration_mol_l * 1e-3 * root)


def sweep(shares: list[Share], potential_v: Array, rate_v_s: float, cell: Cell | None = None) -> Array:
    step_v = abs(float(potential_v[1] - potential_v[0]))
    return current(shares, potential_v, step_v / rate_v_s, cell or Cell(AREA_CM2))[0]


@pytest.mark.parametrize("rate_v_s", [0.02, 0.1, 0.5])
def test_peak_current_is_randles_sevcik(rate_v_s: float) -> None:
    """P7: the cathodic peak is within 0.5 % of the closed form at any scan rate, hence grows as its square root."""
    found = -sweep([Share(ONE, 1e-3)], triangle(0.3, -0.3, 5e-4), rate_v_s).min()
    assert found == pytest.approx(randles_sevcik(1e-3, rate_v_s, 7e-6), rel=0.005)


def test_peak_current_is_proportional_to_concentration() -> None:
    """P7: the slope of log i against log c is 1."""
    peaks = [-sweep([Share(ONE, c)], triangle(0.3, -0.3, 1e-3), 0.1).min() for c in (1e-4, 1e-3, 1e-2)]
    assert np.polyfit([-4.0, -3.0, -2.0], np.log10(peaks), 1)[0] == pytest.approx(1.0, abs=0.01)


def test_peaks_are_57_millivolt_apart() -> None:
    """P7: the peak separation is 57 +- 1.5 mV and the cathodic peak lies 28.5 mV below the formal potential."""
    potential_v = triangle(0.3, -0.3, 5e-4)
    i = sweep([Share(ONE, 1e-3)], potential_v, 0.1)
    assert potential_v[i.argmax()] - potential_v[i.argmin()] == pytest.approx(0.057, abs=0.0015)
    assert potential_v[i.argmin()] == pytest.approx(-0.0285, abs=0.001)


def test_current_is_linear_in_the_composition() -> None:
    """P7: without a resistance the current of a mixture is the sum of its parts."""
    other = Ladder((-0.1, -0.25), 1e-5)
    potential_v = triangle(0.2, -0.5, 2e-3)
    apart = sweep([Share(ONE, 1e-3)], potential_v, 0.1) + sweep([Share(other, 5e-4)], potential_v, 0.1)
    assert sweep([Share(ONE, 1e-3), Share(other, 5e-4)], potential_v, 0.1) == pytest.approx(apart, abs=1e-12)


def test_two_merged_electrons_give_2_81_times_the_peak() -> None:
    """A second step 0.2 V easier than the first makes one wave of 2.81 times the height."""
    merged = Ladder((-0.1, 0.1), 7e-6)
    ratio = sweep([Share(merged, 1e-3)], triangle(0.4, -0.4, 5e-4), 0.1).min() / -randles_sevcik(1e-3, 0.1, 7e-6)
    assert ratio == pytest.approx(2.81, abs=0.02)


def test_two_equivalent_centres_give_twice_one() -> None:
    """Steps split by 2 (RT/F) ln 2 are two independent electrons at one potential."""
    twins = Ladder((EQUIVALENT_V, -EQUIVALENT_V), 7e-6)
    potential_v = triangle(0.3, -0.3, 1e-3)
    doubled = 2.0 * sweep([Share(ONE, 1e-3)], potential_v, 0.1)
    assert sweep([Share(twins, 1e-3)], potential_v, 0.1) == pytest.approx(doubled, abs=1e-9)


@pytest.mark.parametrize("ru_ohm", [200.0, 2000.0])
def test_the_resistance_shifts_each_potential_by_its_own_current(ru_ohm: float) -> None:
    """With resistance the current is that of the potential the electrode really has, E - i Ru."""
    potential_v = triangle(0.3, -0.4, 1e-3)
    i = sweep([Share(ONE, 1e-3)], potential_v, 0.1, Cell(AREA_CM2, ru_ohm))
    inner = current([Share(ONE, 1e-3)], potential_v - ru_ohm * i, 0.01, Cell(AREA_CM2))[0]
    assert inner == pytest.approx(i, abs=2e-3 * float(np.abs(i).max()))


def test_the_double_layer_carries_its_capacitance_times_the_scan_rate() -> None:
    """The capacitive current is C dE/dt, negative on the way down."""
    _, capacitive = current([], triangle(0.1, -0.1, 1e-3), 0.01, Cell(AREA_CM2, 0.0, 1.4e-6))
    assert capacitive[5] == pytest.approx(-1.4e-7)
    assert capacitive[-5] == pytest.approx(1.4e-7)


@pytest.mark.parametrize(("resting", "early"), [("start", 0.0), ("oxidised", 0.0), ("reduced", 1.0)])
def test_a_sample_that_arrives_reduced_is_oxidised_at_once(resting: str, early: float) -> None:
    """The resting state decides whether the first moments at a positive potential are anodic."""
    ladder = Ladder((0.0,), 7e-6, manganese=1)
    cell = Cell(AREA_CM2, resting=resting)  # type: ignore[arg-type]
    first = sweep([Share(ladder, 1e-3)], triangle(0.4, -0.3, 1e-3), 0.1, cell)[0]
    assert np.sign(np.round(first, 6)) == early


def test_lutetium_and_silver_shift_every_wave() -> None:
    """Two Lu move the cluster's waves by 60 mV and each A+ by 50 mV."""
    table = ladders(Electroactivity())
    bare = np.array(table["S2"].formal_v)
    assert np.array(table["I"].formal_v) - bare == pytest.approx(0.060)
    assert np.array(table["IAg2"].formal_v) - bare == pytest.approx(0.160)
    assert np.array(table["IAgNa"].formal_v) - bare == pytest.approx(0.160)


def test_one_point_is_no_voltammogram() -> None:
    """A sweep of one point is refused."""
    with pytest.raises(ValueError, match="two points"):
        current([], np.array([0.0]), 0.01, Cell(AREA_CM2))


def test_an_electrode_keeps_its_defaults() -> None:
    """Options the bench leaves out are the 3 mm disc's."""
    assert Electrode.from_options({"ru_ohm": 150}) == Electrode(ru_ohm=150.0)
