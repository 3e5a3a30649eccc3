"""The weighing behind `calibrate`: the recipe of doses and readings, the simulated balance, and what was weighed."""

import random
from typing import Any

import yaml

from autosynth.analysis.gravimetry import AIR_G_ML, WEIGHT_G_ML, Density, WeighedDose
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.operator import Answer, Question
from autosynth.errors import InputError, Problem
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.language.validation import closest
from autosynth.station.model import Station
from autosynth.station.plumbing import Plumbing
from autosynth.wire.bench import Bench

TARE_G = 12.5
"""What the simulated vessel weighs when the balance is not tared."""
FIRST = 3
"""Steps before the first weighed dose: placing the vessel, a dose that wets the path, the first reading."""


def recipe_of(device: str, stock: str, into: str, station: Station, volume_ml: float, replicates: int) -> str:
    """Return a recipe that doses a stock into a vessel and asks for a balance reading after each dose.

    Raises:
        InputError: the station has no such stock or vessel, or doses the one into the other with another pump.
    """
    problems: list[Problem] = []
    stocks, vessels = station.of_role("stock"), station.of_role("vessel")
    if stock not in stocks:
        problems.append(Problem(f"the station has no stock {stock!r}", hint=closest(stock, stocks)))
    if into not in vessels:
        problems.append(Problem(f"the station has no vessel {into!r}", hint=closest(into, vessels)))
    if not problems and (pump := Plumbing(station).pump_to(stock, into)) != device:
        said = f"{pump or 'nothing'} doses {stock} into {into}, not {device}"
        problems.append(Problem(said, hint="name a stock and a vessel that this pump has lines to"))
    if problems:
        raise InputError(*problems)
    reading = {"likely": "30 s", "enter": {"name": "reading_0", "unit": "g"}}
    place = f"Put {into} on a balance at the end of its line, without touching it, and cover it"
    steps: list[dict[str, Any]] = [
        {"operator": {"prompt": place, "likely": "2 min"}},
        {"add": {"reagent": stock, "to": into, "volume": f"{volume_ml:.6g} mL"}},
        {"operator": {"prompt": "Read the balance", **reading}},
    ]
    for number in range(1, replicates + 1):
        entered = {**reading, "enter": {"name": f"reading_{number}", "unit": "g"}}
        steps.append({"add": {"reagent": stock, "to": into, "volume": f"{volume_ml:.6g} mL", "id": f"dose_{number}"}})
        steps.append({"operator": {"prompt": f"Read the balance after dose {number} of {replicates}", **entered}})
    content = {
        "autosynth": 1,
        "title": f"Calibration of {device}",
        "needs": {into: vessels[into].kind},
        "reagents": {stock: {}},
        "steps": steps,
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


class Balance:
    """A simulated operator who reads a balance below a vessel of the simulated bench, with its repeatability."""

    def __init__(self, bench: Bench, vessel: str, density: Density, sd_g: float, seed: int) -> None:
        self._bench = bench
        self._vessel = vessel
        self._density = density
        self._sd_g = sd_g
        self._random = random.Random(seed)

    async def ask(self, question: Question) -> Answer | None:
        """Return what the balance shows: the weight in air of what the twin has in the vessel."""
        if not question.name:
            return Answer("simulated operator")
        volume_ml = float(self._bench.truth()["vessels"][self._vessel]["volume_ml"])
        shown_g = volume_ml * (self._density.value_g_ml - AIR_G_ML) / (1.0 - AIR_G_ML / WEIGHT_G_ML)
        return Answer("simulated operator", TARE_G + shown_g + self._random.gauss(0.0, self._sd_g))


def doses_of(folder: RunFolder, history: History, gain: float) -> list[WeighedDose]:
    """Return the weighed doses of a run: what the pump moved by its nominal scale (`gain` was applied), in strokes.

    Raises:
        JournalError, JournalCorruptError: the journal cannot be read.
    """
    strokes: dict[str, int] = {}
    store = JournalStore.read(folder.journal, OsDisk())
    try:
        for event in store.events():
            if event.kind == "intent" and event.payload["phase"] == "dispense" and _moves(event.payload):
                strokes[str(event.action)] = strokes.get(str(event.action), 0) + 1
    finally:
        store.abandon()
    readings = {name: record.result.get("value") for name, record in history.actions.items()}
    doses: list[WeighedDose] = []
    for step in range(FIRST + 1, FIRST + 1 + 2 * len(readings), 2):
        before, after = readings.get(str(step - 1)), readings.get(str(step + 1))
        if str(step) not in strokes or before is None or after is None:
            break
        moved_ml = history.actions[str(step)].phase_ml("dispense")
        doses.append(WeighedDose(moved_ml / gain, float(after) - float(before), strokes[str(step)]))
    return doses


def _moves(payload: Any) -> bool:
    return bool(payload["stroke"].get("verb") == "move_plunger")
