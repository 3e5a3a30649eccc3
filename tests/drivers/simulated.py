"""A rig for the conformance kits: a real driver on a real bus to one simulated instrument, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, cast

import numpy as np

from autosynth.clock import LoopClock
from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import DriverEntry, DriverSettings
from autosynth.testing import Tap
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from simulators.bench import MODELS, SimulatedBench
from simulators.device import Build, Face, Twin

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


def on_twin(model: str, twin: Twin) -> Build:
    """Return what builds a simulated instrument on a twin of the test's own."""
    own = twin

    def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> Face:
        face: Face = import_module(MODELS[model]).build(name, spec, own, rng)
        return face

    return build


class SimulatedRig:
    """One simulated instrument; `MakeRig` is `functools.partial(SimulatedRig, entry, options, ...)`.

    With `twin` the instrument stands on that, instead of on what the bench description says.
    """

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
        twin: Twin | None = None,
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
        builders = {} if twin is None else {entry.simulator: on_twin(entry.simulator, twin)}
        self.bench = SimulatedBench(described, seed, [*cycle, *faults], builders)
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
