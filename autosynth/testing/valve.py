"""What a selector valve must do: be where it says it is."""

import asyncio
from collections.abc import Sequence

from autosynth.contracts.liquid import Valve
from autosynth.contracts.stroke import AnyStroke, TurnTo
from autosynth.errors import DeviceError, ExchangeError
from autosynth.testing.device import check_device
from autosynth.testing.rig import MakeRig, differences, require
from autosynth.testing.tap import Tap

_INSTANTS, _INSTANT_S = 16, 0.015


async def check_valve(make: MakeRig[Valve]) -> None:
    """Check all that a Valve promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, _prepare, _strokes, _refused)
    await check_every_port(make)
    await check_safe(make)
    await check_safe_in_preparation(make)


async def check_every_port(make: MakeRig[Valve]) -> None:
    """Every port can be reached, and turning to where it is stays there."""
    async with make().connect(Tap()) as valve:
        await valve.connect()
        for port in (*valve.ports, valve.ports[-1]):
            outcome = await valve.turn_to(port)
            require(outcome.state["port"] == port, f"port {port} is reached")
            require(outcome.moved_ml == 0.0, "turning moves no volume")


async def check_safe(make: MakeRig[Valve]) -> None:
    """After being made safe a valve still turns."""
    async with make().connect(Tap()) as valve:
        await valve.connect()
        await valve.turn_to(valve.ports[-1])
        await valve.make_safe()
        require((await valve.read_state())["port"] == valve.ports[-1], "a standing valve stays where it is")
        outcome = await valve.turn_to(valve.ports[0])
        require(outcome.state["port"] == valve.ports[0], "a valve made safe can be turned again")


async def check_safe_in_preparation(make: MakeRig[Valve]) -> None:
    """A turn that is still being prepared when its valve is made safe is not made afterwards."""
    rig = make()
    async with rig.connect(Tap()) as valve:
        await valve.connect()
        for number in range(_INSTANTS):
            await valve.turn_to(valve.ports[0])
            task = asyncio.create_task(valve.turn_to(valve.ports[len(valve.ports) // 2]))
            await rig.clock.sleep(number * _INSTANT_S)
            await valve.make_safe()
            ended = (await asyncio.gather(task, return_exceptions=True))[0]
            require(isinstance(ended, DeviceError | ExchangeError), f"a turn made safe is an error, not {ended!r}")
            stopped = await valve.read_state()
            await rig.clock.sleep(1.0)
            wrong = differences(stopped, await valve.read_state())
            require(not wrong, f"made safe {number * _INSTANT_S:.3f} s after a turn was asked, it turns: {wrong}")


def _prepare(valve: Valve) -> Sequence[AnyStroke]:
    return (TurnTo(valve.ports[0]),)


def _strokes(valve: Valve) -> Sequence[AnyStroke]:
    return (TurnTo(valve.ports[-1]), TurnTo(valve.ports[1]), TurnTo(valve.ports[0]))


def _refused(valve: Valve) -> Sequence[AnyStroke]:
    return (TurnTo("0"), TurnTo(str(len(valve.ports) + 1)), TurnTo(""))
