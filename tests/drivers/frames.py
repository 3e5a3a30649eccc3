"""Feeding framings in pieces, for the tests of codecs."""

from collections.abc import Iterable

from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Framing


def pieces(data: bytes) -> st.SearchStrategy[list[bytes]]:
    """Return ways to cut `data`."""
    cuts = st.lists(st.integers(0, len(data)), max_size=12).map(sorted)
    return cuts.map(lambda at: [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)])


def frames(framing: Framing, data: Iterable[bytes]) -> tuple[list[bytes], int]:
    """Return the frames that come out, and how many were reported as garbled."""
    found: list[bytes] = []
    garbled = 0
    for piece in data:
        framing.feed(piece)
        while True:
            try:
                frame = framing.next()
            except GarbledReplyError:
                garbled += 1
                continue
            if frame is None:
                break
            found.append(frame.data)
    return found, garbled
