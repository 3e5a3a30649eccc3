"""Looking at a run's journal from outside: its events, its lines, the head of its chain.

Works on ended, crashed and live runs alike and changes none of them. A line of an export is the event's own bytes, so
hashing the lines of an export proves it without this program.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from autosynth.journal.disk import Disk
from autosynth.journal.event import Event, Row, parse, verify
from autosynth.journal.store import JournalStore


class Trail(NamedTuple):
    """What a journal amounts to: how many events, the chain's head, whether it was closed, what it was made with."""

    events: int
    chain_head: str
    ended_cleanly: bool
    meta: dict[str, str]


def read_events(path: Path, disk: Disk, from_seq: int = 1) -> Iterator[Event]:
    """Yield a journal's events in order, each verified against its hash and the chain.

    Raises:
        JournalError: there is no journal at `path`.
        JournalCorruptError: the file is damaged or cut; the message names the first bad event.
    """
    store = JournalStore.read(path, disk)
    try:
        yield from store.events(from_seq)
    finally:
        store.close()


def read_trail(path: Path, disk: Disk) -> Trail:
    """Return what a journal amounts to, after checking the file's structure and every link of its chain.

    Raises:
        JournalError: there is no journal at `path`.
        JournalCorruptError: the file is damaged or cut; the message names the first bad event.
    """
    store = JournalStore.read(path, disk)
    try:
        count, head = store.check()
        return Trail(count, head, store.ended_cleanly, dict(store.meta))
    finally:
        store.close()


def export_lines(path: Path, disk: Disk) -> Iterator[bytes]:
    """Yield each event as its canonical bytes and a newline, verified on the way.

    Raises:
        JournalError: there is no journal at `path`.
        JournalCorruptError: the file is damaged or cut; the message names the first bad event.
    """
    store = JournalStore.read(path, disk)
    try:
        for row, _ in store.verified():
            yield row.body + b"\n"
    finally:
        store.close()


def parse_lines(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of an export, each checked to be canonical and in the chain.

    Raises:
        JournalCorruptError: a line is not what `export_lines` writes; the message names the first bad event.
    """
    return (event for _, event in verify(map(_row, lines)))


def _row(line: bytes) -> Row:
    body = line.removesuffix(b"\n")
    return Row(parse(body).seq, hashlib.sha256(body).digest(), body)
