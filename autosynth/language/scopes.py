"""The three domains an expression is evaluated in: measured numbers, intervals, dimensions."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from autosynth.language.interval import EVERYTHING, Interval
from autosynth.language.kinds import (
    ANY,
    TEXT,
    TRUTH,
    common_kind,
    kind_of_difference,
    kind_of_product,
    kind_of_quotient,
    kind_of_root,
    kind_of_sum,
)
from autosynth.language.logic import Truth
from autosynth.language.measured import Linear, Measured
from autosynth.units import Quantity, UnitError, article

Value = Measured | str | bool


@dataclass(frozen=True, slots=True)
class MeasuredScope:
    """Names are measured numbers, texts or booleans; `change x` and `previous x` come under those names."""

    env: Mapping[str, Value]

    def number(self, name: str) -> Linear:
        """Return the number with its uncertainty; unknown when missing, NaN, or no number."""
        value = self.env.get(name)
        if not isinstance(value, Measured) or math.isnan(value.value) or not math.isfinite(value.sd):
            return Linear(math.nan, {}, value.dimension if isinstance(value, Measured) else ANY)
        return Linear(value.value, {name: value.sd} if value.sd else {}, value.dimension)

    def change(self, name: str) -> Linear:
        """Return the change as supplied, or else the difference of both measurements, taken as independent."""
        if f"change {name}" in self.env:
            return self.number(f"change {name}")
        return self.number(name) - self.number(f"previous {name}")

    def literal(self, quantity: Quantity) -> Linear:
        """Return an exact number."""
        return Linear(quantity.value, {}, quantity.dimension)

    def among(self, name: str, texts: tuple[str, ...]) -> Truth:
        """Decide membership of a text."""
        value = self.env.get(name)
        return Truth.of(value in texts) if isinstance(value, str) else Truth.UNDECIDED

    def flag(self, name: str) -> Truth:
        """Return a boolean's truth."""
        value = self.env.get(name)
        return Truth.of(value) if isinstance(value, bool) else Truth.UNDECIDED


@dataclass(frozen=True, slots=True)
class IntervalScope:
    """Names are intervals; what is missing can be anything."""

    env: Mapping[str, Interval]

    def number(self, name: str) -> Interval:
        """Return the interval."""
        return self.env.get(name, EVERYTHING)

    def change(self, name: str) -> Interval:
        """Return the change as supplied, or else what both measurements allow."""
        supplied = self.env.get(f"change {name}")
        return supplied if supplied is not None else self.number(name) - self.number(f"previous {name}")

    def literal(self, quantity: Quantity) -> Interval:
        """Return the interval of one number."""
        return Interval(quantity.value, quantity.value, quantity.dimension)

    def among(self, name: str, texts: tuple[str, ...]) -> Truth:
        """Leave texts undecided."""
        del name, texts
        return Truth.UNDECIDED

    def flag(self, name: str) -> Truth:
        """Leave flags undecided."""
        del name
        return Truth.UNDECIDED


@dataclass(frozen=True, slots=True)
class Kind:
    """A dimension that adds and compares like the numbers that have it; raises UnitError where they could not."""

    name: str

    def __add__(self, other: "Kind") -> "Kind":
        return Kind(kind_of_sum(self.name, other.name))

    def __sub__(self, other: "Kind") -> "Kind":
        return Kind(kind_of_difference(self.name, other.name))

    def __mul__(self, other: "Kind") -> "Kind":
        return Kind(kind_of_product(self.name, other.name)[0])

    def __truediv__(self, other: "Kind") -> "Kind":
        return Kind(kind_of_quotient(self.name, other.name)[0])

    def __neg__(self) -> "Kind":
        return Kind(kind_of_difference(self.name, self.name) if self.name != "temperature" else self.name)

    def __abs__(self) -> "Kind":
        return -self

    def sqrt(self) -> "Kind":
        """Return the root's dimension."""
        return Kind(kind_of_root(self.name)[0])

    def minimum(self, other: "Kind") -> "Kind":
        """Return the common dimension."""
        return Kind(common_kind(self.name, other.name))

    def maximum(self, other: "Kind") -> "Kind":
        """Return the common dimension."""
        return Kind(common_kind(self.name, other.name))

    def below(self, other: "Kind", *, or_equal: bool) -> Truth:
        """Check that the two can be compared."""
        del or_equal
        return self.equal(other)

    def equal(self, other: "Kind") -> Truth:
        """Check that the two can be compared."""
        common_kind(self.name, other.name)
        return Truth.UNDECIDED


@dataclass(frozen=True, slots=True)
class KindScope:
    """Names are dimensions, `text` or `truth`; a name that is not there is an error with the nearest that is."""

    env: Mapping[str, str]

    def number(self, name: str) -> Kind:
        """Return the name's dimension."""
        return Kind(self._kind(name))

    def change(self, name: str) -> Kind:
        """Return the dimension of a difference."""
        kind = self.number(name)
        return kind - kind

    def literal(self, quantity: Quantity) -> Kind:
        """Return the literal's dimension."""
        return Kind(quantity.dimension)

    def among(self, name: str, texts: tuple[str, ...]) -> Truth:
        """Check that the name is a text."""
        del texts
        return self._wanted(name, TEXT)

    def flag(self, name: str) -> Truth:
        """Check that the name is true or false."""
        return self._wanted(name, TRUTH)

    def _wanted(self, name: str, wanted: str) -> Truth:
        kind = self._kind(name)
        if kind not in {wanted, ANY}:
            raise UnitError(f"{name} is {article(kind)}, {article(wanted)} is wanted", "compare it with something")
        return Truth.UNDECIDED

    def _kind(self, name: str) -> str:
        try:
            return self.env[name.removeprefix("previous ")]
        except KeyError:
            near = difflib.get_close_matches(name, list(self.env), n=1)
            known = ", ".join(sorted(self.env)[:10])
            hint = f"did you mean {near[0]}?" if near else f"known: {known}" if known else "no names are known here"
            raise UnitError(f"{name!r} is not known here", hint) from None
