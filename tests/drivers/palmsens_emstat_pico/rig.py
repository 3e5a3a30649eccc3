"""The driver on a transcript, and on a small instrument in virtual time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from autosynth.clock import LoopClock
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.testing import Tap
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from autosynth.wire.replay import ReplayStream, replay_lane
from autosynth.wire.transcript import Record, parse_transcript
from drivers.palmsens_emstat_pico import DRIVER
from drivers.palmsens_emstat_pico.device import EmStatPico
from tests.drivers.palmsens_emstat_pico.fake_pico import FakePico

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "palmsens_emstat_pico"
METHOD = Voltammetry(-0.5, 0.5, -0.5, 0.25, 0.5, 1e-4, quiet_s=2.0)


class Played:
    """The driver on a transcript."""

    def __init__(self, name: str, bytewise: bool = False, records: tuple[Record, ...] | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.records = records or parse_transcript((TRANSCRIPTS / name).read_text(), name).records
        self.stream = ReplayStream(self.records, bytewise=bytewise)
        self.bus, lane = replay_lane(self.stream, DRIVER.framing({}), self.clock, "pico")
        self.pico = EmStatPico(DriverSettings("pico", {}), lane, self.clock)
        self.points: list[Point] = []
        self.pico.on_point = self.points.append


class Rig:
    """The driver on a small instrument."""

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.fake = FakePico()
        self.bus = Bus(MemoryBench(self.fake.bench, self.clock).stream("pico"), self.clock)
        self.pico = EmStatPico(
            DriverSettings("pico", options or {}), self.bus.lane("pico", DRIVER.framing({})), self.clock
        )
        self.points: list[Point] = []
        self.pico.on_point = self.points.append

    async def start(self) -> "Rig":
        await self.bus.open()
        await self.pico.connect()
        return self


class FakeRig:
    """The small instrument and its hosts, for the conformance battery."""

    def __init__(self, *, power_cycle_s: float | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self._memory = MemoryBench(FakePico().bench, self.clock)

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncGenerator[EmStatPico]:
        bus = Bus(tap.around(self._memory.stream("pico")), self.clock)
        lane = bus.lane("pico", DRIVER.framing({}))
        await bus.open()
        yield EmStatPico(DriverSettings("pico", {}), lane, self.clock)
        await lane.aclose()
