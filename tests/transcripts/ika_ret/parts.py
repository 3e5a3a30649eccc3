"""The host's part in the IKA transcripts, said with the driver's codec or by the driver itself."""

from collections.abc import Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Wire
from drivers.ika_ret.codec import Channel, decode_echo, decode_text, decode_value, encode, measured, set_value, setpoint
from drivers.ika_ret.framing import NamurFraming
from tests.transcripts.model import Model, Part


async def _ask(wire: Wire, command: str, channel: Channel, line_end: str = "plain") -> float:
    return decode_value(await wire.exchange(encode(command, line_end), deadline_s=1.0), channel)


async def _name(wire: Wire, line_end: str = "plain") -> str:
    return decode_text(await wire.exchange(encode("IN_NAME", line_end), deadline_s=1.0))


async def _heat_and_stir(wire: Wire, clock: Clock) -> None:
    assert await _name(wire) == "RCT digital"
    await wire.send(encode(set_value(Channel.EXTERNAL, 62.5)))
    assert await _ask(wire, setpoint(Channel.EXTERNAL), Channel.EXTERNAL) == 62.5
    await wire.send(encode("START_1"))
    await wire.send(encode(set_value(Channel.SPEED, 350)))
    assert await _ask(wire, setpoint(Channel.SPEED), Channel.SPEED) == 350
    await wire.send(encode("START_4"))
    assert await _ask(wire, measured(Channel.SPEED), Channel.SPEED) == 350
    await wire.send(encode("STOP_4"))
    await wire.send(encode(set_value(Channel.SPEED, 0)))
    assert await _ask(wire, setpoint(Channel.SPEED), Channel.SPEED) == 0
    await wire.send(encode("STOP_1"))
    await wire.send(encode(set_value(Channel.EXTERNAL, 0.0)))
    assert await _ask(wire, setpoint(Channel.EXTERNAL), Channel.EXTERNAL) == 0


async def _watchdog(wire: Wire, clock: Clock) -> None:
    for command, value in (("OUT_SP_12@", 40), ("OUT_SP_42@", 250), ("OUT_WD2@", 90), ("OUT_WD2@", 0)):
        assert value == decode_echo(await wire.exchange(encode(f"{command}{value}"), deadline_s=1.0))


async def _spaced(wire: Wire, clock: Clock) -> None:
    assert await _name(wire, "spaced") == "RCT digital"
    await wire.send(encode(set_value(Channel.EXTERNAL, 31.5), "spaced"))
    assert await _ask(wire, setpoint(Channel.EXTERNAL), Channel.EXTERNAL, "spaced") == 31.5


def _same(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare words, numbers by their value: blanks before the line end and decimals differ between models."""
    return actual.endswith(b"\n") == bool(expected) and list(map(_value, expected.split())) == list(
        map(_value, actual.split())
    )


def _value(word: bytes) -> float | bytes:
    return float(word) if word.replace(b".", b"").isdigit() else word


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    vessel = {"capacity_ml": 100.0, "mixture": {"volumes_ml": {"acetone": 20.0}, "amounts_mol": {}}}
    device = {"model": "ika_ret", "address": "port", "options": options, "vessel": "flask"}
    return {"schema": 1, "vessels": {"flask": vessel}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "heat_and_stir": Part(NamurFraming, _heat_and_stir),
        "watchdog": Part(NamurFraming, _watchdog),
        "spaced": Part(NamurFraming, _spaced),
    },
    bench=_bench,
    same=_same,
)
