"""What a pan near zero, or one that lost its zero, tells of a dosing, and whom."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke_solid import DosePowder
from autosynth.errors import DeviceRefusedError
from autosynth.testing import Tap
from tests.drivers.mettler_sics.rig import DOSE, QUANTOS, VESSEL_MG, ready
from tests.simulators.recording_twin import RecordingTwin


def at_zero(**more: Any) -> Any:
    """Return a rig with nothing on its pan, as one has that was switched on with the vessel."""
    return QUANTOS(twin=RecordingTwin(heads={"device": {"substance": "x", "lot": "1", "left_mg": 1e3}}), **more)


def test_a_pan_near_zero_proves_nothing_to_a_new_host() -> None:
    """It may have been zeroed by a loss of power that nobody heard of: not when it is asked twice, either."""

    async def main() -> None:
        rig = at_zero()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
        async with rig.connect(Tap()) as doser:
            await doser.connect()
            for _ in range(3):
                await doser.read_state()
                found = await doser.reconcile(intent)
                assert (found.verdict, found.low_mg) == (Verdict.UNKNOWN, 0.0)
                assert found.high_mg >= 105.0

    run_virtual(main())


def test_a_dosing_that_this_host_has_not_told_to_begin_is_known_by_the_pan() -> None:
    """It was stopped when the door closed: this driver has seen its end, another has not."""

    async def main() -> None:
        rig = at_zero()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            task = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(1.0)
            await doser.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await task
            for _ in range(2):
                assert (await doser.reconcile(intent)).verdict is Verdict.NOT_STARTED
            other = Intent("device", DosePowder(90.0, 0.05), intent.before, intent.expected)
            assert (await doser.reconcile(other)).verdict is Verdict.UNKNOWN

    run_virtual(main())


@pytest.mark.parametrize("heard", [True, False])
def test_a_little_powder_on_a_pan_of_zero_is_known_to_whom_saw_the_dosing_end(heard: bool) -> None:
    """Who did not may see another dosing's powder, after a loss of power."""

    async def main() -> None:
        rig, tap = at_zero(), Tap()
        async with rig.connect(tap) as doser:
            await doser.connect()
            await doser.weigh()
            stroke = DosePowder(50.0, 0.05)
            before = await doser.read_state()
            intent = Intent("device", stroke, before, doser.expect(before, stroke))
            task = asyncio.create_task(doser.dose_powder(stroke.target_mg, stroke.tolerance_frac))
            if heard:
                await task
            else:
                await rig.clock.sleep(28.0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            found = await doser.reconcile(intent)
            assert found.verdict is (Verdict.DONE if heard else Verdict.UNKNOWN)
            assert found.low_mg <= sum(fall[1] for fall in rig.twin.falls) <= found.high_mg

    run_virtual(main())


def test_what_was_weighed_before_a_loss_of_power_is_never_compared() -> None:
    """This host has heard that the balance was switched on: whatever stands on the pan now says nothing."""

    async def main() -> None:
        rig = QUANTOS(power_cycle_s=25.0)
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            with pytest.raises(DeviceRefusedError, match="lost its power"):
                await doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac)
            rig.twin.loads_mg.update(device=2.0 * VESSEL_MG + 100.0)
            found = await doser.reconcile(intent)
            assert (found.verdict, found.low_mg) == (Verdict.UNKNOWN, 0.0)
            assert found.high_mg >= 105.0

    run_virtual(main())
