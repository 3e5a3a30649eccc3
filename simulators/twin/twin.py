"""The simulated bench's physical and chemical state, as bodies see it.

Bodies report valve turns and finished strokes; the twin moves plugs along the path that was open, lets vessels react
lazily and renders what an electrode in one of them would measure. It knows no recipe, no device protocol and no clock.
"""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from simulators.circuit import Circuits
from simulators.twin.cage_waves import sites
from simulators.twin.cells import Cells
from simulators.twin.contents import Array, Plug
from simulators.twin.electrode import Electrode
from simulators.twin.filling import layout_of, renewed, vessels_of
from simulators.twin.hands import Hands
from simulators.twin.losses import Losses, with_air
from simulators.twin.perturbation import Parameters, drawn, nominal
from simulators.twin.plugs import draw, pour, push_through, volume_ml
from simulators.twin.plumbing import Path, Plumbing, build_lines
from simulators.twin.receiver import Receiver
from simulators.twin.resonance import Complex, Resonance, sample_of
from simulators.twin.solids import Solids
from simulators.twin.tubes import Magnets
from simulators.twin.vessel import Vessel


class BenchTwin:
    """Vessels, lines and syringes of one bench description."""

    def __init__(self, bench: Mapping[str, Any], rng: np.random.Generator) -> None:
        """Fill the vessels, lines and syringes as described.

        Raises:
            ValueError: the description contradicts itself (an unknown vessel or endpoint, a line not full).
        """
        self.ambient_c = float(bench.get("ambient_c", 22.0))
        perturb = bool(bench.get("perturb", bench.get("ru_perturbation", True)))
        self.parameters: Parameters = drawn(rng) if perturb else nominal()
        self.resonance = Resonance(rng.spawn(1)[0], perturb=perturb)
        self.magnets = Magnets()
        self.layout = layout_of(bench)
        self.losses = Losses(self.layout)
        self.circuit = Circuits()
        devices: Mapping[str, Mapping[str, Any]] = bench.get("devices", {})
        self.vessels = vessels_of(bench, self.layout, self.ambient_c)
        self._cells = Cells(self.parameters, self.layout, rng)
        self.solids = Solids(bench, self.vessels, self.losses, rng.spawn(1)[0], perturb=perturb)
        self.plumbing = Plumbing(build_lines(bench.get("lines", ()), self.layout), self.vessels, devices)
        self.syringes: dict[str, deque[Plug]] = {}
        for name, device in devices.items():
            self._place(name, device.get("options", {}))
        self.hands = Hands(self.solids, self, rng.spawn(1)[0], perturb=perturb)
        self._cells.sites = sites(rng.spawn(1)[0], perturb=perturb)

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        """Put a pump's or selector's valve at a port; None is closed."""
        self.plumbing.turn(device, port, t_s)

    def path_open(self, pump: str, t_s: float) -> bool:
        """Tell whether the syringe is connected to a vessel."""
        return self.plumbing.path(pump, t_s) is not None

    def displace(self, pump: str, delta_ml: float, t0_s: float, t1_s: float) -> bool:
        """Move true volume out of (positive) or into the syringe, evenly, along the paths open meanwhile.

        While a valve on the way is between ports the volume waits for the next open stretch of the stroke. Returns
        False, nothing moved, when no path is open at the start.
        """
        stretches = self._stretches(pump, t0_s, t1_s)
        if stretches is None:
            return False
        open_s = sum(end - start for start, end, _ in stretches)
        for start_s, end_s, path in stretches:
            share = (end_s - start_s) / open_s if open_s > 0.0 else 1.0 / len(stretches)
            if delta_ml > 0.0:
                self._dispense(pump, path, delta_ml * share, start_s, end_s)
            elif delta_ml < 0.0:
                self._aspirate(pump, path, -delta_ml * share, start_s, end_s)
        return True

    def bind_temperature(self, vessel: str, temperature_c: Callable[[float], float], t_s: float) -> None:
        """Let a vessel follow a temperature curve from `t_s` on."""
        self._vessel(vessel).bind_temperature(temperature_c, t_s)

    def temperature(self, vessel: str | None, t_s: float) -> float:
        """Return a vessel's temperature in Celsius; ambient for None."""
        if vessel is None:
            return self.ambient_c
        jar = self.solids.jars.get(vessel)
        return self._vessel(vessel).temperature_c(t_s) if jar is None else jar.temperature_c(t_s)

    def stirring(self, vessel: str, rpm: float, t_s: float) -> None:
        """Stir a vessel at another speed from `t_s` on."""
        self._vessel(vessel).stir(rpm, t_s)

    def volume_ml(self, vessel: str) -> float:
        """Return how much liquid is in a vessel."""
        return self._vessel(vessel).volume_ml()

    def voltammogram(self, vessel: str, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        """Return the current in A (anodic positive) at each programmed potential on the cell's reference scale."""
        return self._cells.voltammogram(self._vessel(vessel), potential_v, dt_s, electrode, t_s)

    def tube(self, device: str, position: str) -> str | None:
        """Return the vessel at a device's port or position."""
        return self.plumbing.vessel_at(device, position)

    def line_ml(self, device: str, port: str) -> float | None:
        """Return the volume of the line at a device's port."""
        line, _ = self.plumbing.line_at(device, port)
        return None if line is None else line.volume_ml

    def leak(self, device: str, share: float) -> None:
        """Let a pump or selector leak from now on."""
        self.losses.leak(device, share)

    def admit(self, device: str, port: str, air_ml: float) -> None:
        """Put air into the line at a device's port, next to the device.

        Raises:
            ValueError: no line ends there.
        """
        line, near = self.plumbing.line_at(device, port)
        if line is None:
            message = f"no line ends at {device}:{port} on this bench"
            raise ValueError(message)
        self.losses.admit(device, line, near, air_ml)

    def deplete(self, vessel: str, left_ml: float, t_s: float) -> None:
        """Let a vessel hold no more than so much liquid."""
        held = self._vessel(vessel)
        held.advance(t_s)
        self.solids.settle(vessel, t_s)
        self.losses.add(vessel, held.deplete(left_ml))

    def insert(self, device: str, vessel: str | None, t_s: float) -> None:
        """Put a vessel into a sampler's magnet; None leaves the bore empty."""
        self.magnets.insert(device, vessel, t_s)

    def inserted(self, device: str, t_s: float) -> str | None:
        """Return the vessel a sampler had in the magnet at a time."""
        return self.magnets.inserted(device, t_s)

    def smash(self, vessel: str, t_s: float) -> None:
        """Break a vessel."""
        held = self._vessel(vessel)
        held.advance(t_s)
        held.smash()

    def fid(
        self,
        vessel: str | None,
        nucleus: str,
        receiver: Receiver,
        scans: int,
        repetition_s: float,
        pulse_deg: float,
        t_s: float,
    ) -> Complex:
        """Return the mean free induction decay of a block of scans of what a vessel holds at `t_s`."""
        sample = None if vessel is None else sample_of(self._vessel(vessel), t_s)
        return self.resonance.fid(sample, nucleus, receiver, scans, repetition_s, pulse_deg)

    def shake(self, mill: str, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
        """Let a mill's frequency go evenly from one value to another and stay there."""
        self.solids.shake(mill, from_hz, to_hz, t0_s, t1_s)

    def jar_at(self, place: str, t_s: float) -> str | None:
        """Return the jar that stands in a mill or on a balance."""
        return self.solids.at(place)

    def pressure_kpa(self, vessel: str, t_s: float) -> float:
        """Return the gauge pressure of a vessel; zero for one that is open or no jar."""
        return self.solids.gauge_kpa(self._vessel(vessel).name, t_s)

    def warm(self, jar: str, by_k: float, t_s: float) -> None:
        """Let a jar be warmer from `t_s` on than friction makes it."""
        self.solids.warm(jar, by_k)

    def gas(self, jar: str, by_kpa: float, t_s: float) -> None:
        """Let gas come into a closed jar."""
        self.solids.gas(jar, by_kpa, t_s)

    def pan_mg(self, balance: str, t_s: float) -> float:
        """Return the mass of what stands on a balance's pan."""
        return self.solids.pan_mg(balance, t_s)

    def powder_fall(self, doser: str, mass_mg: float, t0_s: float, t1_s: float) -> float:
        """Let powder fall out of the mounted head onto the pan over a time; return what falls."""
        return self.solids.fall(doser, mass_mg, t0_s, t1_s)

    def head(self, doser: str) -> Mapping[str, Any] | None:
        """Return the mounted dosing head."""
        powder = self.solids.head(doser)
        return None if powder is None else powder.describe()

    def empty_head(self, doser: str, left_mg: float) -> None:
        """Let the mounted head hold no more than so much."""
        self.solids.empty(doser, left_mg)

    def exposure(self, device: str, t_s: float) -> Mapping[str, Any] | None:
        """Return what a person has put into a file-drop instrument since the last call, once."""
        return self.hands.exposures.collect(device, t_s)

    def refill(self, pump: str, mixture: Mapping[str, Any]) -> float:
        """Fill a syringe anew by hand; what was in it is lost. Returns the volume in mL; ValueError as `renewed`."""
        syringe = self._syringe(pump)
        fresh = renewed(mixture, self.layout)
        for plug in syringe:
            self.losses.add(pump, plug.content)
        syringe.clear()
        pour(syringe, fresh, "b")
        return fresh.volume_ml

    def truth(self, t_s: float) -> dict[str, Any]:
        """Return everything at `t_s`, JSON-able; strokes still under way are not in it yet."""
        solids = self.solids.describe(t_s)
        spills = {name: v.describe_spill() for name, v in self.vessels.items()}
        return {
            "vessels": {name: v.describe(t_s) | solids.get(name, {}) for name, v in self.vessels.items()},
            "powders": self.solids.describe_powders(),
            "lines": {line.name: self._described(line.plugs) for line in self.plumbing.lines},
            "syringes": {name: self._described(plugs) for name, plugs in self.syringes.items()},
            "spilled": {name: spill for name, spill in spills.items() if spill is not None},
            "lost": self.losses.describe(),
            "delivered_ml": {name: self.layout.liquid_ml(v.received) for name, v in self.vessels.items()},
            "delivered_mol": {name: self.layout.charged(v.received) for name, v in self.vessels.items()},
            "parameters": {
                **self.parameters.describe(),
                "resonance": self.resonance.magnetism.describe(),
                **self.solids.parameters(self.hands.exposures.describe),
            },
        }

    def _place(self, name: str, options: Mapping[str, Any]) -> None:
        """Put a device's valve where the description says, and fill its syringe if it has one."""
        port = options.get("port")
        if not self.plumbing.valveless(name):
            self.plumbing.turn(name, None if port is None else str(port), 0.0)
        if "syringe_ml" in options or "syringe" in options:
            plugs: deque[Plug] = deque()
            for mixture in options.get("syringe", ()):
                pour(plugs, self.layout.plug(mixture), "b")
            missing_ml = float(options.get("plunger_ml", 0.0)) - volume_ml(plugs)
            if missing_ml > 0.0:
                pour(plugs, self.layout.gas(missing_ml), "a")
            self.syringes[name] = plugs

    def _stretches(self, pump: str, t0_s: float, t1_s: float) -> list[tuple[float, float, Path]] | None:
        """Return the parts of a stroke with an open path; None when it starts without one."""
        first = self.plumbing.path(pump, t0_s)
        if first is None:
            return None
        edges = [t0_s, *self.plumbing.turns_between(t0_s, t1_s), t1_s]
        found = [(t0_s, edges[1], first)]
        for start_s, end_s in pairwise(edges[1:]):
            path = self.plumbing.path(pump, start_s)
            if path is not None:
                found.append((start_s, end_s, path))
        return found

    def _dispense(self, pump: str, path: Path, wanted_ml: float, t0_s: float, t1_s: float) -> None:
        moving = draw(self._syringe(pump), wanted_ml, "b")
        missing_ml = wanted_ml - volume_ml(moving)
        if missing_ml > 0.0:
            moving.append(self.layout.gas(missing_ml))
        for hop, (line, near) in enumerate(path.hops):
            moving = push_through(line.plugs, self.losses.push(path, hop, moving), near)
        self.solids.settle(path.vessel, t0_s)
        self.vessels[path.vessel].flow_in(moving, t0_s, t1_s)

    def _aspirate(self, pump: str, path: Path, wanted_ml: float, t0_s: float, t1_s: float) -> None:
        self.solids.settle(path.vessel, t0_s)
        sucked_ml = self.losses.suction(path, wanted_ml)
        moving = self.vessels[path.vessel].flow_out(sucked_ml[-1], t0_s, t1_s)
        for hop, (line, near) in reversed(list(enumerate(path.hops))):
            moving = push_through(line.plugs, moving, "b" if near == "a" else "a")
            moving = with_air(moving, self.layout.gas(sucked_ml[hop] - sucked_ml[hop + 1]))
        syringe = self._syringe(pump)
        for plug in moving:
            pour(syringe, plug, "b")

    def _described(self, plugs: deque[Plug]) -> list[dict[str, Any]]:
        return [self.layout.describe(plug.content) for plug in plugs]

    def _vessel(self, name: str) -> Vessel:
        if name not in self.vessels:
            message = f"there is no vessel {name} on this bench; it has {', '.join(sorted(self.vessels))}"
            raise ValueError(message)
        return self.vessels[name]

    def _syringe(self, pump: str) -> deque[Plug]:
        if pump not in self.syringes:
            message = f"{pump} has no syringe on this bench; those that do are {', '.join(sorted(self.syringes))}"
            raise ValueError(message)
        return self.syringes[pump]
