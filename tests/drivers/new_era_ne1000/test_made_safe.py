"""What making safe does to a stroke, before it starts and while it lasts."""

import asyncio

import pytest

from autosynth.clock import run_virtual
from autosynth.errors import DeviceRefusedError
from autosynth.testing import Tap
from tests.drivers.new_era_ne1000.rig import InfuserRig
from tests.drivers.new_era_ne1000.test_device import STROKE, packet, ready
from tests.drivers.overheard import Overheard


@pytest.mark.parametrize("step", range(40))
@pytest.mark.parametrize("asked", [False, True])
def test_nothing_starts_once_it_was_made_safe(step: int, asked: bool) -> None:
    """Whenever that is: while settings are said, in the silence before RUN, or with a question in RUN's way."""

    async def main() -> None:
        rig, tap = InfuserRig(), Overheard()
        async with rig.connect(tap) as pump:
            await ready(pump)

            async def ask_on() -> None:
                while True:
                    await pump.read_state()

            others = [asyncio.create_task(ask_on())] if asked else []
            stroke = asyncio.create_task(pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min))
            await rig.clock.sleep(0.025 * step)
            await pump.make_safe()
            safe_from = len(tap.said)
            with pytest.raises(DeviceRefusedError, match="it was stopped"):
                await stroke
            for other in others:
                other.cancel()
            assert packet("RUN") not in tap.said[safe_from:]
            assert (await pump.read_state())["running"] is False

    run_virtual(main())


def test_a_pump_that_runs_after_it_was_made_safe_is_stopped_again() -> None:
    """Somebody or something has started it: the stroke that was stopped does not watch it push."""

    async def main() -> None:
        rig = InfuserRig()
        async with rig.connect(Tap()) as pump:
            await ready(pump)
            stroke = asyncio.create_task(pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min))
            await rig.clock.sleep(5.0)
            pump._talk._orders.recall()
            with pytest.raises(DeviceRefusedError, match="it was stopped"):
                await stroke
            assert (await pump.read_state())["running"] is False
            assert rig.pushed_ml() < 1.0

    run_virtual(main())
