"""A safe state that heats is judged by what the recipe brings: a hold may come over any of it."""

from functools import cache

import pytest

from autosynth.errors import InputError, Problem
from autosynth.plan.check import make_plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from autosynth.station.mixture import Mixture
from tests.autosynth.plan.benches import ONE_VESSEL

HEAD = "autosynth: 1\ntitle: held\nneeds: {reactor: stirred_vessel}\nreagents: {SiW9: {}}\nsteps:\n"
DOSE = "  - add: {reagent: SiW9, to: reactor, volume: 1 mL, rate: 2 mL/min}\n"
HOT = "  - heat: {vessel: reactor, to: 50 °C, within: 60 min, tolerance: 1 K}\n"


@cache
def blocking(safe_c: str, steps: str, holds_ml: float = 0.0) -> tuple[Problem, ...]:
    """Return what `check` refuses about a reactor with this safe temperature, which may hold something before."""
    text = ONE_VESSEL.read_text(encoding="utf-8")
    assert "temperature: off}" in text
    text = text.replace("temperature: off}", f"temperature: {safe_c}}}", 1)
    station = parse_station(text, "station.yaml")
    inventory = Inventory.full(station)
    if holds_ml:
        inventory.set_content("reactor", Mixture({"acetone": holds_ml}))
    return tuple(make_plan(parse_recipe(HEAD + steps, "recipe.yaml"), station, inventory).blocking)


def test_a_safe_state_above_what_comes_into_the_vessel_is_refused_where_it_comes() -> None:
    """Acetone boils at 56.1 °C: 50 °C is too hot for it, and 46 °C is not."""
    (found,) = blocking("50 °C", DOSE + DOSE)
    assert found.rule == "SOLV-T"
    assert found.mark is not None
    assert (found.mark.file, found.mark.line) == ("recipe.yaml", 6)
    assert "temperature is 50 °C, boiling_point is 56.1 °C" in found.message
    assert "50 °C is its safe state" in found.message
    assert "station" in found.hint
    assert blocking("46 °C", DOSE + DOSE) == ()


def test_what_a_vessel_holds_from_the_beginning_is_judged_at_its_place_in_the_station() -> None:
    """No step brings it, and a hold may come before the first."""
    wait = "  - wait: {for: 1 s, tolerance: 1 s}\n"
    (found,) = blocking("50 °C", wait, holds_ml=5.0)
    assert found.rule == "SOLV-T"
    assert found.mark is not None
    assert found.mark.file == "station.yaml"
    assert blocking("50 °C", wait) == ()


def test_a_recipe_that_is_itself_too_hot_is_told_once_for_each_place() -> None:
    """The recipe's own heating is one finding, the hold over the dose before it another."""
    found = blocking("50 °C", DOSE + HOT)
    assert [each.mark.line for each in found if each.mark is not None] == [6, 7]
    assert ["safe state" in each.message for each in found] == [True, False]


@pytest.mark.parametrize(("safe_c", "wrong"), [("400 °C", "above its rating"), ("-100 °C", "cannot do -100 °C")])
def test_a_safe_temperature_is_one_that_the_heater_can_have(safe_c: str, wrong: str) -> None:
    """It is a mistake of the station, whatever the recipe."""
    with pytest.raises(InputError, match=wrong):
        blocking(safe_c, DOSE)
