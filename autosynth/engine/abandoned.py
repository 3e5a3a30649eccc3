"""What an abandoned run left where: its record, and a person's word for every stroke that the record does not end.

For runs that `recover` cannot finish, because the instruments or the bench are not what they were. No instrument is
asked here and the run's journal is not touched: the result is for the station's ledger.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.choices import between_ends, choose
from autosynth.engine.entries import settlement
from autosynth.engine.history import History
from autosynth.journal.event import Event
from autosynth.station.inventory import Inventory

MOVING = ("move_plunger", "home_plunger")
NOBODY_ASKED = "its process died before the outcome was recorded"


def open_strokes(history: History) -> dict[int, Mapping[str, Any]]:
    """Return the strokes that moved liquid and have no end on record, by intent number, with their bounds."""
    return {
        number: history.unknown.get(number) or settlement(opened, between_ends(opened, NOBODY_ASKED), "engine")
        for number, opened in history.open_intents.items()
        if opened.intent.stroke.VERB in MOVING
    }


def left_behind(history: History, choices: Mapping[int, str], who: str) -> Inventory:
    """Book `choices` (one for each of `open_strokes`) in a history and return its inventory.

    Where valves stand after a run without an end is not known: the next run homes its pumps.

    Raises:
        KeyError: an open stroke has no choice.
    """
    for number, unknown in open_strokes(history).items():
        opened = history.open_intents[number]
        booked = settlement(opened, choose(unknown, choices[number]), who)
        history.apply(Event(number, history.t_s, "settled", opened.action, 1, booked, ""))
    if not history.finished:
        forget_valves(history.inventory)
    return history.inventory


def forget_valves(inventory: Inventory) -> None:
    """Note that nobody knows where any valve stands."""
    for device in tuple(inventory.positions):
        inventory.turn(device, None)
