"""The driver with a folder in memory whose files appear in time, and a person who measures."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from autosynth.clock import Clock, LoopClock, run_virtual
from autosynth.contracts.device import Intent
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.spectrometer import Exposure
from autosynth.contracts.stroke_solid import Collect
from autosynth.errors import NotConnectedError
from autosynth.testing import Tap
from drivers.file_drop.device import FileDrop
from tests.drivers.file_drop.texts import FILE_OF, JCAMP, TECHNIQUE_OF

T = TypeVar("T")
OPTIONS: Mapping[str, Any] = {"techniques": "infrared", "likely": "2 min"}
EXPOSURE = Exposure("infrared", "run7-ir-1", 600.0)


class TimedFolder:
    """Files that are there from a time on; satisfies `Folder`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changes: list[tuple[float, str, bytes | None]] = []
        self.gone = False
        self.looks = self.examinations = 0
        self.tick_s = 1e-9
        """How finely times of change are told."""

    def write(self, t_s: float, name: str, data: bytes | None) -> None:
        """Let a file be so from `t_s` on; None: it is not there."""
        self._changes.append((t_s, name, data))

    def grow(self, t_s: float, name: str, data: bytes, over_s: float = 4.0, pieces: int = 5) -> None:
        """Let a file grow evenly until it is whole."""
        for piece in range(1, pieces + 1):
            self.write(t_s + over_s * piece / pieces, name, data[: len(data) * piece // pieces])

    async def entries(self, stem: str) -> Mapping[str, int]:
        """Return the files of now."""
        return {name: len(data) for name, data in self._now().items() if name.startswith(stem)}

    async def mark(self, file: str) -> tuple[int, int] | None:
        """Return its size, and the last time that it was written."""
        if file not in self._now():
            raise NotConnectedError(f"{file} cannot be read")
        written = [t_s for t_s, name, _ in self._changes if name == file and t_s <= self._clock.now()]
        return len(self._now()[file]), round(max(written) // self.tick_s * self.tick_s * 1e9)

    async def examined(self, file: str, look: Callable[[bytes], T]) -> T:
        """Return what is found in one of them."""
        if file not in self._now():
            raise NotConnectedError(f"{file} cannot be read")
        self.examinations += 1
        return look(self._now()[file])

    async def listing(self, name: str) -> Mapping[str, int] | None:
        """Here are no folders."""
        raise NotImplementedError

    async def read(self, name: str) -> Mapping[str, bytes]:
        """Likewise."""
        raise NotImplementedError

    def _now(self) -> dict[str, bytes]:
        self.looks += 1
        if self.gone:
            raise NotConnectedError("the share is not there")
        there: dict[str, bytes | None] = {}
        for t_s, name, data in sorted(self._changes, key=lambda change: change[0]):
            if t_s <= self._clock.now():
                there[name] = data
        return {name: data for name, data in there.items() if data is not None}


class FolderRig:
    """One folder and its hosts, one after the other; files come after 90 s and grow for 4 s."""

    def __init__(
        self,
        options: Mapping[str, Any] = OPTIONS,
        *,
        build: type[FileDrop] = FileDrop,
        power_cycle_s: float | None = None,
    ) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.folder = TimedFolder(self.clock)
        self._settings = DriverSettings("ir", options, folder=self.folder)
        self._build = build

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[FileDrop]:
        """Be a new host until the end of the block."""
        yield self._build(self._settings, None, self.clock)

    def measure(self, technique: str, name: str, *, spoilt: bool = False) -> None:
        """Have a measurement made."""
        whole = FILE_OF[technique]
        data = whole[: len(whole) // 2].rstrip() if spoilt else whole
        self.folder.grow(self.clock.now() + 90.0, name + TECHNIQUE_OF[technique], data)


Play = Callable[[FolderRig, FileDrop], Awaitable[None]]


def play(main: Play, options: Mapping[str, Any] | None = None) -> None:
    """Run `main` with a driver on an empty folder."""

    async def whole() -> None:
        rig = FolderRig({**OPTIONS, **(options or {})})
        async with rig.connect(Tap()) as device:
            await device.connect()
            await main(rig, device)

    run_virtual(whole())


async def intent(device: FileDrop, exposure: Exposure = EXPOSURE) -> Intent:
    """Return the intent of a measurement."""
    before = await device.read_state()
    return Intent(device.name, Collect(exposure), before, device.expect(before, Collect(exposure)))


def file(name: str = EXPOSURE.name, suffix: str = ".dx") -> str:
    """Return a file's name."""
    return name + suffix


__all__ = ["EXPOSURE", "JCAMP", "OPTIONS", "FolderRig", "TimedFolder", "file", "intent", "play"]
