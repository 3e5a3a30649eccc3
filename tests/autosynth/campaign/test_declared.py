"""A campaign's file: every mistake at its place; what it says becomes a space, goals, a design, a choice."""

from pathlib import Path
from typing import Any

import pytest

from autosynth.campaign.choice import Given, optimiser_of
from autosynth.campaign.chooser import OptimiserChooser, observations
from autosynth.campaign.declared import read_declaration
from autosynth.campaign.goals import read_goals
from autosynth.campaign.optimisers.optimiser import Measured
from autosynth.campaign.order import declared_order
from autosynth.campaign.standing import Standing
from autosynth.campaign.varying import designed, settings_of, space_of
from autosynth.errors import InputError, Problem
from autosynth.journal.event import Event
from autosynth.recipe.load import load_recipe
from autosynth.recipe.model import Recipe

RECIPE = """\
autosynth: 1
title: Two doses and a scan
needs: {cell: measuring_cell}
parameters:
  ligand: {default: 1 mL, min: 0.2 mL, max: 2 mL}
  metal: {default: 1 mL, min: 0.1 mL, max: 2 mL}
  hold: {default: 10 min, min: 1 min, max: 60 min}
  salt: {default: silver, one_of: [silver, sodium]}
steps:
  - measure: {voltammetry: {begin: 0.3 V, vertex1: -1 V, vertex2: 0.3 V}, in: cell, as: cv}
"""
GOOD = """\
campaign: 1
title: Ratios
recipe: recipe.yaml
vary:
  ligand: {to: 1.8 mL}
  metal: {}
mixtures: {total: {parts: [ligand, metal], total: 2 mL}}
fixed: {hold: 5 min}
objectives:
  share: {of: cv.IA2, goal: maximise, worst: 10 %}
  cost: {of: metal / 1 mL + run.time / 1 h, goal: minimise}
limits: {rest: {of: cv.Fc, at_most: 5 %}}
optimiser: {kind: bayesian, rows: 6, batch: 2, begin_with: 4}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return load_recipe(path)


def written(folder: Path, text: str) -> Path:
    path = folder / "campaign.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(call: Any, *arguments: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        call(*arguments)
    return list(caught.value.problems)


def test_a_file_becomes_space_goals_and_order(tmp_path: Path, recipe: Recipe) -> None:
    """Limits of the recipe stand where the file gives none; numbers are in canonical units."""
    declared = read_declaration(written(tmp_path, GOOD))
    space, goals = space_of(declared, recipe), read_goals(declared, recipe)
    assert space is not None
    assert [(each.name, each.low, each.high, each.unit) for each in space.variables] == [
        ("ligand", 0.2, 1.8, "mL"),
        ("metal", 0.1, 2.0, "mL"),
    ]
    assert [(each.name, each.goal.value, each.worst) for each in goals.objectives] == [
        ("share", "maximise", pytest.approx(0.1)),
        ("cost", "minimise", None),
    ]
    (limit,) = goals.limits
    assert (limit.name, limit.at_least) == ("rest", None)
    assert limit.at_most == pytest.approx(0.05)
    order = declared_order(tmp_path / "campaign.yaml", None, {}, 7)
    assert order.fixed == {"hold": "300.0 s"}
    assert order.recipe == tmp_path / "recipe.yaml"


WRONG = """\
campaign: 1
title: Ratios
recipe: recipe.yaml
vary: {ligand: {from: 0.1 mL}, mettle: {}, salt: {}, hold: {to: 2 mL}}
mixtures: {total: {parts: [ligand, hold], total: 2 h}}
objectives:
  share: {of: vc.IA2, goal: maximise}
  cost: {of: metal + hold, goal: minimise}
  which: {of: cv.IA2 > 2 %, goal: minimise}
optimiser: {kind: random, rows: 3}
"""


def test_names_and_units_are_checked_against_the_recipe(tmp_path: Path, recipe: Recipe) -> None:
    """Each at its own place."""
    declared = read_declaration(written(tmp_path, WRONG))
    places = {(each.mark.line, each.mark.column) for each in refused(space_of, declared, recipe) if each.mark}
    assert places == {(4, 23), (4, 32), (4, 44), (4, 65), (5, 50)}
    places = {(each.mark.line, each.mark.column) for each in refused(read_goals, declared, recipe) if each.mark}
    assert places == {(7, 15), (8, 14), (9, 15)}


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (("optimiser: {kind: bayesian, rows: 6, batch: 2, begin_with: 4}", ""), (1, 1), "nothing says which runs"),
        (("bayesian", "bayesean"), (13, 19), "did you mean bayesian?"),
        (("rows: 6", "rows: 0"), (13, 35), "rows"),
        (("bayesian, rows: 6", "end point, rows: 6"), (13, 19), "end point needs quantity"),
        (("title: Ratios", "tittle: Ratios"), (2, 1), "did you mean title?"),
        (("at_most: 5 %", ""), (12, 10), "no bound"),
    ],
)
def test_what_does_not_go_together(tmp_path: Path, change: tuple[str, str], place: tuple[int, int], said: str) -> None:
    """A file is refused with the place of each mistake and the likely correction."""
    found = refused(read_declaration, written(tmp_path, GOOD.replace(*change)))
    assert any(said in f"{each.message} {each.hint}" for each in found), found
    assert place in {(each.mark.line, each.mark.column) for each in found if each.mark}


def test_a_design_is_rows(tmp_path: Path, recipe: Recipe) -> None:
    """A mixture in steps: settings in canonical units that the recipe reads back exactly."""
    text = GOOD.replace("kind: bayesian, rows: 6, batch: 2, begin_with: 4", "kind: simplex lattice, degree: 4")
    declared = read_declaration(written(tmp_path, text.replace("optimiser:", "design:")))
    space = space_of(declared, recipe)
    assert space is not None
    rows, left_out = designed(declared, space, recipe, 0)
    for row in rows:
        values = recipe.parameters_with(row.settings)
        numbers = [getattr(values[name], "value", 0.0) for name in ("ligand", "metal")]
        assert sum(numbers) == pytest.approx(2.0, abs=1e-12)
    assert [row.name for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert len(rows) + len(left_out) == 5


def standing_with(rows: list[dict[str, Any]], ended: dict[str, dict[str, Any]]) -> Standing:
    """Return a campaign in which some rows have ended with these objectives, or states."""
    standing = Standing()
    told: list[tuple[str, dict[str, Any]]] = [("rows.added", {"source": "suggestion", "rows": rows})]
    for name, end in ended.items():
        told.append(("row.started", {"row": name, "run": f"r{name}", "seed": 0}))
        told.append(("row.ended", {"row": name, "state": "COMPLETE", "simulated_s": 1.0, "reason": "", **end}))
    for number, (kind, payload) in enumerate(told):
        standing.apply(Event(number, 0.0, kind, None, 1, payload, ""))
    return standing


def value(number: float) -> dict[str, Any]:
    return {"value": number, "sd": 0.01, "unit": "", "dimension": "ratio"}


def test_an_optimiser_sees_results_failures_and_what_is_pending(tmp_path: Path, recipe: Recipe) -> None:
    """A choice depends on the record alone: asked twice it is the same, and it goes through a row's text unchanged."""
    declared = read_declaration(written(tmp_path, GOOD))
    space, goals = space_of(declared, recipe), read_goals(declared, recipe)
    assert space is not None
    optimiser = optimiser_of(declared, Given(space, goals, 3))
    assert optimiser is not None
    chooser = OptimiserChooser(optimiser, space, recipe, 6, 2, 3)
    first = chooser.choose(Standing())
    assert first == chooser.choose(Standing())
    assert [row["name"] for row in first] == ["1", "2"]
    ended: dict[str, dict[str, Any]] = {
        "1": {"objectives": {"share": value(0.5), "cost": value(1.0), "rest": value(0.01)}},
        "2": {"state": "ABORTED", "reason": "precipitate"},
    }
    standing = standing_with([*first, {**first[0], "name": "3"}], ended)
    seen = observations(standing, space, recipe)
    assert seen[0].values == first[0]["suggestion"]["values"]
    assert seen[0].measured["share"] == Measured(0.5, 0.01)
    assert (seen[1].failed, seen[2].pending) == ("precipitate", True)
    settings = settings_of(seen[0].values, recipe)
    again = recipe.parameters_with(settings)
    assert {name: getattr(again[name], "value", None) for name in space.names} == seen[0].values
    assert len(chooser.choose(standing)) == 2
