"""The host's part in the Alicat transcripts, said with the driver's codec."""

from collections.abc import Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Wire
from drivers.alicat_mc.codec import Frame, decode, decode_version, poll, set_point, version
from drivers.alicat_mc.framing import AlicatFraming
from tests.transcripts.model import Model, Part


async def _frame(wire: Wire, request: bytes) -> Frame:
    return decode(await wire.exchange(request, deadline_s=1.0))


async def _poll(wire: Wire, clock: Clock) -> None:
    assert await _frame(wire, poll("A")) == Frame("A", 15.44, 15.44, "Air", frozenset())


async def _set_point(wire: Wire, clock: Clock) -> None:
    assert (await _frame(wire, set_point("A", 500.0, 0))).target == 500.0
    assert (await _frame(wire, poll("A"))).flow == 500.0
    assert (await _frame(wire, set_point("A", 0.0, 0))).target == 0.0


async def _version(wire: Wire, clock: Clock) -> None:
    assert decode_version(await wire.exchange(version("A"), deadline_s=1.0), "A") == "10v05"


def _same(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare words: unit, settings and gas as they are, what is measured by its being a number in its place."""
    ours, theirs = expected.split(), actual.split()
    if not actual.endswith(b"\r") or len(ours) != len(theirs):
        return False
    exact = (0, 6) if request == b"A\r" and b"Air" in ours else (0, 1, 2, 3, 4, 5, 6)
    return all(_value(ours[n]) == _value(theirs[n]) for n in exact if n < len(ours)) and all(
        type(_value(one)) is type(_value(other)) for one, other in zip(ours, theirs, strict=True)
    )


def _value(word: bytes) -> float | bytes:
    return float(word) if word[:1] in b"+-" else word


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "alicat_mc", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "poll": Part(AlicatFraming, _poll),
        "set_point": Part(AlicatFraming, _set_point),
        "version": Part(AlicatFraming, _version),
    },
    bench=_bench,
    same=_same,
)
