"""What a plan says that measurements bring is what their analysers make, and conditions on it are held to that."""

from collections.abc import Mapping

import numpy as np
import pytest

from autosynth.analysis.estimate import DIMENSIONS, Estimate
from autosynth.analysis.libraries import Shelf
from autosynth.analysis.nmr import analyse as analyse_spectrum
from autosynth.analysis.sorption import analyse as analyse_isotherm
from autosynth.errors import InputError, Problem
from autosynth.plan.brought import OF_ISOTHERM, OF_SPECTRUM, Brought, bands_of, phases_of
from autosynth.plan.check import make_plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.units import compatible
from tests.autosynth.analysis.diffraction.rendering import COPPER, PRODUCT, RUTHENIUM, SYNCHROTRON, frameworks
from tests.autosynth.analysis.diffraction.test_analyse import told as pattern_told
from tests.autosynth.analysis.infrared.test_analyse import LIBRARY as BANDS
from tests.autosynth.analysis.infrared.test_analyse import told as spectrum_told
from tests.autosynth.analysis.nmr.rendering import blocks, drawn, pom_b
from tests.autosynth.analysis.sorption.rendering import bet, isotherm, pressures
from tests.autosynth.analysis.sorption.test_analyse import LIBRARY as GASES
from tests.autosynth.station.millbench import MOF, mill_bench

RECIPE = (MOF / "product.yaml").read_text(encoding="utf-8")
SHELF = Shelf({"infrared": BANDS, "diffraction": frameworks(), "sorption": GASES})


def agrees(made: Mapping[str, Estimate], known: Brought) -> None:
    """Assert that every quantity made is known with its dimension; a ratio that is no part is a number."""
    assert {name for name in made if known.kind(name) is None} == set()
    for name, estimate in made.items():
        assert compatible(known.kinds[name], DIMENSIONS[estimate.unit]), name


@pytest.mark.parametrize("stage", [(), ("washed",), ("raw",)])
def test_bands_bring_what_is_fitted(stage: tuple[str, ...]) -> None:
    """The same names, washed or not: the acid's own only where it is looked for."""
    made = spectrum_told(alpha=0.5, expect=stage).quantities
    known = bands_of(BANDS, stage, relative=True)
    agrees(made, known)
    assert set(made) == set(known.kinds)


def test_phases_bring_what_is_refined() -> None:
    """All that either hypothesis brings is known, and no more."""
    known = phases_of(frameworks(), ())
    single, mixed = (
        pattern_told(SYNCHROTRON, phases).quantities for phases in ({PRODUCT: 1.0}, {COPPER: 0.6, RUTHENIUM: 0.4})
    )
    agrees({**single, **mixed}, known)
    assert {*single, *mixed} == set(known.kinds)
    assert "Cu3btc2.a" not in phases_of(frameworks(), ("Ru2Cu4",)).kinds


def test_isotherms_and_spectra_bring_what_is_told() -> None:
    """Areas of both models; of a spectrum what is of no species."""
    p = pressures()
    agrees(analyse_isotherm(isotherm(p, bet(p, 10.0, 100.0)), GASES).quantities, Brought(OF_ISOTHERM))
    rng, lines = np.random.default_rng(1), pom_b()
    found = analyse_spectrum(blocks(drawn(rng, lines), lines, {"L": 1.0}, rng, 1), lines, ["lanthanide"]).quantities
    species = {one.name for one in lines.expand(["lanthanide"])}
    agrees({name: each for name, each in found.items() if name not in species}, Brought(OF_SPECTRUM))
    assert set(found) == species | set(OF_SPECTRUM)


def problems(old: str, new: str) -> tuple[str, tuple[Problem, ...]]:
    """Return the product's recipe with one text replaced, and what is found in it."""
    assert old in RECIPE
    text = RECIPE.replace(old, new, 1)
    station = mill_bench()
    try:
        plan = make_plan(parse_recipe(text, "r.yaml"), station, Inventory.full(station), library=SHELF)
    except InputError as error:
        return text, error.problems
    return text, plan.problems


WRONG = [
    ("ir.residual_frac < 2 %", "ir.residual_fraction < 2 %", "SPECIES", "did you mean residual_frac?"),
    ("ir.residual_frac < 2 %", "ir.acid_frac < 2 %", "SPECIES", "brings no quantity 'acid_frac'"),
    ("ir.residual_frac < 2 %", "ir.residual_frac < 2", "units", "write 2 %, or 200 %"),
    ("ir.residual_frac < 2 %", "3 > 2 * ir.residual_frac", "units", "write 3 %, or 300 %"),
    ("ir.residual_frac < 2 %", "ir.residual_frac < 2 mg", "units", "a ratio and a mass cannot be compared"),
    ("ir.residual_frac < 2 %", "not (ir.residual_frac > 2) or ir.residual_frac < 1 %", "units", "200 %"),
    ("ir.residual_frac < 2 %", "ir.residual_frac < blocks", "units", "write a number %"),
    ("xrd.solid_solution > 50 %", "xrd.solid_solutoin > 50 %", "SPECIES", "did you mean solid_solution?"),
    ("xrd.solid_solution > 50 %", "xrd.solid_solution > 50", "units", "write 50 %, or 5000 %"),
    ("xrd.solid_solution > 50 %", "xrd.Ru2Cu4.a > 18.7", "units", "a number and a length cannot be compared"),
    ("1.94 <= icp.ratio", "1.94 <= icp.ration", "SPECIES", "did you mean ratio?"),
    ("1.94 <= icp.ratio", "1.94 mg <= icp.ratio", "units", "a mass and a number cannot be compared"),
    ("wait: 25 min", "wait: 'max(1 mg, min(2 mg, ir0.unknown_frac * 1 mg))'", "units", "a time is wanted"),
    ("ratio: Cu/Ru", "ratio: Cu/Rh", "SPECIES", "Rh is in nothing that this recipe brings together"),
    ("with: MeOH, volume", "with: Acetone, volume", "names", "'Acetone' is not a reagent"),
]


@pytest.mark.parametrize(("old", "new", "rule", "words"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_asked_wrongly_is_one_problem(old: str, new: str, rule: str, words: str) -> None:
    """Misspelt, without its unit, or of another dimension: found at its line before anything is milled."""
    text, (problem,) = problems(old, new)
    assert problem.mark is not None
    assert new in text.splitlines()[problem.mark.line - 1]
    assert problem.rule == rule
    assert words in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ir.residual_frac < 2 %", "ir.residual_frac / ir0.residual_frac < 0.02"),
        ("ir.residual_frac < 2 %", "ir.ratio_1725_1426 < 0.1"),
        ("ir.residual_frac < 2 %", "ir.unknown_frac < 2 % and change(ir.residual_frac) < 1 %"),
        ("1.94 <= icp.ratio <= 2.06", "194 % <= icp.ratio <= 206 %"),
        ("xrd.solid_solution > 50 %", "18.7 angstrom < xrd.Ru2Cu4.a < 1.9 nm"),
        ("ratio: Cu/Ru", "ratio: Ru / Cl"),
    ],
)
def test_what_is_asked_rightly_is_no_problem(old: str, new: str) -> None:
    """Quotients of ratios and ratios of atoms or areas are numbers; lengths are in any unit."""
    assert problems(old, new)[1] == ()


def test_elements_of_a_powder_without_a_formula_are_not_judged() -> None:
    """Nobody can tell what is in it, so nothing is noted."""
    text = RECIPE.replace("ratio: Cu/Ru", "ratio: Cu/Rh").replace(", formula: C36H20O24Ru2Cl", "")
    text = text.replace("mass: 114.7 mg", "mass: 114.8 mg")
    station = mill_bench()
    plan = make_plan(parse_recipe(text), station, Inventory.full(station), library=SHELF)
    assert not any("Rh" in each.message for each in plan.problems)
