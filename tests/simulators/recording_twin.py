"""A twin that remembers what bodies told it and answers what a test decides."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from simulators.device import Array
from simulators.twin.electrode import Electrode


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
