"""Where a campaign stands: its record, folded. Report, recovery and the next choice look at this and nothing else.

A row is finished when a run of it has come to its end; then it is never made again unless a person asks for that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from autosynth.engine.machine import RunState
from autosynth.journal.event import Event


class State(StrEnum):
    """What a campaign is doing; the words are those of runs where they mean the same."""

    IDLE = "IDLE"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    HELD = "HELD"
    STOPPED = "STOPPED"
    COMPLETE = "COMPLETE"


UNDERWAY = "underway"
LOST = "lost"
REFUSED = "refused"
"""How a run stands that has not ended, that died with its simulated bench, or whose plan was refused at its time."""


@dataclass(slots=True)
class Attempt:
    """One run of a row."""

    run: str
    seed: int
    t_s: float
    state: str = UNDERWAY
    counts: bool = True
    """False when it was lost with its bench, or a person asked for its row to be made again."""
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What its end said: results, deliveries, vials, lots, the head of its chain."""

    @property
    def complete(self) -> bool:
        """Say whether it came to its planned end."""
        return self.state == RunState.COMPLETE.value


@dataclass(slots=True)
class RowRecord:
    """A row and what was made of it."""

    name: str
    settings: Mapping[str, str]
    source: str = ""
    suggestion: Mapping[str, Any] | None = None
    attempts: list[Attempt] = field(default_factory=list[Attempt])

    @property
    def last(self) -> Attempt | None:
        """Return its newest attempt that counts; None when it is still to be made."""
        return next((each for each in reversed(self.attempts) if each.counts), None)

    @property
    def state(self) -> str:
        """Return how it stands; empty while it waits."""
        return "" if self.last is None else self.last.state

    @property
    def waits(self) -> bool:
        """Say whether it is still to be made."""
        return self.last is None

    @property
    def underway(self) -> bool:
        """Say whether a run of it has begun and not ended, as far as is on record."""
        return self.state == UNDERWAY


@dataclass(slots=True)
class Standing:
    """A campaign so far."""

    opening: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rows: dict[str, RowRecord] = field(default_factory=dict[str, RowRecord])
    state: State = State.IDLE
    reason: str = ""
    t_s: float = 0.0
    """Bench time of all runs and changes of vials so far."""
    asked: Mapping[str, Any] | None = None
    """The change of vials that a person has been asked for and not confirmed."""
    changes: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    inventory: Mapping[str, Any] | None = None
    """What is where on a simulated bench; on a real one its station's ledger knows."""
    recovered: int = 0

    def apply(self, event: Event) -> None:
        """Fold one event; kinds that this version does not know change nothing.

        Raises:
            KeyError, ValueError, TypeError: the event is none of a campaign.
        """
        reducer = _REDUCERS.get(event.kind)
        if reducer is not None:
            reducer(self, event.payload)

    @property
    def waiting(self) -> list[RowRecord]:
        """Return the rows still to be made, in order."""
        return [row for row in self.rows.values() if row.waits]

    @property
    def underway(self) -> RowRecord | None:
        """Return the row whose run has begun and not ended."""
        return next((row for row in self.rows.values() if row.underway), None)

    @property
    def complete(self) -> list[RowRecord]:
        """Return the rows that came to their planned end, in order."""
        return [row for row in self.rows.values() if row.last is not None and row.last.complete]

    @property
    def simulated(self) -> bool:
        """Say whether its benches are simulated in the campaign's own process."""
        return bool(self.opening.get("simulated", False))


def _opened(standing: Standing, payload: Mapping[str, Any]) -> None:
    standing.opening = payload
    standing.inventory = payload.get("inventory")


def _added(standing: Standing, payload: Mapping[str, Any]) -> None:
    for each in payload["rows"]:
        name = str(each["name"])
        if name in standing.rows:
            raise ValueError(f"row {name} is added twice")
        source = str(payload["source"])
        standing.rows[name] = RowRecord(name, dict(each["settings"]), source, each.get("suggestion"))


def _started(standing: Standing, payload: Mapping[str, Any]) -> None:
    row = standing.rows[payload["row"]]
    row.attempts.append(Attempt(str(payload["run"]), int(payload["seed"]), standing.t_s))


def _attempt(standing: Standing, payload: Mapping[str, Any]) -> Attempt:
    return standing.rows[payload["row"]].attempts[-1]


def _ended(standing: Standing, payload: Mapping[str, Any]) -> None:
    attempt = _attempt(standing, payload)
    attempt.state, attempt.told = str(payload["state"]), payload
    standing.t_s += float(payload["simulated_s"])
    standing.inventory = payload.get("inventory", standing.inventory)


def _lost(standing: Standing, payload: Mapping[str, Any]) -> None:
    attempt = _attempt(standing, payload)
    attempt.state, attempt.counts, attempt.told = LOST, False, payload


def _refused(standing: Standing, payload: Mapping[str, Any]) -> None:
    attempt = Attempt("", 0, standing.t_s, REFUSED, told=payload)
    standing.rows[payload["row"]].attempts.append(attempt)


def _again(standing: Standing, payload: Mapping[str, Any]) -> None:
    for name in payload["rows"]:
        for attempt in standing.rows[name].attempts:
            attempt.counts = False


def _asked(standing: Standing, payload: Mapping[str, Any]) -> None:
    standing.asked = payload


def _changed(standing: Standing, payload: Mapping[str, Any]) -> None:
    standing.asked = None
    standing.changes.append({**payload, "t_s": standing.t_s})
    standing.t_s += float(payload["took_s"])
    standing.inventory = payload.get("inventory", standing.inventory)


def _state(standing: Standing, payload: Mapping[str, Any]) -> None:
    standing.state = State(payload["to"])
    standing.reason = str(payload.get("reason", ""))


def _recovered(standing: Standing, payload: Mapping[str, Any]) -> None:
    del payload
    standing.recovered += 1


_REDUCERS: Mapping[str, Callable[[Standing, Mapping[str, Any]], None]] = {
    "campaign.opened": _opened,
    "rows.added": _added,
    "row.started": _started,
    "row.ended": _ended,
    "row.lost": _lost,
    "row.refused": _refused,
    "rows.again": _again,
    "vials.asked": _asked,
    "vials.changed": _changed,
    "campaign.state": _state,
    "campaign.recovered": _recovered,
}
