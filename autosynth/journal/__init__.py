"""The append-only, hash-chained record of a run: the only truth about it, of which every view is a fold."""

from autosynth.journal.disk import Disk, OsDisk, VirtualDisk
from autosynth.journal.event import GENESIS, Event
from autosynth.journal.fold import fold
from autosynth.journal.journal import Journal
from autosynth.journal.store import JournalStore

__all__ = ["GENESIS", "Disk", "Event", "Journal", "JournalStore", "OsDisk", "VirtualDisk", "fold"]
