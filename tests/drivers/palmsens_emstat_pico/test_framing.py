"""Lines in pieces of any size give the same frames."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Event, Reply
from drivers.palmsens_emstat_pico.framing import MethodScriptFraming

STREAM = (
    b"Z!0006\ntespico1304#Oct 22 2021 14:38:26\nR*\niX1\ne\nM0005\nPda8000000 \nTnote\n*\n!0032: Line 9\n\n"
    b"eM0000\nZ\nt!0003\n"
)
FRAMES: list[Reply | Event] = [
    Reply(b"Z!0006\n"),
    Reply(b"tespico1304#Oct 22 2021 14:38:26\nR*\n"),
    Reply(b"iX1\n"),
    Reply(b"e\n"),
    Event(b"M0005\n"),
    Event(b"Pda8000000 \n"),
    Event(b"Tnote\n"),
    Event(b"*\n"),
    Event(b"!0032: Line 9\n"),
    Event(b"\n"),
    Reply(b"e"),
    Event(b"M0000\n"),
    Reply(b"Z\n"),
    Reply(b"t!0003\n"),
]


def frames_of(pieces: list[bytes]) -> list[Reply | Event]:
    framing = MethodScriptFraming()
    frames: list[Reply | Event] = []
    for piece in pieces:
        framing.feed(piece)
        while (frame := framing.next()) is not None:
            frames.append(frame)
    return frames


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_the_cuts_do_not_matter(cuts: list[int]) -> None:
    """Cut anywhere, the frames are the same."""
    edges = [0, *sorted(cuts), len(STREAM)]
    assert frames_of([STREAM[a:b] for a, b in itertools.pairwise(edges)]) == FRAMES


def test_byte_by_byte() -> None:
    """One byte at a time gives the same frames."""
    assert frames_of([STREAM[i : i + 1] for i in range(len(STREAM))]) == FRAMES


def test_a_line_without_end_is_dropped() -> None:
    """Noise that never ends a line is reported once and forgotten, and `reset` forgets a beginning."""
    framing = MethodScriptFraming()
    framing.feed(b"x" * 5000)
    with pytest.raises(GarbledReplyError):
        framing.next()
    framing.feed(b"half")
    framing.reset()
    framing.feed(b"Z\n")
    assert framing.next() == Reply(b"Z\n")


def test_packages_that_came_together_are_one_event() -> None:
    """Whole packages in a row are handed over at once; the beginning of one waits for its end."""
    first, second = b"Pda8000000 \n", b"Pda8000001m\n"
    assert frames_of([first + second + b"Pda", b"8000002m\n*\n"]) == [
        Event(first + second),
        Event(b"Pda8000002m\n"),
        Event(b"*\n"),
    ]
