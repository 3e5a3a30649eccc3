"""What instruments show of a solid: residual acid (M8), lattices in order (M6, M7), area, metals."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from simulators.twin.diffraction import RADIATIONS, Diffraction, two_theta
from simulators.twin.infrared import Band, lorentzian
from simulators.twin.lattices import LATTICES, lines
from simulators.twin.twin import BenchTwin
from tests.simulators.twin.millroom import milled, opened, room
from tests.simulators.twin.test_milling_controls import C3

Array = npt.NDArray[np.float64]
PRODUCT, COPPER, RUTHENIUM = "Ru2Cu4(btc)4Cl", "Cu3(btc)2", "Ru6(btc)4Cl3"


def measured(twin: BenchTwin, t_s: float, technique: str, **task: Any) -> dict[str, Any]:
    """Take an aliquot and return what the instrument would write."""
    told = {"do": "expose", "device": "spectrometer", "vessel": "jar", "name": "it", "technique": technique, **task}
    twin.hands.do(told, t_s)
    found = twin.exposure("spectrometer", t_s)
    assert found is not None
    return dict(found)


def after(minutes: float, technique: str, solids_mg: dict[str, float] | None = None, **task: Any) -> dict[str, Any]:
    """Return a measurement of a fresh jar, milled for some minutes and opened."""
    twin = room(solids_mg)
    return measured(twin, opened(twin, milled(twin, minutes)), technique, **task)


def heights(spectrum: dict[str, Any]) -> dict[float, float]:
    """Fit the published bands, acetic acid and a straight baseline to a spectrum; return height by position."""
    cm, absorbance = np.array(spectrum["x"]), np.array(spectrum["y"])
    seen = (cm > 1300.0) & (cm < 1900.0)
    at_cm = (1725.0, 1710.0, 1642.0, 1603.0, 1447.0, 1440.0, 1426.0)
    columns = [lorentzian(cm[seen], Band(each)) for each in at_cm] + [np.ones(seen.sum()), cm[seen] - 1600.0]
    found = np.linalg.lstsq(np.column_stack(columns), absorbance[seen], rcond=None)[0]
    return dict(zip(at_cm, found.tolist(), strict=False))


def residual(minutes: float) -> float:
    """Return free acid against the ruthenium band, as part of what it was at first."""
    fitted, first = (heights(after(each, "infrared", washed=True)) for each in (minutes, 0.0))
    return (fitted[1725.0] / fitted[1426.0]) / (first[1725.0] / first[1426.0])


def test_the_residual_falls_to_nothing_on_washed_aliquots() -> None:
    """M8: 1725 against 1426 is monotone in time and gone at full conversion."""
    found = [residual(minutes) for minutes in (0.0, 10.0, 15.0, 30.0, 45.0, 90.0)]
    assert all(later < earlier for earlier, later in pairwise(found))
    assert found[2] == pytest.approx(0.60, abs=0.02)
    assert found[-1] == pytest.approx(0.0, abs=0.02)


def test_acetic_acid_hides_the_end_on_raw_aliquots() -> None:
    """Unwashed, what is free of acid still absorbs next to it; washed it does not."""
    raw, washed = (after(90.0, "infrared", washed=washed) for washed in (False, True))
    at = int(np.argmin(np.abs(np.array(raw["x"]) - 1716.0)))
    assert raw["y"][at] > 10.0 * abs(washed["y"][at])


@pytest.mark.parametrize(
    ("phase", "d_angstrom", "sync_deg", "copper_deg"),
    [
        (COPPER, 26.36724 / 12**0.5, 3.419, 11.616),
        (RUTHENIUM, 26.7499 / 12**0.5, 3.370, 11.450),
        (PRODUCT, None, 3.400, 11.551),
    ],
)
def test_the_222_line_is_where_it_was_published(
    phase: str, d_angstrom: float | None, sync_deg: float, copper_deg: float
) -> None:
    """Spacings of all three frameworks at both wavelengths; it is the strongest line."""
    spacings, strengths = lines(LATTICES[phase], 1.8)
    expected = d_angstrom or 7.6543
    nearest = int(np.argmin(np.abs(spacings - expected)))
    assert two_theta(float(spacings[nearest]), 0.45411) == pytest.approx(sync_deg, abs=0.001)
    assert two_theta(float(spacings[nearest]), 1.540593) == pytest.approx(copper_deg, abs=0.003)
    assert strengths[nearest] > 0.3 * strengths.max()


def test_the_product_splits_the_400_line() -> None:
    """Tetragonal: (004) and (220) stand apart."""
    spacings, _ = lines(LATTICES[PRODUCT], 1.8)
    angles = [two_theta(float(d), 0.45411) for d in spacings if 6.55 < d < 6.70]
    assert sorted(angles) == pytest.approx([3.919, 3.939], abs=0.001)


def test_lattices_are_in_order() -> None:
    """M6, M7: a(Ru) > c(product) > a(Cu), and the product's doubled cell lies between the cubic ones."""
    assert LATTICES[RUTHENIUM].a_angstrom > LATTICES[PRODUCT].c_angstrom > LATTICES[COPPER].a_angstrom
    volume = LATTICES[PRODUCT].a_angstrom ** 2 * LATTICES[PRODUCT].c_angstrom
    assert volume == pytest.approx(18645.0, rel=1e-4)
    assert LATTICES[COPPER].a_angstrom ** 3 < volume < LATTICES[RUTHENIUM].a_angstrom ** 3


def test_lattices_are_the_material_s_and_not_the_bench_s() -> None:
    """From seed to seed the diffractometer changes, the crystals do not."""
    benches = [Diffraction(np.random.default_rng(seed), perturb=True).describe() for seed in range(3)]
    assert benches[0] == benches[1] == benches[2]
    assert benches[0][PRODUCT] == [LATTICES[PRODUCT].a_angstrom, LATTICES[PRODUCT].c_angstrom]


def test_more_determinations_are_surer() -> None:
    """The mean of sixteen determinations is good for a quarter of what one is."""
    one, many = (after(60.0, "composition", washed=True, determinations=count) for count in (1, 16))
    assert (one["rel_sd"], many["rel_sd"]) == (0.01, 0.0025)
    ratio = many["elements"]["Cu"] / many["elements"]["Ru"]
    assert ratio == pytest.approx(2.0, abs=0.06)


def test_a_mixture_has_two_222_lines_and_a_product_one() -> None:
    """With a synchrotron a physical mixture is told from a product; counts are whole and scatter."""
    mixed, single = (after(60.0, "diffraction", solids, washed=True, radiation="synchrotron") for solids in (C3, None))
    for pattern, expected in ((mixed, [3.370, 3.419]), (single, [3.400])):
        angles, counts = np.array(pattern["x"]), np.array(pattern["y"])
        near = (angles > 3.3) & (angles < 3.5)
        high = [
            a for a, c in zip(angles[near], counts[near], strict=True) if c == counts[np.abs(angles - a) < 0.02].max()
        ]
        peaks = [a for a in high if counts[np.argmin(np.abs(angles - a))] > 0.3 * counts[near].max()]
        assert peaks == pytest.approx(expected, abs=0.005)
        assert np.array_equal(counts, counts.round())
    assert mixed["wavelength_angstrom"] == 0.45411


def test_neat_milling_leaves_a_hump() -> None:
    """What is not crystalline scatters broadly where crystals do not."""
    between = {}
    for eta, minutes in ((0.0, 200.0), (0.6, 60.0)):
        twin = room(eta=eta)
        pattern = measured(twin, opened(twin, milled(twin, minutes)), "diffraction", washed=True)
        angles = np.array(pattern["x"])
        between[eta] = float(np.percentile(np.array(pattern["y"])[(angles > 17.0) & (angles < 26.0)], 2))
    assert between[0.0] > 1.3 * between[0.6]


def test_reactants_have_lines_of_their_own() -> None:
    """An unmilled charge shows no framework and a copper acetate line at 12.8 degrees."""
    pattern = after(0.0, "diffraction", radiation="laboratory")
    angles, counts = np.array(pattern["x"]), np.array(pattern["y"])
    assert counts[np.abs(angles - 12.8).argmin()] > 5.0 * np.median(counts)
    assert counts[np.abs(angles - 11.55).argmin()] < 3.0 * np.median(counts)


def bet_m2_g(isotherm: dict[str, Any]) -> float:
    """Return the BET area from low pressures."""
    pressure, volume = np.array(isotherm["x"]), np.array(isotherm["y"])
    low = (pressure > 0.005) & (pressure < 0.05)
    slope, intercept = np.polyfit(pressure[low], (pressure / (volume * (1.0 - pressure)))[low], 1)
    return float(4.353 / (slope + intercept))


def test_an_activated_product_has_the_published_area() -> None:
    """1051 m2/g; next to nothing before washing and heating in vacuum."""
    twin = room()
    t_s = opened(twin, milled(twin, 50.0))
    raw = bet_m2_g(measured(twin, t_s, "sorption", mass_mg=20.0))
    twin.hands.do({"do": "wash", "vessel": "jar", "solvent": "methanol", "volume_ml": 5.0, "times": 12}, t_s)
    twin.hands.do({"do": "activate", "vessel": "jar", "temperature_c": 150.0, "time_s": 43200.0}, t_s)
    assert bet_m2_g(measured(twin, t_s, "sorption", mass_mg=20.0)) == pytest.approx(1051.0, rel=0.02)
    assert raw < 50.0


def test_metals_tell_an_unwashed_end_from_an_unfinished_one() -> None:
    """Cu/Ru is two by feed; washed too early it is less, since ruthenium dissolves more slowly."""
    ratios = {}
    for minutes in (10.0, 90.0):
        elements = after(minutes, "composition", washed=True)["elements"]
        ratios[minutes] = elements["Cu"] / elements["Ru"]
    assert ratios[90.0] == pytest.approx(2.0, abs=0.06)
    assert ratios[10.0] < 1.5


def test_colours_follow_the_metals() -> None:
    """Reactants and product absorb at 700 nm by copper and at 440 nm by ruthenium."""
    spectrum = after(90.0, "uv_vis", washed=True)
    shown = dict(zip(spectrum["x"], spectrum["y"], strict=True))
    assert shown[700.0] > 3.0 * shown[880.0]
    assert shown[440.0] > 1.5 * shown[560.0]


def test_unknown_techniques_and_radiations_are_refused() -> None:
    """What cannot be measured here is named with what can."""
    with pytest.raises(ValueError, match="infrared"):
        after(1.0, "tasting")
    with pytest.raises(ValueError, match=", ".join(RADIATIONS)):
        after(1.0, "diffraction", radiation="moonlight")
