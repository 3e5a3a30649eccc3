"""The simulated bench's physical and chemical state, as bodies see it.

Bodies report valve turns and finished strokes; the twin moves plugs along the path that was open, lets vessels react
lazily and renders what an electrode in one of them would measure. It knows no recipe, no device protocol and no clock.
"""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from simulators.circuit import Circuit
from simulators.twin.contents import Array, Plug
from simulators.twin.electrode import Electrode
from simulators.twin.filling import layout_of, vessels_of
from simulators.twin.lines import IMPURITY_OF
from simulators.twin.losses import Losses, with_air
from simulators.twin.perturbation import Parameters, drawn, nominal
from simulators.twin.plugs import draw, pour, push_through, volume_ml
from simulators.twin.plumbing import Path, Plumbing, build_lines
from simulators.twin.receiver import Receiver
from simulators.twin.resonance import Complex, Resonance, Sample
from simulators.twin.tubes import Magnets
from simulators.twin.vessel import ZERO_CELSIUS_K, Vessel
from simulators.twin.voltammetry import Cell, Share, current
from simulators.twin.waves import ladders

NOISE_REL, NOISE_A, DRIFT_A = 0.005, 5e-9, 20e-9
LEAST_MOL_L, LEAST_ML = 1e-9, 1e-6
LIGAND = "SiW9"


class BenchTwin:
    """Vessels, lines and syringes of one bench description."""

    def __init__(self, bench: Mapping[str, Any], rng: np.random.Generator) -> None:
        """Fill the vessels, lines and syringes as described.

        Raises:
            ValueError: the description contradicts itself (an unknown vessel or endpoint, a line not full).
        """
        self._rng = rng
        self.ambient_c = float(bench.get("ambient_c", 22.0))
        perturb = bool(bench.get("perturb", bench.get("ru_perturbation", True)))
        self.parameters: Parameters = drawn(rng) if perturb else nominal()
        self._ladders = ladders(self.parameters.electroactivity)
        self.resonance = Resonance(rng.spawn(1)[0], perturb=perturb)
        self.magnets = Magnets()
        self.layout = layout_of(bench)
        self.losses = Losses(self.layout)
        self._circuits: dict[str, Circuit] = {}
        devices: Mapping[str, Mapping[str, Any]] = bench.get("devices", {})
        self.vessels = vessels_of(bench, self.layout, self.ambient_c)
        self.plumbing = Plumbing(build_lines(bench.get("lines", ()), self.layout), self.vessels, devices)
        self.syringes: dict[str, deque[Plug]] = {}
        for name, device in devices.items():
            self._place(name, device.get("options", {}))

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
        return self.ambient_c if vessel is None else self._vessel(vessel).temperature_c(t_s)

    def stirring(self, vessel: str, rpm: float, t_s: float) -> None:
        """Stir a vessel at another speed from `t_s` on."""
        self._vessel(vessel).stir(rpm, t_s)

    def volume_ml(self, vessel: str) -> float:
        """Return how much liquid is in a vessel."""
        return self._vessel(vessel).volume_ml()

    def voltammogram(self, vessel: str, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        """Return the current in A (anodic positive) at each programmed potential on the cell's reference scale.

        The sample is what the vessel holds at `t_s`; a dry cell shows noise alone.
        """
        held = self._vessel(vessel)
        held.advance(t_s)
        wet = held.volume_ml() > 0.0
        parameters = self.parameters
        cell = Cell(
            electrode.area_cm2 * parameters.area_factor,
            electrode.ru_ohm * parameters.ru_factor,
            electrode.cdl_f * parameters.cdl_factor if wet else 0.0,
            held.temperature_c(t_s) + ZERO_CELSIUS_K,
            parameters.electroactivity.resting,
        )
        programmed_v = np.asarray(potential_v, dtype=np.float64) - electrode.reference_offset_v
        faradaic, capacitive = current(self._shares(held) if wet else [], programmed_v, dt_s, cell)
        return self._disturbed(faradaic, capacitive)

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
        self.losses.add(vessel, held.deplete(left_ml))

    def insert(self, device: str, vessel: str | None, t_s: float) -> None:
        """Put a vessel into a sampler's magnet; None leaves the bore empty."""
        self.magnets.insert(device, vessel, t_s)

    def inserted(self, device: str, t_s: float) -> str | None:
        """Return the vessel a sampler had in the magnet at a time."""
        return self.magnets.inserted(device, t_s)

    def circuit(self, device: str) -> Circuit:
        """Return the hard-wired circuit of a device's contacts."""
        return self._circuits.setdefault(device, Circuit())

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
        sample = None if vessel is None else self._sample(self._vessel(vessel), t_s)
        return self.resonance.fid(sample, nucleus, receiver, scans, repetition_s, pulse_deg)

    def truth(self, t_s: float) -> dict[str, Any]:
        """Return everything at `t_s`, JSON-able; strokes still under way are not in it yet."""
        spills = {name: v.describe_spill() for name, v in self.vessels.items()}
        return {
            "vessels": {name: v.describe(t_s) for name, v in self.vessels.items()},
            "lines": {line.name: self._described(line.plugs) for line in self.plumbing.lines},
            "syringes": {name: self._described(plugs) for name, plugs in self.syringes.items()},
            "spilled": {name: spill for name, spill in spills.items() if spill is not None},
            "lost": self.losses.describe(),
            "delivered_ml": {name: self.layout.liquid_ml(v.received) for name, v in self.vessels.items()},
            "delivered_mol": {name: self.layout.charged(v.received) for name, v in self.vessels.items()},
            "parameters": {**self.parameters.describe(), "resonance": self.resonance.magnetism.describe()},
        }

    def _place(self, name: str, options: Mapping[str, Any]) -> None:
        """Put a device's valve where the description says, and fill its syringe if it has one."""
        port = options.get("port")
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
        self.vessels[path.vessel].flow_in(moving, t0_s, t1_s)

    def _aspirate(self, pump: str, path: Path, wanted_ml: float, t0_s: float, t1_s: float) -> None:
        sucked_ml = self.losses.suction(path, wanted_ml)
        moving = self.vessels[path.vessel].flow_out(sucked_ml[-1], t0_s, t1_s)
        for hop, (line, near) in reversed(list(enumerate(path.hops))):
            moving = push_through(line.plugs, moving, "b" if near == "a" else "a")
            moving = with_air(moving, self.layout.gas(sucked_ml[hop] - sucked_ml[hop + 1]))
        syringe = self._syringe(pump)
        for plug in moving:
            pour(syringe, plug, "b")

    def _shares(self, held: Vessel) -> list[Share]:
        """Return the electroactive species of a vessel and their concentrations."""
        litres = held.volume_ml() * 1e-3
        amounts = self.layout.composition(held.content)
        found = [
            Share(ladder, amounts[name] / litres)
            for name, ladder in self._ladders.items()
            if amounts.get(name, 0.0) > LEAST_MOL_L * litres
        ]
        impurity = self.parameters.impurity
        ligand_mol = self.layout.charged(held.content).get(LIGAND, 0.0)
        if impurity is not None and ligand_mol > 0.0:
            found.append(Share(impurity.ladder, ligand_mol * impurity.per_ligand / litres))
        return found

    def _sample(self, held: Vessel, t_s: float) -> Sample:
        """Return what a coil around a vessel sees."""
        held.advance(t_s)
        volume_ml = held.volume_ml()
        litres = max(volume_ml, LEAST_ML) * 1e-3
        species = {name: mol / litres for name, mol in self.layout.composition(held.content).items()}
        volumes_ml = self.layout.describe(held.content)["volumes_ml"]
        solvents = {name: each_ml * 1e-3 / litres for name, each_ml in volumes_ml.items()}
        return Sample(species, solvents, self.layout.charged(held.content).get(IMPURITY_OF, 0.0) / litres, volume_ml)

    def _disturbed(self, faradaic: Array, capacitive: Array) -> Array:
        """Add noise (a part of the peak current and a floor) and a linear drift."""
        spread_a = NOISE_REL * float(np.abs(faradaic).max()) + NOISE_A
        noise = self._rng.normal(0.0, spread_a, faradaic.size)
        drift = self._rng.normal(0.0, DRIFT_A) * np.linspace(0.0, 1.0, faradaic.size)
        return np.asarray(faradaic + capacitive + noise + drift)

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
