"""Co-reduction under a polyoxometalate: the invariants N1 to N8 of the model, and its computed anchors."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulators.twin import plasmon
from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.contents import Layout
from simulators.twin.dispersion import Dispersions
from simulators.twin.growth import KSP_AGCL, free, hydrolysis_per_s
from simulators.twin.kinetics import Inflow, Kinetics
from simulators.twin.nanoparticles import (
    BORATE,
    CHEMISTRY,
    CHLORIDE,
    CLUMPED,
    GOLD,
    GOLD_CL,
    HYDRIDE,
    HYDROGEN,
    NUCLEI,
    POM,
    SILVER,
    SILVER_CL,
    Constants,
    Reduction,
    halves,
    metal_mol,
    segregation,
)
from simulators.twin.plasmon import Particle, extinction, radius_nm
from simulators.twin.process import Step

LITRES, TOTAL_M = 0.02, 5e-4
MOLAR_ML = 24465.0
NM = np.arange(350.0, 851.0)


def charged(pom_m: float, gold: float, hydride_m: float = 5e-3, *, chloride: bool = False) -> dict[str, float]:
    """Return 20 mL of 0.5 mM metal with a fraction of gold."""
    mol = {species.name: 0.0 for species in CHEMISTRY.species}
    source = GOLD_CL if chloride else GOLD
    mol |= {POM: pom_m * LITRES, source: gold * TOTAL_M * LITRES, SILVER: (1.0 - gold) * TOTAL_M * LITRES}
    return mol | {HYDRIDE: hydride_m * LITRES, "OH-": 5e-4 * LITRES}


def after(mol: dict[str, float], dt_s: float, constants: Constants | None = None) -> dict[str, float]:
    return Reduction(constants).react(mol, Step(dt_s, LITRES, LITRES, 277.15))


def parts(mol: dict[str, float]) -> dict[str, float]:
    """Return how much there is of every element that is tracked."""
    found: dict[str, float] = {}
    for species in CHEMISTRY.species:
        for part, count in species.parts.items():
            found[part] = found.get(part, 0.0) + count * mol[species.name]
    return found


@pytest.mark.parametrize("chloride", [False, True])
def test_n1_what_is_charged_stays(chloride: bool) -> None:
    """Gold, silver, boron, chlorine and tungsten are kept to rounding, through nucleation, growth and precipitation."""
    mol = charged(1e-4, 0.5, chloride=chloride)
    assert parts(after(mol, 900.0)) == pytest.approx(parts(mol), rel=1e-12)


@pytest.mark.parametrize(("pom_m", "chi"), [(3e-5, 0.12), (5e-5, 0.22), (1e-4, 0.48), (2.5e-4, 0.83)])
def test_n2_the_polyoxometalate_segregates(pom_m: float, chi: float) -> None:
    """The degrees computed with the model when it was written down, at half gold."""
    assert segregation(after(charged(pom_m, 0.5), 3600.0)) == pytest.approx(chi, abs=0.015)


@pytest.mark.parametrize(("gold", "chi"), [(0.2, 0.23), (0.5, 0.22), (0.8, 0.62)])
def test_n2_the_ratio_of_silver_to_polyoxometalate_decides(gold: float, chi: float) -> None:
    """Silver that the polyoxometalate cannot hold goes with the gold; what it can hold comes last."""
    assert segregation(after(charged(5e-5, gold), 3600.0)) == pytest.approx(chi, abs=0.015)


def test_n2_without_polyoxometalate_it_is_an_alloy() -> None:
    """Both metals are as free, so every layer is alike."""
    inside, outside = halves(after(charged(0.0, 0.5), 3600.0))
    assert (inside, outside) == pytest.approx((0.5, 0.5), abs=1e-9)


def peak_nm(gold: float, radius: float = 3.0) -> float:
    """Return where an alloy absorbs most between 370 and 600 nm."""
    fine = np.arange(370.0, 600.0, 0.5)
    return float(fine[np.argmax(extinction(fine, Particle(gold, gold, radius), TOTAL_M, 1.0))])


def test_n3_the_plasmon_moves_with_composition() -> None:
    """Strictly, from silver's to gold's; without the shift of 15 nm for silver the computed line."""
    line = [peak_nm(gold) for gold in np.linspace(0.0, 1.0, 11)]
    assert all(one < other for one, other in pairwise(line))
    computed = {0.0: 383.0, 0.1: 397.0, 0.25: 417.0, 0.5: 451.0, 0.75: 486.0, 0.9: 507.0, 1.0: 521.0}
    for gold, nm in computed.items():
        assert peak_nm(gold) - plasmon.SILVER_SHIFT_NM * (1.0 - gold) == pytest.approx(nm, abs=2.5)


def test_n3_a_core_and_a_shell_show_two_bands() -> None:
    """Gold within silver: one band in the blue, one in the green; an alloy of the same atoms has one."""
    shown = [extinction(NM[NM < 650.0], Particle(*each, 3.0), TOTAL_M, 1.0) for each in ((0.9, 0.1), (0.5, 0.5))]
    tops = [sum((y[1:-1] > y[:-2]) & (y[1:-1] > y[2:])) for y in shown]
    assert tops == [2, 1]


@pytest.mark.parametrize("hydride_m", [1e-4, 5e-3])
def test_n4_and_n5_electrons_and_hydrogen(hydride_m: float) -> None:
    """No more electrons than borohydride has; the rest of them is hydrogen, as is what hydrolyses."""
    out = after(charged(5e-5, 0.5, hydride_m), 1800.0)
    used = out[BORATE]
    electrons = 3.0 * metal_mol(out, "Au") + metal_mol(out, "Ag")
    assert 0.0 < electrons <= 8.0 * used
    assert out[HYDROGEN] == pytest.approx((8.0 * used - electrons) / 2.0, rel=1e-9)
    assert out[HYDROGEN] * MOLAR_ML <= 97.9 * used * 1e3
    assert used + out[HYDRIDE] == pytest.approx(hydride_m * LITRES, rel=1e-12)


@pytest.mark.parametrize(("ph", "minutes"), [(9.0, 6.0), (10.0, 61.0), (12.0, 101 * 60.0)])
def test_n5_borohydride_hydrolyses_as_tabled(ph: float, minutes: float) -> None:
    """Half-lives at 25 °C."""
    assert np.log(2.0) / hydrolysis_per_s(ph, 298.15) / 60.0 == pytest.approx(minutes, rel=0.03)


def test_n5_a_catalyst_gives_hydrogen_whatever_borohydride_there_is() -> None:
    """Selectable: first order in metal, zero order in borohydride."""
    slow, quick = (after(charged(5e-5, 0.5), 600.0, each) for each in (None, Constants(catalysis_per_s=0.01)))
    assert quick[HYDROGEN] > 2.0 * slow[HYDROGEN]
    assert quick[HYDRIDE] >= 0.0


def test_n6_size_follows_metal_and_number() -> None:
    """3 nm and 0.60 umol/L at 0.5 mM; eight times the metal for each particle is twice as wide."""
    out = after(charged(5e-5, 0.5), 3600.0)
    particles = out[NUCLEI] + out[CLUMPED]
    assert particles / LITRES == pytest.approx(0.6e-6, rel=0.03)
    assert 2.0 * radius_nm(metal_mol(out), particles) == pytest.approx(3.0, rel=0.03)
    assert radius_nm(8.0, 1.0) == pytest.approx(2.0 * radius_nm(1.0, 1.0))
    with pytest.raises(ValueError, match="no particles"):
        radius_nm(1.0, 0.0)


def test_n7_growth_ends_with_the_metal() -> None:
    """Monotone to a plateau; with too little borohydride to a lower one."""
    mol, grown = charged(5e-5, 0.5), [0.0]
    for _ in range(8):
        mol = after(mol, 150.0)
        grown.append(metal_mol(mol))
    assert all(one <= other for one, other in pairwise(grown))
    assert grown[-1] == pytest.approx(TOTAL_M * LITRES, rel=2e-3)
    poor = after(charged(5e-5, 0.5, 5e-5), 3600.0)
    assert metal_mol(poor) < 0.5 * TOTAL_M * LITRES


def test_n8_absorbance_is_linear_until_stray_light() -> None:
    """Twice the metal is twice the absorbance; what an instrument shows stays behind above 1.5."""
    one, two = (extinction(NM, Particle(0.5, 0.5, 3.0), each, 0.2) for each in (2e-4, 4e-4))
    assert two == pytest.approx(2.0 * one, rel=1e-12)
    bench = Dispersions(np.random.default_rng(1), perturb=False)
    out = after(charged(3e-5, 0.0), 3600.0)
    thick = {name: 3.0 * amount for name, amount in out.items()}
    true, seen = bench.true(NM, thick, LITRES).max(), max(bench.render(thick, 20.0)["y"])
    assert true > 2.5
    assert seen < true - 0.2


def test_silver_chloride_precipitates_where_its_product_is_exceeded() -> None:
    """With chloroaurate and the usual binding there is solid, at its solubility product; with strong binding none."""
    weak, strong = (
        after(charged(2.5e-4, 0.5, 0.0, chloride=True), 10.0, Constants(silver_per_m=each)) for each in (1e5, 1e7)
    )
    assert weak[SILVER_CL] > 1e-7
    dissolved = free(weak[SILVER] / LITRES, 2.0 * weak[POM] / LITRES, 1e5) * weak[CHLORIDE] / LITRES
    assert dissolved == pytest.approx(KSP_AGCL, rel=1e-6)
    assert strong[SILVER_CL] == 0.0


def test_bare_particles_clump_and_turn_red() -> None:
    """Without polyoxometalate most have clumped after an hour, and absorb at 700 nm; with it hardly any."""
    bench = Dispersions(np.random.default_rng(1), perturb=False)
    bare, guarded = (after(charged(each, 0.5), 3600.0) for each in (0.0, 5e-5))
    assert bare[CLUMPED] > 0.9 * (bare[CLUMPED] + bare[NUCLEI])
    assert guarded[CLUMPED] < 0.02 * guarded[NUCLEI]
    reds = [y[350] / y[170] for y in (bench.true(NM, each, LITRES) for each in (bare, guarded))]
    assert reds[0] > 0.25 > reds[1]


def test_hydride_that_comes_slowly_is_the_same_chemistry_in_a_tank() -> None:
    """Fed over two minutes through the twin's own kinetics, and let stand; all metal is deposited."""
    kinetics = Kinetics(CHEMISTRIES)
    layout = Layout(["water"], ["NaBH4"], kinetics)
    start = np.zeros(len(kinetics.species))
    for name, amount in charged(5e-5, 0.5, 0.0).items():
        start[kinetics.index[name]] = amount
    entering = np.zeros_like(start)
    entering[kinetics.index[HYDRIDE]] = 1e-4
    fed = kinetics.react(start, 0.019, Inflow(entering, 0.001), 120.0, 277.15)
    stood = kinetics.react(fed, 0.02, None, 3600.0, 277.15)
    mol: dict[str, Any] = {name: float(stood[kinetics.index[name]]) for name in charged(0.0, 0.5)}
    assert metal_mol(mol) == pytest.approx(TOTAL_M * LITRES, rel=1e-3)
    assert segregation(mol) == pytest.approx(0.22, abs=0.03)
    assert layout.size > len(kinetics.species)


def test_benches_differ() -> None:
    """Each seed has its own scale, damping and path, and none of them is the nominal one."""
    benches = [Dispersions(np.random.default_rng(seed), perturb=True).describe() for seed in (1, 2)]
    assert benches[0] != benches[1]
    assert all(each["shift_nm"] != 0.0 for each in benches)


@pytest.mark.parametrize("wrong", [{"k_n": 0.0}, {"sites": -1.0}])
def test_impossible_constants_are_refused(wrong: dict[str, float]) -> None:
    """Named, with their value."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Constants(**wrong)
