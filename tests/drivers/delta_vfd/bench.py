"""A mill and the block that watches it on one line, for tests: two stations, one bus, one circuit between them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from autosynth.clock import LoopClock
from autosynth.contracts.driver import DriverEntry, DriverSettings
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from drivers import delta_vfd, modbus_block
from drivers.delta_vfd.device import VfdMill
from drivers.modbus_block.device import ModbusBlock
from simulators.bench import open_bench

MILL: Mapping[str, Any] = {
    "model": "delta_el",
    "address": 1,
    "frequency_max": "35 Hz",
    "simulated": {"guard": "block"},
}
BLOCK: Mapping[str, Any] = {"address": 2, "simulated": {"mill": "mill"}}


class Watched:
    """A mill with its block; both may be talked to at once."""

    def __init__(self, faults: Sequence[str] = (), **mill: Any) -> None:
        self._settings: dict[str, tuple[DriverEntry, DriverSettings]] = {
            "mill": (delta_vfd.DRIVER, DriverSettings("mill", {**MILL, **mill})),
            "block": (modbus_block.DRIVER, DriverSettings("block", BLOCK)),
        }
        devices = {
            name: {"model": entry.simulator, "address": "line", "options": dict(entry.simulator_options(settings))}
            for name, (entry, settings) in self._settings.items()
        }
        self.clock = LoopClock(asyncio.get_running_loop())
        empty: dict[str, Any] = {"volumes_ml": {}, "amounts_mol": {}}
        vessels = {"jar": {"capacity_ml": 14.0, "mixture": empty, "jar": {"at": "mill"}}}
        described = {"schema": 1, "ambient_c": 22.0, "vessels": vessels, "lines": [], "devices": devices}
        self.bench = open_bench(described, 7, faults)
        self._memory = MemoryBench(self.bench, self.clock)

    def suffer(self, fault: str) -> None:
        """Let a fault happen now."""
        self.bench.suffer(fault, self.clock.now())

    def truth(self) -> dict[str, Any]:
        """Return the truth about the drive."""
        return self.bench.state("mill", self.clock.now())

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[tuple[VfdMill, ModbusBlock]]:
        """Be a host of both until the end of the block, then die."""
        bus = Bus(self._memory.stream("line"), self.clock)
        lanes = {
            name: bus.lane(name, entry.framing(settings.options)) for name, (entry, settings) in self._settings.items()
        }
        await bus.open()
        try:
            built: list[Any] = [
                entry.build(settings, lanes[name], self.clock) for name, (entry, settings) in self._settings.items()
            ]
            yield built[0], built[1]
        finally:
            for lane in lanes.values():
                await lane.aclose()
