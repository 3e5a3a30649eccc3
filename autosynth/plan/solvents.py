"""Solvents as data: when they boil, where they can be scanned, how much of them is vapour, cold and hot."""

import math
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

from pydantic import PlainValidator

from autosynth.language.fields import QuantityOf, RangeOf
from autosynth.language.validation import Located
from autosynth.units import QuantityRange, UnitError, parse_quantity

GAS_CONSTANT, ROOM_K = 8.314462618, 298.15
"""J/(mol K), CODATA 2018; and the temperature at which vapours are tabled."""
MMHG_KPA = 0.1333224
"""The conventional millimetre of mercury."""


@dataclass(frozen=True, slots=True)
class Vapour:
    """A solvent as vapour and as liquid: saturation pressure in kPa, molar mass in g/mol, density in g/mL, at 25 °C."""

    pressure: float
    molar_mass: float
    density: float


def _vapour(value: object) -> Vapour | None:
    if not isinstance(value, dict):
        raise UnitError("a mapping is wanted", "write {pressure: 17 kPa, molar_mass: 32.04 g/mol, density: 0.79 g/mL}")
    told = cast("dict[str, Any]", value)
    kinds = ("pressure", "molar_mass", "density")
    return Vapour(*(parse_quantity(str(told.get(kind, "")), kind).value for kind in kinds))


class Antoine(NamedTuple):
    """Vapour pressure of a solvent: log10(p/mmHg) = a - b/(c + T/°C)."""

    a: float
    b: float
    c: float

    def pressure_kpa(self, temperature_c: float) -> float:
        """Return the vapour pressure at a temperature, in kPa."""
        return MMHG_KPA * math.pow(10.0, self.a - self.b / (self.c + temperature_c))


def _antoine(value: object) -> Antoine | None:
    told = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if set(told) != {"a", "b", "c"}:
        raise UnitError("a, b and c are wanted", "write {a: 8.08097, b: 1582.271, c: 239.726}, for mmHg and °C")
    return Antoine(*(parse_quantity(str(told[each]), "number").value for each in "abc"))


class Solvent(Located):
    """A solvent: its boiling point, its window of potentials against Fc if it has one, its vapour as far as known."""

    boiling_point: Annotated[float, QuantityOf("temperature")]
    window: Annotated[QuantityRange, RangeOf("potential")] | None = None
    vapour: Annotated[Vapour | None, PlainValidator(_vapour)] = None
    antoine: Annotated[Antoine | None, PlainValidator(_antoine)] = None

    def saturation_kpa(self, temperature_c: float) -> float:
        """Return the vapour pressure at a temperature in kPa; infinite where nobody knows."""
        return math.inf if self.antoine is None else self.antoine.pressure_kpa(temperature_c)

    def vapour_ml(self, space_ml: float) -> float:
        """Return how much liquid is vapour in a space at 25 °C, in mL; zero where nobody knows (ideal gas)."""
        if self.vapour is None:
            return 0.0
        told = self.vapour
        moles = 1e-3 * told.pressure * space_ml / (GAS_CONSTANT * ROOM_K)
        return moles * told.molar_mass / told.density
