"""One process at a time: a lock is a file that names its owner.

It is written under a passing name and synced, then linked to its own unless there is one: two processes cannot both
have it, and whoever dies leaves a whole one or none (where there are hard links). The owner is a process id with its
start, counted from the start of the computer so that setting the time of day makes no live process a dead one; a lock
left by a process that died (and whose id was given to another) is known to be stale and is taken over. A lock of
another host is never stale: only a person there can tell.
"""

import json
import os
import socket
import tempfile
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import platformdirs
import psutil

from autosynth.clock import boot_id
from autosynth.errors import InputError, JournalError, LockedError
from autosynth.files import read_within
from autosynth.station.model import Station

START_TOLERANCE_S = 3.0
"""The system tells both times it is computed from in whole seconds."""
ATTEMPTS = 10
LARGEST = 65536
"""Bytes of a lock file."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: its id, when it started (seconds since its computer did), its host, and what it does for the user."""

    pid: int
    started_s: float
    host: str
    what: str
    boot: str = ""
    """Which start of the computer that was; empty where the system does not say."""


class Alive(Protocol):
    """Tells whether the process of a lock still runs."""

    def __call__(self, owner: Owner) -> bool:
        """Return whether `owner` runs, or might."""
        ...


def this_process(what: str) -> Owner:
    """Return the owner that this process is."""
    pid = os.getpid()
    return Owner(pid, _started_s(pid), socket.gethostname(), what, boot_id())


def is_alive(owner: Owner) -> bool:
    """Return whether the process runs; one on another host counts as running."""
    if owner.host != socket.gethostname():
        return True
    if owner.boot != boot_id():
        return False
    try:
        return abs(_started_s(owner.pid) - owner.started_s) <= START_TOLERANCE_S
    except psutil.NoSuchProcess:
        return False


def _started_s(pid: int) -> float:
    system: Any = psutil  # it has no annotations
    return float(system.Process(pid).create_time() - system.boot_time())


@contextmanager
def lock(path: Path, owner: Owner, subject: str, alive: Alive = is_alive) -> Generator[None]:
    """Hold the lock file `path` meanwhile; `subject` is what it stands for in messages.

    Raises:
        LockedError: a live process owns it; the message says which.
        JournalError: it cannot be written; the message says where, and what to do.
    """
    _acquire(path, owner, subject, alive)
    try:
        yield
    finally:
        if _read(path) == owner:
            path.unlink(missing_ok=True)


@contextmanager
def locked_devices(
    ports: Iterable[str], owner: Owner, folder: Path | None = None, alive: Alive = is_alive
) -> Generator[None]:
    """Hold the locks of several ports of this computer meanwhile, in one order, all or none.

    Raises:
        LockedError: a live process owns one of them.
        JournalError: no lock can be written.
    """
    place = platformdirs.user_state_path("autosynth") / "locks" if folder is None else folder
    with _translated(place):
        place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for port in sorted(set(ports)):
            name = sha256(port.encode()).hexdigest()[:20]
            stack.enter_context(lock(place / f"{name}.lock", owner, f"the port {port}", alive))
        yield


@contextmanager
def locked_station(
    station: Station, owner: Owner, folder: Path | None = None, alive: Alive = is_alive
) -> Generator[None]:
    """Hold a station (a lock beside its file) and all ports of its devices meanwhile.

    Raises:
        LockedError: a live process owns the station or one of its ports.
        JournalError: no lock can be written.
    """
    with ExitStack() as stack:
        if station.path is not None:
            stack.enter_context(lock(_beside(station.path), owner, f"the station {station.name}", alive))
        ports = (spec.address.port for spec in station.devices.values())
        stack.enter_context(locked_devices(ports, owner, folder, alive))
        yield


@contextmanager
def locked_file(station_file: Path, owner: Owner, alive: Alive = is_alive) -> Generator[None]:
    """Hold a station by its file alone, whatever its ports: to write the file.

    Raises:
        LockedError: a live process owns the station.
        JournalError: the lock cannot be written.
    """
    with lock(_beside(station_file), owner, f"the station file {station_file}", alive):
        yield


def holder(station_file: Path, alive: Alive = is_alive) -> Owner | None:
    """Return the live process that has the station of a file; None when there is none, or its lock cannot be read."""
    owner = _read(_beside(station_file))
    return owner if owner is not None and alive(owner) else None


def _beside(station_file: Path) -> Path:
    return station_file.with_name(f"{station_file.name}.lock")


@contextmanager
def _translated(path: Path) -> Generator[None]:
    """Turn the system's errors into ours, with what to do about them."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        how = "free some space, or see to the folder and its rights; XDG_STATE_HOME is where locks of ports are kept"
        raise JournalError(f"the lock {path} cannot be written ({error.strerror or error}): {how}") from error


def _acquire(path: Path, owner: Owner, subject: str, alive: Alive) -> None:
    for _ in range(ATTEMPTS):
        try:
            with _translated(path):
                _create(path, owner)
        except FileExistsError:
            other = _read(path)
            if other is None and not path.exists():
                continue  # it was given back between the two looks
            if other is None or alive(other):
                raise LockedError(_owned(path, subject, other)) from None
            _discard(path, other, owner)
        else:
            return
    raise LockedError(f"{subject} changes hands all the time: {path}")


def _create(path: Path, owner: Owner) -> None:
    """Write the lock file whole.

    Raises:
        FileExistsError: there is one.
    """
    descriptor, passing = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(owner), file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(passing, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            _write(path, owner)
    finally:
        Path(passing).unlink(missing_ok=True)


def _write(path: Path, owner: Owner) -> None:
    """Write the lock file under its own name; half a lock is not left."""
    file = path.open("x", encoding="utf-8")
    try:
        with file:
            json.dump(asdict(owner), file)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _discard(path: Path, stale: Owner, owner: Owner) -> None:
    """Move a stale lock aside; when another process was faster, its lock goes back."""
    aside = path.with_name(f"{path.name}.{owner.pid}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    if _read(aside) != stale and not path.exists():
        aside.rename(path)
    else:
        aside.unlink()


def _read(path: Path) -> Owner | None:
    """Return the owner named in a lock; None when it cannot be read."""
    try:
        data = json.loads(read_within(path, LARGEST))
        named = (str(data[key]) for key in ("host", "what", "boot"))
        return Owner(int(data["pid"]), float(data["started_s"]), *named)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, InputError):
        return None


def _owned(path: Path, subject: str, other: Owner | None) -> str:
    if other is None:
        return f"{subject} is locked by an unreadable lock file: {path}; remove it if nothing runs"
    return f"{subject} is used by process {other.pid} on {other.host} ({other.what}); lock file {path}"
