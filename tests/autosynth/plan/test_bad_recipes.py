"""One recipe per class of error: each shows its message, at its place, and nothing else is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from autosynth.errors import InputError, Problem
from autosynth.plan.check import make_plan
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory import Inventory
from tests.autosynth.plan.benches import ROOT, bench

RECIPES = sorted((ROOT / "tests" / "recipes_bad").glob("*.yaml"))
EXPIRY = date(2026, 12, 31)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the head of a bad recipe says: its bench and settings, and the one finding."""

    bench: str
    settings: Mapping[str, str]
    rule: str
    severity: str
    place: str
    words: str


def read_expected(path: Path) -> Expected:
    """Return what the two comments at the top of a file announce."""
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    station, _, setting = first.removeprefix("# station: ").partition(" --set ")
    rule, severity, place, words = second.removeprefix("# expects: ").split(" ", 3)
    name, _, value = setting.partition("=")
    return Expected(station, {name: value} if name else {}, rule, severity, place, words)


def problems_of(path: Path, expected: Expected) -> tuple[Problem, ...]:
    """Return everything that loading or checking a recipe finds."""
    station = bench(expected.bench)
    today = date(2027, 1, 1) if expected.rule == "EXPIRED" else EXPIRY
    try:
        recipe = load_recipe(path)
        return make_plan(recipe, station, Inventory.full(station), expected.settings, today=today).problems
    except InputError as error:
        return error.problems


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_one_finding_at_its_place(path: Path) -> None:
    """A bad recipe has exactly the finding that it was written for, at its line and column."""
    expected = read_expected(path)
    found = problems_of(path, expected)
    assert [(each.rule, each.severity.value, _place(each, path)) for each in found] == [
        (expected.rule, expected.severity, expected.place)
    ], "\n".join(map(str, found))
    assert expected.words in f"{found[0].message} {found[0].hint}"


def _place(problem: Problem, path: Path) -> str:
    assert problem.mark is not None
    assert problem.mark.file == str(path)
    return f"{problem.mark.line}:{problem.mark.column}"
