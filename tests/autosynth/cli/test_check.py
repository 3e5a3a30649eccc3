"""`autosynth check`: everything wrong at once and located; everything planned in numbers."""

import json
from pathlib import Path

import pytest

from tests.autosynth.cli.calling import DOSE, NOTHING, call, place

WRONG = """\
autosynth: 1
title: Wrong twice
needs: {reactor: stirred_vessel}
reagents: {SiW9: {}}
steps:
  - stir: {vessel: reactor, speed: 400}
  - add: {reagent: SiW9, to: reactor, volume: 5 m, rate: 2 mL/min}
"""
LATE = """\
autosynth: 1
title: Too many rounds
steps:
  - repeat: {name: again, at_most: 200000, steps: [{note: nothing moves}]}
"""
TOO_MUCH = DOSE.replace("max: 2 mL", "max: 40 mL").replace("default: 1 mL", "default: 30 mL")


def test_an_accepted_recipe_is_told_in_eighty_columns(tmp_path: Path) -> None:
    """Materials, levels, timeline and the verdict, last; no line is wider than a terminal."""
    found = call("check", place(tmp_path, DOSE))
    assert found.code == 0
    assert found.err == ""
    assert found.out.splitlines()[-1] == "accepted"
    assert max(map(len, found.out.splitlines())) <= 80
    assert {"SiW9", "reactor", "stir", "likely"} <= set(found.out.split())


def test_every_mistake_is_located_with_its_line_and_a_caret(tmp_path: Path) -> None:
    """Two wrong quantities are two problems, each file:line:col with the line and what would be right; exit 2."""
    recipe = place(tmp_path, WRONG)
    found = call("check", recipe)
    assert found.code == 2
    assert f"{recipe}:6:" in found.err
    assert f"{recipe}:7:" in found.err
    assert sum(set(line) == {" ", "^"} for line in found.err.splitlines()) == 2
    assert "hint:" in found.err
    assert found.out == ""


def test_a_refused_plan_ends_with_what_is_to_be_put_right(tmp_path: Path) -> None:
    """More than a vessel holds is refused at the step, with the plan's numbers to see why."""
    recipe = place(tmp_path, TOO_MUCH)
    found = call("check", recipe)
    assert found.code == 2
    assert f"{recipe}:9:" in found.err
    assert found.out.splitlines()[-1].startswith("refused")
    assert "reactor" in found.out
    assert "likely at" not in found.out  # no timeline stands between a writer and what is wrong
    assert len(found.out.splitlines()) < 15


def test_a_station_taken_unasked_is_named_above_what_it_lacks(tmp_path: Path) -> None:
    """Once, and only where another station could help and nobody has named this one."""
    recipe, station = place(tmp_path, TOO_MUCH), tmp_path / "station.yaml"
    line = f"against station {station} (taken because it lies beside the recipe; another with --station)"
    assert call("check", recipe).err.split("\n")[1] == line
    assert call("check", recipe).err.count(line) == 1
    assert "against station" not in call("check", recipe, "--station", station).err
    assert "against station" not in call("check", place(tmp_path, WRONG)).err
    assert "against station" not in call("check", place(tmp_path, LATE)).err


def test_json_tells_which_station_was_taken(tmp_path: Path) -> None:
    """The file that was read, asked for or not."""
    recipe, station = place(tmp_path, DOSE), tmp_path / "station.yaml"
    assert call("check", recipe, "--json").json["station_file"] == str(station)
    assert call("check", recipe, "--station", station, "--json").json["station_file"] == str(station)


def test_json_of_an_accepted_plan(tmp_path: Path) -> None:
    """One strict object with the plan's parts."""
    found = call("check", place(tmp_path, DOSE), "--json")
    assert found.code == 0
    assert found.json["ok"] is True
    assert {"problems", "materials", "volumes", "duration", "decisions", "host_death", "steps"} <= set(found.json)
    assert [step["path"] for step in found.json["steps"]] == ["1", "2"]


@pytest.mark.parametrize(("recipe", "first_line"), [(WRONG, 6), (TOO_MUCH, 9)], ids=["unreadable", "refused"])
def test_json_of_a_refused_recipe_has_located_problems(tmp_path: Path, recipe: str, first_line: int) -> None:
    """Exit 2 and every problem with file, line, column, rule and severity, wherever it was found."""
    found = call("check", place(tmp_path, recipe), "--json")
    assert found.code == 2
    assert found.json["ok"] is False
    first = found.json["problems"][0]
    assert {"file", "line", "column", "rule", "severity", "message", "hint"} == set(first)
    assert (first_line, "reject") == (first["line"], first["severity"])


def test_json_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is a problem like any other."""
    found = call("check", tmp_path / "none.yaml", "--json")
    assert (found.code, found.json["ok"]) == (2, False)


def test_settings_reach_the_plan(tmp_path: Path) -> None:
    """A parameter set on the command line changes what is needed."""
    recipe = place(tmp_path, DOSE)
    needed = [
        next(each for each in call("check", recipe, "--json", "--set", f"much={much} mL").json["materials"])
        for much in (1, 2)
    ]
    assert needed[1]["needed_ml"][1] > 1.9 * needed[0]["needed_ml"][1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "much"], "--set much: error"),
        (["--set", "more=1 mL"], "known: much"),
        (["--set", "much=9 mL"], "above the maximum"),
        (["--set", "much=1 g"], "--set much"),
        (["--set", "much=1 mL", "--set", "much=1 mL"], "given twice"),
        (["--acknowledge", "CV-AG"], "--acknowledge CV-AG: error"),
        (["--station", "none.yaml"], "there is no file none.yaml"),
    ],
)
def test_wrong_options_say_what_is_wrong(tmp_path: Path, options: list[str], said: str) -> None:
    """Each is exit 2 with a sentence that names the option."""
    found = call("check", place(tmp_path, DOSE), *options)
    assert found.code == 2
    assert said in found.err


def test_anything_else_than_a_recipe_is_no_traceback(tmp_path: Path) -> None:
    """A folder, a binary file, an empty file, a list, a file without permission: exit 2 and a sentence."""
    recipe = place(tmp_path, NOTHING)
    for content in (b"\x7fELF\x00\xff\xfe", b"", b"- 1\n", b"a: [", b"\xef\xbb\xbf", b"a: !!python/object:os.x {}\n"):
        recipe.write_bytes(content)
        assert (call("check", recipe).code, _severity(call("check", recipe).err)) == (2, "error")
    assert (call("check", tmp_path).code, _severity(call("check", tmp_path).err)) == (2, "error")


def _severity(text: str) -> str:
    return "error" if "error: " in text else text


def test_a_station_that_is_no_station_is_located_too(tmp_path: Path) -> None:
    """A mistake in the station file is shown in that file."""
    recipe = place(tmp_path, DOSE)
    station = tmp_path / "station.yaml"
    station.write_text(station.read_text().replace("capacity: 25 mL", "capacity: 25 m"))
    found = call("check", recipe)
    assert found.code == 2
    assert f"{station}:" in found.err
    assert "capacity" in found.err


def test_json_is_strict_even_when_a_bound_is_infinite(tmp_path: Path) -> None:
    """No NaN and no Infinity reaches a script."""
    out = call("check", place(tmp_path, DOSE), "--json").out
    assert json.dumps(json.loads(out), allow_nan=False)
