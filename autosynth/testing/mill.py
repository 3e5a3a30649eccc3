"""What a mill must do: run at the frequency it was told, rest when it was told, and not run on when nobody speaks."""

import math
from collections.abc import Sequence

from autosynth.clock import Clock
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.milling import Mill
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import StartMill, StopMill
from autosynth.testing.device import (
    check_device,
    check_identity,
    check_lost_replies,
    check_noise,
    check_reconnection,
    check_refusals,
    check_silence,
    check_strokes,
)
from autosynth.testing.rig import MakeRig, require
from autosynth.testing.tap import Tap

_MEASURED = frozenset({"frequency_hz"})
_STEP_S = 1.0


async def check_mill(make: MakeRig[Mill], *, tells: bool = True) -> None:
    """Check all that a Mill promises; `tells` is false of one that tells another host nothing of what it was told.

    Raises:
        NonConformanceError: a promise is broken.
    """
    if tells:
        await check_device(make, _prepare, _strokes, _refused, _MEASURED)
    else:
        await check_identity(make, _MEASURED)
        await check_reconnection(make, _prepare, _strokes, _MEASURED)
        await check_strokes(make, _prepare, _strokes)
        await check_silence(make, _prepare, _strokes)
        await check_noise(make, _prepare, _strokes)
        await check_lost_replies(make, _prepare, _strokes)
        await check_refusals(make, _prepare, _refused)
    await check_course(make)
    await check_stopped(make)
    await check_dead_man(make)
    await check_lost_power(make)


async def check_course(make: MakeRig[Mill]) -> None:
    """It reaches its frequency within its ramp, keeps it while it is spoken to, and is at rest after a stop."""
    rig = make()
    async with rig.connect(Tap()) as mill:
        await mill.connect()
        wanted_hz = _within(mill, 0.6)
        await mill.start_mill(wanted_hz)
        await _spoken_to(rig.clock, mill, mill.ramp_s + 60.0)
        found_hz = await mill.read_frequency()
        require(abs(found_hz - wanted_hz) <= 0.02 * wanted_hz, f"it runs at {wanted_hz} Hz, not {found_hz} Hz")
        before, start_s = await mill.read_state(), rig.clock.now()
        state = (await mill.stop_mill()).state
        took_s, expected_s = rig.clock.now() - start_s, mill.duration_s(before, StopMill())
        require(took_s <= 1.5 * expected_s + 4.0, f"it comes to rest in {expected_s} s, not {took_s} s")
        require(state["running"] is False and state["frequency_hz"] == 0, f"after a stop it is at rest: {state}")


async def check_stopped(make: MakeRig[Mill]) -> None:
    """Made safe, it comes to rest and stays there; a start that was under way does not run it again."""
    rig = make()
    async with rig.connect(Tap()) as mill:
        await mill.connect()
        await mill.start_mill(_within(mill, 0.6))
        await _spoken_to(rig.clock, mill, mill.ramp_s)
        await mill.make_safe()
        await _spoken_to(rig.clock, mill, mill.ramp_s + 2.0)
        require((await mill.read_state())["running"] is False, "made safe, it is at rest")


async def check_dead_man(make: MakeRig[Mill]) -> None:
    """A mill whose host died stops by itself, if it says so; how long it ran is then unknown, and it can run anew."""
    rig = make()
    async with rig.connect(Tap()) as mill:
        await mill.connect()
        await _make_ready(mill)
        stroke = StartMill(_within(mill, 0.6))
        before = await mill.read_state()
        intent = Intent(mill.name, stroke, before, mill.expect(before, stroke))
        await mill.start_mill(stroke.frequency_hz)
        alone_s = mill.silence_s + mill.ramp_s + 2.0
    if math.isinf(alone_s):
        return
    await rig.clock.sleep(alone_s)
    async with rig.connect(Tap()) as mill:
        await mill.connect()
        require((await mill.read_state())["running"] is False, f"alone for {alone_s} s, it has come to rest")
        found = await mill.reconcile(intent)
        require(found.verdict is Verdict.UNKNOWN, f"it is not known for how long it ran: {found}")
        await mill.start_mill(stroke.frequency_hz)
        require((await mill.read_state())["running"] is True, "it runs again when it is told")


async def check_lost_power(make: MakeRig[Mill]) -> None:
    """Without power it stops, remembers nothing, and is never said to have done what it was told."""
    rig = make(power_cycle_s=30.0)
    async with rig.connect(Tap()) as mill:
        await mill.connect()
        require((await mill.read_state())["remembers"] is None, "before the first start nothing is remembered")
        await _make_ready(mill)
        stroke = StartMill(_within(mill, 0.6))
        before = await mill.read_state()
        intent = Intent(mill.name, stroke, before, mill.expect(before, stroke))
        await mill.start_mill(stroke.frequency_hz)
        require((await mill.read_state())["remembers"] is True, "once started it remembers")
        left_s = 28.0 - rig.clock.now()
        require(left_s > 0.0, "a start and a stop take less than half a minute")
        await _spoken_to(rig.clock, mill, left_s)
        await rig.clock.sleep(10.0 + mill.ramp_s)
        state = await mill.read_state()
        require(state["remembers"] is False and state["running"] is False, f"power was lost: {state}")
    async with rig.connect(Tap()) as mill:
        await mill.connect()
        found = await mill.reconcile(intent)
        require(found.verdict is Verdict.UNKNOWN, f"nothing is certain after a loss of power: {found}")


async def _spoken_to(clock: Clock, mill: Mill, for_s: float) -> None:
    """Let time go by with the mill, which hears something every second."""
    end_s = clock.now() + for_s
    while clock.now() < end_s:
        await clock.sleep(min(_STEP_S, end_s - clock.now()))
        await mill.read_frequency()


async def _make_ready(mill: Mill) -> None:
    """Run and stop it once, so that it remembers."""
    await mill.start_mill(_within(mill, 0.1))
    await mill.stop_mill()


def _within(mill: Mill, share: float) -> float:
    low_hz, high_hz = mill.frequency_min_hz, mill.frequency_max_hz
    return float(round(low_hz + share * (high_hz - low_hz)))


def _prepare(mill: Mill) -> Sequence[AnyStroke]:
    return (StartMill(_within(mill, 0.1)), StopMill())


def _strokes(mill: Mill) -> Sequence[AnyStroke]:
    return (StartMill(_within(mill, 0.4)), StartMill(_within(mill, 0.7)), StopMill())


def _refused(mill: Mill) -> Sequence[AnyStroke]:
    low_hz, high_hz = mill.frequency_min_hz, mill.frequency_max_hz
    return tuple(StartMill(each) for each in (0.9 * low_hz, 1.01 * high_hz, -high_hz, float("nan")))
