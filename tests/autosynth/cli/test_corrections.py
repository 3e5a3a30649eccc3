"""What `check` says of a mistake: the likely correction, in eighty columns, at its place."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from autosynth.cli.problems import render_problems
from autosynth.engine.inputs import read_inputs
from autosynth.errors import InputError, Problem
from tests.autosynth.plan.test_bad_recipes import problems_of, read_expected

ROOT = Path(__file__).parents[3]
POM = ROOT / "protocols/pom"
BAD = sorted((ROOT / "tests/recipes_bad").glob("*.yaml"))
TODAY = date(2026, 11, 26)
SAY_IT_THEMSELVES = {"LAG", "MILL-DUTY", "MILL-FILL", "STEEL-ACID", "OVEN", "JAR-OPEN", "CV-AG", "CV-WINDOW", "SOLV-T"}
"""Rules of chemistry: the sentence is what would be right, and only the chemist knows which way."""

IN_RECIPE = [
    ("- stir: {vessel: reactor, speed: 400", "- stri: {vessel: reactor, speed: 400", "stir"),
    ("speed: 400 rpm", "speed: 400 rmp", "400 rpm"),
    ("speed: 400 rpm", "sped: 400 rpm", "speed"),
    ("{vessel: reactor, speed: 400", "{vessel: raector, speed: 400", "reactor"),
    ("add: {reagent: SiW9", "add: {reagent: SWi9", "SiW9"),
    ("add: {reagent: salt", "add: {reagent: slat", "salt"),
    ("rate: 2 mL/min", "rate: 2 mLm/in", "mL/min"),
    ("rate: 2 mL/min", "rate: 2 mL/mni", "2 mL/min"),
    ("needs: {reactor: stirred_vessel", "needs: {reactor: stirre_dvessel", "stirred_vessel"),
    ("undecided: continue", "undecided: conitnue", "continue"),
    ("at_cap: accept", "at_cap: acecpt", "accept"),
    ("until: s1.S1_confirmed_frac", "until: s11.S1_confirmed_frac", "s1.S1_confirmed_frac"),
    ("until: s1.S1_confirmed_frac", "until: s1.S1_confrimed_frac", "S1_confirmed_frac"),
    ("until: change(cv.IA2)", "until: chagne(cv.IA2)", "change(...)"),
    ("until: {change IA2", "until: {change I2A", "IA2"),
    ("until: {change IA2", "until: {chnage IA2", "change IA2"),
    ("species: [manganese]", "species: [managnese]", "manganese"),
    ("library: species/pom_a.yaml", "library: species/pom_a.ymal", "pom_a.yaml"),
    ('workup: {default: "no"', 'workup: {default: "noo"', "no"),
    ("of: charged cluster", "of: charged clsuter", "cluster"),
    ("requires: 9 to 11 mmol/L", "requires: 9 to 11 mmlo/L", "11 mmol/L"),
    ("overrides:", "overridse:", "overrides"),
]
IN_STATION = [
    ("devices:", "deivces:", "devices"),
    ("vessels:", "vesselss:", "vessels"),
    ("draw_rate: 10 mL/min", "draw_rtae: 10 mL/min", "draw_rate"),
    ("driver: tecan_cavro", "driver: teca_ncavro", "tecan_cavro"),
    ("address: {serial:", "address: {seiral:", "serial"),
    ("baud: 9600", "buad: 9600", "baud"),
    ("options: {switch: 0", "options: {swtich: 0", "switch"),
    ("stirred_by: hotplate", "stirred_by: hotlpate", "hotplate"),
    ("stirred_by: hotplate", "stired_by: hotplate", "stirred_by"),
    ("safe: {stir: 200 rpm", "safe: {stri: 200 rpm", "stir"),
    ("use: rinse", "use: rnise", "rinse"),
    ("from: SiW9, to:", "from: SWi9, to:", "SiW9"),
    ('to: "pump:1"', 'to: "pmup:1"', "pump"),
    ("filled: argon}", "filled: agron}", "argon"),
    ("push: {with: argon", "pushh: {with: argon", "push"),
    ("limits:\n  hotplate:", "limits:\n  hotlpate:", "hotplate"),
    ("capacity: 25 mL", "capacity: 25 ML", "25 mL"),
    ("roles: {cell: cell, reactor: reactor", "roles: {cell: cell, reactor: raector", "reactor"),
]


def problems(recipe: Path, station: Path) -> list[Problem]:
    """Return everything that a check finds."""
    try:
        return list(read_inputs(recipe, station, today=TODAY).plan.problems)
    except InputError as error:
        return list(error.problems)


def changed(folder: Path, file: str, old: str, new: str) -> list[Problem]:
    """Return what is found after one change to the demonstration's recipe or station."""
    shutil.copytree(POM, folder, dirs_exist_ok=True)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return problems(folder / "pom_a.yaml", folder / "station.yaml")


def meant(found: list[Problem], word: str) -> bool:
    return any(f"did you mean {word}" in f"{each.message} {each.hint}" or f"{word}?" in each.hint for each in found)


@pytest.mark.parametrize(("old", "new", "word"), IN_RECIPE)
def test_a_slip_in_a_recipe_is_answered_with_what_was_meant(tmp_path: Path, old: str, new: str, word: str) -> None:
    """Verbs, fields, units, roles, reagents, measured quantities, stages, files and choices."""
    found = changed(tmp_path, "pom_a.yaml", old, new)
    assert meant(found, word) or any(word in each.hint for each in found if "mL/min" in word), found


@pytest.mark.parametrize(("old", "new", "word"), IN_STATION)
def test_a_slip_in_a_station_is_answered_with_what_was_meant(tmp_path: Path, old: str, new: str, word: str) -> None:
    """Sections, fields, drivers, addresses, options, devices, vessels, liquids and units."""
    found = changed(tmp_path, "station.yaml", old, new)
    said = [each for each in found if meant([each], word) or f"did you write {word}" in each.message]
    assert said != [], found


def test_swapped_letters_are_nearer_than_another_word(tmp_path: Path) -> None:
    """AgOTf with two letters swapped is AgOTf, although NaOTf is as similar."""
    found = changed(tmp_path, "pom_a.yaml", "one_of: [AgOTf", "one_of: [AOgTf")
    assert meant(found, "AgOTf")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_finding_says_what_to_do(path: Path) -> None:
    """Each problem of each bad recipe has a hint, or is the sentence of a rule of chemistry."""
    found = problems_of(path, read_expected(path))
    assert len(found) == 1
    assert [each.message for each in found if not each.hint and each.rule not in SAY_IT_THEMSELVES] == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_everything_is_said_in_eighty_columns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are broken between words and excerpts are cut."""
    found = problems_of(path, read_expected(path))
    monkeypatch.chdir(path.parent)
    here = [replace(each, mark=replace(each.mark, file=path.name) if each.mark else None) for each in found]
    shown = render_problems(here, 80).splitlines()
    assert max(map(len, shown)) <= 80
    assert any(set(line) == {" ", "^"} for line in shown)


def test_in_a_log_a_problem_stays_one_line() -> None:
    """Without a terminal a sentence is not broken, so that it can be searched for."""
    long = Problem("word " * 40, hint="more " * 40)
    assert len(render_problems([long]).splitlines()) == 2
    assert len(render_problems([long], 80).splitlines()) > 4
