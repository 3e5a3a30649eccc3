"""The host's part in the GRBL transcripts, said with the driver's codec."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from autosynth.clock import Clock
from autosynth.errors import IdentityError
from autosynth.wire.lane import Wire
from drivers.grbl_carousel import codec
from drivers.grbl_carousel.framing import GrblFraming
from drivers.grbl_carousel.motion import Motion
from drivers.grbl_carousel.options import read_options
from tests.transcripts.model import Model, Part

TO_15 = codec.move("X", 15.0, 3000)
_SHAPES = ((rb"^\$(\d+)=.*", rb"$\1"), (rb"^\[(VER|OPT|GC):.*", rb"[\1"), (rb"^(Grbl 1\.1).*", rb"\1"))
"""What is open in a line: values of settings, versions and modes; and in reports, all but state and names of fields."""
_SOMETIMES = frozenset({b"WCO", b"Ov", b"Bf", b"Pn", b"Ln", b"A"})


async def _say(wire: Wire, request: bytes) -> bytes:
    return await wire.exchange(request, deadline_s=1.0)


async def _answer(wire: Wire, request: bytes) -> int:
    return codec.parse_answer(await _say(wire, request))


async def _status(wire: Wire) -> codec.Status:
    return codec.parse_status(await _say(wire, codec.STATUS))


async def _settings(wire: Wire, clock: Clock) -> None:
    settings = codec.parse_settings(await _say(wire, codec.SETTINGS))
    assert (len(settings), settings[10], settings[110], settings[132]) == (34, 255, 500, 200)
    with pytest.raises(IdentityError, match="homing is off"):
        Motion("board", read_options({})).of_board(settings)
    assert codec.parse_version(await _say(wire, codec.VERSION)) == "v1.1d.20161014"
    assert codec.parse_inches(await _say(wire, codec.PARSER)) is False


async def _locked(wire: Wire, clock: Clock) -> None:
    assert (await _status(wire)).state == "Alarm"
    assert await _answer(wire, TO_15) == 9
    assert await _answer(wire, b"$X\n") == 0
    assert await _answer(wire, TO_15) == 0
    assert (await _status(wire)).state == "Run"
    assert await _answer(wire, codec.BARRIER) == 0
    status = await _status(wire)
    assert (status.state, status.at_mm("X")) == ("Idle", 15.0)


async def _refused(wire: Wire, clock: Clock) -> None:
    assert await _answer(wire, b"$X\n") == 0
    assert [await _answer(wire, line) for line in (b"$Q\n", b"X\n", b"G5\n", b"G1 X1\n")] == [3, 2, 20, 22]


async def _reset(wire: Wire, clock: Clock) -> None:
    heard: list[bytes] = []
    wire.on_event(heard.append)
    await wire.send(codec.RESET)
    await clock.sleep(1.0)
    assert [line.startswith(codec.BANNER) for line in heard] == [True, False]
    assert (await _status(wire)).state == "Alarm"


def _same(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare lines by what the document fixes of them."""
    return list(map(_shape, expected.splitlines())) == list(map(_shape, actual.splitlines()))


def _shape(line: bytes) -> bytes:
    if line.startswith(b"<"):
        state, *fields = line.strip(b"<>").split(b"|")
        named = (field.partition(b":")[0] for field in fields)
        return b"|".join([state, *(name for name in named if name not in _SOMETIMES)])
    for pattern, shape in _SHAPES:
        line = re.sub(pattern, shape, line)
    return line


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "grbl_carousel", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "settings": Part(GrblFraming, _settings),
        "locked": Part(GrblFraming, _locked),
        "refused": Part(GrblFraming, _refused),
        "reset": Part(GrblFraming, _reset),
    },
    bench=_bench,
    same=_same,
)
