"""A rig for the conformance kits: a real driver on a real bus to one simulated instrument, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from autosynth.clock import LoopClock
from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import DriverEntry, DriverSettings
from autosynth.testing import Tap
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from simulators.bench import open_bench

NAME = "device"


def plumbing(ports: int) -> dict[str, Any]:
    """Return vessels and lines that give every pump port liquid to draw and room to push."""
    vessels = {
        f"vessel{port}": {"capacity_ml": 100.0, "mixture": {"volumes_ml": {"acetone": 50.0}, "amounts_mol": {}}}
        for port in range(1, ports + 1)
    }
    lines = [
        {
            "name": f"line{port}",
            "a": f"vessel{port}",
            "b": f"{NAME}:{port}",
            "volume_ml": 0.05,
            "plugs": [{"volumes_ml": {"acetone": 0.05}, "amounts_mol": {}}],
        }
        for port in range(1, ports + 1)
    ]
    return {"vessels": vessels, "lines": lines}


class SimulatedRig:
    """One simulated instrument; `MakeRig` is `functools.partial(SimulatedRig, entry, options, ...)`."""

    def __init__(
        self,
        entry: DriverEntry,
        options: Mapping[str, Any],
        *,
        bench: Mapping[str, Any] | None = None,
        device: Mapping[str, Any] | None = None,
        power_cycle_s: float | None = None,
        faults: Sequence[str] = (),
        seed: int = 7,
    ) -> None:
        self._entry = entry
        self._settings = DriverSettings(NAME, options, PumpCalibration(gain=0.985))
        described = {
            "schema": 1,
            "ambient_c": 22.0,
            "vessels": {},
            "lines": [],
            **(bench or {}),
            "devices": {
                NAME: {
                    "model": entry.simulator,
                    "address": "port",
                    "options": dict(entry.simulator_options(self._settings)),
                    **(device or {}),
                }
            },
        }
        cycle = [] if power_cycle_s is None else [f"{NAME}:power_cycle@t={power_cycle_s}"]
        self.clock = LoopClock(asyncio.get_running_loop())
        self.bench = open_bench(described, seed, [*cycle, *faults])
        self._memory = MemoryBench(self.bench, self.clock)

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[Any]:
        """Be a new host until the end of the block, then die."""
        bus = Bus(tap.around(self._memory.stream("port")), self.clock)
        lane = bus.lane(NAME, self._entry.framing(self._settings.options))
        await bus.open()
        try:
            yield cast("Any", self._entry.build(self._settings, lane, self.clock))
        finally:
            await lane.aclose()
