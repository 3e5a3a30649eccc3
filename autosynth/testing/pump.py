"""What a syringe pump with a distribution valve must do: account for every stroke, however it ends."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from autosynth.contracts.device import Intent, Reconciliation, Verdict
from autosynth.contracts.liquid import ValvePump
from autosynth.contracts.stroke import AnyStroke, HomePlunger, MovePlunger, TurnTo
from autosynth.errors import DeviceError, ExchangeError
from autosynth.testing.device import check_device
from autosynth.testing.rig import MakeRig, Rig, differences, require
from autosynth.testing.tap import Tap

_STROKE_S, _POWER_CYCLE_S = 12.0, 300.0
_INSTANTS, _INSTANT_S = 16, 0.015


async def check_pump(make: MakeRig[ValvePump]) -> None:
    """Check all that a ValvePump promises; every port needs a path with liquid to draw and room to push.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, _prepare, _strokes, _refused)
    await check_volumes(make)
    await check_rate(make)
    await check_host_death(make)
    await check_terminated(make)
    await check_power_cycle(make)
    await check_safe_at_rest(make)
    await check_safe_in_preparation(make)


async def check_volumes(make: MakeRig[ValvePump]) -> None:
    """A stroke reports the volume that left the syringe, from where the plunger really was, with its uncertainty."""
    async with make().connect(Tap()) as pump:
        await _ready(pump)
        for to_ml in (0.5 * pump.syringe_ml, 0.123 * pump.syringe_ml, 0.0):
            before = float((await pump.read_state())["plunger_ml"] or 0.0)
            outcome = await pump.move_plunger(to_ml, _rate(pump, to_ml, before))
            after = float(outcome.state["plunger_ml"] or 0.0)
            require(abs(after - to_ml) <= pump.resolution_ml / 2 + 1e-9, "the plunger stops at the nearest increment")
            require(abs(outcome.moved_ml - (before - after)) < 1e-9, "moved_ml is positive out of the syringe")
            require(outcome.moved_sd_ml > 0 and outcome.gain_rel_sd > 0, "a moved volume has its uncertainty")


async def check_rate(make: MakeRig[ValvePump]) -> None:
    """A stroke is never faster than asked, for a rate may be a limit: between two rates the pump keeps the lower."""
    rig = make()
    async with rig.connect(Tap()) as pump:
        await _ready(pump)
        rate_ml_min = 1.7 * pump.rate_min_ml_min
        require(0 <= pump.rate_step_ml_min <= pump.rate_min_ml_min, "rates come in steps up to the lowest, or in none")
        begun_s = rig.clock.now()
        outcome = await pump.move_plunger(0.05 * pump.syringe_ml, rate_ml_min)
        least_s = 60.0 * abs(outcome.moved_ml) / rate_ml_min
        require(rig.clock.now() - begun_s >= least_s, "a stroke is never faster than asked")


async def check_host_death(make: MakeRig[ValvePump]) -> None:
    """A new host waits for a stroke that goes on without its host, and then finds it done."""
    rig = make()
    async with rig.connect(Tap()) as pump:
        await _ready(pump)
        intent = await _interrupted(rig, pump)
    async with rig.connect(Tap()) as pump:
        await pump.connect()
        found = await pump.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"a stroke that ended by itself is done: {found}")
        require(abs(found.moved_ml - _planned_ml(intent)) < pump.resolution_ml, f"all of it was moved: {found}")


async def check_terminated(make: MakeRig[ValvePump]) -> None:
    """A terminated stroke is partly done, within bounds, and its axis refuses to work until it is initialised."""
    rig = make()
    async with rig.connect(Tap()) as pump:
        await _ready(pump)
        before = await pump.read_state()
        stroke = _slow(pump)
        intent = Intent(pump.name, stroke, before, pump.expect(before, stroke))
        task = asyncio.create_task(pump.move_plunger(stroke.to_ml, stroke.rate_ml_min))
        await rig.clock.sleep(_STROKE_S / 2)
        await pump.make_safe()
        ended = (await asyncio.gather(task, return_exceptions=True))[0]
        require(isinstance(ended, ExchangeError), f"a terminated stroke is an error, not {ended!r}")
        found = await pump.reconcile(intent)
        require(found.verdict is Verdict.PARTLY, f"a terminated stroke is partly done: {found}")
        _bounded(found, _planned_ml(intent))
        state = await pump.read_state()
        require(state.get("trusted") is False, "a terminated axis is not trusted")
        try:
            await pump.move_plunger(0.0, stroke.rate_ml_min)
        except DeviceError:
            pass
        else:
            require(False, "an untrusted axis refuses strokes")
        await pump.home_plunger()
        wrong = differences({"trusted": True, "plunger_ml": 0.0}, await pump.read_state())
        require(not wrong, f"initialising makes it trusted again: {wrong}")


async def check_power_cycle(make: MakeRig[ValvePump]) -> None:
    """Power lost in a stroke leaves it unknown within bounds that hold nothing and all of it; initialising mends."""
    rig = make(power_cycle_s=_POWER_CYCLE_S)
    made_s = rig.clock.now()
    async with rig.connect(Tap()) as pump:
        await _ready(pump)
        await rig.clock.sleep(made_s + _POWER_CYCLE_S - _STROKE_S / 2 - rig.clock.now())
        before = await pump.read_state()
        stroke = _slow(pump)
        intent = Intent(pump.name, stroke, before, pump.expect(before, stroke))
        try:
            await pump.move_plunger(stroke.to_ml, stroke.rate_ml_min)
        except ExchangeError:
            pass
        else:
            require(False, "a stroke that lost power is an error")
        found = await pump.reconcile(intent)
        require(found.verdict is Verdict.UNKNOWN, f"without power nothing is known: {found}")
        planned = _planned_ml(intent)
        require(found.low_ml <= min(planned, 0.0) and max(planned, 0.0) <= found.high_ml, f"bounds hold all: {found}")
        require((await pump.read_state()).get("initialised") is False, "a pump without memory says so")
        await pump.home_plunger()
        require((await pump.read_state())["initialised"] is True, "initialising mends it")


async def check_safe_at_rest(make: MakeRig[ValvePump]) -> None:
    """Making a standing pump safe costs it nothing."""
    async with make().connect(Tap()) as pump:
        await _ready(pump)
        before = await pump.read_state()
        await pump.make_safe()
        wrong = differences(before, await pump.read_state())
        require(not wrong, f"terminating a standing pump changes nothing: {wrong}")


async def check_safe_in_preparation(make: MakeRig[ValvePump]) -> None:
    """A stroke that is still being prepared when its pump is made safe is not made afterwards."""
    rig = make()
    async with rig.connect(Tap()) as pump:
        await _ready(pump)
        for number in range(_INSTANTS):
            stroke = _slow(pump)
            task = asyncio.create_task(pump.move_plunger(stroke.to_ml, stroke.rate_ml_min))
            await rig.clock.sleep(number * _INSTANT_S)
            await pump.make_safe()
            ended = (await asyncio.gather(task, return_exceptions=True))[0]
            require(isinstance(ended, ExchangeError), f"a stroke made safe before it began is an error, not {ended!r}")
            stopped = await pump.read_state()
            await rig.clock.sleep(1.0)
            wrong = differences(stopped, await pump.read_state())
            require(
                not wrong,
                f"made safe {number * _INSTANT_S:.3f} s after a stroke was asked, it moves: {wrong}",
            )
            await pump.home_plunger()


async def _ready(pump: ValvePump) -> None:
    await pump.connect()
    await pump.home_plunger()
    await pump.turn_to(pump.ports[0])


async def _interrupted(rig: Rig[ValvePump], pump: ValvePump) -> Intent:
    """Begin a stroke and lose its host halfway."""
    before = await pump.read_state()
    stroke = _slow(pump)
    task = asyncio.create_task(pump.move_plunger(stroke.to_ml, stroke.rate_ml_min))
    await rig.clock.sleep(_STROKE_S / 2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return Intent(pump.name, stroke, before, pump.expect(before, stroke))


def _slow(pump: ValvePump) -> MovePlunger:
    return MovePlunger(0.5 * pump.syringe_ml, 0.5 * pump.syringe_ml / _STROKE_S * 60.0)


def _rate(pump: ValvePump, to_ml: float, from_ml: float) -> float:
    return max(abs(to_ml - from_ml) / 2.0 * 60.0, pump.rate_min_ml_min)


def _planned_ml(intent: Intent) -> float:
    return float(intent.before["plunger_ml"] or 0.0) - float(intent.expected["plunger_ml"] or 0.0)


def _bounded(found: Reconciliation, planned_ml: float) -> None:
    require(found.low_ml <= found.moved_ml <= found.high_ml, f"the estimate is within its bounds: {found}")
    require(0.2 < found.moved_ml / planned_ml < 0.8, f"about half of {planned_ml} mL was moved: {found}")
    require(found.moved_sd_ml > 0, "an interrupted volume has its uncertainty")


def _prepare(pump: ValvePump) -> Sequence[AnyStroke]:
    return (HomePlunger(), TurnTo(pump.ports[0]))


def _strokes(pump: ValvePump) -> Sequence[AnyStroke]:
    full_ml = pump.syringe_ml
    return (
        MovePlunger(0.6 * full_ml, 15.0 * full_ml),
        TurnTo(pump.ports[2]),
        MovePlunger(0.35 * full_ml, 5.0 * full_ml),
        MovePlunger(0.1 * full_ml, 30.0 * full_ml),
        TurnTo(pump.ports[1]),
        MovePlunger(0.0, 12.0 * full_ml),
    )


def _refused(pump: ValvePump) -> Sequence[AnyStroke]:
    full_ml = pump.syringe_ml
    return (
        MovePlunger(1.01 * full_ml, 10.0 * full_ml),
        MovePlunger(-0.01 * full_ml, 10.0 * full_ml),
        MovePlunger(float("nan"), 10.0 * full_ml),
        MovePlunger(0.5 * full_ml, 0.9 * pump.rate_min_ml_min),
        MovePlunger(0.5 * full_ml, 1.1 * pump.rate_max_ml_min),
        TurnTo("0"),
        TurnTo(f"{len(pump.ports) + 1}"),
    )
