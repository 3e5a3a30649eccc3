"""What the milling bench has really done, compared with the ledger: powder that fell, how often the jar was shaken."""

import math
from typing import Any

from autosynth.contracts.stroke_solid import DosePowder, InfuseTo, StartMill, StopMill
from autosynth.engine.history import History
from autosynth.engine.machine import FINAL, RunState
from autosynth.journal.event import Event
from autosynth.station.drivers import device_limits
from autosynth.station.model import Station

RESTING = frozenset({RunState.PAUSED, RunState.HELD, *FINAL})
"""In these no mill turns, unless the record says that it could not be stopped."""
SIGMAS, POWDER_MG = 5.0, 0.3
BOUNDS = math.sqrt(3.0)
"""Half of a uniform distribution's width in its standard deviations."""
SLACK_S = 1.0
"""What an unwatched second at either end of a block may add."""
COMING_TO_REST_S = 1.0


class MillBalance:
    """One bench's mill, heads and jar, since a run began."""

    def __init__(self, station: Station, twin: Any) -> None:
        self._station = station
        self._twin = twin
        self._shaken = self._fallen_mg = 0.0
        self._milled: dict[int, tuple[float, float]] = {}

    def begin(self, t_s: float) -> None:
        """Count from here: another run begins."""
        self._shaken, self._fallen_mg, self._milled = self.shaken(t_s), self.fallen_mg(), {}

    def hear(self, event: Event) -> None:
        """Note what is booked of a mill: how many times the jar was shaken, and how far that may be off."""
        if event.kind == "milled":
            told = event.payload
            width_s = BOUNDS * told["sd_s"] + SLACK_S
            self._milled[event.seq] = told["ran_s"] * told["frequency_hz"], width_s * told["frequency_hz"]

    def forget(self, last: int) -> None:
        """Forget what no disk has: events after the last."""
        self._milled = {seq: each for seq, each in self._milled.items() if seq <= last}

    def shaken(self, t_s: float) -> float:
        """Return how many times the jar has been shaken."""
        mills = self._twin.solids.mills.values()
        return sum(float(mill.shaking.delivered(1.0, 0.0, t_s)) for mill in mills)

    def fallen_mg(self) -> float:
        """Return what has left the heads."""
        powders = self._station.powders
        return sum(powders[name].mass_mg - float(powder.left_mg) for name, powder in self._twin.solids.powders.items())

    def wrong(self, history: History, t_s: float, *, unfelt: bool) -> list[str]:
        """Tell what differs from the ledger by more than it says of itself, once nothing is under way."""
        found: list[str] = []
        strokes = [each.intent.stroke for each in history.open_intents.values()]
        if not unfelt and not any(isinstance(each, DosePowder) for each in strokes) and not history.unknown:
            found += self._powder(history)
        if not history.milling and not any(isinstance(each, StartMill | StopMill) for each in strokes):
            found += self._shakes(t_s)
        return [*found, *self._rest(history, t_s)]

    def _rest(self, history: History, t_s: float) -> list[str]:
        """Tell of a mill that turns in a state in which nothing does, and of one whose time nobody will book."""
        hz = max((float(mill.shaking.frequency(t_s)) for mill in self._twin.solids.mills.values()), default=0.0)
        told = any(each["what"] == "not safe" for each in history.deviations)
        found = [f"the mill turns while {history.state.value}"] if hz and history.state in RESTING and not told else []
        return [*found, *(f"{name}: its time is not booked" for name in history.milling if history.finished)]

    def _powder(self, history: History) -> list[str]:
        dosed = [each for each in history.actions.values() if each.dosed_mg]
        really_mg, mg = self.fallen_mg() - self._fallen_mg, sum(each.dosed_mg for each in dosed)
        solids = history.inventory.solids.jars.values()
        sd_mg = math.sqrt(sum(mass.var_mg2 for jar in solids for mass in jar.solids.values()))
        if abs(really_mg - mg) <= SIGMAS * sd_mg + POWDER_MG:
            return []
        return [f"{really_mg:.2f} mg of powder fell, ledger {mg:.2f} ± {sd_mg:.2f}"]

    def _shakes(self, t_s: float) -> list[str]:
        really = self.shaken(t_s) - self._shaken
        times, width = (sum(each[i] for each in self._milled.values()) for i in (0, 1))
        if abs(really - times) <= width + 1e-6:
            return []
        return [f"the jar was shaken {really:.0f} times, ledger {times:.0f} ± {width:.0f}"]


def moving(history: History) -> bool:
    """Tell whether liquid may be under way."""
    return any(isinstance(each.intent.stroke, InfuseTo) for each in history.open_intents.values())


def turning(station: Station, devices: Any, silent_s: float) -> list[str]:
    """Tell which mills still turn although their host has been dead for longer than their timeouts and ramps."""
    found: list[str] = []
    for name, spec in station.devices.items():
        if spec.driver != "delta_vfd" or devices[name]["jar_hz"] == 0.0:
            continue
        limits = device_limits(station, name)
        most_s = (limits.silence_s or math.inf) + (limits.ramp_s or 0.0) + COMING_TO_REST_S
        if silent_s > most_s:
            found.append(f"{name} turns {silent_s:.0f} s after its host died")
    return found
