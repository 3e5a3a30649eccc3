"""What a quantity is: a number in the canonical unit of a named dimension.

One canonical unit per dimension means that no code inside ever converts. The exponents say how dimensions combine;
`coherent` is the size of the canonical unit in the product of the base units (mL, g, mol, s, K, V, A, mm, kPa, J, rpm).
Temperature is absolute (°C) and combines only with differences, so it has no exponents of its own use.
"""

from dataclasses import dataclass


class UnitError(ValueError):
    """A text is not the quantity that is wanted; the message says what is wrong, `hint` what would be right."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} ({hint})" if hint else message)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the canonical unit of its dimension (volume in mL, time in s, ... see DIMENSIONS)."""

    value: float
    dimension: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity: its canonical unit, its exponents over the base units and its size in them."""

    name: str
    unit: str
    exponents: tuple[tuple[str, int], ...]
    coherent: float = 1.0


def _dimension(name: str, unit: str, coherent: float = 1.0, **exponents: int) -> Dimension:
    return Dimension(name, unit, tuple(sorted(exponents.items())), coherent)


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        _dimension("number", ""),
        _dimension("ratio", ""),
        _dimension("equivalents", "eq"),
        _dimension("volume", "mL", volume=1),
        _dimension("mass", "g", mass=1),
        _dimension("amount", "mol", amount=1),
        _dimension("time", "s", time=1),
        _dimension("temperature", "°C", absolute=1),
        _dimension("temperature_difference", "K", temperature=1),
        _dimension("concentration", "mol/L", 1e-3, amount=1, volume=-1),
        _dimension("rate", "mL/min", 1 / 60, volume=1, time=-1),
        _dimension("speed", "rpm", turns=1),
        _dimension("potential", "V", potential=1),
        _dimension("current", "A", current=1),
        _dimension("scan_rate", "V/s", potential=1, time=-1),
        _dimension("area", "cm2", 100.0, length=2),
        _dimension("resistance", "ohm", potential=1, current=-1),
        _dimension("charge", "C", current=1, time=1),
        _dimension("frequency", "Hz", time=-1),
        _dimension("pressure", "kPa", pressure=1),
        _dimension("length", "mm", length=1),
        _dimension("angle", "deg", angle=1),
        _dimension("molar_mass", "g/mol", mass=1, amount=-1),
        _dimension("density", "g/mL", mass=1, volume=-1),
        _dimension("heating_rate", "K/min", 1 / 60, temperature=1, time=-1),
        _dimension("specific_volume", "mL/g", volume=1, mass=-1),
        _dimension("energy", "J", energy=1),
        _dimension("specific_energy", "J/g", energy=1, mass=-1),
        _dimension("specific_area", "m2/g", 1e6, length=2, mass=-1),
    )
}
"""Every dimension by name; the first three are dimensionless, in canonical units 1, 1 and equivalent."""


def article(dimension: str) -> str:
    """Return the dimension's name in a sentence: "a volume", "an amount", "a temperature difference"."""
    name = dimension.replace("_", " ")
    if dimension == "equivalents":
        return "a number of equivalents"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
