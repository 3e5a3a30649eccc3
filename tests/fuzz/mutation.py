"""Frames bent out of shape: flipped, cut, doubled, spliced, stuffed, in pieces of any size; all from one generator."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

Mutate = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""Returns a frame changed once; the last argument are other valid frames."""
LIKELY = (
    b"\x00",
    b"\xff",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x02",
    b"\x03",
    b"nan",
    b"inf",
    b"1e999",
    b"-0",
    b"\xe2\x84\xa2",
    b"<<<",
)
"""What parsers stumble over."""
NUMBERS = (b"0", b"9", b"-", b".", b"e", b"99999", b"1e308", b"9" * 40, b"9" * 5000)
"""What is put in the place of a digit; the last is longer than Python reads."""


def mutated(chance: Random, frames: Sequence[bytes]) -> bytes:
    """Return one of the frames, changed one to four times."""
    frame = chance.choice(frames)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        frame = chance.choice(MUTATIONS)(chance, frame, frames)
    return frame


def chunks(chance: Random, data: bytes) -> Iterator[bytes]:
    """Cut bytes into pieces as a port might hand them over: whole, a byte at a time, or anywhere."""
    longest = chance.choice((1, 3, 8, 64, 1 << 20)) if len(data) < 256 else chance.choice((64, 1 << 20))
    start = 0
    while start < len(data):
        size = chance.randint(1, longest)
        yield data[start : start + size]
        start += size


def _flip(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(frame) or 1)
    return frame[:at] + bytes(byte ^ 1 << chance.randrange(8) for byte in frame[at : at + 1]) + frame[at + 1 :]


def _overwrite(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(frame) or 1)
    return frame[:at] + bytes((chance.randrange(256),)) + frame[at + 1 :]


def _cut(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    start, end = _range(chance, frame)
    return frame[:start] + frame[end:]


def _keep(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    start, end = _range(chance, frame)
    return frame[start:end]


def _double(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    start, end = _range(chance, frame)
    return frame[:end] + frame[start:end] * chance.choice((1, 1, 1, 2, 7)) + frame[end:]


def _splice(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    other = chance.choice(frames)
    return frame[: chance.randint(0, len(frame))] + other[chance.randint(0, len(other)) :]


def _glue(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    return frame + chance.choice(frames)


def _insert(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(frame))
    stuffed = chance.choice(LIKELY) if chance.random() < 0.5 else chance.randbytes(chance.randint(1, 8))
    return frame[:at] + stuffed + frame[at:]


def _digit(chance: Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    """Change a digit: the value is another one and the frame still parses."""
    places = [at for at, byte in enumerate(frame) if 0x30 <= byte <= 0x39]
    if not places:
        return _overwrite(chance, frame, frames)
    at = chance.choice(places)
    return frame[:at] + chance.choice((*NUMBERS, b"%d" % chance.randrange(10))) + frame[at + 1 :]


def _range(chance: Random, frame: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(frame))
    return start, min(len(frame), start + chance.choice((1, 1, 2, 4, 16, 256)))


MUTATIONS: Sequence[Mutate] = (_flip, _overwrite, _cut, _keep, _double, _splice, _glue, _insert, _digit, _digit)
