"""How long a mill has run: what was seen of it while somebody watched, and bounds where nobody did.

A watched mill's time is the integral of its frequency over the one asked for. From the last beat in the journal until
it was seen at rest it has run between not at all and all the while; when its host died meanwhile, until it missed its
host at most: its communication timeout and its ramp after the last beat but one could have been.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.milling import Mill
from autosynth.engine.recorder import Recorder
from autosynth.plan.mechanics import energy_j_g
from autosynth.station.model import Station

LOOK_S = 1.0
"""How often a running mill is looked at."""
BEAT_S = 10.0
"""How often the journal is told that it runs, and how soon it is on the disk at the latest."""


class Integral:
    """A mill's time at its own frequency, from readings; between two of them it went evenly, or it did not."""

    def __init__(self, frequency_hz: float, t_s: float) -> None:
        self._frequency_hz = frequency_hz
        self._seen_hz = 0.0
        self.last_s = t_s
        self.ran_s = 0.0
        self.var_s2 = LOOK_S**2 / 12.0

    def see(self, t_s: float, seen_hz: float) -> None:
        """Add what has been done since the last reading."""
        passed_s, change_hz = t_s - self.last_s, seen_hz - self._seen_hz
        self.ran_s += passed_s * min(0.5 * (seen_hz + self._seen_hz) / self._frequency_hz, 1.0)
        self.var_s2 += (passed_s * change_hz / self._frequency_hz) ** 2 / 12.0
        self.last_s, self._seen_hz = t_s, seen_hz

    def coast_s(self, mill: Mill) -> float:
        """Return what coming to rest from here adds."""
        return 0.5 * mill.ramp_s * self._seen_hz**2 / (mill.frequency_max_hz * self._frequency_hz)


@dataclass(frozen=True, slots=True)
class Left:
    """What the history has of a mill whose time was not booked.

    Attributes:
        action: In which it ran, or may have.
        beat_s: When it was last seen, having run `ran_s` with an uncertainty of `sd_s`.
        since_s: Since when it ran; None when it is not known to have.
        maybe_s: For each start of unknown outcome how long it may have run; None where nobody knows.
        stopped_s: When it was seen at rest, None for not yet.
        unwatched: Whether its host has died meanwhile.
    """

    action: str
    frequency_hz: float
    beat_s: float
    ran_s: float
    sd_s: float
    since_s: float | None
    maybe_s: tuple[float | None, ...]
    stopped_s: float | None
    unwatched: bool

    def bounds_s(self, unseen_s: float) -> tuple[float, float]:
        """Return the shortest and the longest that it has run; `unseen_s` is how long it runs without a host."""
        most_s = BEAT_S + 2.0 * LOOK_S + unseen_s
        tail_s = 0.0
        if self.since_s is not None:
            known = self.stopped_s is not None and not self.unwatched
            tail_s = min(self.stopped_s - self.beat_s, most_s) if known and self.stopped_s is not None else most_s
        maybe_s = sum(most_s if each is None else min(each, most_s) for each in self.maybe_s)
        return self.ran_s, self.ran_s + max(tail_s, 0.0) + maybe_s


def book_left(recorder: Recorder, station: Station, devices: Mapping[str, Any]) -> None:
    """Book what mills have done of which nothing is booked yet; they are at rest, or their timeouts are over."""
    history = recorder.history
    for name, told in tuple(history.milling.items()):
        maybe: dict[str, Any] = {"maybe_s": tuple(told["maybe_s"])}
        left = Left(**(told | maybe))
        mill: Mill = devices[name]
        low_s, high_s = left.bounds_s(min(mill.silence_s, station.host_death.time_s) + mill.ramp_s)
        details = history.actions[left.action].details
        if left.unwatched or left.maybe_s:
            reason = f"{name} ran between {low_s:.0f} and {high_s:.0f} s while nobody watched"
            about = {"what": "milled unwatched", "vessel": details["vessel"], "reason": reason}
            recorder.record("deviation", {**about, "low_s": low_s, "high_s": high_s}, left.action)
        sd_s = math.hypot(left.sd_s, (high_s - low_s) / math.sqrt(12.0))
        recorder.record("milled", _milled(station, name, details, 0.5 * (low_s + high_s), sd_s), left.action)


def _milled(station: Station, name: str, details: Mapping[str, Any], ran_s: float, sd_s: float) -> dict[str, Any]:
    vessel, frequency_hz, solid_mg = str(details["vessel"]), float(details["frequency_hz"]), float(details["solid_mg"])
    jar = station.jars[vessel]
    return {
        "mill": name,
        "vessel": vessel,
        "frequency_hz": frequency_hz,
        "ran_s": ran_s,
        "sd_s": sd_s,
        "energy_j_g": energy_j_g(jar, frequency_hz, ran_s, solid_mg) if solid_mg > 0 else 0.0,
    }
