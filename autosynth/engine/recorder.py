"""The engine's pen: an event goes to the journal and into the history in one breath, so the two cannot disagree."""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.history import History
from autosynth.journal.event import Event
from autosynth.journal.journal import Journal


class Recorder:
    """Records for one run."""

    def __init__(self, journal: Journal, history: History) -> None:
        self.journal = journal
        self.history = history

    def record(self, kind: str, payload: Mapping[str, Any], action: str | None = None) -> Event:
        """Add an event to the journal and fold it; returns without waiting for the disk.

        Raises:
            JournalError: the payload cannot be written as JSON exactly.
            StateError: the journal is closed.
        """
        event = self.journal.record(kind, payload, action)
        self.history.apply(event)
        return event

    def hasten(self) -> None:
        """Begin to make everything recorded so far durable, for who must not wait for the disk."""
        self.journal.hasten()

    async def durable(self, timeout_s: float | None = None) -> None:
        """Return when everything recorded so far is on the disk.

        Raises:
            JournalError: the disk refused or did not answer in `timeout_s`; the events are kept for the next try.
        """
        await self.journal.durable(timeout_s)
