"""No quantity of any verb, however senseless, is more than a located problem: fields are found by reflection."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from autosynth.errors import InputError, Problem, Severity
from autosynth.language.validation import Located
from autosynth.plan.check import make_plan
from autosynth.plan.ranges import OF_FIELD
from autosynth.recipe.exposure import EXPOSURES
from autosynth.recipe.fieldkinds import expression_fields
from autosynth.recipe.load import parse_recipe
from autosynth.recipe.measure import Nmr, Voltammetry
from autosynth.recipe.steps import VERBS
from autosynth.recipe.verbs_solid import SOLID_VERBS
from autosynth.station.inventory import Inventory
from autosynth.units import DIMENSIONS, EXAMPLES
from tests.autosynth.plan.benches import bench

Step = dict[str, Any]
PARTS: Mapping[str, type[Located]] = {"voltammetry": Voltammetry, "nmr": Nmr, **EXPOSURES}
MODELS: Mapping[str, type[Located]] = {**VERBS, **PARTS}
HEADS = {
    "mof": """\
autosynth: 1
title: ranges
needs:
  {jar: jar, infrared: infrared_spectrometer, diffraction: powder_diffractometer, composition: element_analyser,
   sorption: sorption_analyser}
reagents:
  Ru2: {species: Ru2(H2btc)4Cl, formula: C36H20O24Ru2Cl}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  MeOH: {}
define: {cage: {per: {Ru2: 1}, charge: 100 umol}}
steps:
""",
    "autoclave": """\
autosynth: 1
title: ranges
needs: {bomb: autoclave}
reagents: {H3btc: {formula: C9H6O6}, MeOH: {}}
steps:
""",
    "nanoparticles": """\
autosynth: 1
title: ranges
needs: {pot: swept_pot, probe: uv_vis_spectrometer}
reagents: {water: {}}
steps:
""",
    "pom": """\
autosynth: 1
title: ranges
needs: {reactor: stirred_vessel, cell: measuring_cell, vial_s1: vial}
reagents: {SiW9: {formula: C64H154N4O36SiW9}, acetone: {}}
define: {cluster: {per: {SiW9: 2}, charge: 25 umol}}
steps:
""",
}
CHARGED: tuple[Step, ...] = (
    {"dose": {"reagent": "Ru2", "to": "jar", "mass": "114.7 mg"}},
    {"dose": {"reagent": "Cu", "to": "jar", "mass": "85.3 mg"}},
)
FILLED: tuple[Step, ...] = (
    {"stir": {"vessel": "reactor", "speed": "400 rpm"}},
    {"add": {"reagent": "SiW9", "to": "reactor", "volume": "5 mL", "rate": "2 mL/min"}},
)
POURED: tuple[Step, ...] = ({"add": {"reagent": "water", "to": "pot", "volume": "5 mL", "rate": "5 mL/min"}},)
SUSPENDED: tuple[Step, ...] = ({"dose": {"reagent": "H3btc", "to": "bomb", "mass": "82.5 mg"}},)
MILLED: Step = {"grind": {"vessel": "jar", "frequency": "30 Hz", "for": "15 min"}}
GOOD: Mapping[str, Step] = {
    "dose": {"reagent": "Ru2", "to": "jar", "mass": "114.7 mg", "of": "charged cage"},
    "grind": {"vessel": "jar", "frequency": "30 Hz", "for": "15 min", "liquid": "MeOH", "eta": "0.6 uL/mg"},
    "wet": {"vessel": "jar", "liquid": "MeOH", "eta": "0.6 uL/mg"},
    "wash": {"vessel": "jar", "with": "MeOH", "volume": "4 mL"},
    "centrifuge": {"vessel": "jar", "for": "10 min"},
    "activate": {"vessel": "jar", "to": "150 °C", "hold": "12 h", "in": "dish"},
    "autoclave": {"vessel": "bomb", "liquid": "MeOH", "volume": "4 mL", "to": "85 °C", "hold": "24 h"},
    "add": {"reagent": "SiW9", "to": "reactor", "volume": "1 mL", "of": "charged cluster"},
    "transfer": {"from": "reactor", "to": "vial_s1", "volume": "1 mL"},
    "sample": {"from": "reactor", "to": "vial_s1", "volume": "1 mL"},
    "clean": {"vessel": "vial_s1", "with": "acetone", "volume": "0.5 mL"},
    "stir": {"vessel": "reactor", "speed": "400 rpm"},
    "sweep": {"vessel": "pot", "flow": "500 mL/min"},
    "heat": {"vessel": "reactor", "to": "40 °C"},
    "cool": {"vessel": "reactor", "to": "30 °C"},
    "wait": {"for": "10 min"},
    "operator": {"prompt": "look", "likely": "2 min"},
    "repeat": {"name": "again", "at_most": "2", "steps": [{"note": "x"}]},
    "measure": {"voltammetry": {}, "of": "reactor", "sample": "0.2 mL", "in": "cell", "as": "m"},
    "voltammetry": {"begin": "0.25 V", "vertex1": "-0.5 V", "vertex2": "0.25 V"},
    **{name: {} for name in EXPOSURES if name not in {"uv_vis", "mass"}},
    "uv_vis": {"dip": True},
}
"""What is right of each verb and part; of fields that exclude each other one."""
EITHER = ({"mass", "moles", "equivalents", "volume"}, {"for", "energy"})
UNTRIED = {"nmr", "mass"}
"""Parts for which the benches have no instrument; `test_nmr` has the first, and the others' model is the same."""


def fields(model: str) -> Iterator[tuple[str, str]]:
    """Yield key and dimension of every quantity of a verb or a part."""
    yield from ((key, dimension) for _, key, dimension in expression_fields(MODELS[model]))


CASES = [(name, key, dimension) for name in MODELS if name not in UNTRIED for key, dimension in fields(name)]
CASES = [case for case in CASES if case[:2] != ("measure", "aliquot")] + [("infrared", "aliquot", "mass")]


def written(name: str, key: str, value: str) -> tuple[str, str]:
    """Return the bench and the recipe in which a field has a value, at the end of its last step."""
    verb = name if name in VERBS else "measure"
    good = deepcopy(dict(GOOD["measure" if verb == "measure" else name]))
    if name == "uv_vis":
        part = dict(GOOD[name])
        good = {name: part, "in": "probe", "of": "pot", "as": "m"}
    elif name in EXPOSURES:
        part, whole = dict(GOOD[name]), {"in": name, "of": "jar", "aliquot": "5 mg", "as": "m"}
        good = {name: part, **whole}
    elif verb == "measure":
        part = dict(GOOD["voltammetry"])
        good["voltammetry"] = part
    else:
        part = {}
    target = part if name in PARTS and key != "aliquot" else good
    for group in EITHER:
        if key in group and verb in {"dose", "grind", "add"}:
            for other in group:
                target.pop(other, None)
    target[key] = value
    if verb in {"dose", "add"} and key != "equivalents":
        good.pop("of", None)
    place, before = "pom", FILLED
    if name in {"sweep", "uv_vis"}:
        place, before = "nanoparticles", POURED
    elif name == "autoclave":
        place, before = "autoclave", SUSPENDED
    elif name in EXPOSURES or MODELS[name] in SOLID_VERBS:
        place, before = "mof", () if verb == "dose" else CHARGED
    lines = "".join(f"  - {json.dumps(step, ensure_ascii=False)}\n" for step in (*before, {verb: good}))
    return place, HEADS[place] + lines


def value_of(dimension: str, number: float) -> str:
    """Return so many of the unit that a dimension is written in."""
    unit = EXAMPLES[dimension].partition(" ")[2]
    return f"{number:g} {unit}".strip()


@cache
def found(place: str, text: str) -> tuple[Problem, ...]:
    """Return what keeps a recipe from being run; anything but an InputError goes through."""
    station = bench(place)
    try:
        problems = make_plan(parse_recipe(text, "r.yaml"), station, Inventory.full(station)).problems
    except InputError as error:
        problems = error.problems
    return tuple(each for each in problems if each.severity is Severity.REJECT)


@pytest.mark.parametrize("number", [-1e12, -15, 0, 1e-30, 1e12, 1e200], ids=lambda each: f"{each:g}")
def test_no_value_of_any_field_is_more_than_a_located_problem(number: float) -> None:
    """Negative, nothing, next to nothing, absurd: never an exception, and every problem has its place."""
    for name, key, dimension in CASES:
        place, text = written(name, key, value_of(dimension, number))
        for problem in found(place, text):
            assert problem.mark is not None, (name, key, problem)
            assert problem.mark.line <= len(text.splitlines())
            assert problem.message, (name, key)


@pytest.mark.parametrize(("name", "key", "dimension"), CASES, ids=[f"{each[0]}-{each[1]}" for each in CASES])
def test_a_negative_or_absurd_value_is_one_problem_at_its_field(name: str, key: str, dimension: str) -> None:
    """One each, where it stands; potentials and temperatures may be negative, counts are told by their own rule."""
    for number in (-15.0, 1e12):
        value = value_of(dimension, number)
        if number < 0 and dimension in {"potential", "temperature"}:
            continue
        place, text = written(name, key, value)
        problems = found(place, text)
        if dimension == "potential" and key != "step":  # the instrument's range and the solvent's window
            assert [each.rule for each in problems] == ["CV-WINDOW", "LIMITS"]
            continue
        if number > 0 and dimension == "scan_rate":  # no instrument says how fast it is, a rule does
            assert [each.rule for each in problems] == ["CV-WINDOW"]
            continue
        (problem,) = problems
        assert problem.mark is not None
        line = text.splitlines()[problem.mark.line - 1]
        assert line[problem.mark.column - 1 :].lstrip('"').startswith(value), problem


@pytest.mark.parametrize("model", [model for model in SOLID_VERBS if list(expression_fields(model))])
def test_nothing_is_no_amount_of_a_solid_verb(model: Any) -> None:
    """Zero is one problem of each field but a pause, how long hands likely take, and a temperature."""
    for key, dimension in fields(model.verb):
        place, text = written(model.verb, key, value_of(dimension, 0.0))
        problems = found(place, text)
        if (model.verb, key) == ("wash", "likely"):
            assert problems == ()
        else:
            assert len(problems) == 1, (key, problems)


def test_what_is_right_is_right() -> None:
    """The steps that the others change have no problem of their own."""
    for name in GOOD:
        key = next(fields(name))[0]
        value = GOOD[name].get(key) or (GOOD["measure"]["sample"] if key == "sample" else "3 min")
        assert found(*written(name, key, value)) == (), name


def test_every_range_is_of_a_field() -> None:
    """A field that is renamed takes its range along; dimensions are known."""
    known = {(model.__name__, key) for model in MODELS.values() for _, key, _ in expression_fields(model)}
    assert set(OF_FIELD) <= known
    assert {dimension for _, _, dimension in CASES} <= set(DIMENSIONS)


def test_mistakes_in_several_steps_are_told_at_once_and_nothing_follows_from_them() -> None:
    """Five wrong values in a recipe that mills are five problems: what they would have led to is none."""
    steps: list[Step] = [
        {"dose": {"reagent": "Ru2", "to": "jar", "mass": "-114.7 mg"}},
        {"dose": {"reagent": "Cu", "to": "jar", "equivalents": 4, "of": "Ru2 in jar"}},
        {"measure": {"infrared": {}, "in": "infrared", "of": "jar", "aliquot": "-2 mg", "as": "m"}},
        {"grind": {**MILLED["grind"], "for": "-15 min"}},
        {"vent": {"vessel": "jar"}},
        {"open": {"vessel": "jar"}},
        {"wash": {"vessel": "jar", "with": "MeOH", "volume": "500 mL"}},
        {"activate": {"vessel": "jar", "to": "150 °C", "hold": "12 h"}},
    ]
    text = HEADS["mof"] + "".join(f"  - {json.dumps(step, ensure_ascii=False)}\n" for step in steps)
    problems = found("mof", text)
    first = len(HEADS["mof"].splitlines()) + 1
    assert [each.mark.line - first for each in problems if each.mark] == [0, 2, 3, 6, 7], problems
