"""What inputs and sensors must do: say what is, say it again, say nothing that was made up, and move nothing."""

import math
from collections.abc import Awaitable, Callable

from autosynth.clock import Clock
from autosynth.contracts.sensing import DigitalInput, Sensor
from autosynth.contracts.stroke_solid import StopMill
from autosynth.errors import ArgumentError, NoReplyError, WireError
from autosynth.testing.device import check_identity
from autosynth.testing.rig import MakeRig, require
from autosynth.testing.tap import Mode, Tap

_PATIENCE_S = 30.0


async def check_inputs(make: MakeRig[DigitalInput]) -> None:
    """Check all that a DigitalInput promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, frozenset())
    rig, tap = make(), Tap()
    async with rig.connect(tap) as block:
        await block.connect()
        found = await block.read_inputs()
        require(tuple(found) == block.inputs, f"every contact is read, in its order: {found}")
        require(all(type(each) is bool for each in found.values()), "a contact is closed or it is not")
        state = await block.read_state()
        require(all(state[name] == value for name, value in found.items()), "every contact is a key of the state")
        tap.mode = Mode.NOISY
        try:
            noisy = await block.read_inputs()
        except WireError:
            noisy = found
        require(noisy == found, "noise closes no contact")
        tap.mode = Mode.SILENT
        await _require_silence(rig.clock, block.read_inputs)
        tap.mode = Mode.PASS
        require(await block.read_inputs() == found, "silence leaves nothing behind")
        sent = tap.sent
        await block.make_safe()
        try:
            block.expect(state, StopMill())
        except ArgumentError as error:
            require(error.device == block.name, "an error names its device")
        else:
            require(False, "inputs make no strokes")
        require(tap.sent == sent, "nothing that moves is sent")


async def check_sensor(make: MakeRig[Sensor]) -> None:
    """Check all that a Sensor promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, frozenset())
    rig, tap = make(), Tap()
    async with rig.connect(tap) as sensor:
        await sensor.connect()
        found = await sensor.read_values()
        require(list(found) == list(sensor.channels), f"every channel is read, in its order: {found}")
        require(all(map(math.isfinite, found.values())), "a value is a number")
        tap.mode = Mode.SILENT
        await _require_silence(rig.clock, sensor.read_values)
        tap.mode = Mode.PASS
        require(list(await sensor.read_values()) == list(found), "silence leaves nothing behind")


async def _require_silence(clock: Clock, read: Callable[[], Awaitable[object]]) -> None:
    start_s = clock.now()
    try:
        await read()
    except NoReplyError as error:
        require(bool(error.sent), "a NoReplyError says what was sent")
    else:
        require(False, "a silent device is a NoReplyError")
    require(clock.now() - start_s < _PATIENCE_S, "silence is noticed in bounded time")
