"""Inputs: one reading of the disk; what many of them share is not changed by any of them."""

from pathlib import Path

from autosynth.engine.inputs import read_inputs
from tests.autosynth.cli.calling import DOSE, place


def test_what_a_run_changes_is_not_in_the_next_reading(tmp_path: Path) -> None:
    """The station is worked out once for all its recipes; each run has an inventory of its own."""
    recipe = place(tmp_path, DOSE)
    first, second = read_inputs(recipe), read_inputs(recipe)
    stock = first.plan.stock("SiW9")
    full_ml = second.inventory.volume_ml(stock)
    first.inventory.take(stock, full_ml - 0.2)
    assert first.inventory.volume_ml(stock) < full_ml
    assert full_ml == second.inventory.volume_ml(stock)
    assert full_ml == read_inputs(recipe).inventory.volume_ml(stock)
    assert read_inputs(recipe).plan.accepted


def test_a_plan_begins_with_what_the_inventory_holds(tmp_path: Path) -> None:
    """Of the same station with an almost empty bottle, the same recipe is refused for want of material."""
    recipe = place(tmp_path, DOSE)
    left = read_inputs(recipe).inventory
    stock = read_inputs(recipe).plan.stock("SiW9")
    left.take(stock, left.volume_ml(stock) - 0.2)
    refused = read_inputs(recipe, inventory=left).plan
    assert {"MATERIALS"} == {each.rule for each in refused.blocking}
    assert read_inputs(recipe).plan.accepted
