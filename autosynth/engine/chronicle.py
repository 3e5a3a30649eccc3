"""A run's history read from its folder, without taking the run over: for everybody who looks back."""

from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.journal.disk import Disk
from autosynth.journal.store import JournalStore
from autosynth.station.model import Station


def read_history(folder: RunFolder, station: Station, disk: Disk) -> History:
    """Fold a run's journal without taking it over.

    Raises:
        JournalError, JournalCorruptError: it cannot be read, or does not verify.
    """
    history = History(station)
    store = JournalStore.read(folder.journal, disk)
    try:
        for event in store.events():
            history.apply(event)
    finally:
        store.abandon()
    return history
