"""Checking a hundred shipped recipes in one process, beside reading the same files with PyYAML's C loader alone."""

import itertools
import time
from pathlib import Path

import yaml

from autosynth.engine.inputs import read_inputs

POM = Path(__file__).parents[2] / "protocols" / "pom"
RECIPES = [
    (POM / f"{name}.yaml", POM / station)
    for station, names in (
        ("station.yaml", ("pom_a", "smoke", "one_pot", "fe_first", "lu_before_fe")),
        ("station_nmr.yaml", ("pom_b_lu", "pom_b_zn")),
    )
    for name in names
]
HUNDRED = 100


def test_a_hundred_recipes() -> None:
    """Plans of a hundred recipes, worst case over every loop, against their stations; times are printed, not judged."""
    for recipe, station in RECIPES:
        read_inputs(recipe, station)  # imports, drivers and rules are start-up
    began = time.perf_counter()
    problems = 0
    for recipe, station in itertools.islice(itertools.cycle(RECIPES), HUNDRED):
        problems += len(read_inputs(recipe, station).plan.problems)
    ours_s = time.perf_counter() - began
    began = time.perf_counter()
    for recipe, _ in itertools.islice(itertools.cycle(RECIPES), HUNDRED):
        yaml.load(recipe.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    plain_s = time.perf_counter() - began
    assert problems > 0
    print(f"\n{HUNDRED} recipes checked in {ours_s:.2f} s; reading them as YAML alone takes {plain_s:.2f} s")
