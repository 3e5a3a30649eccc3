"""Rows of a table as settings of a recipe: matched by name, checked against limits, every mistake at its cell."""

import random

import pytest

from autosynth.campaign.table.rows import Column, read_rows
from autosynth.campaign.table.table import parse_table
from autosynth.errors import InputError, Mark, Problem
from autosynth.recipe.load import parse_recipe
from autosynth.recipe.model import Recipe

RECIPE = """\
autosynth: 1
title: parameters
parameters:
  feed: {default: 5 mmol/L, min: 1 mmol/L, max: 10 mmol/L}
  much: {default: 1 mL, min: 0.1 mL, max: 2 mL}
  cap: {default: 2, min: 1, max: 3}
  salt: {default: silver, one_of: [silver, sodium]}
steps:
  - note: nothing
"""


@pytest.fixture
def recipe() -> Recipe:
    return parse_recipe(RECIPE)


def problems(recipe: Recipe, text: str, columns: dict[str, Column] | None = None) -> list[Problem]:
    """Return what is wrong with a table."""
    with pytest.raises(InputError) as caught:
        read_rows(parse_table(text, "t.csv"), recipe.parameters, columns)
    return list(caught.value.problems)


def places(found: list[Problem]) -> list[tuple[int, int]]:
    return [(each.mark.line, each.mark.column) for each in found if each.mark]


def test_columns_are_matched_by_name_in_any_order(recipe: Recipe) -> None:
    """Units come from the head or from each cell; a remark's column and the id's are no parameters."""
    text = "salt,much (µL),id,feed,#note\nsodium,250,v1,2 mM,the first\nsilver,1e3,v2,3.5 mmol/L,\n"
    rows = read_rows(parse_table(text), recipe.parameters)
    assert [row.name for row in rows] == ["v1", "v2"]
    assert rows[0].settings == {"salt": "sodium", "much": "250 µL", "feed": "2 mM"}
    values = recipe.parameters_with(rows[1].settings)
    assert values["salt"] == "silver"
    assert getattr(values["much"], "value", None) == 1.0
    assert getattr(values["feed"], "value", None) == 3.5e-3
    assert getattr(values["cap"], "value", None) == 2.0


def test_the_order_of_columns_changes_nothing(recipe: Recipe) -> None:
    """Shuffled columns give the same settings."""
    columns = {"id": ["a", "b"], "feed / mM": ["2", "3"], "much / mL": ["1", "0.5"], "cap": ["1", "3"]}
    told = set()
    for seed in range(6):
        names = list(columns)
        random.Random(seed).shuffle(names)
        lines = [",".join(names), *(",".join(columns[name][row] for name in names) for row in (0, 1))]
        rows = read_rows(parse_table("\n".join(lines)), recipe.parameters)
        told.add(tuple(tuple(sorted(row.settings.items())) for row in rows))
    assert len(told) == 1


def test_rows_without_ids_are_numbered(recipe: Recipe) -> None:
    """Numbers in use are passed over when a campaign is extended."""
    rows = read_rows(parse_table("cap\n1\n2\n"), recipe.parameters, taken=["1", "3"])
    assert [row.name for row in rows] == ["2", "4"]


def test_a_schema_tells_what_heads_do_not(recipe: Recipe) -> None:
    """A column of another name, its unit, and one that is left out."""
    columns = {
        "c(Cu)": Column("feed", "mM"),
        "Volume": Column("much", "mL"),
        "operator": Column(ignored=True),
    }
    rows = read_rows(parse_table("c(Cu),Volume,operator\n2,1,Ann\n"), recipe.parameters, columns)
    assert rows[0].settings == {"feed": "2 mM", "much": "1 mL"}


EVERYTHING = """\
id,feed / mM,much,temprature,much,salt / mM
a,2,1,3,1 mL,silver

a,,"0,5 mL",3,1 mL,silver
b,20,1 mL,3,1 mL,silver
,2 mM,5 mL,3,1 mL,gold
c d,=B2,1 mL,3,1 mL,silver
Total,24,8,12,4,
"""


def test_everything_wrong_is_told_at_once_and_at_its_cell(recipe: Recipe) -> None:
    """Unknown and doubled columns, a blank row and cell, a doubled id, a comma, a range, a formula, totals."""
    found = problems(recipe, EVERYTHING)
    told = {place: each.message for place, each in zip(places(found), found, strict=True)}
    assert "not a parameter" in told[1, 19]
    assert "column already, at t.csv:1:14" in told[1, 30]
    assert "no unit" in told[1, 35]
    assert "no unit" in told[2, 5]
    assert told[3, 1] == "this row is blank"
    assert "taken already, at t.csv:2:1" in told[4, 1]
    assert "no value" in told[4, 3]
    assert "comma" in told[4, 4]
    assert "above the maximum of 10 mmol/L" in told[5, 3]
    assert "no id" in told[6, 1]
    assert "unit of its own" in told[6, 2]
    assert "above the maximum of 2 mL" in told[6, 7]
    assert "cannot name a run's folder" in told[7, 1]
    assert "formula" in told[7, 5]
    assert "totals" in told[8, 1]
    assert len(found) == 15


def test_the_unit_that_is_missing_is_asked_for_where_it_belongs(recipe: Recipe) -> None:
    """In the head, once, or with each number."""
    (found,) = problems(recipe, "much\n1\n")
    assert "much / unit" in found.hint


def test_a_last_row_that_adds_up_is_suspected(recipe: Recipe) -> None:
    """A totals row without the word gives itself away by being out of range and the sum of the others."""
    found = problems(recipe, "feed / mM,much / mL\n4,1\n5,0.5\n6,1\n15,2.5\n")
    assert places(found) == [(5, 1), (5, 4)]
    assert all("totals" in each.hint for each in found)
    rows = read_rows(parse_table("feed / mM,much / mL\n1,1\n2,0.5\n3,1.5\n"), recipe.parameters)
    assert len(rows) == 3  # within its limits a row may be the sum of others


def test_a_wrong_unit_is_told_once(recipe: Recipe) -> None:
    """At the column's head, not again at every cell; a unit said twice must be the same."""
    assert places(problems(recipe, "feed / mL\n1\n2\n")) == [(1, 1)]
    (found,) = problems(recipe, "feed / mM\n1\n", {"feed": Column("feed", "mol/L")})
    assert found.mark == Mark("t.csv", 1, 1)


def test_many_mistakes_end_somewhere(recipe: Recipe) -> None:
    """The first two hundred, and how many more there are."""
    found = problems(recipe, "feed / mM\n" + "99\n" * 300)
    assert len(found) == 201
    assert found[-1].message == "and 100 more problems"
