"""The disk a run's files go to, as a SQLite VFS that is handed in.

Real runs use the operating system's; simulated ones write the same ordinary files and skip the wait for the medium;
tests use one that loses power (`autosynth.journal.crashdisk`). A disk says which VFS to open, whether readers in other
processes are possible, and refuses places where durability cannot be had. It never retries and never falls back.
"""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import apsw

from autosynth.errors import JournalError
from autosynth.files import sync_folder
from autosynth.journal.place import Mount, mounts, network_mount

_NUMBERS = itertools.count(1)


class Disk(Protocol):
    """Where SQLite puts bytes; `vfs` is a registered name, `locking` how the write-ahead log is shared."""

    @property
    def vfs(self) -> str:
        """Return the name under which SQLite knows this disk."""
        ...

    @property
    def locking(self) -> Literal["NORMAL", "EXCLUSIVE"]:
        """Return NORMAL where other processes may read a live run, EXCLUSIVE where there is no shared memory."""
        ...

    def admit(self, path: Path) -> None:
        """Refuse a path on which a live run cannot be kept.

        Raises:
            JournalError: the path is on a network file system.
        """
        ...

    def sync_names(self, path: Path) -> None:
        """Return when the names of the files beside a path are durable: those of a log that a reader made, too.

        Raises:
            JournalError: the system refuses.
        """
        ...


class OsDisk:
    """The computer's own disk through SQLite's default VFS; `list_mounts` tells what is mounted where."""

    locking: Literal["NORMAL", "EXCLUSIVE"] = "NORMAL"

    def __init__(self, list_mounts: Callable[[], Sequence[Mount]] = mounts) -> None:
        self._list_mounts = list_mounts

    @property
    def vfs(self) -> str:
        """Return the name of SQLite's default VFS on this system."""
        return apsw.vfs_names()[0]

    def admit(self, path: Path) -> None:
        """Refuse network file systems: their locks and syncs do not mean what SQLite needs them to mean.

        Raises:
            JournalError: the path is on a network file system.
        """
        mount = network_mount(path, self._list_mounts())
        if mount is not None:
            msg = (
                f"{path} is on a network file system ({mount.fstype} at {mount.mountpoint}): a live run needs a disk "
                "of this computer; choose another folder and copy the run when it has ended"
            )
            raise JournalError(msg)

    def sync_names(self, path: Path) -> None:
        """Sync the folder.

        Raises:
            JournalError: the system refuses.
        """
        try:
            sync_folder(path.parent)
        except OSError as error:
            msg = f"{path.parent} cannot be synced ({error.strerror or error}): see to the disk"
            raise JournalError(msg) from error


class VirtualDisk:
    """Ordinary files whose sync is a no-op: for simulated runs, which need not outlive a power cut."""

    locking: Literal["NORMAL", "EXCLUSIVE"] = "NORMAL"

    def __init__(self) -> None:
        self._vfs = _NoSyncVfs(f"autosynth-virtual-{next(_NUMBERS)}")

    @property
    def vfs(self) -> str:
        """Return the name of this disk's VFS."""
        return self._vfs.vfs_name

    def admit(self, path: Path) -> None:
        """Accept any path: a simulated run promises no durability."""

    def sync_names(self, path: Path) -> None:
        """Return at once."""


class _NoSyncVfs(apsw.VFS):
    def __init__(self, name: str) -> None:
        self.vfs_name = name
        super().__init__(name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "_NoSyncFile":  # noqa: N802
        return _NoSyncFile("", name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, False)


class _NoSyncFile(apsw.VFSFile):
    def xSync(self, flags: int) -> None:  # noqa: N802
        """Return at once: the bytes are with the operating system, which is enough here."""
