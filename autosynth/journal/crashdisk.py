"""A disk in memory that loses power, for tests.

It keeps what was written apart from what was synced, per file and for the names in a folder. `crash` leaves what a
power cut would: everything synced, and of the rest nothing, or whichever sectors a seeded generator picks. It can be
full, read-only, failing or stalled. It has no shared memory, so a journal on it is locked by its one connection. Real
runs never use it.
"""

import itertools
import random
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, cast

import apsw

from autosynth.errors import JournalError
from autosynth.journal.memoryfile import MemoryFile, parent

_NUMBERS = itertools.count(1)
_SYNCS_ITS_FOLDER = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL


class CrashDisk:
    """A disk whose `files` are durable at first; each crash makes a new one of what survived."""

    locking: Literal["NORMAL", "EXCLUSIVE"] = "EXCLUSIVE"

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.capacity_bytes: int | None = None
        """How much all files together may hold; None is without limit. Beyond it writes fail as on a full disk."""
        self.read_only = False
        """Whether writes are refused."""
        self.sync_fails = False
        """Whether syncs report an input/output error."""
        self.syncs = 0
        """How many syncs have been asked for."""
        self._gate = threading.Event()
        self._gate.set()
        self._world = _World(self, {name: MemoryFile(content) for name, content in (files or {}).items()})

    @property
    def vfs(self) -> str:
        """Return the name under which SQLite knows this disk since the last crash."""
        return self._world.name

    def admit(self, path: Path) -> None:
        """Accept any path: the disk is in memory."""

    def sync_names(self, path: Path) -> None:
        """Make the names beside a path durable.

        Raises:
            JournalError: syncs fail on this disk now.
        """
        try:
            self.before_sync()
        except apsw.IOError as error:
            raise JournalError(f"{path.parent} cannot be synced: {error}") from error
        self._world.sync_folder(str(path))

    def stall(self) -> None:
        """Let every sync wait from now on until `release`."""
        self._gate.clear()

    def release(self) -> None:
        """Let waiting syncs finish, and later ones pass."""
        self._gate.set()

    def crash(self, keep: random.Random | None = None) -> None:
        """Lose power: drop what was not synced, or keep the sectors and names that `keep` picks.

        Connections that were open go on in a world of their own and change nothing here.
        """
        self._world = _World(self, self._world.survivors(keep))

    def after_crash(self, keep: random.Random | None = None) -> "CrashDisk":
        """Return the disk that a power cut now would leave, and go on with this one."""
        left = {name: bytes(file.live) for name, file in self._world.survivors(keep).items()}
        return CrashDisk(left)

    def files(self) -> dict[str, bytes]:
        """Return the files as a program would read them now, synced or not."""
        return {name: bytes(file.live) for name, file in self._world.names.items()}

    def before_write(self, growth: int) -> None:
        """Refuse a write that the disk's faults forbid.

        Raises:
            apsw.ReadOnlyError: the disk is read-only.
            apsw.FullError: the files would hold more than `capacity_bytes`.
        """
        if self.read_only:
            msg = "read-only file system"
            raise apsw.ReadOnlyError(msg)
        used = sum(len(file.live) for file in self._world.names.values())
        if self.capacity_bytes is not None and used + growth > self.capacity_bytes:
            msg = "no space left on device"
            raise apsw.FullError(msg)

    def before_sync(self) -> None:
        """Wait while the disk is stalled.

        Raises:
            apsw.IOError: syncs fail on this disk now.
        """
        self.syncs += 1
        self._gate.wait()
        if self.sync_fails:
            msg = "input/output error"
            raise apsw.IOError(msg)


class _World(apsw.VFS):
    """The names and files between two power cuts."""

    def __init__(self, disk: CrashDisk, files: dict[str, MemoryFile]) -> None:
        self.disk = disk
        self.name = f"autosynth-crash-{next(_NUMBERS)}"
        self.names = dict(files)
        self.lock = threading.RLock()
        self._durable_names = dict(files)
        super().__init__(self.name, base="")

    def survivors(self, keep: random.Random | None) -> dict[str, MemoryFile]:
        with self.lock:
            left: dict[str, MemoryFile] = {}
            for name in sorted(self.names.keys() | self._durable_names.keys()):
                file = self._durable_names.get(name)
                if keep is not None and keep.random() < 0.5:
                    file = self.names.get(name)
                if file is not None:
                    left[name] = MemoryFile(file.after_crash(keep))
            return left

    def sync_folder(self, path: str) -> None:
        folder = parent(path)
        elsewhere = {name: file for name, file in self._durable_names.items() if parent(name) != folder}
        self._durable_names = elsewhere | {n: file for n, file in self.names.items() if parent(n) == folder}

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        with self.lock:
            file = self.names.get(path) if path is not None else MemoryFile()
            fresh = file is None
            if file is None:
                if not flags[0] & apsw.SQLITE_OPEN_CREATE or self.disk.read_only:
                    msg = f"no such file: {path}"
                    raise apsw.CantOpenError(msg)
                file = MemoryFile()
            if path is not None:
                self.names[path] = file
        flags[1] = flags[0]
        folder = path if fresh and flags[0] & _SYNCS_ITS_FOLDER else None
        return cast("apsw.VFSFile", _Handle(self, file, folder))

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        with self.lock:
            self.names.pop(filename, None)
            if syncdir:
                self.sync_folder(filename)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.names and not (flags == apsw.SQLITE_ACCESS_READWRITE and self.disk.read_only)

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class _Handle:
    """An open file; `folder` is the new file's path if its first sync also syncs the folder's names."""

    def __init__(self, world: _World, file: MemoryFile, folder: str | None) -> None:
        self._world = world
        self._file = file
        self._folder = folder

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.live[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        with self._world.lock:
            self._world.disk.before_write(max(0, offset + len(data) - len(self._file.live)))
            self._file.write(bytes(data), offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        with self._world.lock:
            self._world.disk.before_write(0)
            self._file.truncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._world.disk.before_sync()
        with self._world.lock:
            self._file.sync()
            if self._folder is not None:
                self._world.sync_folder(self._folder)
                self._folder = None

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.live)

    def xLock(self, level: int) -> None:  # noqa: N802
        with self._world.lock:
            self._file.locks.take(id(self), level)

    def xUnlock(self, level: int) -> None:  # noqa: N802
        with self._world.lock:
            self._file.locks.lower(id(self), level)

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return self._file.locks.reserved()

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 512

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def excepthook(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> bool:
        """Keep quiet about faults that SQLite met while closing: they were injected."""
        return issubclass(kind, apsw.Error)

    def xClose(self) -> None:  # noqa: N802
        with self._world.lock:
            self._file.locks.lower(id(self), apsw.SQLITE_LOCK_NONE)
