"""A run folder read once, for the report: events folded, volumes followed, incidents kept; damage is noted, not raised.

The report must be there when something has gone wrong, so a damaged journal is read up to the damage, and a station
file that cannot be read leaves a record without a history. Nothing here is changed on disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.errors import AutosynthError, InputError
from autosynth.files import read_within
from autosynth.journal.disk import OsDisk
from autosynth.journal.event import Event
from autosynth.journal.export import read_trail
from autosynth.journal.store import JournalStore
from autosynth.station.load import parse_station
from autosynth.station.model import Station

INCIDENTS = frozenset({"failure", "fault", "safe", "untrusted", "recovered", "settled"})
"""Kinds of events that the history does not keep and a reader wants to see."""
LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is read for a report."""
MOVING = frozenset({"move_plunger", "home_plunger"})


@dataclass(slots=True)
class Level:
    """The liquid in one vessel over the run: seconds and mL after each stroke that reached it."""

    t_s: list[float] = field(default_factory=list[float])
    volume_ml: list[float] = field(default_factory=list[float])


@dataclass(slots=True)
class RunRecord:
    """What a run folder says."""

    folder: RunFolder
    history: History | None = None
    meta: Mapping[str, str] = field(default_factory=dict[str, str])
    opening: Mapping[str, Any] = field(default_factory=dict[str, Any])
    identities: Mapping[str, Any] = field(default_factory=dict[str, Any])
    events: int = 0
    head: str = ""
    closed: bool = False
    damage: str = ""
    """Why the record is not whole; empty when every link of the chain verifies."""
    end_s: float = 0.0
    states: list[Event] = field(default_factory=list[Event])
    incidents: list[Event] = field(default_factory=list[Event])
    levels: dict[str, Level] = field(default_factory=dict[str, Level])
    troubles: list[str] = field(default_factory=list[str])

    @property
    def known(self) -> History:
        """Return the history.

        Raises:
            AutosynthError: the folder's station file could not be read, so there is none.
        """
        if self.history is None:
            raise AutosynthError("the journal could not be folded; see the notes at the top")
        return self.history

    @property
    def state(self) -> str:
        """Return the last ISA-88 state, "UNKNOWN" when the record tells none."""
        return str(self.states[-1].payload.get("to", "UNKNOWN")) if self.states else "UNKNOWN"

    def text(self, name: str) -> str | None:
        """Return a file of the folder as text, its line ends as they are; None if it cannot be read."""
        try:
            return self.content(name).decode("utf-8", errors="replace")
        except (OSError, InputError):
            return None

    def content(self, file: str) -> bytes:
        """Return what a file of the folder holds.

        Raises:
            OSError: it cannot be read.
            InputError: it is no regular file, or larger than any measurement.
            AutosynthError: its name leads out of the folder.
        """
        return read_within(inside(self, file), LARGEST)


def read_record(folder: RunFolder) -> RunRecord:
    """Read everything; what cannot be read is said in `damage` and `troubles`."""
    record = RunRecord(folder)
    station = _station(record)
    record.history = None if station is None else History(station)
    _prove(record)
    try:
        store = JournalStore.read(folder.journal, OsDisk(), accept_cut=True)
    except AutosynthError as error:
        record.damage = record.damage or str(error)
        return record
    record.meta, record.closed = store.meta, store.ended_cleanly
    folding = _Folding(record)
    try:
        for event in store.events():
            folding.take(event)
    except AutosynthError as error:
        record.damage = record.damage or str(error)
    finally:
        store.abandon()
    return record


def _station(record: RunRecord) -> Station | None:
    text = record.text("station.yaml")
    if text is None:
        record.troubles.append("station.yaml is missing: volumes and deliveries cannot be worked out")
        return None
    try:
        return parse_station(text, "station.yaml")
    except AutosynthError as error:
        record.troubles.append(f"station.yaml cannot be read, so volumes and deliveries are missing: {error}")
        return None


def _prove(record: RunRecord) -> None:
    try:
        trail = read_trail(record.folder.journal, OsDisk())
    except AutosynthError as error:
        record.damage = str(error)
        return
    record.events, record.head = trail.events, trail.chain_head


class _Folding:
    """Folds events one by one into a record."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record

    def take(self, event: Event) -> None:
        record = self._record
        record.events, record.end_s = max(record.events, event.seq), max(record.end_s, event.t_s)
        if event.kind == "state":
            record.states.append(event)
        elif event.kind in INCIDENTS:
            record.incidents.append(event)
        elif event.kind == "connected":
            record.identities = event.payload.get("devices", {})
        elif event.kind == "run.opened":
            record.opening = event.payload
        if record.history is not None:
            self._fold(record.history, event)

    def _fold(self, history: History, event: Event) -> None:
        opened = history.open_intents.get(event.payload.get("intent", 0))
        try:
            history.apply(event)
            if event.kind == "run.opened":
                for name in history.station.vessels:
                    self._level(history, name, event.t_s)
            elif opened is not None and opened.intent.stroke.VERB in MOVING:
                path = history.inventory.open_path(opened.intent.device)
                if path is not None:
                    self._level(history, path.vessel, event.t_s)
            elif opened is not None and opened.intent.stroke.VERB == "infuse_to":
                asked = history.actions[opened.action].details
                self._level(history, str(asked["vessel"]), event.t_s)
                self._level(history, str(asked["stock"]), event.t_s)
            elif event.kind == "handled":
                self._level(history, str(event.payload["vessel"]), event.t_s)
        except (AutosynthError, KeyError, ValueError, TypeError) as error:
            self._record.history = None
            reason = f"event {event.seq} ({event.kind}) does not fit this station: {type(error).__name__} {error}"
            self._record.troubles.append(f"{reason}; volumes and deliveries are missing")

    def _level(self, history: History, vessel: str, t_s: float) -> None:
        level = self._record.levels.setdefault(vessel, Level())
        level.t_s.append(t_s)
        level.volume_ml.append(history.inventory.volume_ml(vessel))


def inside(record: RunRecord, file: str) -> Path:
    """Return a path below the run folder; a journal that points out of it is not followed.

    Raises:
        AutosynthError: it points out of it.
    """
    path = (record.folder.path / file).resolve()
    if not path.is_relative_to(record.folder.path.resolve()):
        raise AutosynthError(f"{file} lies outside the run folder")
    return path
