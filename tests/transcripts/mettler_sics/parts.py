"""The host's part in the transcripts of balances, said by the driver's own talk."""

from collections.abc import Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Wire
from drivers.mettler_sics.codec import (
    CLOSE_DOOR,
    DOOR,
    HEAD,
    LOCK_PIN,
    START,
    parse_reading,
    target_command,
    tolerance_command,
)
from drivers.mettler_sics.document import Head, parse_head
from drivers.mettler_sics.framing import SicsFraming
from drivers.mettler_sics.options import read_balance_options
from drivers.mettler_sics.talk import SicsTalk
from tests.drivers.mettler_sics.rig import POWDER
from tests.drivers.simulated import NAME, on_twin
from tests.simulators.recording_twin import RecordingTwin
from tests.transcripts.model import Model, Part


def _talk(wire: Wire, clock: Clock) -> SicsTalk:
    return SicsTalk("balance", wire, clock, read_balance_options({}))


async def _weigh(wire: Wire, clock: Clock) -> None:
    talk = _talk(wire, clock)
    for command in ("S", "SI"):
        reading = await talk.ask(command, parse_reading)
        assert (reading.mass_mg, reading.stable) == (100000.0, True)
    assert await talk.inquire("I4") == "B021002593"
    assert await talk.inquire("I2") == "XPE205 220.0000 g"
    assert talk.restarts == 0
    assert (await talk.settle(START)).code == "ES"


async def _overload(wire: Wire, clock: Clock) -> None:
    talk = _talk(wire, clock)
    for command in ("S", "SI"):
        assert (await talk.ask(command, parse_reading)).reason == "+"


async def _dosing(wire: Wire, clock: Clock) -> None:
    talk = _talk(wire, clock)
    assert (await talk.order(START, 5.0)).error == 4
    assert (await talk.order(CLOSE_DOOR, 5.0)).code == "A"
    assert (await talk.settle(DOOR)).values == ("2",)
    assert (await talk.order(LOCK_PIN, 5.0)).code == "A"
    assert (await talk.settle(target_command(25.0))).code == "A"
    assert (await talk.settle(tolerance_command(0.01))).code == "A"
    assert (await talk.settle(tolerance_command(0.5))).code == "L"
    assert (await talk.order(START, 5.0)).code == "A"
    assert (await talk.stop()).error == 5


async def _head(wire: Wire, clock: Clock) -> None:
    answer, head = await _talk(wire, clock).document(HEAD, parse_head)
    assert (answer.code, head) == ("A", Head("Na2WO4·2H2O", "A-17", 0))


def _same(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare lines word by word: the width of columns is not known."""
    return [line.split() for line in expected.splitlines()] == [line.split() for line in actual.splitlines()]


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "mettler_sics", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {NAME: device}}


MODEL = Model(
    parts={
        "weigh": Part(SicsFraming, _weigh),
        "overload": Part(SicsFraming, _overload),
        "dosing": Part(SicsFraming, _dosing),
        "head": Part(SicsFraming, _head),
    },
    bench=_bench,
    same=_same,
    builders=lambda: {
        "mettler_sics": on_twin("mettler_sics", RecordingTwin(loads_mg={NAME: 100000.0}, heads={NAME: dict(POWDER)}))
    },
)
