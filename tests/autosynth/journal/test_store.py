"""The journal file: created once, owned by one writer, closed with a mark that notices what was lost."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from autosynth.errors import JournalCorruptError, JournalError, LockedError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.disk import Disk, OsDisk, VirtualDisk
from autosynth.journal.event import GENESIS
from autosynth.journal.place import Mount
from autosynth.journal.store import JournalStore
from tests.autosynth.journal.test_event import chain

ROWS = chain({"a": 1}, {"a": 2}, {"a": 3})
DISKS: list[Callable[[], Disk]] = [CrashDisk, VirtualDisk, lambda: OsDisk(lambda: [Mount("/", "ext4")])]


@pytest.fixture(params=DISKS, ids=["crash", "virtual", "os"])
def any_disk(request: pytest.FixtureRequest) -> Disk:
    make: Callable[[], Disk] = request.param
    return make()


def closed(path: Path, disk: Disk) -> None:
    store = JournalStore.create(path, disk, {"seed": "1"})
    store.append(ROWS)
    store.close()


def test_what_was_appended_is_read_back(tmp_path: Path, any_disk: Disk) -> None:
    """After a clean close the rows, the meta data and the mark are there."""
    path = tmp_path / "journal.sqlite"
    closed(path, any_disk)
    store = JournalStore.read(path, any_disk)
    found = (list(store.rows()), dict(store.meta), store.ended_cleanly, store.check())
    store.close()
    assert (ROWS, {"seed": "1"}, True, (3, ROWS[2].digest.hex())) == found


def test_a_new_journal_is_empty(tmp_path: Path, any_disk: Disk) -> None:
    """A journal without events ends at the genesis hash."""
    store = JournalStore.create(tmp_path / "journal.sqlite", any_disk, {})
    found = (store.tail(), store.check())
    store.close()
    assert found == ((0, GENESIS), (0, GENESIS))


def test_reading_starts_anywhere(tmp_path: Path, any_disk: Disk) -> None:
    """Events from a number on are verified against the one before."""
    path = tmp_path / "journal.sqlite"
    closed(path, any_disk)
    store = JournalStore.read(path, any_disk)
    found = [event.seq for event in store.events(from_seq=3)]
    store.close()
    assert found == [3]


def test_reading_beyond_the_end_is_refused(tmp_path: Path, any_disk: Disk) -> None:
    """There is no chain to verify where there is no event before."""
    path = tmp_path / "journal.sqlite"
    closed(path, any_disk)
    store = JournalStore.read(path, any_disk)
    with pytest.raises(JournalCorruptError, match="event 8 is missing"):
        store.events(from_seq=9)
    store.close()


def test_a_journal_is_never_overwritten(tmp_path: Path, any_disk: Disk) -> None:
    """Creating where a journal exists is refused and leaves it alone."""
    path = tmp_path / "journal.sqlite"
    closed(path, any_disk)
    with pytest.raises(JournalError, match="exists already"):
        JournalStore.create(path, any_disk, {})
    store = JournalStore.read(path, any_disk)
    found = store.check()
    store.close()
    assert found[0] == 3


def test_there_is_one_writer(tmp_path: Path, any_disk: Disk) -> None:
    """A second writer is refused while the first has the journal, and admitted afterwards."""
    path = tmp_path / "journal.sqlite"
    store = JournalStore.create(path, any_disk, {})
    with pytest.raises(LockedError, match="another live process"):
        JournalStore.open(path, any_disk)
    store.close()
    JournalStore.open(path, any_disk).close()


@pytest.mark.parametrize("make", DISKS[1:], ids=["virtual", "os"])
def test_a_reader_sees_a_live_run(tmp_path: Path, make: Callable[[], Disk]) -> None:
    """Another connection reads what is durable while the writer goes on."""
    path = tmp_path / "journal.sqlite"
    writer = JournalStore.create(path, make(), {})
    writer.append(ROWS[:2])
    reader = JournalStore.read(path, make())
    first = [event.seq for event in reader.events()]
    writer.append(ROWS[2:])
    second = [event.seq for event in reader.events()]
    reader.close()
    writer.close()
    assert (first, second) == ([1, 2], [1, 2, 3])


def test_looking_at_a_crashed_run_changes_nothing(tmp_path: Path) -> None:
    """A reader leaves the file and its write-ahead log as the crash left them."""
    path, disk = tmp_path / "journal.sqlite", VirtualDisk()
    store = JournalStore.create(path, disk, {})
    store.append(ROWS)
    store.abandon()
    log = path.with_name("journal.sqlite-wal")
    before = (path.read_bytes(), log.read_bytes())
    reader = JournalStore.read(path, disk)
    count, _ = reader.check()
    reader.close()
    assert (3, before) == (count, (path.read_bytes(), log.read_bytes()))


def test_a_crashed_run_says_so(tmp_path: Path, any_disk: Disk) -> None:
    """A journal that was not closed opens with all its events and is marked as not ended cleanly."""
    path = tmp_path / "journal.sqlite"
    store = JournalStore.create(path, any_disk, {})
    store.append(ROWS)
    store.abandon()
    again = JournalStore.open(path, any_disk)
    found = (again.ended_cleanly, again.check()[0])
    again.close()
    assert found == (False, 3)


def test_a_missing_log_is_noticed(tmp_path: Path) -> None:
    """A journal that was not closed and lost its log is refused with what to do, unless the cut is accepted."""
    path, disk = tmp_path / "journal.sqlite", VirtualDisk()
    store = JournalStore.create(path, disk, {})
    store.append(ROWS)
    store.abandon()
    path.with_name("journal.sqlite-wal").unlink()
    path.with_name("journal.sqlite-shm").unlink()
    with pytest.raises(JournalCorruptError, match="put the file back"):
        JournalStore.open(path, disk)
    accepted = JournalStore.open(path, disk, accept_cut=True)
    found = accepted.tail()
    accepted.close()
    assert found == (0, GENESIS)


def test_a_reopened_journal_that_loses_its_log_is_noticed(tmp_path: Path) -> None:
    """Opening a closed journal again puts the mark back where a lost log cannot hide it."""
    path, disk = tmp_path / "journal.sqlite", VirtualDisk()
    closed(path, disk)
    store = JournalStore.open(path, disk)
    store.abandon()
    path.with_name("journal.sqlite-wal").unlink()
    path.with_name("journal.sqlite-shm").unlink()
    with pytest.raises(JournalCorruptError, match="write-ahead log"):
        JournalStore.read(path, disk)


def test_a_tail_cut_from_a_closed_journal_is_noticed(tmp_path: Path) -> None:
    """A row removed from the end by another program is missed, and named."""
    path, disk = tmp_path / "journal.sqlite", VirtualDisk()
    closed(path, disk)
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM event WHERE seq = 3")
    other.close()
    with pytest.raises(JournalCorruptError, match="closed with 3 events and now ends at event 2: event 3"):
        JournalStore.read(path, disk)


def test_a_row_given_twice_is_refused(tmp_path: Path, any_disk: Disk) -> None:
    """Appending a number that is there means that somebody else is writing."""
    store = JournalStore.create(tmp_path / "journal.sqlite", any_disk, {})
    store.append(ROWS[:2])
    with pytest.raises(LockedError, match="event 2 is there already"):
        store.append(ROWS[1:])
    found = store.tail()[0]
    store.close()
    assert found == 2


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    """A file of a later version is not guessed at."""
    path, disk = tmp_path / "journal.sqlite", VirtualDisk()
    closed(path, disk)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE meta SET value = '2' WHERE key = 'format'")
    other.close()
    with pytest.raises(JournalError, match="format 2, this version reads 1"):
        JournalStore.read(path, disk)


def test_another_database_is_no_journal(tmp_path: Path) -> None:
    """A database without our tables is refused."""
    path = tmp_path / "journal.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE x (y)")
    other.close()
    with pytest.raises(JournalError, match="is no journal"):
        JournalStore.read(path, VirtualDisk())


def test_a_path_without_a_journal_is_refused(tmp_path: Path, any_disk: Disk) -> None:
    """Reading where there is nothing is refused and creates nothing."""
    with pytest.raises(JournalError, match="there is no journal"):
        JournalStore.read(tmp_path / "journal.sqlite", any_disk)
    with pytest.raises(JournalError, match="there is no journal"):
        JournalStore.open(tmp_path / "journal.sqlite", any_disk)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Other bytes at the path are called damaged."""
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"x" * 4096)
    with pytest.raises(JournalCorruptError, match="damaged"):
        JournalStore.read(path, VirtualDisk())
