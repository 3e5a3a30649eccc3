"""The gas over what is in a closed jar: vapour of the solvent, air that warms, gas that somebody lets in.

Gauge pressures in kPa, temperatures in C. Vapour is saturated as long as there is liquid; the acetic acid and water
that a reaction sets free are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from types import MappingProxyType

from simulators.twin.substances import SOLVENT_G_ML

AIR_KPA, KELVIN, MMHG_KPA, GAS_J_MOL_K = 101.325, 273.15, 0.1333224, 8.314462618
ANTOINE: Mapping[str, tuple[float, float, float, float]] = MappingProxyType(
    {
        "methanol": (8.08097, 1582.271, 239.726, 32.042),
        "MeOH": (8.08097, 1582.271, 239.726, 32.042),
        "ethanol": (8.20417, 1642.89, 230.300, 46.069),
        "EtOH": (8.20417, 1642.89, 230.300, 46.069),
        "acetone": (7.11714, 1210.595, 229.664, 58.080),
        "acetonitrile": (7.33986, 1482.290, 250.523, 41.053),
        "water": (8.07131, 1730.63, 233.426, 18.015),
    }
)
"""Solvent -> Antoine's A, B, C (mmHg, C) and its molar mass in g/mol [lit]."""


def saturation_kpa(volumes_ml: Mapping[str, float], temperature_c: float) -> float:
    """Return the vapour pressure over a mixture, by volume fractions [assumption]; unknown solvents add none."""
    total_ml = sum(volumes_ml.values())
    if total_ml <= 0.0:
        return 0.0
    return sum(
        volumes_ml[name] / total_ml * exp((a - b / (c + temperature_c)) * log(10.0)) * MMHG_KPA
        for name, (a, b, c, _) in ANTOINE.items()
        if name in volumes_ml
    )


def vapour_ml(solvent: str, pressure_kpa: float, headspace_ml: float, temperature_c: float) -> float:
    """Return the liquid volume in mL that the vapour of a solvent in a headspace amounts to."""
    if solvent not in ANTOINE:
        return 0.0
    mol = pressure_kpa * 1e3 * headspace_ml * 1e-6 / (GAS_J_MOL_K * (temperature_c + KELVIN))
    return mol * ANTOINE[solvent][3] / SOLVENT_G_ML.get(solvent, 1.0)


@dataclass(slots=True)
class Headspace:
    """What of the gas in a jar is not vapour: its pressure at the temperature at which it was shut in."""

    closed: bool = False
    dry_kpa: float = AIR_KPA
    shut_c: float = 25.0

    def close(self, temperature_c: float) -> None:
        """Shut fresh air in; closing what is closed changes nothing."""
        if not self.closed:
            self.closed, self.dry_kpa, self.shut_c = True, AIR_KPA, temperature_c

    def open(self) -> None:
        """Let the gas go."""
        self.closed = False

    def vent(self, vapour_kpa: float, temperature_c: float) -> None:
        """Bring the gas to the pressure outside without letting fresh air in."""
        if self.closed:
            self.dry_kpa, self.shut_c = max(0.0, AIR_KPA - vapour_kpa), temperature_c

    def add(self, by_kpa: float, temperature_c: float) -> None:
        """Let gas in, as much as raises the pressure by `by_kpa` now; an open jar does not keep it."""
        if self.closed:
            self.dry_kpa += by_kpa * (self.shut_c + KELVIN) / (temperature_c + KELVIN)

    def gauge_kpa(self, vapour_kpa: float, temperature_c: float) -> float:
        """Return the gauge pressure with so much vapour; zero when open."""
        if not self.closed:
            return 0.0
        return vapour_kpa + self.dry_kpa * (temperature_c + KELVIN) / (self.shut_c + KELVIN) - AIR_KPA
