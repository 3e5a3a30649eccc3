"""The host's part in the Cavro transcripts, said with the driver's codec or by the driver itself."""

from collections.abc import Mapping
from typing import Any

import pytest

from autosynth.clock import Clock
from autosynth.contracts.driver import DriverSettings
from autosynth.wire.lane import Wire
from drivers.tecan_cavro.codec import Answer, checksum, decode_answer, encode_dt, encode_oem
from drivers.tecan_cavro.device import CavroPump
from drivers.tecan_cavro.framing import DtFraming, OemFraming
from tests.drivers.simulated import plumbing
from tests.transcripts.model import Model, Part

BUSY, READY = Answer(ready=False, error=0, data=""), Answer(ready=True, error=0, data="")


async def _oem(wire: Wire, switch: int, sequence: int, data: str, *, repeat: bool = False) -> Answer:
    return decode_answer(await wire.exchange(encode_oem(switch, sequence, data, repeat=repeat), deadline_s=1.0))


async def _dt(wire: Wire, switch: int, data: str) -> Answer:
    return decode_answer(await wire.exchange(encode_dt(switch, data), deadline_s=1.0))


async def _oem_repeat(wire: Wire, clock: Clock) -> None:
    assert await _oem(wire, 0, 1, "ZR") == BUSY
    assert await _oem(wire, 0, 1, "ZR", repeat=True) == BUSY
    assert await _oem(wire, 0, 2, "Q") == BUSY
    assert await _oem(wire, 0, 3, "Q") == READY
    assert await _oem(wire, 0, 4, "P1500R") == BUSY
    assert await _oem(wire, 0, 4, "P1500R", repeat=True) == BUSY
    assert await _oem(wire, 0, 4, "P1500R", repeat=True) == READY
    assert await _oem(wire, 0, 5, "P1500R") == BUSY
    assert await _oem(wire, 0, 6, "Q") == READY
    assert await _oem(wire, 0, 7, "?") == Answer(ready=True, error=0, data="3000")


async def _oem_errors(wire: Wire, clock: Clock) -> None:
    assert (await _oem(wire, 2, 3, "A250R")).error == 7
    assert await _oem(wire, 2, 4, "Z0,1,9R") == BUSY
    assert await _oem(wire, 2, 5, "Q") == READY
    assert (await _oem(wire, 2, 6, "A9000R")).error == 3
    assert await _oem(wire, 2, 7, "V100A1200R") == BUSY
    assert await _oem(wire, 2, 1, "A0R") == Answer(ready=False, error=15, data="")
    assert (await _oem(wire, 2, 2, "?")).data == "1200"


async def _oem_stroke(wire: Wire, clock: Clock) -> None:
    pump = CavroPump(DriverSettings("pump", {"syringe": "1 mL"}), wire, clock)
    await pump.home_plunger()
    outcome = await pump.move_plunger(0.4, 12.0)
    assert pytest.approx(-0.4) == outcome.moved_ml
    assert outcome.state["port"] == "9"
    assert (await pump.turn_to("7")).state["port"] == "7"


async def _dt_terminal(wire: Wire, clock: Clock) -> None:
    assert await _dt(wire, 0, "ZR") == BUSY
    assert await _dt(wire, 0, "Q") == READY
    assert await _dt(wire, 0, "A3000R") == BUSY
    assert Answer(ready=True, error=0, data="3000") == await _dt(wire, 0, "?")


async def _dt_noise(wire: Wire, clock: Clock) -> None:
    assert (await _dt(wire, 3, "?")).data == "1250"


def _same(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare answers without the busy bit, unless `Q` was asked: the manual gives it no meaning elsewhere."""
    if expected == actual:
        return True
    checked = request[:1] != b"\x02" or (len(actual) > 4 and checksum(actual[:-1]) == actual[-1])
    return b"Q" not in request and checked and _without_busy(expected) == _without_busy(actual)


def _without_busy(answer: bytes) -> bytes:
    """Return an answer with the busy bit cleared and, in OEM frames, without the checksum that depends on it."""
    cleared = answer[:2] + bytes(byte & ~0x20 for byte in answer[2:3]) + answer[3:]
    return cleared[:-1] if answer[:1] == b"\x02" else cleared


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "tecan_cavro", "address": "port", "options": options}
    return {"schema": 1, **plumbing(int(options["ports"])), "devices": {"device": device}}


MODEL = Model(
    parts={
        "oem_repeat": Part(OemFraming, _oem_repeat),
        "oem_errors": Part(OemFraming, _oem_errors),
        "oem_stroke": Part(OemFraming, _oem_stroke),
        "dt_terminal": Part(DtFraming, _dt_terminal),
        "dt_noise": Part(DtFraming, _dt_noise),
    },
    bench=_bench,
    same=_same,
)
