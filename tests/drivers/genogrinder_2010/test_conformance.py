"""The Geno/Grinder's driver against the simulated mill, whether stops are answered or not."""

import asyncio
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke_solid import StartMill
from autosynth.errors import DeviceRefusedError
from autosynth.testing import Tap, check_mill
from drivers.genogrinder_2010 import DRIVER
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
