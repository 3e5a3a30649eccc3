"""The host's part in the drives' transcripts, said with the driver's codec."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Wire
from drivers.delta_vfd.reading import Reading, parse
from drivers.delta_vfd.registers import BLOCK, MAPS, Motion
from drivers.modbus.codec import Answer, decode, read_holding, write_register
from drivers.modbus.framing import ModbusFraming
from tests.transcripts.model import Model, Part, exactly

EL, ED = MAPS["delta_el"], MAPS["delta_ed"]


async def _write(wire: Wire, address: int, value: int) -> Answer:
    return decode(await wire.exchange(write_register(1, address, value), deadline_s=1.0))


async def _read(wire: Wire, address: int, count: int) -> tuple[int, ...]:
    return decode(await wire.exchange(read_holding(1, address, count), deadline_s=1.0)).registers


async def _run_and_stop(wire: Wire, clock: Clock) -> None:
    assert await _write(wire, EL.setpoint, 3000) == Answer(1, 6, registers=(3000,), address=0x2001)
    assert (await _write(wire, EL.command, EL.forward)).exception == 0
    assert parse(EL, await _read(wire, EL.fault, BLOCK)) == Reading(0, Motion.RUNNING, 3000, 30.0)
    await _write(wire, EL.command, EL.stop)
    assert await _read(wire, EL.status, 1) == (0x0501,)
    assert parse(EL, await _read(wire, EL.fault, BLOCK)) == Reading(0, Motion.STOPPED, 3000, 0.0)


async def _refused(wire: Wire, clock: Clock) -> None:
    assert await _write(wire, 0x2010, 0) == Answer(1, 6, exception=2)


async def _fault_reset(wire: Wire, clock: Clock) -> None:
    await _write(wire, ED.control, 1)
    assert await _read(wire, ED.fault, 1) == (49,)
    await _write(wire, ED.control, ED.clear_fault)
    assert await _read(wire, ED.status, 1) == (0x0500,)


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "delta_vfd", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "run_and_stop": Part(partial(ModbusFraming, 1), _run_and_stop),
        "refused": Part(partial(ModbusFraming, 1), _refused),
        "fault_reset": Part(partial(ModbusFraming, 1), _fault_reset),
    },
    bench=_bench,
    same=exactly,
)
