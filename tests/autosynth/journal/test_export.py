"""A run looked at from outside: events, summary, and lines that prove themselves."""

import hashlib
from pathlib import Path

import pytest

from autosynth.errors import JournalCorruptError, JournalError
from autosynth.journal.disk import VirtualDisk
from autosynth.journal.event import GENESIS
from autosynth.journal.export import Trail, export_lines, parse_lines, read_events, read_trail
from autosynth.journal.store import JournalStore
from tests.autosynth.journal.test_event import chain

ROWS = chain({"a": 1}, {"b": "µ"}, {"c": [None, True, 2.5]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    store = JournalStore.create(path, VirtualDisk(), {"recipe": "r.yaml"})
    store.append(ROWS)
    store.close()
    return path


def test_events_are_read_from_a_file(path: Path) -> None:
    """Events come in order, from any number on."""
    disk = VirtualDisk()
    assert [[e.seq for e in read_events(path, disk)], [e.seq for e in read_events(path, disk, 2)]] == [
        [1, 2, 3],
        [2, 3],
    ]


def test_the_summary_counts_verifies_and_says_how_the_run_ended(path: Path) -> None:
    """The summary has the number of events, the head, the clean end and the meta data."""
    expected = Trail(3, ROWS[-1].digest.hex(), True, {"recipe": "r.yaml"})
    assert read_trail(path, VirtualDisk()) == expected


def test_hashing_the_exported_lines_gives_the_chain(path: Path) -> None:
    """Each line's SHA-256 is what the next line names, and the last one's is the head."""
    lines = list(export_lines(path, VirtualDisk()))
    digests = [hashlib.sha256(line.removesuffix(b"\n")).hexdigest() for line in lines]
    named = [event.prev for event in parse_lines(lines)]
    assert ([GENESIS, *digests[:-1]], digests[-1]) == (named, ROWS[-1].digest.hex())


def test_an_export_that_was_changed_is_refused(path: Path) -> None:
    """A line changed without its successors is found."""
    lines = list(export_lines(path, VirtualDisk()))
    lines[0] = lines[0].replace(b'"a":1', b'"a":2')
    with pytest.raises(JournalCorruptError, match="event 2: it does not continue"):
        list(parse_lines(lines))


def test_an_export_that_is_not_canonical_is_refused(path: Path) -> None:
    """The same event written with a space is not an export."""
    lines = [line.replace(b'"a":1', b'"a": 1') for line in export_lines(path, VirtualDisk())]
    with pytest.raises(JournalCorruptError, match="not in canonical form"):
        list(parse_lines(lines))


def test_a_run_without_a_journal_is_refused(tmp_path: Path) -> None:
    """Looking at a folder without a journal says so."""
    with pytest.raises(JournalError, match="there is no journal"):
        list(export_lines(tmp_path / "journal.sqlite", VirtualDisk()))
