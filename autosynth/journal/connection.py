"""How SQLite is opened for a run's files, and how its errors become ours.

Every connection keeps its write-ahead log on closing unless told otherwise: a log that vanishes without a clean close
must mean that somebody took it away. Readers never checkpoint, so looking at a crashed run changes nothing.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import apsw

from autosynth.errors import JournalCorruptError, JournalError, LockedError
from autosynth.journal.disk import Disk

_BUSY_MS = 5000
_PAGE_SIZE = 1024  # one commit of an intent and an outcome then costs one or two small frames of the log


def connect(
    path: Path,
    disk: Disk,
    *,
    create: bool = False,
    readonly: bool = False,
    synchronous: Literal["FULL", "NORMAL"] = "FULL",
) -> apsw.Connection:
    """Open a database of a run in write-ahead mode with the locking its disk can give."""
    flags = apsw.SQLITE_OPEN_READONLY if readonly else apsw.SQLITE_OPEN_READWRITE
    if create:
        flags |= apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection(str(path), flags=flags, vfs=disk.vfs)
    connection.set_busy_timeout(_BUSY_MS)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.execute(f"PRAGMA locking_mode={disk.locking}")
    if not readonly:
        connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
        if connection.execute("PRAGMA journal_mode=WAL").fetchall() != [("wal",)]:
            connection.close()
            msg = f"{path}: SQLite could not start a write-ahead log here; choose a local folder that can be written"
            raise JournalError(msg)
        connection.execute(f"PRAGMA synchronous={synchronous}")
    return connection


def own(path: Path, disk: Disk) -> apsw.Connection:
    """Become the only writer of a journal until the returned connection is closed or this process dies.

    Raises:
        LockedError: another live process is its writer.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    lock = apsw.Connection(f"{path}.lock", flags=flags, vfs=disk.vfs)
    try:
        lock.execute("PRAGMA journal_mode=MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except apsw.BusyError as error:
        lock.close()
        msg = f"{path} is being written by another live process: stop that run first"
        raise LockedError(msg) from error
    return lock


def owned(path: Path, disk: Disk) -> bool:
    """Return whether a live process is writing the journal at `path` now."""
    try:
        probe = apsw.Connection(f"{path}.lock", flags=apsw.SQLITE_OPEN_READONLY, vfs=disk.vfs)
    except apsw.CantOpenError:
        return False
    try:
        probe.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.BusyError:
        return True
    finally:
        probe.close()
    return False


@contextmanager
def translated(path: Path, seq: int | None = None) -> Generator[None]:
    """Turn SQLite's errors into ours, with what to do about them.

    Raises:
        JournalCorruptError: the file is damaged.
        JournalError: the disk is full, read-only, busy or failing, or the file is not there.
    """
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, UnicodeDecodeError) as error:
        where = "" if seq is None else f" at or after event {seq}"
        msg = f"{path} is damaged{where} ({error}): keep it as it is and work on a copy"
        raise JournalCorruptError(msg) from error
    except apsw.FullError as error:
        msg = f"{path}: the disk is full; free some space, nothing that was recorded is lost"
        raise JournalError(msg) from error
    except (apsw.ReadOnlyError, apsw.PermissionsError) as error:
        msg = f"{path} is read-only ({error}): check the folder's permissions and the mount"
        raise JournalError(msg) from error
    except apsw.CantOpenError as error:
        msg = f"{path} cannot be opened ({error}): check that the folder exists and can be written"
        raise JournalError(msg) from error
    except apsw.Error as error:
        msg = f"{path}: the disk failed ({type(error).__name__}: {error})"
        raise JournalError(msg) from error
