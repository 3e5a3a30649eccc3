"""Cages against their invariants: an exact model of the corners, drift of the pool, balances, nothing exchanges."""

import numpy as np
import pytest
from scipy.stats import binom

from simulators.twin.cages import AT_K, CHEMISTRY, COPPER, RUTHENIUM, Assembly, Metal, fractions
from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.contents import Layout
from simulators.twin.corners import CORNER_AT, CORNERS, EDGES, dispersion, shared, ways
from simulators.twin.kinetics import Kinetics
from simulators.twin.process import Step
from simulators.twin.vessel import Vessel

COUNT = np.arange(CORNERS + 1)
PARTS = {species.name: species.parts for species in CHEMISTRY.species}
FEED = {"Rh2(OAc)4": 45e-6, "Ru2(OAc)4Cl": 15e-6, "H2L": 126e-6}


def plain(ratio: float, coupling: float = 0.0) -> Metal:
    return Metal("Ru", "Ru2Cl", 1, ratio, coupling)


def built(conversion: float, ratio: float, feed: float = 0.5) -> np.ndarray:
    """Return the fractions of cages made of a pool at a conversion."""
    metal = plain(ratio)
    held = dict.fromkeys(PARTS, 0.0) | {"Rh2": 1.0 - feed, "Ru2Cl": feed, "H2L": 3.0}
    time_s = -float(np.log1p(-conversion))
    return fractions(Assembly((metal,), k_per_s=1.0).react(held, Step(time_s, 1.0, 1.0, AT_K)), metal)


def pot(amounts_mol: dict[str, float], reacts: bool = True) -> Vessel:
    """Return 5 mL at 90 °C."""
    layout = Layout(["DMA"], amounts_mol, Kinetics(CHEMISTRIES))
    content = layout.read({"volumes_ml": {"DMA": 5.0}, "amounts_mol": amounts_mol})
    return Vessel("pot", 20.0, layout, content, reacts=reacts, ambient_c=90.0)


def elements(vessel: Vessel) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, amount in vessel.layout.composition(vessel.content).items():
        for part, number in PARTS[name].items():
            found[part] = found.get(part, 0.0) + number * amount
    return found


def test_a_cuboctahedron_has_24_edges_and_4096_ways() -> None:
    """Every corner has four edges."""
    degree = np.bincount(np.array(EDGES).ravel(), minlength=CORNERS)
    assert (len(CORNER_AT), len(EDGES)) == (12, 24)
    assert set(degree.tolist()) == {4}
    assert ways().sum() == 4096.0
    assert ways()[[0, 12], 0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("part", [0.01, 0.25, 0.5, 0.9])
def test_without_coupling_corners_are_shared_by_chance(part: float) -> None:
    """A binomial to 1e-12, whose mean is 12 p."""
    assert shared(part, 0.0) == pytest.approx(binom.pmf(COUNT, 12, part), abs=1e-12)
    assert shared(part, 0.3) @ COUNT == pytest.approx(12.0 * part, abs=1e-10)


def test_dispersion_grows_with_coupling() -> None:
    """At x = 3 and 6 as computed independently; symmetric at a half, ordered below zero."""
    couplings = (-0.4, -0.2, 0.0, 0.1, 0.2, 0.3)
    three = [dispersion(shared(0.25, each)) for each in couplings]
    six = [dispersion(shared(0.5, each)) for each in couplings]
    assert three == pytest.approx([0.62, 0.77, 1.0, 1.17, 1.41, 1.74], abs=0.005)
    assert six == pytest.approx([0.52, 0.70, 1.0, 1.23, 1.56, 2.02], abs=0.006)
    assert shared(0.5, 0.2) == pytest.approx(shared(0.5, 0.2)[::-1], abs=1e-12)
    assert sorted(three) == three


def test_no_part_of_the_corners_is_refused() -> None:
    """More than all; all and nothing are certain."""
    with pytest.raises(ValueError, match="no part"):
        shared(1.2, 0.0)
    assert shared(0.0, 0.1)[0] == shared(1.0, 0.1)[12] == 1.0


@pytest.mark.parametrize(
    ("ratio", "conversion", "expected"),
    [
        (0.5, 0.3, 1.01), (0.5, 0.7, 1.15), (0.5, 0.95, 1.72), (2.0, 0.95, 1.72),
        (4.0, 0.3, 1.04), (4.0, 0.7, 1.68), (4.0, 0.95, 3.8),
    ],
)  # fmt: skip
def test_a_drifting_pool_broadens_what_is_built(ratio: float, conversion: float, expected: float) -> None:
    """D as computed independently."""
    assert dispersion(built(conversion, ratio)) == pytest.approx(expected, abs=0.02)


def test_little_conversion_is_narrow_and_wrong_full_conversion_right_and_wide() -> None:
    """At the beginning D is 1 and the mean that of r; at the end the mean is the feed's, whatever r is."""
    for ratio in (0.5, 2.0, 4.0):
        first, last = built(1e-4, ratio, 0.25), built(0.99999, ratio, 0.25)
        chance = ratio * 0.25 / (ratio * 0.25 + 0.75)
        assert dispersion(first) == pytest.approx(1.0, abs=1e-3)
        assert first @ COUNT == pytest.approx(12.0 * chance, rel=1e-3)
        assert last @ COUNT == pytest.approx(3.0, abs=1e-3)


def test_a_pot_keeps_every_element_and_gives_acid_for_ligand() -> None:
    """Rh, Ru, Cl, L and acetate to 1e-9; 24 ligands and x chlorides in a cage; nothing negative."""
    vessel = pot(FEED)
    before = elements(vessel)
    for hours in (2.0, 6.0, 24.0, 48.0):
        vessel.advance(3600.0 * hours)
        assert elements(vessel) == pytest.approx(before, rel=1e-9)
    held = vessel.layout.composition(vessel.content)
    assert min(held.values()) >= 0.0
    cages = sum(amount for name, amount in held.items() if name.startswith("["))
    assert cages == pytest.approx(60e-6 / 12.0 * (1.0 - np.exp(-2e-5 * 48 * 3600.0)), rel=1e-6)
    assert held["AcOH"] == pytest.approx(48.0 * cages)
    assert fractions(held, RUTHENIUM) @ COUNT == pytest.approx(2.95, abs=0.03)
    for metal in (RUTHENIUM, COPPER):
        for number in COUNT:
            parts = PARTS[metal.cage(int(number))]
            assert parts["L"] == 24
            assert parts.get("Rh", 0) + parts.get(metal.element, 0) == 24
            assert parts.get("Cl", 0) == metal.chlorides * number


def test_two_looks_are_one() -> None:
    """What is built in two stretches is what is built in one, to the step of the pool."""
    at_once, looked = pot(FEED), pot(FEED)
    at_once.advance(48 * 3600.0)
    for hours in range(1, 49):
        looked.advance(3600.0 * hours)
    one, other = (fractions(v.layout.composition(v.content), RUTHENIUM) for v in (at_once, looked))
    assert one == pytest.approx(other, abs=2e-4)


def test_built_cages_do_not_exchange() -> None:
    """Rhodium cages with ruthenium in the pool stay as they are for two days; without ligand nothing is built."""
    vessel = pot({"Rh2(OAc)4": 12e-6, "H2L": 24e-6})
    vessel.advance(30 * 24 * 3600.0)
    made = vessel.layout.composition(vessel.content)["[Rh12L24]"]
    vessel.content = vessel.content + vessel.layout.empty()
    vessel.content[vessel.layout.amounts.start + vessel.layout.kinetics.index["Ru2Cl"]] += 12e-6
    vessel.advance(32 * 24 * 3600.0)
    held = vessel.layout.composition(vessel.content)
    assert held["[Rh12L24]"] == pytest.approx(made, rel=1e-9)
    assert held["Ru2Cl"] == pytest.approx(12e-6, rel=1e-3)


def test_ligand_is_what_limits() -> None:
    """With half of what is needed half of the metal stays."""
    vessel = pot({"Rh2(OAc)4": 60e-6, "H2L": 60e-6})
    vessel.advance(60 * 24 * 3600.0)
    held = vessel.layout.composition(vessel.content)
    assert held["Rh2"] == pytest.approx(30e-6, rel=1e-6)
    assert held.get("H2L", 0.0) == pytest.approx(0.0, abs=1e-12)


def test_cold_hardly_anything_is_built() -> None:
    """An Arrhenius energy of 110 kJ/mol: at 25 °C a thousandth of what 90 °C builds in the same time."""
    held = dict.fromkeys(PARTS, 0.0) | {"Rh2": 1.0, "Ru2Cl": 1.0, "H2L": 5.0}
    steps = [Step(3600.0, 1.0, 1.0, kelvin) for kelvin in (298.15, AT_K)]
    cold, hot = (sum(v for n, v in Assembly().react(held, each).items() if n.startswith("[")) for each in steps)
    assert 1e-4 < cold / hot < 1e-3


def test_copper_and_ruthenium_make_series_of_their_own() -> None:
    """Each takes its share of rhodium, and everything balances."""
    vessel = pot({"Rh2(OAc)4": 30e-6, "Ru2(OAc)4Cl": 15e-6, "Cu2(OAc)4": 15e-6, "H2L": 130e-6})
    before = elements(vessel)
    vessel.advance(48 * 3600.0)
    assert elements(vessel) == pytest.approx(before, rel=1e-9)
    held = vessel.layout.composition(vessel.content)
    assert held["[Rh6Ru6L24]"] > 0.0
    assert held["[Rh6Cu6L24]"] > 0.0
