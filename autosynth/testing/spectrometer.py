"""What an instrument that writes files must do: wait for each measurement's file, and call it done when it is whole.

Nobody starts anything here, so a rig plays the person who measures as well: `measure` has a measurement made whose file
comes some time later. A new host must find what an old one waited for, and nothing is called done that is not whole.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Protocol

from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.spectrometer import TECHNIQUES, Exposure, Spectrometer
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import Collect
from autosynth.errors import DeviceBusyError, ExchangeError, GarbledReplyError
from autosynth.testing.device import check_identity, check_refusals
from autosynth.testing.rig import Rig, differences, make_stroke, require
from autosynth.testing.tap import Tap

WAIT_S = 3600.0
"""How long the kit waits for a measurement at most; one that is made takes less."""
SHORT_S = 5.0
"""How long it waits for one that nobody makes."""


class MeasuringRig(Rig[Spectrometer], Protocol):
    """An instrument, its folder, and whoever measures."""

    def measure(self, technique: str, name: str, *, spoilt: bool = False) -> None:
        """Have a measurement made from now on; `spoilt`: its file breaks off."""
        ...


class MakeMeasuringRig(Protocol):
    """Makes a fresh rig; called once per check, inside the running event loop."""

    def __call__(self, *, power_cycle_s: float | None = None) -> MeasuringRig:
        """Return an instrument in whose folder there is nothing yet."""
        ...


async def check_spectrometer(make: MakeMeasuringRig) -> None:
    """Check all that a Spectrometer promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, frozenset())
    await check_collecting(make)
    await check_absent(make)
    await check_spoilt(make)
    await check_new_host(make)
    await check_safe(make)
    await check_refusals(make, _nothing, _wrong)


async def check_collecting(make: MakeMeasuringRig) -> None:
    """A measurement of each technique is collected when its file is whole, and its bytes stay as they are."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        require(bool(device.techniques), "an instrument has a technique")
        require(set(device.techniques) <= set(TECHNIQUES), f"its techniques are known ones: {device.techniques}")
        for technique in device.techniques:
            exposure = Exposure(technique, f"kit-{technique}", WAIT_S)
            before, began_s = await device.read_state(), rig.clock.now()
            expected = device.expect(before, Collect(exposure))
            rig.measure(technique, exposure.name)
            reported = await make_stroke(device, Collect(exposure))
            took_s, allowed_s = rig.clock.now() - began_s, device.duration_s(before, Collect(exposure))
            wrong = differences(expected, reported) + differences(expected, await device.read_state())
            require(not wrong, f"collecting leaves the state expected: {wrong}")
            require(took_s <= 1.5 * allowed_s + 60.0, f"it takes {allowed_s} s, not {took_s} s")
            files = await device.data(exposure.name)
            require(bool(files) and all(files.values()), "a measurement has files, and none is empty")
            await rig.clock.sleep(60.0)
            require(files == await device.data(exposure.name), "a file is collected when it grows no more")
            again_s = rig.clock.now()
            await device.collect(exposure)
            require(rig.clock.now() - again_s < 60.0, "what is there need not be waited for")


async def check_absent(make: MakeMeasuringRig) -> None:
    """What nobody measures is waited for as long as was said, has no data, and is not started."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        exposure = Exposure(device.techniques[0], "kit-nobody", SHORT_S)
        began_s = rig.clock.now()
        try:
            await device.collect(exposure)
        except DeviceBusyError as error:
            require(error.device == device.name, "an error names its device")
            require(exposure.name in error.message, f"it says what is waited for: {error.message}")
        else:
            require(False, "a file that does not come is a DeviceBusyError")
        require(SHORT_S <= rig.clock.now() - began_s < SHORT_S + 60.0, "it is waited as long as was said")
        await _no_data(device, exposure.name)
        found = await device.reconcile(await _intent(device, exposure))
        require(found.verdict is Verdict.NOT_STARTED and bool(found.reason), f"nothing was started: {found}")
        require(json.loads(json.dumps(found.state)) == found.state, "a state is flat JSON")


async def check_spoilt(make: MakeMeasuringRig) -> None:
    """A file that breaks off is never called whole: not collected, not handed out, not done."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        exposure = Exposure(device.techniques[0], "kit-spoilt", WAIT_S)
        rig.measure(exposure.technique, exposure.name, spoilt=True)
        try:
            await device.collect(exposure)
        except (GarbledReplyError, DeviceBusyError) as error:
            require(exposure.name in error.message, f"the file is named: {error.message}")
        else:
            require(False, "a file that breaks off is not collected")
        await _no_data(device, exposure.name)
        found = await device.reconcile(await _intent(device, exposure))
        require(found.verdict is Verdict.NOT_STARTED, f"what breaks off is not done: {found}")


async def check_new_host(make: MakeMeasuringRig) -> None:
    """A host that dies while it waits leaves the measurement to the next: not done before its file is whole, then done.

    Nobody measures anew for it.
    """
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        exposure = Exposure(device.techniques[0], "kit-host", WAIT_S)
        intent = await _intent(device, exposure)
        rig.measure(exposure.technique, exposure.name)
        waiting = asyncio.create_task(device.collect(exposure))
        await rig.clock.sleep(0.5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with rig.connect(Tap()) as device:
        await device.connect()
        found = await device.reconcile(intent)
        require(found.verdict is Verdict.NOT_STARTED, f"a file that has not come is not done: {found}")
        await device.collect(exposure)
        found = await device.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"a whole file is done: {found}")
        require(found.moved_ml == 0.0 and bool(found.reason), "a person is told why, and nothing moved")
    async with rig.connect(Tap()) as device:
        await device.connect()
        found = await device.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"and for a host that never waited: {found}")


async def check_safe(make: MakeMeasuringRig) -> None:
    """Made safe and closed it may be at any time, twice, and a measurement is collected all the same."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        exposure = Exposure(device.techniques[0], "kit-safe", WAIT_S)
        rig.measure(exposure.technique, exposure.name)
        await device.make_safe()
        await device.make_safe()
        await device.collect(exposure)
        await device.aclose()
        await device.aclose()


async def _intent(device: Spectrometer, exposure: Exposure) -> Intent:
    before = await device.read_state()
    return Intent(device.name, Collect(exposure), before, device.expect(before, Collect(exposure)))


async def _no_data(device: Spectrometer, name: str) -> None:
    try:
        await device.data(name)
    except ExchangeError as error:
        require(isinstance(error, GarbledReplyError), f"no data are a GarbledReplyError, not {error!r}")
        require(name in error.message, f"the file is named: {error.message}")
    else:
        require(False, "what is not whole has no data")


def _nothing(_: Spectrometer) -> Sequence[AnyStroke]:
    return ()


def _wrong(device: Spectrometer) -> Sequence[AnyStroke]:
    known = device.techniques[0]
    return (
        Collect(Exposure("alchemy", "kit", SHORT_S)),
        Collect(Exposure(known, "", SHORT_S)),
        Collect(Exposure(known, "../kit", SHORT_S)),
        Collect(Exposure(known, "C:\\kit", SHORT_S)),
        Collect(Exposure(known, "kit", 0.0)),
        Collect(Exposure(known, "kit", float("nan"))),
    )
