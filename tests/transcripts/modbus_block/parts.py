"""The host's part in the blocks' transcripts, said with the driver's codec."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Wire
from drivers.modbus.codec import Answer, decode, read_holding, read_inputs, read_registers
from drivers.modbus.framing import ModbusFraming
from tests.transcripts.model import Model, Part, exactly

ON = {199, 200, 202, 204, 205, 206, 208, 209, 211, 212, 213, 215, 217, 218}
"""The inputs that are on: AC, DB and 35 with the first input in the lowest place."""


async def _specification(wire: Wire, clock: Clock) -> None:
    inputs = decode(await wire.exchange(read_inputs(1, 0xC4, 22), deadline_s=1.0))
    assert {197 + place for place, bit in enumerate(inputs.bits[:22]) if bit} == ON
    assert decode(await wire.exchange(read_registers(1, 8, 1), deadline_s=1.0)).registers == (10,)


async def _refused(wire: Wire, clock: Clock) -> None:
    assert decode(await wire.exchange(read_holding(17, 0, 1), deadline_s=1.0)) == Answer(17, 3, exception=1)
    assert decode(await wire.exchange(read_inputs(17, 0x30, 1), deadline_s=1.0)) == Answer(17, 2, exception=2)


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "modbus_block", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "specification": Part(partial(ModbusFraming, 1), _specification),
        "refused": Part(partial(ModbusFraming, 17), _refused),
    },
    bench=_bench,
    same=exactly,
)
