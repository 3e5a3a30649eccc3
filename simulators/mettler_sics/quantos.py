"""The commands of a Quantos: `QRA` does, `QRD` sets and tells; what takes time is answered twice.

Assumed: which of the errors 1 to 13 a wrong circumstance has, and that nothing but stopping is taken while it doses.
"""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from math import inf

import numpy as np

from simulators.mettler_sics.body import BalanceBody
from simulators.mettler_sics.document import head_document, sample_document
from simulators.mettler_sics.dosing import STOPPED, DosingBody
from simulators.mettler_sics.options import Options

NOT_MOUNTED, JOB_RUNNING, NOT_SELECTED, NOT_ALLOWED = 1, 2, 4, 5
SETTINGS: Mapping[int, tuple[float, float]] = {
    1: (0, 1),
    2: (0, 1),
    3: (0, 100),
    4: (1, 10),
    5: (0.1, 250000),
    6: (0.1, 40),
    7: (0, 1),
    9: (0, 0),
    14: (0, 1),
    15: (0, 1),
}
"""Settings by number, with the least and the most that they take."""
_PLACES = {"closed": 2, "open": 3}
_TEXTS = {8, 13}
Say = Callable[[float, bytes], None]


class Quantos:
    """Door, pin, settings and dosing of one instrument; `say` sends a line at a time."""

    def __init__(
        self, options: Options, balance: BalanceBody, dosing: DosingBody, rng: np.random.Generator, say: Say
    ) -> None:
        self.door, self.pin = options.door, options.pin
        self.dosing = dosing
        self._options = options
        self._balance = balance
        self._rng = rng
        self._say = say
        self._settings: dict[int, float] = {}
        self._later: list[tuple[float, int, str, str]] = []
        self._number = 0

    def obey(self, t_s: float, words: Sequence[str]) -> None:
        """Answer a line that begins with QRA or QRD."""
        match words:
            case ["QRA", "61", "1"]:
                self._answer(t_s, "QRA 61 1", self._start(t_s))
            case ["QRA", "61", "4"]:
                self._stop(t_s)
            case ["QRA", "60", "7", ("2" | "3") as place]:
                self._move(t_s, "QRA 60 7", "closed" if place == "2" else "open", self._options.door_s)
            case ["QRA", "60", "2", ("3" | "4") as place]:
                self._move(t_s, "QRA 60 2", "locked" if place == "4" else "unlocked", self._options.pin_s)
            case ["QRD", "1", "1", key, value]:
                self._answer(t_s, f"QRD 1 1 {key}", self._set(key, value))
            case ["QRD", "2", "3", "7"]:
                self._answer(t_s, "QRD 2 3 7", f"{_PLACES.get(self.door, 9)} A")
            case ["QRD", "2", "4", ("11" | "12") as which]:
                self._describe(t_s, which)
            case _:
                self._answer(t_s, " ".join(words[:3]), "L")

    def next_s(self) -> float:
        """Return when something happens next of itself."""
        return min(self._later[0][0] if self._later else inf, self.dosing.next_s())

    def happen(self, t_s: float) -> None:
        """Let happen what happens at `t_s`."""
        while self._later and self._later[0][0] <= t_s:
            _, _, head, place = heappop(self._later)
            self._arrive(t_s, head, place)
        if self.dosing.next_s() <= t_s:
            ended = self.dosing.happen(t_s)
            if ended is not None:
                self._balance.disturb(t_s)
                self._answer(t_s, "QRA 61 1", f"I {ended}" if ended else "A")

    def power_cycle(self, t_s: float) -> None:
        """Stop where it is, without a word; settings are forgotten."""
        self.dosing.end(t_s, STOPPED)
        self._later.clear()
        self._settings.clear()
        self.door = "open" if self.door == "moving" else self.door

    def _start(self, t_s: float) -> str:
        """Begin to dose, or return why not."""
        target_mg = self._settings.get(5)
        if self.dosing.job is not None or self._later:
            return f"I {JOB_RUNNING}"
        if self.dosing.head() is None:
            return f"I {NOT_MOUNTED}"
        if target_mg is None:
            return f"I {NOT_SELECTED}"
        if self.door != "closed" or self.pin != "locked":
            return f"I {NOT_ALLOWED}"
        steady_s = self._balance.steady_at_s(t_s)
        unstable = steady_s > t_s + self._options.prepare_s
        deviation = np.clip(self._options.spread * self._rng.standard_normal(), -0.9, 0.9)
        aim_mg = target_mg * (1.0 + float(deviation) * self._settings.get(6, 1.0) / 100.0)
        self.dosing.start(t_s, aim_mg, t_s + self._options.stability_s if unstable else None)
        return "B"

    def _stop(self, t_s: float) -> None:
        if self.dosing.job is None:
            self._answer(t_s, "QRA 61 4", f"I {NOT_ALLOWED}")
            return
        self._answer(t_s, "QRA 61 4", "B")
        self._answer(t_s, "QRA 61 1", f"I {self.dosing.end(t_s, STOPPED)}")
        self._balance.disturb(t_s)
        self._answer(t_s, "QRA 61 4", "A")

    def _move(self, t_s: float, head: str, place: str, takes_s: float) -> None:
        """Begin to move door or pin."""
        if self.dosing.job is not None:
            self._answer(t_s, head, f"I {JOB_RUNNING}")
        elif head == "QRA 60 2" and self.dosing.head() is None:
            self._answer(t_s, head, f"I {NOT_MOUNTED}")
        else:
            self._answer(t_s, head, "B")
            if head == "QRA 60 7":
                self.door = "moving"
            self._number += 1
            heappush(self._later, (t_s + takes_s, self._number, head, place))

    def _arrive(self, t_s: float, head: str, place: str) -> None:
        if head == "QRA 60 7":
            self.door = place
            self._balance.disturb(t_s)
        else:
            self.pin = place
        self._answer(t_s, head, "A")

    def _set(self, key: str, value: str) -> str:
        if key.isdecimal() and int(key) in _TEXTS:
            return "A"
        low, high = SETTINGS.get(int(key), (1.0, 0.0)) if key.isdecimal() else (1.0, 0.0)
        number = float(value) if value.replace(".", "", 1).isdecimal() else -1.0
        if not low <= number <= high:
            return "L"
        self._settings[int(key)] = number
        return "A"

    def _describe(self, t_s: float, which: str) -> None:
        command, head = f"QRD 2 4 {which}", self.dosing.head()
        if self.dosing.job is not None:
            self._answer(t_s, command, f"I {JOB_RUNNING}")
            return
        if head is None:
            self._answer(t_s, command, f"I {NOT_MOUNTED}")
            return
        count = self.dosing.count
        last = (self._settings.get(5, 0.0), self.dosing.last_mg)
        self._answer(t_s, command, "B")
        lines = head_document(head, count) if which == "11" else sample_document(head, *last, count)
        self._say(t_s, b"\r\n".join(lines))
        self._answer(t_s, command, "A")

    def _answer(self, t_s: float, head: str, rest: str) -> None:
        self._say(t_s, f"{head} {rest}".encode("latin-1", "replace"))
