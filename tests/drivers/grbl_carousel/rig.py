"""The driver on a small board, and as a rig for the conformance kit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from autosynth.clock import LoopClock, run_virtual
from autosynth.contracts.device import Intent
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.stroke import AnyStroke
from autosynth.testing import Tap
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from drivers.grbl_carousel import DRIVER
from drivers.grbl_carousel.device import Carousel
from tests.drivers.grbl_carousel.fake_grbl import FakeGrbl

OPTIONS: Mapping[str, Any] = {"resets_on_open": False}


class FakeRig:
    """One small board and its hosts, one after the other; it resets when opened if its options say so."""

    def __init__(self, options: Mapping[str, Any] = OPTIONS, *, power_cycle_s: float | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.fake = FakeGrbl()
        self.settings = DriverSettings("device", options)
        self._memory = MemoryBench(self.fake.bench, self.clock)
        if power_cycle_s is not None:
            asyncio.get_running_loop().call_later(power_cycle_s, self.power_cycle)

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[Carousel]:
        """Be a new host until the end of the block, then die."""
        bus = Bus(tap.around(self._memory.stream("port")), self.clock)
        lane = bus.lane("device", DRIVER.framing({}))
        await bus.open()
        if self.settings.options.get("resets_on_open", True):
            self.power_cycle()
        try:
            yield Carousel(self.settings, lane, self.clock)
        finally:
            await lane.aclose()

    def power_cycle(self) -> None:
        """Lose and regain the power."""
        port = self.fake.bench.ports["port"]
        port.due = []
        for delay_s, data in self.fake.power_on(self.clock.now()):
            port.say(self._memory.now_s() + delay_s, data)
        self._memory.advance()


TO_12 = b"G90 G53 G1 X165.000 F3000"
"""What turns the carousel to its twelfth port."""
Play = Callable[[FakeRig, Carousel], Awaitable[None]]


def play(main: Play, options: dict[str, Any] | None = None, *, homed: bool = True) -> None:
    """Run `main` with a connected and, if so, homed driver."""

    async def whole() -> None:
        rig = FakeRig({**OPTIONS, **(options or {})})
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            if homed:
                await carousel.home_sampler()
            await main(rig, carousel)

    run_virtual(whole())


def moves(rig: FakeRig) -> list[bytes]:
    """Return the movements that the board was told."""
    return [line for line in rig.fake.told if line.startswith(b"G90")]


async def intent(carousel: Carousel, stroke: AnyStroke) -> Intent:
    """Return the intent of a stroke from the present state."""
    before = await carousel.read_state()
    return Intent("device", stroke, before, carousel.expect(before, stroke))
