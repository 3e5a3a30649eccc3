"""A file in memory that knows which of its bytes a power cut would leave, and who has locked it."""

import random
from dataclasses import dataclass, field
from pathlib import PurePath

import apsw

SECTOR = 512
"""The unit a power cut keeps or loses as a whole, bytes."""


def parent(path: str) -> str:
    """Return the folder part of a path on the disk."""
    return str(PurePath(path).parent)


@dataclass(frozen=True, slots=True)
class _Write:
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Truncate:
    size: int


class Locks:
    """SQLite's advisory locks on one file, by holder."""

    def __init__(self) -> None:
        self._held: dict[int, int] = {}

    def take(self, holder: int, level: int) -> None:
        """Raise a holder's lock to `level`.

        Raises:
            apsw.BusyError: another holder's lock excludes it.
        """
        others = max((held for who, held in self._held.items() if who != holder), default=apsw.SQLITE_LOCK_NONE)
        shared = level == apsw.SQLITE_LOCK_SHARED and others < apsw.SQLITE_LOCK_PENDING
        reserved = level == apsw.SQLITE_LOCK_RESERVED and others < apsw.SQLITE_LOCK_RESERVED
        alone = others == apsw.SQLITE_LOCK_NONE
        if not (shared or reserved or alone):
            msg = "locked by another connection"
            raise apsw.BusyError(msg)
        self._held[holder] = max(level, self._held.get(holder, apsw.SQLITE_LOCK_NONE))

    def lower(self, holder: int, level: int) -> None:
        """Lower a holder's lock to `level`."""
        if level == apsw.SQLITE_LOCK_NONE:
            self._held.pop(holder, None)
        elif holder in self._held:
            self._held[holder] = min(level, self._held[holder])

    def reserved(self) -> bool:
        """Return whether anybody means to write."""
        return any(held >= apsw.SQLITE_LOCK_RESERVED for held in self._held.values())


@dataclass(slots=True)
class MemoryFile:
    """A file's bytes: `durable` since its last sync, `live` as programs see them, and the changes between."""

    durable: bytes = b""
    live: bytearray = field(init=False)
    locks: Locks = field(init=False, default_factory=Locks)
    _changes: list[_Write | _Truncate] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.live = bytearray(self.durable)

    def write(self, data: bytes, offset: int) -> None:
        """Write without syncing."""
        change = _Write(offset, data)
        _apply(self.live, change)
        self._changes.append(change)

    def truncate(self, size: int) -> None:
        """Cut or extend to `size` without syncing."""
        change = _Truncate(size)
        _apply(self.live, change)
        self._changes.append(change)

    def sync(self) -> None:
        """Make everything written so far durable."""
        if self._changes:
            self.durable = bytes(self.live)
            self._changes.clear()

    def after_crash(self, keep: random.Random | None) -> bytes:
        """Return what a power cut leaves: the durable bytes and the unsynced sectors that `keep` picks."""
        content = bytearray(self.durable)
        if keep is not None:
            for change in self._changes:
                for piece in _sectors(change):
                    if keep.random() < 0.5:
                        _apply(content, piece)
        return bytes(content)


def _sectors(change: _Write | _Truncate) -> list[_Write | _Truncate]:
    if isinstance(change, _Truncate):
        return [change]
    pieces: list[_Write | _Truncate] = []
    start = 0
    while start < len(change.data):
        end = start + SECTOR - (change.offset + start) % SECTOR
        pieces.append(_Write(change.offset + start, change.data[start:end]))
        start = end
    return pieces


def _apply(content: bytearray, change: _Write | _Truncate) -> None:
    size = change.size if isinstance(change, _Truncate) else max(len(content), change.offset + len(change.data))
    content.extend(bytes(max(0, size - len(content))))
    if isinstance(change, _Truncate):
        del content[change.size :]
    else:
        content[change.offset : change.offset + len(change.data)] = change.data
