"""A run's history read from its folder, without taking the run over: for everybody who looks back."""

from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.errors import JournalCorruptError
from autosynth.journal.disk import Disk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from autosynth.station.model import Station


def read_history(folder: RunFolder, station: Station, disk: Disk) -> History:
    """Fold a run's journal without taking it over.

    Raises:
        JournalError, JournalCorruptError: it cannot be read, does not verify, or tells of what this station has not.
    """
    history = History(station)
    store = JournalStore.read(folder.journal, disk)
    try:
        for event in store.events():
            fold(history, event)
    finally:
        store.abandon()
    return history


def fold(history: History, event: Event) -> None:
    """Fold an event of a record that somebody else may have written.

    Raises:
        JournalCorruptError: it tells of what this station has not.
    """
    try:
        history.apply(event)
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        reason = f"{type(error).__name__} {error}"
        msg = f"event {event.seq} ({event.kind}) means nothing on this station: {reason}"
        raise JournalCorruptError(msg) from error
