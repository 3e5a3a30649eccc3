"""The durable record of a campaign: append-only, hash-chained, each event on the disk before the next thing is done.

It is the journal's file with a campaign's events. Its time is bench time: how long the runs so far have taken. What
a campaign has done is a fold of it (`standing.py`), and nothing else.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from autosynth.campaign.standing import Standing
from autosynth.errors import JournalCorruptError
from autosynth.journal.disk import Disk
from autosynth.journal.event import Event, sealed
from autosynth.journal.store import JournalStore


class Progress:
    """A campaign's record, open for appending by this process alone; what it says so far is in `standing`."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._seq, self._head = store.tail()
        self.standing = Standing()
        for event in store.events():
            fold(self.standing, event)

    @classmethod
    def create(cls, path: Path, disk: Disk, meta: Mapping[str, str]) -> Self:
        """Begin a record; `meta` stays outside the hash chain.

        Raises:
            JournalError: the path exists, is on a network file system, or cannot be written.
        """
        return cls(JournalStore.create(path, disk, meta))

    @classmethod
    def open(cls, path: Path, disk: Disk) -> Self:
        """Go on with a record after its last event.

        Raises:
            JournalError: there is none, or it cannot be written.
            JournalCorruptError: it is damaged, or tells what is no campaign.
            LockedError: another live process is writing it.
        """
        return cls(JournalStore.open(path, disk))

    @property
    def head(self) -> str:
        """Return the hash of the last event: the head of the chain."""
        return self._head

    def record(self, kind: str, payload: Mapping[str, Any]) -> Event:
        """Append an event; it is on the disk when this returns.

        Raises:
            JournalError: the disk refused, or the payload is not data; nothing was recorded.
        """
        event, row = sealed(Event(self._seq + 1, self.standing.t_s, kind, None, 1, payload, self._head))
        self._store.append([row])
        self._seq, self._head = row.seq, row.digest.hex()
        fold(self.standing, event)
        return event

    def close(self) -> None:
        """Mark the record closed and let go of it.

        Raises:
            JournalError: the disk failed.
        """
        self._store.close()

    def abandon(self) -> None:
        """Let go of the record as a crash would."""
        self._store.abandon()


def fold(standing: Standing, event: Event) -> None:
    """Fold an event that somebody else may have written.

    Raises:
        JournalCorruptError: it tells what no campaign does.
    """
    try:
        standing.apply(event)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        msg = f"event {event.seq} ({event.kind}) is none of a campaign: {type(error).__name__} {error}"
        raise JournalCorruptError(msg) from error


def read_standing(path: Path, disk: Disk) -> tuple[Standing, int, str]:
    """Return what a record says, the number of its events and its chain's head, without taking it over.

    Raises:
        JournalError: it cannot be read.
        JournalCorruptError: it does not verify, or tells what is no campaign.
    """
    store = JournalStore.read(path, disk)
    standing = Standing()
    try:
        for event in _events(store):
            fold(standing, event)
        number, head = store.tail()
        return standing, number, head
    finally:
        store.abandon()


def _events(store: JournalStore) -> Iterator[Event]:
    return store.events()
