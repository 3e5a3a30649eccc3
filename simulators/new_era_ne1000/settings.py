"""What a pump keeps without power, and which numbers it takes: four digits, three of them behind the point."""

import re
from dataclasses import dataclass
from math import pi

FASTEST_CM_S, SLOWEST_CM_S = 5.1005 / 60.0, 0.004205 / 3600.0
SMALL_MM = 14.0
"""Up to this diameter volumes are in microlitres unless said otherwise."""
ML_S = {"UM": 1e-3 / 60.0, "MM": 1.0 / 60.0, "UH": 1e-3 / 3600.0, "MH": 1.0 / 3600.0}
_NUMBER = re.compile(r"(?=[0-9.]*[0-9])[0-9]{0,4}(\.[0-9]{0,3})?")


@dataclass(slots=True)
class Settings:
    """Diameter in mm, rate and volume as numbers with units, direction, phase, and the watchdog (0: Basic mode)."""

    diameter_mm: float
    rate: float = 1.0
    rate_unit: str = "MM"
    volume: float = 0.0
    volume_unit: str = ""
    direction: str = "INF"
    phase: int = 1
    function: str = "RAT"
    safe_s: int = 0

    def __post_init__(self) -> None:
        """Choose the unit of volumes that goes with the diameter."""
        self.volume_unit = self.volume_unit or self.unit_for(self.diameter_mm)

    @staticmethod
    def unit_for(diameter_mm: float) -> str:
        """Return the unit of volumes that goes with a diameter."""
        return "UL" if diameter_mm <= SMALL_MM else "ML"

    @property
    def rate_ml_s(self) -> float:
        """The rate in nominal mL/s."""
        return self.rate * ML_S[self.rate_unit]

    @property
    def volume_ml(self) -> float:
        """The target volume in nominal mL; 0 for none."""
        return self.volume * (1e-3 if self.volume_unit == "UL" else 1.0)

    def possible(self, rate_ml_s: float) -> bool:
        """Tell whether the motor can go that fast and that slowly with this syringe."""
        area_cm2 = pi * (self.diameter_mm / 20.0) ** 2
        return SLOWEST_CM_S * area_cm2 * 0.999 <= rate_ml_s <= FASTEST_CM_S * area_cm2 * 1.001


def number(text: str) -> float | None:
    """Return a number that the pump takes, None for one that it does not."""
    digits = sum(character.isdecimal() for character in text)
    return float(text) if _NUMBER.fullmatch(text) and digits <= 4 else None


def shown(value: float) -> str:
    """Return a number as the pump shows it: four digits, rounded (assumed)."""
    for decimals in (3, 2, 1):
        text = f"{value:.{decimals}f}"
        if len(text) <= 5:
            return text
    return f"{value:.0f}."[:5]
