"""Recipes that mill: each slip of the pen is a problem at its place, with what would be right."""

import pytest

from autosynth.errors import InputError, Mark
from autosynth.recipe.load import parse_recipe
from autosynth.recipe.parts import Basis
from autosynth.recipe.schema import KINDS
from autosynth.recipe.steps import Activate, Dose, Grind, Measure, Weigh
from autosynth.station.roles import DEVICE_KINDS, INSTRUMENTS

MILLED = """\
autosynth: 1
title: Milled
libraries: {infrared: bands.yaml, diffraction: phases.yaml}
needs: {jar: jar, other: jar, ir: infrared_spectrometer, xrd: powder_diffractometer, icp: element_analyser}
reagents:
  Ru2: {formula: C36H20O24Ru2Cl}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  MeOH: {}
parameters:
  eta: {default: 0.6 uL/mg, min: 0.4 uL/mg, max: 0.8 uL/mg}
steps:
  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}
  - dose: {reagent: Cu, to: jar, equivalents: 4, of: Ru2 in jar, tolerance: 0.5 %}
  - weigh: {vessel: jar, as: charged}
  - measure: {infrared: {}, in: ir, of: jar, aliquot: 2 mg, as: ir0}
  - grind: {vessel: jar, frequency: 30 Hz, for: 15 min, liquid: MeOH, eta: eta, rate: 0.5 mL/min}
  - vent: {vessel: jar}
  - open: {vessel: jar}
  - measure: {infrared: {relative_to: ir0}, in: ir, of: jar, aliquot: 2 mg, as: ir1}
  - wash: {vessel: jar, with: MeOH, volume: 5 mL, times: 3}
  - centrifuge: {vessel: jar, for: 10 min}
  - measure: {diffraction: {candidates: [Ru2Cu4]}, in: xrd, of: jar, aliquot: 5 mg, as: xrd1}
  - measure: {composition: {ratio: Cu/Ru}, in: icp, of: jar, aliquot: 5 mg, as: icp1}
  - activate: {vessel: jar, to: 150 °C, hold: 12 h}
  - autoclave: {vessel: jar, liquid: MeOH, volume: 2 mL, to: 85 °C, hold: 24 h}
  - close: {vessel: jar}
"""

SLIPS = [
    # written, mistaken, where the problem stands (just behind the ^), part of the message, part of the hint
    ("mass: 114.7 mg", "mass: 1 mg, moles: 1 mmol", "moles: ^1 mmol", "mass and moles are given", "exactly one"),
    ("mass: 114.7 mg", "tolerance: 1 %", "- ^dose: {reagent: Ru2", "nothing says how much", "mass, moles, equivalents"),
    (", of: Ru2 in jar", "", "- ^dose: {reagent: Cu", "equivalents and of belong together", "of: charged"),
    ("mass: 114.7 mg", "mass: 1 mg, of: Ru2 in jar", "of: ^Ru2 in jar}", "equivalents and of belong together", ""),
    ("mass: 114.7 mg", "mass: 114.7 uL", "mass: ^114.7 uL", "is a volume, a mass is wanted", "20 mg"),
    ("Cu, to: jar", "Cuu, to: jar", "reagent: ^Cuu", "'Cuu' is not a reagent", "did you mean Cu?"),
    ("Ru2, to: jar", "Ru2, to: jat", "to: ^jat", "'jat' is not a role", "did you mean jar?"),
    ("Ru2 in jar", "Ru2 in jat", "of: ^Ru2 in jat", "'jat' is not a role", "did you mean jar?"),
    ("of: Ru2 in jar", "of: Ru3 in jar", "of: ^Ru3", "'Ru3' is neither defined nor a reagent", "did you mean Ru2?"),
    ("for: 15 min, liquid", "for: 1 h, energy: 1500 J/g, liquid", "- ^grind", "milled for how long?", "either for:"),
    ("for: 15 min, liquid", "liquid", "- ^grind", "milled for how long?", "energy: 1500 J/g"),
    (", eta: eta", "", "liquid: ^MeOH, rate", "liquid without eta", "eta: 0.6 uL/mg"),
    ("liquid: MeOH, eta: eta", "eta: 0.6 uL/mg", "eta: ^0.6 uL/mg, rate", "eta without liquid", "liquid: MeOH"),
    ("eta: eta", "eta: 0.6 uL", "eta: ^0.6 uL", "is a volume, a specific volume is wanted", "0.6 uL/mg"),
    ("eta: eta", "eta: eat", "eta: ^eat", "'eat' is not known here", "did you mean eta?"),
    ("liquid: MeOH", "liquid: MeHO", "liquid: ^MeHO", "'MeHO' is not a reagent", "did you mean MeOH?"),
    ("30 Hz", "30 rpm", "frequency: ^30 rpm", "30 rpm is a speed, a frequency is wanted", "25 Hz"),
    ("to: 150 °C", "to: 150 °C, ramp: 5 °C", "ramp: ^5 °C", "a heating rate is wanted", "K/min"),
    (
        "hold: 12 h",
        "hold: 12 h, atmosphere: argon",
        "atmosphere: ^argon",
        "'argon' is not one of the choices",
        "vacuum",
    ),
    ("times: 3", "times: 0", "times: ^0", "times", ""),
    ("with: MeOH, volume: 5 mL", "with: MeOH", "- ^wash", "volume", ""),
    (
        "{infrared: bands",
        "{infrarad: bands",
        "infrarad: ^bands",
        "'infrarad' is no technique",
        "did you mean infrared?",
    ),
    ("relative_to: ir0", "relative_to: ir9", "relative_to: ^ir9", "'ir9' is not a measurement made before", "ir0?"),
    ("relative_to: ir0", "relative_to: ir1", "relative_to: ^ir1", "'ir1' is not a measurement made before", "ir0?"),
    ("relative_to: ir0", "relative_to: charged", "relative_to: ^charged", "is no infrared spectrum of jar", "ir0"),
    (
        "of: jar, aliquot: 2 mg, as: ir1",
        "of: other, aliquot: 2 mg, as: ir1",
        "relative_to: ^ir0",
        "of other",
        "unmilled",
    ),
    ("of: jar, aliquot: 2 mg, as: ir0", "of: jar, as: ir0", "- ^measure: {infrared: {},", "is of an aliquot", "2 mg"),
    (
        "of: jar, aliquot: 2 mg, as: ir0",
        "aliquot: 2 mg, as: ir0",
        "- ^measure: {infrared: {},",
        "is of an aliquot",
        "of:",
    ),
    ("aliquot: 2 mg, as: ir0", "sample: 2 mL, as: ir0", "- ^measure: {infrared: {},", "is of an aliquot", "aliquot"),
    ("aliquot: 2 mg, as: ir0", "aliquot: 2 mL, as: ir0", "aliquot: ^2 mL", "is a volume, a mass is wanted", "mg"),
    (
        "infrared: {},",
        "voltammetry: {begin: 0 V, vertex1: 1 V, vertex2: 0 V},",
        "aliquot: ^2 mg, as: ir0",
        "of a solid",
        "mL",
    ),
    ("infrared: {},", "nmr: {nucleus: 1H},", "aliquot: ^2 mg, as: ir0", "an aliquot is of a solid", "sample: 0.2 mL"),
    ("infrared: {},", "infrared: {}, uv_vis: {},", "in: ^ir, of: jar", "measure needs one technique", "write one of"),
    ("infrared: {},", "infrared: {width: 1},", "{^width: 1}", "'width' is not a key here", ""),
    (
        "as: ir1}",
        "as: ir1, until: {residual_frac: 1 %}}",
        "until: ^{resid",
        "until needs scans, and infrared is one",
        "repeat",
    ),
    ("as: ir1}", "as: ir1, decide: ir1.x < 2 %}", "decide: ^ir1.x", "decide needs scans", "repeat"),
    ("as: ir1}", "as: ir1, scans_at_most: 2}", "scans_at_most: ^2", "scans_at_most needs scans", "repeat"),
    ("as: ir1}", "as: ir1, species: [COOH]}", "species: ^[COOH]", "looks for all that its library has", "candidates"),
    ("ratio: Cu/Ru", "ratio: Cu", "ratio: ^Cu}", "'Cu' is no ratio of two elements", "write Cu/Ru"),
    ("jar, liquid: MeOH, volume: 2", "jar, liquid: MeHO, volume: 2", "liquid: ^MeHO", "'MeHO' is not a", "mean MeOH?"),
    ("volume: 2 mL", "volume: 2 mg", "volume: ^2 mg", "is a mass, a volume is wanted", "mL"),
    ("to: 85 °C, hold", "to: 85 °C, ramp: 2 °C, hold", "ramp: ^2 °C", "a heating rate is wanted", "K/min"),
    ("as: charged", "as: eta", "as: ^eta", "the name 'eta' is already used", "another"),
]


@pytest.mark.parametrize(("old", "new", "at", "message", "hint"), SLIPS, ids=[slip[1] for slip in SLIPS])
def test_one_slip_is_a_problem_at_its_place(old: str, new: str, at: str, message: str, hint: str) -> None:
    """Line and column, what is wrong, and what would be right."""
    assert old in MILLED
    text = MILLED.replace(old, new, 1)
    before = text[: text.index(at.replace("^", "")) + at.index("^")]
    mark = Mark("r.yaml", before.count("\n") + 1, len(before) - before.rfind("\n"))
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "r.yaml")
    problem = {problem.mark: problem for problem in caught.value.problems}.get(mark)
    assert problem is not None, f"nothing at {mark}: {caught.value}"
    assert message in problem.message
    assert hint in problem.hint


def test_a_milled_recipe_loads_with_its_units() -> None:
    """Fields come in canonical units, defaults as if they had been written."""
    steps = parse_recipe(MILLED).steps
    weighed, counted, grind, activate = steps[0], steps[1], steps[4], steps[12]
    assert isinstance(weighed, Dose)
    assert (weighed.quantity.number({}).value, weighed.tolerance.number({}).value) == pytest.approx((0.1147, 0.01))
    assert isinstance(counted, Dose)
    assert counted.of == Basis("Ru2", "jar", charged=False)
    assert counted.quantity.text == "4"
    assert isinstance(steps[2], Weigh)
    assert isinstance(grind, Grind)
    assert (grind.block.number({}).value, grind.pause.number({}).value) == (900.0, 300.0)
    assert isinstance(activate, Activate)
    assert (activate.ramp.number({}).value, activate.atmosphere) == (5.0, "vacuum")


def test_a_measurement_by_file_is_made_once() -> None:
    """It is one exposure, washed unless said otherwise, and its file is waited for two hours."""
    first = next(step for step in parse_recipe(MILLED).steps if isinstance(step, Measure))
    assert first.exposure is not None
    assert (first.technique, first.most_scans, first.exposure.washed) == ("infrared", 1, True)
    assert first.exposure.wait.number({}).value == 7200.0


def test_weights_and_spectra_are_named_in_conditions() -> None:
    """What was weighed has a mass, and a quantity of a spectrum can end a loop."""
    text = MILLED + "  - when: {condition: charged.mass > 0.1 g and ir1.residual_frac < 2 %, then: [{note: done}]}\n"
    assert len(parse_recipe(text).steps) == 16


def test_editors_offer_every_kind_that_is_built_in() -> None:
    """The schema's examples of kinds are those that a station's devices can play, and more."""
    assert {*DEVICE_KINDS, *INSTRUMENTS} <= set(KINDS)
