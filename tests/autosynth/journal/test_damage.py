"""A journal cut or changed anywhere gives a prefix of its events or is refused; it is never read as something else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.errors import JournalCorruptError, JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import Row
from autosynth.journal.store import JournalStore
from tests.autosynth.journal.conftest import PATH
from tests.autosynth.journal.test_event import chain

ROWS = chain(*({"number": number, "text": "y" * 37 * (number % 11)} for number in range(30)))
MAIN, LOG = str(PATH), f"{PATH}-wal"


def written(*, close: bool) -> dict[str, bytes]:
    """Return the files of a journal of thirty events in ten commits, closed or crashed."""
    disk = CrashDisk()
    store = JournalStore.create(PATH, disk, {})
    for start in range(0, len(ROWS), 3):
        store.append(ROWS[start : start + 3])
    if close:
        store.close()
    else:
        store.abandon()
    return {name: content for name, content in disk.files().items() if name in {MAIN, LOG}}


CRASHED = written(close=False)
CLOSED = written(close=True)


def read(files: dict[str, bytes]) -> tuple[list[Row], str]:
    """Return the rows that can be read and why reading ended: an empty text at a clean end."""
    rows: list[Row] = []
    try:
        store = JournalStore.read(PATH, CrashDisk(files))
    except JournalError as error:
        return rows, str(error)
    try:
        rows.extend(row for row, _ in store.verified())
        store.check()
    except JournalCorruptError as error:
        return rows, str(error)
    finally:
        store.close()
    return rows, ""


def test_undamaged_journals_are_read_whole() -> None:
    """Crashed and closed journals give all their events."""
    assert (read(CRASHED), read(CLOSED)) == ((ROWS, ""), (ROWS, ""))


@pytest.mark.parametrize("step", [1, 97])
def test_a_log_cut_at_any_byte_gives_a_prefix_or_a_refusal(step: int) -> None:
    """Cutting the log of a crashed run anywhere never gives other events, and only a cut header gives a refusal."""
    size = len(CRASHED[LOG])
    cuts = range(size - 300, size) if step == 1 else range(0, size, step)
    for cut in cuts:
        rows, refusal = read({**CRASHED, LOG: CRASHED[LOG][:cut]})
        assert rows == ROWS[: len(rows)]
        assert len(rows) % 3 == 0
        assert bool(refusal) == (cut < 32)


@pytest.mark.parametrize("step", [1, 61])
def test_a_closed_file_cut_at_any_byte_is_refused(step: int) -> None:
    """A closed journal that lost bytes of its tail gives a prefix at most, and always a loud end."""
    size = len(CLOSED[MAIN])
    cuts = range(size - 200, size) if step == 1 else range(0, size, step)
    for cut in cuts:
        rows, refusal = read({MAIN: CLOSED[MAIN][:cut]})
        assert rows == ROWS[: len(rows)]
        assert refusal


def test_a_crashed_main_file_cut_at_any_byte_gives_a_prefix_or_a_refusal() -> None:
    """What the log still holds may repair a cut main file; nothing else is ever read."""
    for cut in range(0, len(CRASHED[MAIN]), 29):
        rows, refusal = read({**CRASHED, MAIN: CRASHED[MAIN][:cut]})
        assert rows == ROWS[: len(rows)]
        assert refusal or rows == ROWS


def test_a_missing_log_is_refused() -> None:
    """A journal that was not closed and has no log beside it is not read as a shorter run."""
    rows, refusal = read({MAIN: CRASHED[MAIN]})
    assert (rows, "is missing" in refusal) == ([], True)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(CLOSED[MAIN]) - 1), st.integers(1, 255))
def test_a_byte_changed_in_a_closed_file_is_never_read_as_another_event(place: int, change: int) -> None:
    """Flipping bits anywhere gives the same events (unused bytes), or a prefix and an error."""
    content = bytearray(CLOSED[MAIN])
    content[place] ^= change
    rows, refusal = read({MAIN: bytes(content)})
    assert rows == ROWS[: len(rows)]
    assert refusal or rows == ROWS


@pytest.mark.parametrize("number", [1, 2, 17, 30])
def test_a_byte_changed_within_an_event_is_named(number: int) -> None:
    """A changed byte of an event's body is reported under its number, and the events before it are read."""
    body = ROWS[number - 1].body
    assert body in CLOSED[MAIN]
    rows, refusal = read({MAIN: CLOSED[MAIN].replace(body, body.replace(b"note", b"nose"))})
    assert (rows, refusal) == (ROWS[: number - 1], f"event {number}: its bytes do not match their hash")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(CRASHED[LOG]) - 1), st.integers(1, 255))
def test_a_byte_changed_in_the_log_gives_a_prefix_or_a_refusal(place: int, change: int) -> None:
    """Damage in the log of a crashed run is refused when it hides more than the last commits could be."""
    content = bytearray(CRASHED[LOG])
    content[place] ^= change
    rows, refusal = read({**CRASHED, LOG: bytes(content)})
    assert rows == ROWS[: len(rows)]
    assert refusal or len(rows) >= len(ROWS) - 6


def test_damage_in_the_middle_of_the_log_is_not_taken_for_a_crash() -> None:
    """A damaged commit with later ones behind it is refused, naming the first event that cannot be read."""
    content = bytearray(CRASHED[LOG])
    place = content.find(ROWS[9].body[:60])
    content[place] ^= 1
    rows, refusal = read({**CRASHED, LOG: bytes(content)})
    assert (rows, "event 10 and later ones were durable" in refusal) == ([], True)


def test_an_accepted_cut_reads_what_is_left() -> None:
    """Told to accept the cut, the store gives the events before the damage."""
    content = bytearray(CRASHED[LOG])
    content[content.find(ROWS[9].body[:60])] ^= 1
    store = JournalStore.open(PATH, CrashDisk({**CRASHED, LOG: bytes(content)}), accept_cut=True)
    numbers = [event.seq for event in store.events()]
    store.close()
    assert numbers == list(range(1, 10))
