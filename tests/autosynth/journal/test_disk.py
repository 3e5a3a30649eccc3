"""Disks: which files they make, where live runs are refused, what a power cut leaves."""

import random
from collections.abc import Sequence
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.disk import OsDisk, VirtualDisk
from autosynth.journal.memoryfile import SECTOR, Locks, MemoryFile
from autosynth.journal.place import Mount, mounts, network_mount
from autosynth.journal.store import JournalStore

WRITES = st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=1500)), max_size=5)


def mounted(root: Path, fstype: str, opts: str = "rw") -> Sequence[Mount]:
    return [Mount("/", "ext4", "rw"), Mount(str(root), fstype, opts)]


@pytest.mark.parametrize("fstype", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_live_run_on_a_network_file_system_is_refused(tmp_path: Path, fstype: str) -> None:
    """Creating or opening a journal on a share is refused, the share is named, and nothing is made."""
    disk = OsDisk(lambda: mounted(tmp_path, fstype))
    with pytest.raises(JournalError, match=f"network file system \\({fstype} at {tmp_path}\\)"):
        JournalStore.create(tmp_path / "journal.sqlite", disk, {})
    with pytest.raises(JournalError, match="network file system"):
        JournalStore.open(tmp_path / "journal.sqlite", disk)
    assert list(tmp_path.iterdir()) == []


def test_a_local_folder_below_a_share_is_accepted(tmp_path: Path) -> None:
    """The deepest mount decides."""
    mount = [*mounted(tmp_path.parent, "nfs"), Mount(str(tmp_path), "ext4")]
    assert network_mount(tmp_path / "runs", mount) is None


def test_a_later_mount_hides_an_earlier_one_at_the_same_place(tmp_path: Path) -> None:
    """Of two file systems mounted at one place the last one is seen."""
    mount = [*mounted(tmp_path, "ext4"), Mount(str(tmp_path), "nfs")]
    assert network_mount(tmp_path, mount) == Mount(str(tmp_path), "nfs")


def test_a_drive_that_calls_itself_remote_is_refused(tmp_path: Path) -> None:
    """Where the operating system marks a drive as remote, its type does not matter."""
    found = network_mount(tmp_path, mounted(tmp_path, "NTFS", "rw,remote"))
    assert found == Mount(str(tmp_path), "NTFS", "rw,remote")


def test_an_unknown_place_counts_as_local(tmp_path: Path) -> None:
    """Without any mount that holds the path nothing is refused."""
    assert network_mount(tmp_path, []) is None


def test_this_computer_has_a_root_mount() -> None:
    """What the operating system reports can be looked up."""
    assert mounts()


def test_a_simulated_run_may_lie_anywhere(tmp_path: Path) -> None:
    """The virtual disk makes ordinary files, which any SQLite can read."""
    path = tmp_path / "journal.sqlite"
    JournalStore.create(path, VirtualDisk(), {}).close()
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    connection.close()
    assert tables == {"event", "meta"}


@given(before=WRITES, after=WRITES)
def test_a_power_cut_leaves_what_was_synced(before: list[tuple[int, bytes]], after: list[tuple[int, bytes]]) -> None:
    """Dropping what was not synced leaves the file as it was at its last sync."""
    file = MemoryFile()
    for offset, data in before:
        file.write(data, offset)
    file.sync()
    synced = bytes(file.live)
    for offset, data in after:
        file.write(data, offset)
    file.truncate(10)
    assert file.after_crash(None) == synced


@given(data=st.binary(min_size=1, max_size=4000), offset=st.integers(0, 700), seed=st.integers())
def test_a_power_cut_keeps_whole_sectors(data: bytes, offset: int, seed: int) -> None:
    """With a seed, each sector of an unsynced write is there or is not."""
    file = MemoryFile(b"\xff" * 5000)
    file.write(data, offset)
    left = file.after_crash(random.Random(seed))
    old, new = b"\xff" * 5000, bytes(file.live)
    for start in range(0, 5000, SECTOR):
        sector = slice(start, start + SECTOR)
        assert left[sector] in {old[sector], new[sector]}


def test_a_new_name_is_lost_until_its_folder_is_synced() -> None:
    """A file whose contents were synced, but not its name, is gone after a power cut."""
    disk = CrashDisk()
    flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_READWRITE, 0]
    file = apsw.VFSFile(disk.vfs, "/run/a", flags)
    file.xWrite(b"x", 0)
    file.xSync(apsw.SQLITE_SYNC_NORMAL)
    file.xClose()
    assert (disk.files(), disk.after_crash().files()) == ({"/run/a": b"x"}, {})


def test_a_log_brings_its_folder_with_it() -> None:
    """The first sync of a write-ahead log makes the names of its folder durable."""
    disk = CrashDisk()
    for name, kind in (("/run/a", apsw.SQLITE_OPEN_MAIN_DB), ("/run/a-wal", apsw.SQLITE_OPEN_WAL)):
        file = apsw.VFSFile(disk.vfs, name, [kind | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_READWRITE, 0])
        file.xSync(apsw.SQLITE_SYNC_NORMAL)
        file.xClose()
    disk.crash()
    assert disk.files() == {"/run/a": b"", "/run/a-wal": b""}


def test_a_read_only_disk_makes_no_files() -> None:
    """Creating a journal on a read-only disk is refused."""
    disk = CrashDisk()
    disk.read_only = True
    with pytest.raises(JournalError):
        JournalStore.create(Path("/run/journal.sqlite"), disk, {})
    assert disk.files() == {}


def test_a_reserved_lock_lets_readers_in_and_writers_not() -> None:
    """Locks exclude each other as SQLite's do."""
    locks = Locks()
    locks.take(1, apsw.SQLITE_LOCK_SHARED)
    locks.take(1, apsw.SQLITE_LOCK_RESERVED)
    locks.take(2, apsw.SQLITE_LOCK_SHARED)
    with pytest.raises(apsw.BusyError):
        locks.take(2, apsw.SQLITE_LOCK_RESERVED)
    with pytest.raises(apsw.BusyError):
        locks.take(1, apsw.SQLITE_LOCK_EXCLUSIVE)
    locks.lower(2, apsw.SQLITE_LOCK_NONE)
    locks.take(1, apsw.SQLITE_LOCK_EXCLUSIVE)
    with pytest.raises(apsw.BusyError):
        locks.take(2, apsw.SQLITE_LOCK_SHARED)
    locks.lower(1, apsw.SQLITE_LOCK_SHARED)
    assert not locks.reserved()
