"""The Geno/Grinder's driver against the simulated mill, whether stops are answered or not."""

import asyncio
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke_solid import StartMill, StopMill
from autosynth.errors import DeviceBusyError, DeviceRefusedError
from autosynth.testing import Tap, check_mill
from drivers.genogrinder_2010 import DRIVER
from tests.drivers.overheard import Overheard
from tests.drivers.played import Exchanges, played
from tests.drivers.simulated import SimulatedRig

QUICK = {"ramp": "2 s", "lock_time": "3 s", "run_time": "120 s"}


@pytest.mark.parametrize("answers", [True, False])
def test_the_mill_keeps_its_contract(answers: bool) -> None:
    """All but telling another host what it was told."""
    options = {**QUICK, "simulated": {"answers_stop": answers, "lock_s": 2.0}}
    run_virtual(check_mill(partial(SimulatedRig, DRIVER, options), tells=False))


def test_another_host_is_told_that_nothing_is_known() -> None:
    """Neither of a run that was made, nor of one that never began, nor at which speed it runs."""

    async def main() -> None:
        rig = SimulatedRig(DRIVER, QUICK)
        async with rig.connect(Tap()) as mill:
            before = await mill.read_state()
            intent = Intent("device", StartMill(20.0), before, mill.expect(before, StartMill(20.0)))
        async with rig.connect(Tap()) as mill:
            assert (await mill.reconcile(intent)).verdict is Verdict.UNKNOWN
            await mill.start_mill(20.0)
            assert (await mill.reconcile(intent)).verdict is Verdict.DONE
        async with rig.connect(Tap()) as mill:
            assert (await mill.reconcile(intent)).verdict is Verdict.UNKNOWN
            with pytest.raises(DeviceRefusedError, match="another host"):
                await mill.read_frequency()
            assert (await mill.stop_mill()).state["running"] is False

    run_virtual(main())


@pytest.mark.parametrize("after_s", [0.0, 0.03, 0.1, 1.0, 2.9, 3.2, 6.0])
def test_a_start_that_is_made_safe_leaves_it_at_rest(after_s: float) -> None:
    """While it locks, too, when its answer is still to come."""

    async def main() -> None:
        rig = SimulatedRig(DRIVER, QUICK)
        async with rig.connect(Tap()) as mill:
            stroke: asyncio.Future[Any] = asyncio.ensure_future(mill.start_mill(20.0))
            await rig.clock.sleep(after_s)
            await mill.make_safe()
            await asyncio.gather(stroke, return_exceptions=True)
            await rig.clock.sleep(10.0)
            assert rig.bench.state("device", rig.clock.now())["running"] is False

    run_virtual(main())


def test_an_error_is_refused_with_its_text() -> None:
    """Whatever it says that no status has."""

    async def main() -> None:
        rig = SimulatedRig(DRIVER, QUICK, faults=("device:drive_fault@t=1",))
        async with rig.connect(Tap()) as mill:
            await rig.clock.sleep(2.0)
            assert (await mill.read_state())["fault"] == "Error"
            with pytest.raises(DeviceRefusedError, match="Error"):
                await mill.start_mill(20.0)

    run_virtual(main())


@pytest.mark.parametrize("step", range(40))
def test_it_is_not_started_once_it_was_made_safe(step: int) -> None:
    """Neither in the silence before the start, nor when a question is in its way."""

    async def main() -> None:
        rig, tap = SimulatedRig(DRIVER, QUICK), Overheard()
        async with rig.connect(tap) as mill:

            async def ask_on() -> None:
                while True:
                    await mill.read_state()

            asking = asyncio.create_task(ask_on())
            stroke = asyncio.create_task(mill.start_mill(20.0))
            await rig.clock.sleep(0.02 * step)
            await mill.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await stroke
            asking.cancel()
            assert b"*04*\r" not in tap.said[tap.said.index(b"*06*\r") :]

    run_virtual(main())


def stopped(*says: str) -> Exchanges:
    """Return stops that are answered, each with the status asked for after it."""
    return [(order, f"{text}\r".encode()) for text in says for order in (b"*06*\r", b"*01*\r")]


def made_safe(exchanges: Exchanges) -> None:
    """Make a mill safe in a written conversation; it has 5.15 s to come to rest."""

    async def main() -> None:
        async with played(DRIVER, {"ramp": "0.1 s", "lock_time": "0 s"}, exchanges) as mill:
            await mill.make_safe()

    run_virtual(main())


@pytest.mark.parametrize("rest", ["Standby", "Unlocking", "Run Complete"])
@pytest.mark.parametrize("first", ["Locking", "Running Sample", "Mixing", "Error", "Lid open"])
def test_it_is_told_to_stop_until_it_says_that_it_rests(first: str, rest: str) -> None:
    """One that locks is about to shake, and one that says an error may be doing anything."""
    made_safe(stopped(first, first, rest))


@pytest.mark.parametrize("says", ["Locking", "Mixing"])
def test_one_that_never_rests_is_not_safe(says: str) -> None:
    """Nobody may believe it, and it is not told for ever."""
    with pytest.raises(DeviceBusyError, match=f"told to stop and says '{says}'"):
        made_safe(stopped(*[says] * 6))


def test_one_that_says_an_error_is_not_at_rest() -> None:
    """Neither when it is made safe nor when it is stopped, nor afterwards when it is asked about."""
    with pytest.raises(DeviceRefusedError, match="it says 'Error'"):
        made_safe(stopped(*["Error"] * 6))

    async def main() -> None:
        rig = SimulatedRig(DRIVER, QUICK, faults=("device:drive_fault@t=20",))
        async with rig.connect(Tap()) as mill:
            await mill.start_mill(20.0)
            before = await mill.read_state()
            intent = Intent("device", StopMill(), before, mill.expect(before, StopMill()))
            await rig.clock.sleep(20.0)
            with pytest.raises(DeviceRefusedError, match="it says 'Error'"):
                await mill.stop_mill()
            assert (await mill.reconcile(intent)).verdict is Verdict.NOT_STARTED

    run_virtual(main())
