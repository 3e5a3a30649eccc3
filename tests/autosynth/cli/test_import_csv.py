"""`autosynth import csv`: what a table tells is taken from it, everything else is asked, and nothing is guessed."""

from pathlib import Path

import pytest

from tests.autosynth.cli.calling import Called, call

RECIPE = """\
autosynth: 1
title: parameters
parameters:
  feed: {default: 5 mmol/L, min: 1 mmol/L, max: 10 mmol/L}
  much: {default: 1 mL, min: 0.1 mL, max: 2 mL}
steps: [{note: nothing}]
"""
LAB = "Vial;Feed [mM];much;Who\r\nA1;2,5;500;Ann\r\n\r\nA2;3;250;Bob\r\nSumme;5,5;750;\r\n"
ANSWERS = {
    "decimal": "comma",
    "totals": "drop",
    "blank": "drop",
    "column:Feed": "feed",
    "column:Who": "ignore",
    "unit:much": "uL",
}


def adopt(folder: Path, answers: dict[str, str], *options: str, text: str = LAB) -> Called:
    """Adopt a table of the laboratory with these answers."""
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    (folder / "lab.csv").write_bytes(text.encode())
    given = [part for key, answer in answers.items() for part in ("--answer", f"{key}={answer}")]
    return call("import", "csv", folder / "lab.csv", "--recipe", folder / "recipe.yaml", *given, *options)


def test_everything_that_is_not_told_is_asked(tmp_path: Path) -> None:
    """Without a terminal: all questions with their keys, code 4, and nothing is written."""
    found = adopt(tmp_path, {}, "--json")
    assert found.code == 4
    questions = {each["key"]: each for each in found.json["questions"]}
    assert set(questions) == set(ANSWERS)
    assert questions["column:Feed"]["proposal"] == "feed"
    assert questions["column:Feed"]["choices"] == ["feed", "much", "id", "ignore"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lab.csv", "recipe.yaml"]
    listed = adopt(tmp_path, {})
    assert (listed.code, '--answer "unit:much=..."' in listed.out) == (4, True)


def test_an_adopted_table_is_a_campaign(tmp_path: Path) -> None:
    """Points for commas, units in heads, remarks kept as such; the sketch says what was asked and is read."""
    found = adopt(tmp_path, ANSWERS, "--json")
    assert (found.code, found.json["rows"]) == (0, 2)
    table = (tmp_path / "lab.table.csv").read_text(encoding="utf-8")
    assert table == "id,feed / mM,much / uL,#Who\nA1,2.5,500,Ann\nA2,3,250,Bob\n"
    (tmp_path / "station.yaml").write_bytes((Path(__file__).parents[2] / "stations" / "one_vessel.yaml").read_bytes())
    checked = call("check", tmp_path / "lab.campaign.yaml", "--json")
    assert checked.code == 0
    assert [row["settings"] for row in checked.json["rows"]] == [
        {"feed": "2.5 mM", "much": "500 uL"},
        {"feed": "3 mM", "much": "250 uL"},
    ]
    again = adopt(tmp_path, ANSWERS)
    assert (again.code, "exists already" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("key", "answer", "said"),
    [
        ("unit:much", "mM", "no unit of volume"),
        ("column:Who", "whoever", "one of feed, much, id, ignore"),
        ("column:Whom", "ignore", "nothing asks for this"),
    ],
)
def test_answers_that_will_not_do(tmp_path: Path, key: str, answer: str, said: str) -> None:
    """They are refused at the option, with the question."""
    found = adopt(tmp_path, {**ANSWERS, key: answer})
    assert found.code == 2
    assert said in found.err
    assert not (tmp_path / "lab.table.csv").exists()


def test_rows_that_the_recipe_does_not_allow_are_told_in_the_new_table(tmp_path: Path) -> None:
    """The files are there to be put right; the place is that of the new table."""
    found = adopt(tmp_path, {"unit:much": "mL"}, text="id,feed / mM,much\na,2,1\nb,20,1\n")
    assert found.code == 2
    assert "lab.table.csv:3:3: error: feed: 20 mmol/L is above the maximum" in found.err


def test_a_table_that_tells_everything_is_not_asked_about(tmp_path: Path) -> None:
    """Names and units that fit leave no question."""
    found = adopt(tmp_path, {}, "--json", text="vial,much (uL)\na,500\n")
    assert (found.code, found.json["questions"]) == (0, [])
