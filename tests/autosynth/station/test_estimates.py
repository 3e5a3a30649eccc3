"""A stroke cut off and booked as an estimate: wherever in its range the plunger stood, the ledger's bounds hold it.

The truth is an inventory that moved some exact share of the stroke. Both then do the same: the syringe goes to waste,
and the action is done again.
"""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.station.doubt import KEPT, UNIFORM
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import Mixture
from tests.autosynth.station.small_bench import small_bench

shares = st.floats(0.0, 1.0)
volumes_ml = st.floats(0.02, 0.6)
PLACES = {"reactor": ("5", "1"), "cell": ("5", "2"), "A": ("1", "1"), "argon": ("3", "1"), "waste": ("4", "1")}


def to(inventory: Inventory, place: str) -> None:
    """Turn both valves to a place."""
    for device, port in zip(("pump", "selector"), PLACES[place], strict=True):
        inventory.turn(device, port)


def stroke(inventory: Inventory, place: str, volume_ml: float, sd_ml: float = 0.0) -> None:
    """Move the plunger with both valves at a place; with an uncertainty it was cut off."""
    to(inventory, place)
    inventory.displace("pump", volume_ml, sd_ml, cut=sd_ml > 0)


def carry(inventory: Inventory, source: str, target: str, volume_ml: float) -> None:
    """Home, draw from a source, dispense, clear the way with gas."""
    if inventory.syringe_ml("pump") > 0:
        stroke(inventory, "waste", inventory.syringe_ml("pump"))
    for place, ml in ((source, -volume_ml), (target, volume_ml), ("argon", -0.2), (target, 0.2)):
        stroke(inventory, place, ml)


def filled() -> Inventory:
    """Return the small bench with a solution in the reactor."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    inventory.put("reactor", Mixture({"acetone": 5.0}, {"SiW9": 5e-5}))
    return inventory


def cut_off(place: str, volume_ml: float, share: float, ledger: Inventory, truth: Inventory) -> None:
    """Move some share of a stroke really, and book half of it with the uncertainty of not knowing."""
    stroke(truth, place, volume_ml * share)
    stroke(ledger, place, volume_ml / 2, abs(volume_ml) / sqrt(12))


def bounded(ledger: Inventory, truth: Inventory, *vessels: str) -> None:
    """Assert that every vessel holds what the ledger says within the half width of a uniform distribution."""
    for vessel in vessels:
        booked, real = ledger.content(vessel), truth.content(vessel)
        reach_ml = UNIFORM * booked.liquid_sd_ml + 1e-6
        assert abs(booked.liquid_ml - real.liquid_ml) <= reach_ml, vessel
        amount_mol, sd_mol = booked.amount("SiW9")
        assert abs(amount_mol - real.amount("SiW9")[0]) <= UNIFORM * sd_mol + 1e-11, vessel


@given(volumes_ml, shares)
def test_a_draw_cut_off_leaves_the_gas_in_its_line_or_not(volume_ml: float, share: float) -> None:
    """Whether the line from the reactor stands full of gas or of liquid is not known, nor is the next transfer."""
    ledger, truth = filled(), filled()
    cut_off("reactor", -volume_ml, share, ledger, truth)
    for inventory in (ledger, truth):
        carry(inventory, "reactor", "cell", 0.5)
    bounded(ledger, truth, "reactor", "cell", "waste")


@given(volumes_ml, shares)
def test_a_dispense_cut_off_is_between_the_line_and_the_vessel(volume_ml: float, share: float) -> None:
    """What reached the vessel, what stands in the line and what went to waste are each within their bounds."""
    ledger, truth = filled(), filled()
    for inventory in (ledger, truth):
        stroke(inventory, "A", -volume_ml)
    cut_off("cell", volume_ml, share, ledger, truth)
    for inventory in (ledger, truth):
        carry(inventory, "A", "cell", 0.3)
    bounded(ledger, truth, "cell", "waste")


@given(st.floats(0.02, 0.3), shares)
def test_a_push_cut_off_cleared_the_line_or_not(push_ml: float, share: float) -> None:
    """A push with gas of which nobody knows how far it came: the vessel's content is not surer than that."""
    ledger, truth = filled(), filled()
    for inventory in (ledger, truth):
        stroke(inventory, "A", -0.3)
        stroke(inventory, "cell", 0.3)
        stroke(inventory, "argon", -push_ml)
    cut_off("cell", push_ml, share, ledger, truth)
    bounded(ledger, truth, "cell")
    for inventory in (ledger, truth):
        carry(inventory, "argon", "cell", 0.2)
    bounded(ledger, truth, "cell")


@given(volumes_ml, shares)
def test_a_drain_cut_off_leaves_something_or_not(volume_ml: float, share: float) -> None:
    """A vessel emptied after a stroke nobody knows may hold what that stroke did not draw, and says how much."""
    ledger, truth = filled(), filled()
    for inventory in (ledger, truth):
        inventory.put("cell", Mixture({"acetone": volume_ml}, {"SiW9": volume_ml * 1e-5}))
    cut_off("cell", -volume_ml, share, ledger, truth)
    for inventory in (ledger, truth):
        carry(inventory, "cell", "waste", volume_ml / 2 + 0.005)
    bounded(ledger, truth, "cell", "waste")
    if (beyond_ml := ledger.beyond_ml("cell")) > 0:
        assert truth.volume_ml("cell") <= ledger.volume_ml("cell") + beyond_ml + 1e-6
    for inventory in (ledger, truth):
        carry(inventory, "cell", "waste", 0.6)
        assert inventory.volume_ml("cell") <= 0.1
    assert ledger.beyond_ml("cell") <= 1e-9


def test_ends_of_a_doubt_have_none_of_their_own() -> None:
    """A stroke that was made is known well enough at any end, however little of it there is."""
    ledger = filled()
    stroke(ledger, "A", -0.5)
    stroke(ledger, "cell", 0.25, 0.246 / sqrt(3))
    ledger.turn("pump", "4")
    ledger.displace("pump", ledger.syringe_ml("pump"), 0.0005)
    assert len(ledger.doubts) == 1
    assert not [end for doubt in ledger.doubts for end in doubt if end.doubts]


def test_small_strokes_that_were_made_begin_no_doubt_and_end_none() -> None:
    """Five microlitres known to half a microlitre are no stroke cut off."""
    ledger, truth = filled(), filled()
    cut_off("reactor", -0.5, 1.0, ledger, truth)
    beyond_ml = ledger.beyond_ml("reactor")
    for _ in range(6):
        to(ledger, "A")
        ledger.displace("pump", -0.005, 0.0005)
    assert (len(ledger.doubts), ledger.beyond_ml("reactor")) == (1, beyond_ml)


def test_a_doubt_is_over_when_its_ends_have_met() -> None:
    """All of the stroke is in the vessel in the end, wherever it was cut off, once the rest has followed."""
    ledger = filled()
    stroke(ledger, "A", -0.5)
    stroke(ledger, "cell", 0.25, 0.5 / sqrt(12))
    assert ledger.content("cell").liquid_sd_ml > 0.1
    stroke(ledger, "cell", ledger.syringe_ml("pump"))
    stroke(ledger, "argon", -0.2)
    stroke(ledger, "cell", 0.2)
    assert ledger.doubts == []
    assert ledger.content("cell").liquid_ml == pytest.approx(0.5)
    assert ledger.content("cell").liquid_sd_ml < 1e-3


def test_of_too_many_doubts_the_oldest_widens_what_it_touched() -> None:
    """Vessels at whose content its ends agree keep what they know."""
    ledger, truth = filled(), filled()
    for _ in range(KEPT + 1):
        cut_off("reactor", -0.1, 0.5, ledger, truth)
    assert len(ledger.doubts) == KEPT
    assert ledger.content("reactor").liquid_sd_ml == pytest.approx(sqrt((KEPT + 1) / 12) * 0.1, rel=0.05)
    assert ledger.content("A") == truth.content("A")
