"""The host's part in the NE-1000 transcripts, said with the driver's codec or by the driver's own talk."""

from collections.abc import Mapping
from typing import Any

import pytest

from autosynth.clock import Clock
from autosynth.errors import DeviceRefusedError
from autosynth.wire.lane import Wire
from drivers.new_era_ne1000.codec import Answer, crc, decode_answer, encode_basic, encode_safe, parse_dispensed
from drivers.new_era_ne1000.framing import NewEraFraming
from drivers.new_era_ne1000.options import read_options
from drivers.new_era_ne1000.talk import SafeTalk
from tests.drivers.new_era_ne1000.rig import ONE_ML
from tests.drivers.simulated import on_twin
from tests.simulators.recording_twin import RecordingTwin
from tests.transcripts.model import Model, Part, exactly

STOPPED = Answer(0, "S")


async def _say(wire: Wire, packet: bytes) -> Answer:
    return decode_answer(await wire.exchange(packet, deadline_s=1.0))


async def _vectors(wire: Wire, clock: Clock) -> None:
    assert await _say(wire, encode_safe(0, "")) == STOPPED
    assert (await _say(wire, encode_safe(0, "RUN"))).status == "I"
    leave = b"SAF0"
    assert (await _say(wire, bytes((2, len(leave) + 4)) + leave + crc(leave) + b"\x03")).status == "I"


async def _stalled(wire: Wire, clock: Clock) -> None:
    assert await _say(wire, encode_safe(0, "")) == Answer(0, alarm="S")
    assert await _say(wire, encode_safe(0, "")) == STOPPED


async def _basic(wire: Wire, clock: Clock) -> None:
    assert await _say(wire, encode_basic(0, "DIA26.59")) == STOPPED
    assert (await _say(wire, encode_basic(0, "DIA"))).data == "26.59"


async def _stroke(wire: Wire, clock: Clock) -> None:
    alarms: list[str] = []
    talk = SafeTalk("pump", wire, clock, read_options(ONE_ML), alarms.append)
    await talk.arm()
    assert alarms == ["R"]
    await talk.say("VOLUL")
    await talk.say("VOL50.00")
    assert (await talk.say("VOL")).data == "50.00UL"
    await talk.say("RAT600.0UM")
    assert await talk.start(talk.halts)
    assert parse_dispensed((await talk.say("DIS")).data) == pytest.approx((0.05, 0.0))
    await talk.stop()
    await talk.say("CLDINF")
    assert parse_dispensed((await talk.say("DIS")).data) == (0.0, 0.0)
    for command, error in (("XYZ", "unknown"), ("RAT9999.MM", "out of its range")):
        with pytest.raises(DeviceRefusedError, match=error):
            await talk.say(command)


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    device = {"model": "new_era_ne1000", "address": "port", "options": options}
    return {"schema": 1, "vessels": {}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "vectors": Part(NewEraFraming, _vectors),
        "stalled": Part(NewEraFraming, _stalled),
        "basic": Part(NewEraFraming, _basic),
        "stroke": Part(NewEraFraming, _stroke),
    },
    bench=_bench,
    same=exactly,
    builders=lambda: {"new_era_ne1000": on_twin("new_era_ne1000", RecordingTwin())},
)
