"""The driver on a small spectrometer, and as a rig for the conformance kit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from autosynth.clock import LoopClock, run_virtual
from autosynth.contracts.device import Intent
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.nmr import Acquisition
from autosynth.contracts.stroke import Acquire, AnyStroke
from autosynth.testing import Tap
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from drivers.magritek_spinsolve import DRIVER
from drivers.magritek_spinsolve.device import Spinsolve
from tests.drivers.magritek_spinsolve.fake_spinsolve import ROOT, FakeSpinsolve, MemoryFolder

OPTIONS: Mapping[str, Any] = {"data_folder": ROOT}
BLOCK = Acquisition("31P", 4, 4.0, 1.6, 90.0, "run7/titration-1", "tube 3: P2W17", "D2O")


class FakeRig:
    """One small spectrometer and its hosts, one after the other."""

    def __init__(self, options: Mapping[str, Any] = OPTIONS, *, power_cycle_s: float | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.folder = MemoryFolder(self.clock)
        self.fake = FakeSpinsolve(self.folder)
        self.settings = DriverSettings("nmr", options, folder=self.folder)
        self._memory = MemoryBench(self.fake.bench, self.clock)

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[Spinsolve]:
        """Be a new host until the end of the block, then die; what is still to be notified goes to the next."""
        bus = Bus(tap.around(self._memory.stream("nmr")), self.clock)
        lane = bus.lane("nmr", DRIVER.framing({}))
        former = self.fake.bench.ports.get("nmr")
        await bus.open()
        for due_s, data in former.due if former else []:
            self.fake.bench.ports["nmr"].say(due_s, data)
        try:
            yield Spinsolve(self.settings, lane, self.clock)
        finally:
            await lane.aclose()


Play = Callable[[FakeRig, Spinsolve], Awaitable[None]]


def play(main: Play, options: dict[str, Any] | None = None, **spoilt: Any) -> None:
    """Run `main` with a connected driver on a spectrometer that is spoilt as said."""

    async def whole() -> None:
        rig = FakeRig({**OPTIONS, **(options or {})})
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            for name, value in spoilt.items():
                setattr(rig.fake, name, value)
            await main(rig, nmr)

    run_virtual(whole())


async def intent(nmr: Spinsolve, stroke: AnyStroke | None = None) -> Intent:
    """Return the intent of a stroke, the block without one, from the present state."""
    before = await nmr.read_state()
    asked = stroke or Acquire(BLOCK)
    return Intent("nmr", asked, before, nmr.expect(before, asked))


def starts(rig: FakeRig) -> int:
    """Return how many measurements the spectrometer was told to start."""
    return rig.fake.told.count("Start")
