"""What a dosing head over a balance must do: dose once, and account for what fell however a dosing ends."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from autosynth.contracts.device import Intent, Reconciliation, Verdict
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import DosePowder, Weigh
from autosynth.contracts.weighing import Balance, Doser
from autosynth.errors import DeviceError, ExchangeError, NoReplyError, WireError
from autosynth.testing.balance import MEASURED
from autosynth.testing.device import check_identity, check_noise, check_reconnection, check_refusals, check_strokes
from autosynth.testing.rig import MakeRig, Rig, differences, require
from autosynth.testing.tap import Mode, Tap

_LOST_REPLIES = 24
_TOLERANCE = 0.05
_PATIENCE_S = 60.0


class DosingBalance(Balance, Doser, Protocol):
    """A balance with a dosing head over it."""


async def check_doser(make: MakeRig[DosingBalance]) -> None:
    """Check all that a Doser promises; a vessel stands on the pan and a full head is mounted.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, MEASURED)
    await check_reconnection(make, _nothing, _strokes, MEASURED)
    await check_strokes(make, _nothing, _strokes)
    await check_noise(make, _nothing, _strokes)
    await check_refusals(make, _nothing, _refused)
    await check_dosing(make)
    await check_silent_doser(make)
    await check_once(make)
    await check_host_death(make)
    await check_stopped(make)
    await check_safe_at_rest(make)


async def check_dosing(make: MakeRig[DosingBalance]) -> None:
    """What fell is what the balance shows more, within the tolerance, with its uncertainty; the head counts it."""
    async with make().connect(Tap()) as doser:
        await doser.connect()
        first = await doser.weigh()
        before = await doser.read_state()
        stroke = _dose(doser)
        outcome = await doser.dose_powder(stroke.target_mg, stroke.tolerance_frac)
        last = await doser.weigh()
        slack_mg = 6.0 * outcome.mass_sd_mg
        require(outcome.mass_sd_mg > 0.0, "a dosed mass has its uncertainty")
        off_mg = abs(outcome.mass_mg - stroke.target_mg)
        require(off_mg <= stroke.tolerance_frac * stroke.target_mg + slack_mg, f"it is within the tolerance: {outcome}")
        require(abs(last.mass_mg - first.mass_mg - outcome.mass_mg) <= slack_mg, "the balance shows it")
        wrong = differences(doser.expect(before, stroke), outcome.state)
        require(not wrong, f"dosing leaves the state expected: {wrong}")
        intent = Intent(doser.name, stroke, before, doser.expect(before, stroke))
        found = await doser.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"a dosing that was made is done: {found}")
        _accounts(found, outcome.mass_mg, slack_mg)


async def check_silent_doser(make: MakeRig[DosingBalance]) -> None:
    """A silent device is NoReplyError in bounded time, before it has dosed anything."""
    rig, tap = make(), Tap()
    async with rig.connect(tap) as doser:
        intent = await _intent(doser)
        tap.mode = Mode.SILENT
        start_s = rig.clock.now()
        for attempt in (doser.connect, doser.read_state, lambda: _make(doser, intent)):
            try:
                await attempt()
            except NoReplyError as error:
                require(bool(error.sent), "a NoReplyError says what was sent")
            else:
                require(False, "a silent device is a NoReplyError")
        require(rig.clock.now() - start_s < _PATIENCE_S, "silence is noticed in bounded time")
        tap.mode = Mode.PASS
        found = await doser.reconcile(intent)
        require(found.verdict is Verdict.NOT_STARTED, f"after mere silence nothing was dosed: {found}")


async def check_once(make: MakeRig[DosingBalance]) -> None:
    """Whichever reply is lost, a dosing is made at most once, and what fell is accounted for."""
    for lost in range(_LOST_REPLIES):
        rig, tap = make(), Tap()
        async with rig.connect(tap) as doser:
            intent = await _intent(doser)
            tap.count_from_here()
            tap.drop = frozenset({lost})
            try:
                await _make(doser, intent)
            except ExchangeError as error:
                require(isinstance(error, WireError | DeviceError), f"a lost reply is told, not {error!r}")
            tap.drop = frozenset()
            found = await doser.reconcile(intent)
            fell_mg = (await doser.weigh()).mass_mg - float(intent.before["mass_mg"] or 0.0)
            require(found.verdict in {Verdict.DONE, Verdict.NOT_STARTED}, f"a lost reply can be settled: {found}")
            require(fell_mg < 1.5 * _dose(doser).target_mg, f"reply {lost} was lost: {fell_mg} mg fell")
            _accounts(found, fell_mg, 12.0 * max(found.mass_sd_mg, doser.readability_mg))


async def check_host_death(make: MakeRig[DosingBalance]) -> None:
    """A new host waits for a dosing that goes on without its host, and then finds it done."""
    rig = make()
    async with rig.connect(Tap()) as doser:
        intent = await _interrupted(rig, doser, stop=False)
    async with rig.connect(Tap()) as doser:
        await doser.connect()
        found = await doser.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"a dosing that ended by itself is done: {found}")
        require(found.low_mg <= found.mass_mg <= found.high_mg, f"the mass is within its bounds: {found}")


async def check_stopped(make: MakeRig[DosingBalance]) -> None:
    """A stopped dosing is an error, is partly done by what the balance shows, and the next one can be made."""
    rig = make()
    async with rig.connect(Tap()) as doser:
        intent = await _interrupted(rig, doser, stop=True)
        found = await doser.reconcile(intent)
        require(found.verdict in {Verdict.PARTLY, Verdict.NOT_STARTED}, f"a stopped dosing is not done: {found}")
        fell_mg = (await doser.weigh()).mass_mg - float(intent.before["mass_mg"] or 0.0)
        _accounts(found, fell_mg, 12.0 * max(found.mass_sd_mg, doser.readability_mg))
        outcome = await doser.dose_powder(_dose(doser).target_mg, _TOLERANCE)
        require(outcome.mass_mg > 0.0, "after being stopped it doses again")


async def check_safe_at_rest(make: MakeRig[DosingBalance]) -> None:
    """Making safe what does not dose changes nothing."""
    async with make().connect(Tap()) as doser:
        await doser.connect()
        before = {key: value for key, value in (await doser.read_state()).items() if key not in MEASURED}
        await doser.make_safe()
        wrong = differences(before, await doser.read_state())
        require(not wrong, f"stopping at rest changes nothing: {wrong}")


async def _intent(doser: DosingBalance) -> Intent:
    await doser.connect()
    await doser.weigh()
    before, stroke = await doser.read_state(), _dose(doser)
    return Intent(doser.name, stroke, before, doser.expect(before, stroke))


async def _make(doser: DosingBalance, intent: Intent) -> None:
    if isinstance(intent.stroke, DosePowder):
        await intent.stroke.on(doser)


async def _interrupted(rig: Rig[DosingBalance], doser: DosingBalance, *, stop: bool) -> Intent:
    """Begin a dosing, and stop it half-way or lose its host."""
    intent = await _intent(doser)
    task = asyncio.create_task(_make(doser, intent))
    await rig.clock.sleep(0.4 * doser.duration_s(intent.before, intent.stroke))
    if stop:
        await doser.make_safe()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        require(isinstance(ended, ExchangeError), f"a stopped dosing is an error, not {ended!r}")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return intent


def _accounts(found: Reconciliation, fell_mg: float, slack_mg: float) -> None:
    require(abs(found.mass_mg - fell_mg) <= slack_mg, f"{fell_mg} mg fell: {found}")
    require(found.low_mg - slack_mg <= fell_mg <= found.high_mg + slack_mg, f"the bounds hold {fell_mg} mg: {found}")


def _dose(doser: Doser) -> DosePowder:
    return DosePowder(min(max(100.0, 10.0 * doser.dose_min_mg), doser.dose_max_mg), _TOLERANCE)


def _nothing(doser: Doser) -> Sequence[AnyStroke]:
    return ()


def _strokes(doser: Doser) -> Sequence[AnyStroke]:
    return (Weigh(), _dose(doser))


def _refused(doser: Doser) -> Sequence[AnyStroke]:
    return (
        DosePowder(0.99 * doser.dose_min_mg, _TOLERANCE),
        DosePowder(1.01 * doser.dose_max_mg, _TOLERANCE),
        DosePowder(float("nan"), _TOLERANCE),
        DosePowder(doser.dose_max_mg, 0.0),
        DosePowder(doser.dose_max_mg, float("nan")),
    )
