"""A number with its standard uncertainty, as every technique reports it.

It carries one-sided 95 % limits where the value lies so near a physical bound that a symmetric interval would lie. It
does not compare, combine or print: decisions belong to the language, pictures to the report.
"""

from dataclasses import dataclass

DIMENSIONS = {
    "": "number",
    "1": "ratio",
    "V": "potential",
    "A": "current",
    "C": "charge",
    "ohm": "resistance",
    "mol/L": "concentration",
    "eq": "equivalents",
    "ppm": "number",
    "deg": "angle",
    "Hz": "frequency",
    "s": "time",
    "m2/g": "specific_area",
    "angstrom": "length",
    "nm": "length",
}
"""Unit of an estimate -> dimension in the language."""
SIZES = {"angstrom": 1e-7, "nm": 1e-6}
"""Unit of an estimate -> its size in the canonical unit of its dimension, for those that are not that unit."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its standard uncertainty, its unit; limits are one-sided 95 % limits, given only near a bound."""

    value: float
    sd: float
    unit: str
    upper_bound: float | None = None
    lower_bound: float | None = None

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval; one-sided against a bound that is nearer than three standard uncertainties."""
        low, high = self.value - 1.96 * self.sd, self.value + 1.96 * self.sd
        if self.upper_bound is not None:
            low, high = 0.0, self.upper_bound
        if self.lower_bound is not None:
            low, high = self.lower_bound, 1.0
        return low, high

    def plain(self) -> dict[str, float | str]:
        """Return value, sd, unit and such limits as there are, ready for JSON."""
        found: dict[str, float | str] = {"value": self.value, "sd": self.sd, "unit": self.unit}
        if self.upper_bound is not None:
            found["upper_bound"] = self.upper_bound
        if self.lower_bound is not None:
            found["lower_bound"] = self.lower_bound
        return found
