"""POM-B against its invariants: balances, plateaus of lanthanides, the straight line of zinc, slow decomposition."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.chemistry import Reaction, Species
from simulators.twin.contents import Layout
from simulators.twin.kinetics import Kinetics
from simulators.twin.pom_b import CHEMISTRY, METALS, one, two
from simulators.twin.vessel import Vessel

STOCK_MOL_L = {"P2W17": 5e-3, "Zn(OAc)2": 50e-3, "Lu(NO3)3": 50e-3, "Eu(NO3)3": 50e-3}
LIGAND_MOL = 1e-4
PARTS = sorted({part for species in CHEMISTRY.species for part in species.parts})
BY_NAME = {species.name: species for species in CHEMISTRY.species}
ANIONS = {"OAc": -1, "NO3": -1, "K": 1}


@dataclass
class Pot:
    """A stirred pot with 20 mL of 5 mM ligand at 25 C."""

    layout: Layout = field(default_factory=lambda: Layout(["water"], STOCK_MOL_L, Kinetics(CHEMISTRIES)))
    t_s: float = 0.0

    def __post_init__(self) -> None:
        self.vessel = Vessel("pot", 50.0, self.layout, self.layout.empty(), reacts=True, ambient_c=25.0)
        self.add("P2W17", 1.0)

    def add(self, fed: str, equivalents: float) -> "Pot":
        amount_mol = equivalents * LIGAND_MOL
        volume_ml = amount_mol / STOCK_MOL_L[fed] * 1e3
        plug = self.layout.plug({"volumes_ml": {"water": volume_ml}, "amounts_mol": {fed: amount_mol}})
        self.vessel.flow_in([plug], self.t_s, self.t_s + 5.0)
        self.t_s += 5.0
        return self

    def hold(self, minutes: float) -> "Pot":
        self.t_s += 60.0 * minutes
        self.vessel.advance(self.t_s)
        return self

    def amounts(self) -> dict[str, float]:
        return self.layout.composition(self.vessel.content)

    def shares(self, metal: str) -> tuple[float, float, float]:
        """Return the fractions of the ligand that are free, in ML and in ML2."""
        found = self.amounts()
        ligand = [found.get("P2W17", 0.0), found.get(one(metal), 0.0), 2.0 * found.get(two(metal), 0.0)]
        free, first, second = (each / LIGAND_MOL for each in ligand)
        return free, first, second


def totals(amounts: dict[str, float]) -> dict[str, float]:
    """Return mol of each building block."""
    return {part: sum(mol * BY_NAME[name].parts.get(part, 0) for name, mol in amounts.items()) for part in PARTS}


def titrated(metal: str, equivalents: float, minutes: float = 30.0) -> tuple[float, float, float]:
    return Pot().add(METALS[metal].fed, equivalents).hold(minutes).shares(metal)


@pytest.mark.parametrize("reaction", CHEMISTRY.reactions, ids=lambda r: r.name)
def test_every_reaction_balances_its_building_blocks(reaction: Reaction) -> None:
    """P1: what goes into a reaction comes out of it, block by block."""
    sides = [[BY_NAME[name] for name in names] for names in (reaction.reactants, reaction.products)]
    before, after = ({part: sum(s.parts.get(part, 0) for s in side) for part in PARTS} for side in sides)
    assert before == after


@pytest.mark.parametrize("species", CHEMISTRY.species, ids=lambda s: s.name)
def test_every_species_is_an_integer_charge_in_a_neutral_salt(species: Species) -> None:
    """P2: oxo-anion and metal make the charge; potassium, protons, acetate and nitrate cancel it."""
    parts = species.parts
    oxides = {"P2W17": 61, "P2W18": 62, "Pi": 4, "WO4": 4}
    oxygen = oxides.get(species.name, 61 * parts.get("P", 0) // 2)
    metals = 2 * parts.get("Zn", 0) + 3 * (parts.get("Lu", 0) + parts.get("Eu", 0))
    if species.name != "KOH":
        assert species.charge == 5 * parts.get("P", 0) + 6 * parts.get("W", 0) + metals - 2 * oxygen
        counter = sum(charge * parts.get(ion, 0) for ion, charge in ANIONS.items())
        assert species.charge + counter + species.protons == 0


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CHEMISTRY.feeds)), st.floats(0.05, 2.0), st.floats(0.0, 600.0)),
        min_size=1,
        max_size=5,
    )
)
def test_any_programme_keeps_its_balances(programme: list[tuple[str, float, float]]) -> None:
    """P1: whatever is added in whatever order, every element fed is found again to one part in 10^9."""
    pot = Pot()
    for fed, equivalents, minutes in programme:
        pot.add(fed, equivalents).hold(minutes)
    fed_mol = pot.layout.charged(pot.vessel.content)
    expected = totals({CHEMISTRY.feeds[fed]: mol for fed, mol in fed_mol.items()})
    assert expected == pytest.approx(totals(pot.amounts()), rel=1e-9, abs=1e-18)
    assert min(pot.amounts().values()) > -1e-15


@pytest.mark.parametrize("metal", ["Lu", "Eu"])
def test_half_an_equivalent_of_a_lanthanide_makes_two_to_one(metal: str) -> None:
    """At 0.5 eq most of the ligand is in ML2, 54 to 82 percent by the constants' range; at 1 eq almost all is in ML."""
    free, first, second = titrated(metal, 0.5)
    assert 0.54 < second < 0.82
    assert (free, first) == pytest.approx((0.148, 0.148), abs=0.02)
    free, first, second = titrated(metal, 1.0)
    assert first > 0.98
    assert free < 0.02


def test_the_binding_polynomial_is_where_the_rates_end() -> None:
    """beta1 = K1 and beta2 = K1 K2 hold between the free species at any loading: mass action ends where it must."""
    for metal, binding in METALS.items():
        for equivalents in (0.3, 0.8, 1.4):
            pot = Pot().add(binding.fed, equivalents).hold(60.0)
            litres = pot.vessel.volume_ml() * 1e-3
            c = {name: mol / litres for name, mol in pot.amounts().items()}
            assert c[one(metal)] / (c[binding.ion] * c["P2W17"]) == pytest.approx(binding.k1, rel=2e-3)
            assert c[two(metal)] / (c[one(metal)] * c["P2W17"]) == pytest.approx(binding.k2, rel=2e-3)


def test_zinc_takes_one_ligand_on_a_straight_line() -> None:
    """P6: K c is 5000; free ligand falls straight, and line and plateau cross at 1.00 +- 0.05 equivalents."""
    taken = np.arange(0.1, 1.61, 0.1)
    pot = Pot()
    bound = []
    for _ in taken:
        _, first, second = pot.add("Zn(OAc)2", 0.1).hold(3.0).shares("Zn")
        bound.append(first)
        assert second < 0.005
    rise = np.polyfit(taken[:8], bound[:8], 1)
    plateau = np.polyfit(taken[-4:], bound[-4:], 1)
    assert (plateau[1] - rise[1]) / (rise[0] - plateau[0]) == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.polyval(rise, taken[:8]) - bound[:8]).max() < 0.005


def test_the_lanthanide_titration_bends_twice() -> None:
    """P6: ML2 rises up to half an equivalent and is gone at one; ML's rise ends at 1.00 +- 0.05."""
    taken = np.arange(0.1, 1.61, 0.1)
    pot = Pot()
    shares = np.array([pot.add("Lu(NO3)3", 0.1).hold(3.0).shares("Lu") for _ in taken])
    assert taken[int(np.argmax(shares[:, 2]))] == pytest.approx(0.5, abs=0.11)
    rise = np.polyfit(taken[5:9], shares[5:9, 1], 1)
    plateau = np.polyfit(taken[-5:], shares[-5:, 1], 1)
    assert (plateau[1] - rise[1]) / (rise[0] - plateau[0]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("metal", METALS)
def test_three_minutes_are_enough(metal: str) -> None:
    """P4: what is bound does not change any more after the recipe's mixing time, at any loading."""
    for equivalents in (0.3, 0.9):
        assert titrated(metal, equivalents, 3.0) == pytest.approx(titrated(metal, equivalents, 30.0), abs=2e-3)


def test_longer_mixing_never_unbinds() -> None:
    """P4: the metal taken up rises with time to its plateau."""
    taken = [Pot().add("Zn(OAc)2", 0.8).hold(minutes).amounts()[one("Zn")] for minutes in (0.0, 0.02, 0.1, 1.0, 10.0)]
    assert sorted(taken) == pytest.approx(taken, rel=1e-6)


def test_a_day_makes_some_percent_of_the_saturated_anion() -> None:
    """The flag of decomposition appears slowly: below 0.2 percent in an hour, some percent in a day, with phosphate."""
    hour, day = Pot().hold(60.0).amounts(), Pot().hold(24 * 60.0).amounts()
    assert hour["P2W18"] / LIGAND_MOL < 2e-3
    assert 0.01 < day["P2W18"] / LIGAND_MOL < 0.05
    assert day["Pi"] == pytest.approx(2.0 / 17.0 * (day["P2W18"] + day["WO4"]), rel=1e-6)


def test_where_the_integrator_gives_up_another_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """LSODA fails at a rare state; an implicit method then finds what LSODA finds elsewhere."""
    usual = titrated("Zn", 0.6)

    def gives_up(*_: object, **__: object) -> None:
        warnings.warn("Excess work done", scipy.integrate.ODEintWarning, stacklevel=2)

    monkeypatch.setattr(scipy.integrate, "odeint", gives_up)
    assert titrated("Zn", 0.6) == pytest.approx(usual, abs=1e-5)
