"""What a sampler must do: have the tube where it says, break none, and trust no position that may be lost.

The sampler on trial has a tube in every place, a lift that is up, and does not reset when a host connects: what a board
does that resets is what `check_lost_position` does with its power.
"""

import asyncio
from collections.abc import Sequence

from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.sampler import Sampler, position_over_bore
from autosynth.contracts.stroke import AnyStroke, HomeSampler, MoveLift, TurnTo
from autosynth.errors import ArgumentError, DeviceError, ExchangeError
from autosynth.testing.device import check_device
from autosynth.testing.rig import MakeRig, differences, make_stroke, require
from autosynth.testing.tap import Tap

_SEEN = frozenset({"tube_present"})
_CYCLE_S = 300.0


async def check_sampler(make: MakeRig[Sampler]) -> None:
    """Check all that a Sampler promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, _prepare, _strokes, _refused, _SEEN)
    await check_every_place(make)
    await check_lift(make)
    await check_lost_position(make)
    await check_standing_safe(make)
    await check_moving_safe(make)


async def check_every_place(make: MakeRig[Sampler]) -> None:
    """Every tube comes under the needle, and the state says which stands over the bore meanwhile."""
    async with make().connect(Tap()) as sampler:
        await sampler.connect()
        require((await sampler.home_sampler()).state["trusted"] is True, "a homed sampler is trusted")
        for port in (*sampler.ports, sampler.ports[-1]):
            outcome = await sampler.turn_to(port)
            require(outcome.state["port"] == port, f"port {port} is reached")
            bore = position_over_bore(port, sampler.positions, sampler.magnet_offset)
            require(outcome.state["at_magnet"] == bore, f"position {bore} is over the bore with {port} at the needle")
            require(outcome.moved_ml == 0.0, "turning moves no volume")


async def check_lift(make: MakeRig[Sampler]) -> None:
    """With the lift down the carousel does not turn, in plan or deed; with it up it does."""
    async with make().connect(Tap()) as sampler:
        await sampler.connect()
        await sampler.home_sampler()
        require((await sampler.move_lift(True)).state["inserted"] is True, "the lift goes down")
        down = await sampler.read_state()
        for port in sampler.ports[1:3]:
            try:
                sampler.expect(down, TurnTo(port))
            except ArgumentError:
                pass
            else:
                require(False, "no turn is planned while the lift is down")
            try:
                await sampler.turn_to(port)
            except DeviceError:
                pass
            else:
                require(False, "nothing turns while the lift is down")
            require(not differences(down, await sampler.read_state()), "a refused turn moves nothing")
        await sampler.move_lift(False)
        require((await sampler.turn_to(sampler.ports[1])).state["inserted"] is False, "with the lift up it turns")


async def check_lost_position(make: MakeRig[Sampler]) -> None:
    """A sampler that lost its power says so, moves nothing until it is homed, and calls nothing done."""
    rig = make(power_cycle_s=_CYCLE_S)
    async with rig.connect(Tap()) as sampler:
        await sampler.connect()
        await sampler.home_sampler()
        before = await sampler.read_state()
        stroke = TurnTo(sampler.ports[-1])
        intent = Intent(sampler.name, stroke, before, sampler.expect(before, stroke))
        await rig.clock.sleep(_CYCLE_S - rig.clock.now() - 0.2)
        (failure,) = await asyncio.gather(make_stroke(sampler, stroke), return_exceptions=True)
        require(isinstance(failure, ExchangeError), f"a turn cut by a loss of power is an error, not {failure!r}")
        await rig.clock.sleep(5.0)
    async with rig.connect(Tap()) as sampler:
        await sampler.connect()
        lost = await sampler.read_state()
        require(lost["trusted"] is False, "a sampler that lost its power is not trusted")
        require(lost["port"] is None and lost["at_magnet"] is None, "and says of no tube where it is")
        found = await sampler.reconcile(intent)
        require(found.verdict is not Verdict.DONE, f"a turn that lost its power is not called done: {found}")
        require(found.moved_ml == 0.0 and bool(found.reason), "a person is told why, and nothing moved")
        for attempt in (sampler.turn_to(sampler.ports[-1]), sampler.move_lift(True)):
            (refusal,) = await asyncio.gather(attempt, return_exceptions=True)
            require(isinstance(refusal, DeviceError), f"what is not trusted refuses strokes, not {refusal!r}")
        require((await sampler.home_sampler()).state["trusted"] is True, "homed, it is trusted again")
        require((await make_stroke(sampler, stroke))["port"] == stroke.port, "homed, it turns again")


async def check_standing_safe(make: MakeRig[Sampler]) -> None:
    """A standing sampler made safe stays where it is and can be turned."""
    async with make().connect(Tap()) as sampler:
        await sampler.connect()
        await sampler.home_sampler()
        await sampler.turn_to(sampler.ports[-1])
        await sampler.make_safe()
        require((await sampler.read_state())["port"] == sampler.ports[-1], "a standing sampler stays where it is")
        outcome = await sampler.turn_to(sampler.ports[1])
        require(outcome.state["port"] == sampler.ports[1], "a sampler made safe standing can be turned")


async def check_moving_safe(make: MakeRig[Sampler]) -> None:
    """A turning sampler made safe stops on its way, whoever waits is told, and it turns again, homed if it must be."""
    rig = make()
    async with rig.connect(Tap()) as sampler:
        await sampler.connect()
        await sampler.home_sampler()
        before = await sampler.read_state()
        stroke = TurnTo(sampler.ports[-1])
        intent = Intent(sampler.name, stroke, before, sampler.expect(before, stroke))
        turning = asyncio.create_task(make_stroke(sampler, stroke))
        await rig.clock.sleep(0.4 * sampler.duration_s(before, stroke))
        await sampler.make_safe()
        (failure,) = await asyncio.gather(turning, return_exceptions=True)
        require(isinstance(failure, ExchangeError), f"a stopped turn is an error, not {failure!r}")
        found = await sampler.reconcile(intent)
        require(found.verdict is not Verdict.DONE, f"a stopped turn is not called done: {found}")
        if found.state["trusted"] is False:
            await sampler.home_sampler()
        require((await make_stroke(sampler, stroke))["port"] == stroke.port, "a stopped sampler can be turned again")


def _prepare(_: Sampler) -> Sequence[AnyStroke]:
    return (HomeSampler(),)


def _strokes(sampler: Sampler) -> Sequence[AnyStroke]:
    ports = sampler.ports
    return (TurnTo(ports[-1]), MoveLift(True), MoveLift(False), TurnTo(ports[1]), TurnTo(ports[0]))


def _refused(sampler: Sampler) -> Sequence[AnyStroke]:
    return (TurnTo("0"), TurnTo(str(sampler.positions + 1)), TurnTo(""))
