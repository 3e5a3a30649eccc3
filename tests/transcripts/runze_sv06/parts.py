"""The host's part in the Runze transcripts, said with the driver's codec or by the driver itself."""

from collections.abc import Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Wire
from drivers.runze_sv06.codec import Answer, Function, Status, decode, encode
from drivers.runze_sv06.framing import RunzeFraming
from tests.transcripts.model import Model, Part, exactly


async def _say(wire: Wire, address: int, function: Function, parameter: int = 0) -> Answer:
    return decode(await wire.exchange(encode(address, function, parameter), deadline_s=1.0))


async def _rs232_turn(wire: Wire, clock: Clock) -> None:
    assert await _say(wire, 0, Function.RESET) == Answer(0, Status.OK, 0, 0)
    assert (await _say(wire, 0, Function.MOTOR)).status == Status.OK
    assert (await _say(wire, 0, Function.GO, 3)).status == Status.OK
    assert (await _say(wire, 0, Function.MOTOR)).status == Status.BUSY
    assert (await _say(wire, 0, Function.MOTOR)).status == Status.OK
    assert await _say(wire, 0, Function.POSITION) == Answer(0, Status.OK, 3, 0)


async def _rs485_port_ten(wire: Wire, clock: Clock) -> None:
    assert (await _say(wire, 5, Function.RESET)).status == Status.EXECUTING
    assert (await _say(wire, 5, Function.MOTOR)).status == Status.OK
    assert (await _say(wire, 5, Function.GO, 10)).status == Status.EXECUTING
    assert (await _say(wire, 5, Function.MOTOR)).status == Status.OK
    assert Answer(5, Status.OK, 10, 0) == await _say(wire, 5, Function.POSITION)


async def _refused(wire: Wire, clock: Clock) -> None:
    assert (await _say(wire, 0, Function.GO, 9)).status == Status.PARAMETER_ERROR


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "runze_sv06", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "rs232_turn": Part(RunzeFraming, _rs232_turn),
        "rs485_port_ten": Part(RunzeFraming, _rs485_port_ten),
        "refused": Part(RunzeFraming, _refused),
    },
    bench=_bench,
    same=exactly,
)
