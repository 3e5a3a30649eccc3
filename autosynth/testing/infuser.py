"""What a pump that only pushes must do: count what it pushes, and account for every stroke however it ends."""

import asyncio
from collections.abc import Sequence

from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.infusion import Infuser
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import ClearCounter, InfuseTo
from autosynth.errors import DeviceError, ExchangeError
from autosynth.testing.device import check_device
from autosynth.testing.rig import MakeRig, Rig, differences, require
from autosynth.testing.tap import Tap

_STROKE_S, _POWER_CYCLE_S = 12.0, 300.0


async def check_infuser(make: MakeRig[Infuser]) -> None:
    """Check all that an Infuser promises; it needs a path to push into.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, _prepare, _strokes, _refused)
    await check_volumes(make)
    await check_host_death(make)
    await check_stopped(make)
    await check_power_cycle(make)
    await check_safe_at_rest(make)


async def check_volumes(make: MakeRig[Infuser]) -> None:
    """A stroke reports what it has pushed, with its uncertainty; pushing to where it is pushes nothing."""
    async with make().connect(Tap()) as infuser:
        await _ready(infuser)
        counted_ml = 0.0
        for share in (0.1, 0.223, 0.3, 0.3):
            outcome = await infuser.infuse_to(share * infuser.syringe_ml, _rate(infuser))
            now_ml = float(outcome.state["infused_ml"] or 0.0)
            require(
                abs(now_ml - share * infuser.syringe_ml) <= infuser.resolution_ml, f"it counts to {share}: {now_ml}"
            )
            require(abs(outcome.moved_ml - (now_ml - counted_ml)) < 1e-9, f"it tells what it has pushed: {outcome}")
            moved = outcome.moved_ml > 0.0
            require((outcome.moved_sd_ml > 0 and outcome.gain_rel_sd > 0) == moved, "a volume has its uncertainty")
            counted_ml = now_ml
        outcome = await infuser.clear_counter()
        require(outcome.moved_ml == 0.0, "clearing a counter moves nothing")


async def check_host_death(make: MakeRig[Infuser]) -> None:
    """What a stroke without its host has pushed the counter tells: all, or until its own watchdog stopped it."""
    rig = make()
    async with rig.connect(Tap()) as infuser:
        await _ready(infuser)
        intent = await _interrupted(rig, infuser, stop=False)
    async with rig.connect(Tap()) as infuser:
        await infuser.connect()
        found = await infuser.reconcile(intent)
        require(found.verdict in {Verdict.DONE, Verdict.PARTLY}, f"the counter tells: {found}")
        require(found.low_ml <= found.moved_ml <= found.high_ml, f"the estimate is within its bounds: {found}")
        now_ml = float((await infuser.read_state())["infused_ml"] or 0.0)
        counted_ml = now_ml - float(intent.before["infused_ml"] or 0.0)
        require(abs(found.moved_ml - counted_ml) <= infuser.resolution_ml, f"{counted_ml} mL were counted: {found}")


async def check_stopped(make: MakeRig[Infuser]) -> None:
    """A stopped stroke is an error, partly done by the counter, and pushing to its end makes it whole."""
    rig = make()
    async with rig.connect(Tap()) as infuser:
        await _ready(infuser)
        intent = await _interrupted(rig, infuser, stop=True)
        found = await infuser.reconcile(intent)
        require(found.verdict is Verdict.PARTLY, f"a stopped stroke is partly done: {found}")
        planned_ml = _slow(infuser).to_ml
        require(0.2 < found.moved_ml / planned_ml < 0.8, f"about half of {planned_ml} mL was pushed: {found}")
        require(found.low_ml <= found.moved_ml <= found.high_ml, f"the estimate is within its bounds: {found}")
        require(found.moved_sd_ml > 0, "an interrupted volume has its uncertainty")
        outcome = await infuser.infuse_to(planned_ml, _rate(infuser))
        require(
            abs(outcome.moved_ml + found.moved_ml - planned_ml) <= 2 * infuser.resolution_ml, "the rest is the rest"
        )


async def check_power_cycle(make: MakeRig[Infuser]) -> None:
    """Power lost in a stroke leaves it unknown within bounds that hold nothing and all of it; clearing mends."""
    rig = make(power_cycle_s=_POWER_CYCLE_S)
    made_s = rig.clock.now()
    async with rig.connect(Tap()) as infuser:
        await _ready(infuser)
        await rig.clock.sleep(made_s + _POWER_CYCLE_S - _STROKE_S / 2 - rig.clock.now())
        before, stroke = await infuser.read_state(), _slow(infuser)
        intent = Intent(infuser.name, stroke, before, infuser.expect(before, stroke))
        try:
            await infuser.infuse_to(stroke.to_ml, stroke.rate_ml_min)
        except ExchangeError:
            pass
        else:
            require(False, "a stroke that lost power is an error")
    async with rig.connect(Tap()) as infuser:
        await infuser.connect()
        found = await infuser.reconcile(intent)
        require(found.verdict is Verdict.UNKNOWN, f"without power nothing is known, to a new host either: {found}")
        require(found.low_ml <= 0.0 and stroke.to_ml - infuser.resolution_ml <= found.high_ml, f"bounds: {found}")
        require((await infuser.read_state())["trusted"] is False, "a counter that lost power is not trusted")
        try:
            await infuser.infuse_to(stroke.to_ml, stroke.rate_ml_min)
        except DeviceError:
            pass
        else:
            require(False, "an untrusted counter refuses strokes")
        await infuser.clear_counter()
        wrong = differences({"trusted": True, "infused_ml": 0.0}, await infuser.read_state())
        require(not wrong, f"clearing makes it trusted again: {wrong}")


async def check_safe_at_rest(make: MakeRig[Infuser]) -> None:
    """Making a standing pump safe costs it nothing."""
    async with make().connect(Tap()) as infuser:
        await _ready(infuser)
        before = await infuser.read_state()
        await infuser.make_safe()
        wrong = differences(before, await infuser.read_state())
        require(not wrong, f"stopping a standing pump changes nothing: {wrong}")


async def _ready(infuser: Infuser) -> None:
    await infuser.connect()
    await infuser.clear_counter()


async def _interrupted(rig: Rig[Infuser], infuser: Infuser, *, stop: bool) -> Intent:
    """Begin a stroke, and stop it half-way or lose its host."""
    before, stroke = await infuser.read_state(), _slow(infuser)
    task = asyncio.create_task(infuser.infuse_to(stroke.to_ml, stroke.rate_ml_min))
    await rig.clock.sleep(_STROKE_S / 2)
    if stop:
        await infuser.make_safe()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        require(isinstance(ended, ExchangeError), f"a stopped stroke is an error, not {ended!r}")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return Intent(infuser.name, stroke, before, infuser.expect(before, stroke))


def _slow(infuser: Infuser) -> InfuseTo:
    rate_ml_min = 0.5 * infuser.rate_max_ml_min
    to_ml = min(0.5 * infuser.syringe_ml, rate_ml_min * _STROKE_S / 60.0)
    return InfuseTo(to_ml, to_ml * 60.0 / _STROKE_S)


def _rate(infuser: Infuser) -> float:
    return 0.8 * infuser.rate_max_ml_min


def _prepare(infuser: Infuser) -> Sequence[AnyStroke]:
    return (ClearCounter(),)


def _strokes(infuser: Infuser) -> Sequence[AnyStroke]:
    full_ml, rate = infuser.syringe_ml, _rate(infuser)
    return (InfuseTo(0.1 * full_ml, rate), InfuseTo(0.15 * full_ml, 0.5 * rate), ClearCounter())


def _refused(infuser: Infuser) -> Sequence[AnyStroke]:
    full_ml, rate = infuser.syringe_ml, _rate(infuser)
    return (
        InfuseTo(1.01 * full_ml, rate),
        InfuseTo(-0.01 * full_ml, rate),
        InfuseTo(float("nan"), rate),
        InfuseTo(0.5 * full_ml, 0.9 * infuser.rate_min_ml_min),
        InfuseTo(0.5 * full_ml, 1.1 * infuser.rate_max_ml_min),
    )
