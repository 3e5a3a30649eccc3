"""What making safe does to a dosing, before it starts and while it lasts."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Verdict
from autosynth.errors import DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.testing import Tap
from drivers.mettler_sics import DOSER
from tests.drivers.mettler_sics.rig import DOSE, QUANTOS, ready
from tests.drivers.overheard import Overheard
from tests.drivers.played import SILENCE, played


def test_stopping_is_urgent_and_is_told() -> None:
    """The dosing ends with error 8, and what fell is known."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            task = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(28.0)
            began_s = rig.clock.now()
            await doser.make_safe()
            assert rig.clock.now() - began_s < 1.0
            with pytest.raises(DeviceRefusedError, match="error 8, stopped from outside"):
                await task
            found = await doser.reconcile(intent)
            assert found.verdict is Verdict.PARTLY
            assert found.mass_mg == pytest.approx(rig.twin.falls[0][1], abs=1.0)

    run_virtual(main())


def test_a_dosing_that_making_safe_has_overtaken_does_not_start() -> None:
    """It was still closing the door."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            await ready(doser)
            task = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(1.0)
            await doser.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await task
            assert not rig.twin.falls

    run_virtual(main())


@pytest.mark.parametrize("step", range(30))
@pytest.mark.parametrize("asked", [False, True])
def test_no_dosing_starts_once_it_was_made_safe(step: int, asked: bool) -> None:
    """Whenever that is: while it is set, in the silence before the start, or with a question in the start's way."""

    async def main() -> None:
        rig, tap = QUANTOS(), Overheard()
        async with rig.connect(tap) as doser:
            await ready(doser)

            async def ask_on() -> None:
                while True:
                    await doser._weighing.now()

            others = [asyncio.create_task(ask_on())] if asked else []
            stroke = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            while not any(line.startswith(b"QRD 1 1 5") for line in tap.said):
                await rig.clock.sleep(0.01)
            await rig.clock.sleep(0.01 * step)
            await doser.make_safe()
            safe_from = len(tap.said)
            with pytest.raises(DeviceRefusedError, match=r"made safe|error 8"):
                await stroke
            for other in others:
                other.cancel()
            assert b"QRA 61 1\r\n" not in tap.said[safe_from:]
            assert rig.bench.truth()["devices"]["device"]["dosing"] is False
            assert sum(fall[1] for fall in rig.twin.falls) < 1.0

    run_virtual(main())


def test_a_dosing_that_goes_on_after_it_was_made_safe_is_stopped_again() -> None:
    """Its end is not awaited for ten minutes."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            stroke = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(28.0)
            doser._talk._orders.recall()
            with pytest.raises(DeviceRefusedError, match="error 8"):
                await stroke
            assert rig.clock.now() < 60.0
            assert rig.bench.truth()["devices"]["device"]["dosing"] is False
            assert (await doser.reconcile(intent)).verdict is Verdict.PARTLY

    run_virtual(main())


def test_the_end_of_a_stopped_dosing_is_not_awaited_for_long() -> None:
    """Its second answer was lost with what stopped it."""

    async def main() -> None:
        rig, tap = QUANTOS(), Tap()
        async with rig.connect(tap) as doser:
            await ready(doser)
            stroke = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(28.0)
            hear, doser._talk._second = doser._talk._second, _Forgetful()
            assert not hear
            began_s = rig.clock.now()
            await doser.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await stroke
            assert rig.clock.now() - began_s < 20.0

    run_virtual(main())


class _Forgetful(dict[Any, Any]):
    """Second answers that never come."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget it."""


def test_a_silent_dosing_head_cannot_be_made_safe_in_silence() -> None:
    """Nobody may believe that it has stopped."""
    urgent = (b"QRA 61 4\r\n", SILENCE)

    async def main() -> None:
        async with played(DOSER, {"retries": 1}, [urgent, urgent]) as doser:
            with pytest.raises(NoReplyError):
                await doser.make_safe()

    run_virtual(main())


def test_what_does_not_understand_to_stop_has_not_stopped() -> None:
    """A syntax error is no answer to somebody who needs it to stop; nothing to stop is one."""

    async def main(answer: bytes) -> None:
        async with played(DOSER, {"retries": 0}, [(b"QRA 61 4\r\n", answer)]) as doser:
            await doser.make_safe()

    run_virtual(main(b"QRA 61 4 I 5\r\n"))
    with pytest.raises(GarbledReplyError, match="not understood"):
        run_virtual(main(b"ES\r\n"))
