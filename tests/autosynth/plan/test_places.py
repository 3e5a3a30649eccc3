"""A role that a rack plays is the next place that is free when the plan is made; no other use of the rack has it."""

from pathlib import Path

import pytest

from autosynth.errors import InputError
from autosynth.plan.check import make_plan
from autosynth.plan.rulebook import Rulebook
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from autosynth.station.mixture import Mixture

STATION = (Path(__file__).parents[2] / "stations" / "three_tubes.yaml").read_text(encoding="utf-8")
ADD = "- add: {reagent: P2W17, to: ROLE, volume: 0.5 mL, rate: 10 mL/min}"
MEASURE = (
    "- measure: {nmr: {nucleus: 31P, scans: 16, repetition: 2 s, acquisition: 1.6 s}, of: reactor, sample: 0.2 mL, "
    "in: tubes, as: p31, scans_at_most: 16}"
)


def planned(needs: str, used: tuple[str, ...] = (), roles: str = "", more: str = "") -> Plan:
    """Return the plan of one dose into each tube, on three places of which some are `used`."""
    tubes = [each.partition(":")[0] for each in needs.split(", ") if each.endswith(": nmr_tube")]
    steps = "\n".join([*(ADD.replace("ROLE", role) for role in tubes), *([more] if more else [])])
    text = f"autosynth: 1\ntitle: Doses\nneeds: {{{needs}}}\nreagents: {{P2W17: {{}}}}\nsteps:\n{steps}\n"
    station = parse_station(STATION + (f"roles: {{{roles}}}\n" if roles else ""), "station.yaml")
    inventory = Inventory.full(station)
    for place in used:
        inventory.set_content(place, Mixture({"water": 0.5}))
    return make_plan(parse_recipe(text), station, inventory, book=Rulebook())


@pytest.mark.parametrize(
    ("used", "place"), [((), "tubes_1"), (("tubes_1",), "tubes_2"), (("tubes_1", "tubes_2"), "tubes_3")]
)
def test_a_role_takes_the_next_free_place(used: tuple[str, ...], place: str) -> None:
    """Whatever the ledger says is in the places before it; the step claims the place."""
    plan = planned("tube: nmr_tube", used)
    assert plan.problems == ()
    assert plan.roles == {"tube": place}
    assert place in plan.steps[0].claims


def test_several_roles_take_several_places_in_order() -> None:
    """In the order of `needs`; one that the station gives a place of its own leaves it to nobody else."""
    assert planned("a: nmr_tube, b: nmr_tube", ("tubes_2",)).roles == {"a": "tubes_1", "b": "tubes_3"}
    own = planned("a: nmr_tube, b: nmr_tube", roles="b: tubes_1, a: tubes")
    assert own.roles == {"a": "tubes_2", "b": "tubes_1"}


def test_a_sample_does_not_take_a_role_s_place() -> None:
    """Three places, two roles: one sample fits, a second is refused."""
    needs = "a: nmr_tube, b: nmr_tube, tubes: nmr_tube_rack, reactor: stirred_vessel"
    dose = "- stir: {vessel: reactor, speed: 300 rpm}\n" + ADD.replace("ROLE", "reactor").replace("0.5 mL", "3 mL")
    fits = planned(needs, more=f"{dose}\n{MEASURE}")
    assert [each.rule for each in fits.problems] == []
    full = planned(needs, more=f"{dose}\n{MEASURE}\n{MEASURE.replace('p31', 'again')}")
    assert [(each.rule, each.mark.line if each.mark else 0) for each in full.problems] == [("RACK", 11)]


def test_a_full_rack_is_refused_once_at_the_role() -> None:
    """One finding for one cause, at the need; the steps on the tube that is not there find nothing more."""
    plan = planned("tube: nmr_tube", ("tubes_1", "tubes_2", "tubes_3"))
    (found,) = plan.problems
    assert (found.rule, found.message) == ("RACK", "tubes can have no empty place left for tube; it has 3")
    assert found.mark is not None
    assert found.mark.line == 3
    with pytest.raises(InputError):
        plan.require_accepted()


def test_more_roles_than_places_are_refused() -> None:
    """The fourth of four on a rack of three."""
    plan = planned("a: nmr_tube, b: nmr_tube, c: nmr_tube, d: nmr_tube")
    assert [each.message for each in plan.problems] == ["tubes can have no empty place left for d; it has 3"]
