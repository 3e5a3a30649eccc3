"""A twin that remembers what bodies told it and answers what a test decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulators.circuit import Circuit
from simulators.device import Array, Complex
from simulators.twin.electrode import Electrode
from simulators.twin.receiver import Receiver


@dataclass
class RecordingTwin:
    """Satisfies `simulators.device.Twin`; every path is open and every current ohmic unless told otherwise."""

    open: bool = True
    resistance_ohm: float = 1.0e6
    ambient_c: float = 22.0
    liquid_ml: float = 10.0
    turns: list[tuple[str, str | None, float]] = field(default_factory=list)
    strokes: list[tuple[str, float, float, float]] = field(default_factory=list)
    sweeps: list[tuple[str, Array, float, Electrode, float]] = field(default_factory=list)
    stirs: list[tuple[str, float, float]] = field(default_factory=list)
    temperatures: dict[str, Callable[[float], float]] = field(default_factory=dict)
    tubes: dict[str, str] = field(default_factory=dict)
    line_volumes: dict[str, float] = field(default_factory=dict)
    mishaps: list[tuple[str, str, float]] = field(default_factory=list)
    insertions: list[tuple[str, str | None, float]] = field(default_factory=list)
    smashed: list[tuple[str, float]] = field(default_factory=list)
    circuits: dict[str, Circuit] = field(default_factory=dict)
    decays: list[tuple[str | None, str, Receiver, int, float, float, float]] = field(default_factory=list)

    jars: dict[str, str] = field(default_factory=dict)
    heads: dict[str, dict[str, Any]] = field(default_factory=dict)
    loads_mg: dict[str, float] = field(default_factory=dict)
    gauge_kpa: float = 0.0
    shakes: list[tuple[str, float, float, float, float]] = field(default_factory=list)
    falls: list[tuple[str, float, float, float]] = field(default_factory=list)
    exposures: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        self.turns.append((device, port, t_s))

    def displace(self, pump: str, delta_ml: float, t0_s: float, t1_s: float) -> bool:
        if self.open:
            self.strokes.append((pump, delta_ml, t0_s, t1_s))
        return self.open

    def path_open(self, pump: str, t_s: float) -> bool:
        return self.open

    def bind_temperature(self, vessel: str, temperature_c: Callable[[float], float], t_s: float) -> None:
        self.temperatures[vessel] = temperature_c

    def temperature(self, vessel: str | None, t_s: float) -> float:
        bound = self.temperatures.get(vessel or "")
        return self.ambient_c if bound is None else bound(t_s)

    def stirring(self, vessel: str, rpm: float, t_s: float) -> None:
        self.stirs.append((vessel, rpm, t_s))

    def volume_ml(self, vessel: str) -> float:
        return self.liquid_ml

    def voltammogram(self, vessel: str, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        self.sweeps.append((vessel, potential_v, dt_s, electrode, t_s))
        return np.asarray(potential_v, dtype=np.float64) / self.resistance_ohm

    def tube(self, device: str, position: str) -> str | None:
        return self.tubes.get(position)

    def line_ml(self, device: str, port: str) -> float | None:
        return self.line_volumes.get(port)

    def leak(self, device: str, share: float) -> None:
        self.mishaps.append(("leak", device, share))

    def admit(self, device: str, port: str, air_ml: float) -> None:
        self.mishaps.append(("admit", f"{device}:{port}", air_ml))

    def deplete(self, vessel: str, left_ml: float, t_s: float) -> None:
        self.mishaps.append(("deplete", vessel, left_ml))

    def insert(self, device: str, vessel: str | None, t_s: float) -> None:
        self.insertions.append((device, vessel, t_s))

    def inserted(self, device: str, t_s: float) -> str | None:
        return next((vessel for _, vessel, since_s in reversed(self.insertions) if since_s <= t_s), None)

    def smash(self, vessel: str, t_s: float) -> None:
        self.smashed.append((vessel, t_s))

    def shake(self, mill: str, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
        self.shakes.append((mill, from_hz, to_hz, t0_s, t1_s))

    def jar_at(self, place: str, t_s: float) -> str | None:
        return self.jars.get(place)

    def circuit(self, device: str) -> Circuit:
        return self.circuits.setdefault(device, Circuit())

    def pressure_kpa(self, vessel: str, t_s: float) -> float:
        return self.gauge_kpa

    def warm(self, jar: str, by_k: float, t_s: float) -> None:
        self.mishaps.append(("warm", jar, by_k))

    def gas(self, jar: str, by_kpa: float, t_s: float) -> None:
        self.mishaps.append(("gas", jar, by_kpa))

    def pan_mg(self, balance: str, t_s: float) -> float:
        return self.loads_mg.get(balance, 0.0)

    def powder_fall(self, doser: str, mass_mg: float, t0_s: float, t1_s: float) -> float:
        head = self.heads.get(doser, {"left_mg": 0.0})
        fallen_mg = min(mass_mg, float(head["left_mg"]))
        head["left_mg"] -= fallen_mg
        self.loads_mg[doser] = self.loads_mg.get(doser, 0.0) + fallen_mg
        self.falls.append((doser, fallen_mg, t0_s, t1_s))
        return fallen_mg

    def head(self, doser: str) -> Mapping[str, Any] | None:
        return self.heads.get(doser)

    def empty_head(self, doser: str, left_mg: float) -> None:
        if doser in self.heads:
            self.heads[doser]["left_mg"] = min(left_mg, float(self.heads[doser]["left_mg"]))

    def exposure(self, device: str, t_s: float) -> Mapping[str, Any] | None:
        waiting = self.exposures.get(device)
        return waiting.pop(0) if waiting else None

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
        self.decays.append((vessel, nucleus, receiver, scans, repetition_s, pulse_deg, t_s))
        return np.full(receiver.points, 2.0 - 1.0j if vessel else 0.0j)
