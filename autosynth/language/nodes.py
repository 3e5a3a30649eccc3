"""The tree of an expression, evaluated in whatever domain the scope brings.

One recursion serves three domains: measured numbers (a run), intervals (a check) and dimensions (loading). A scope says
what names and literals are in its domain; the numbers know how to add, compare and so on. Nothing here can call or
look up anything but what the scope hands out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from autosynth.language.logic import Truth
from autosynth.units import Quantity


class Number(Protocol):
    """What the numbers of a domain can do."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...
    def __truediv__(self, other: Self, /) -> Self: ...
    def __neg__(self) -> Self: ...
    def __abs__(self) -> Self: ...
    def sqrt(self) -> Self:
        """Return the square root."""
        ...

    def minimum(self, other: Self, /) -> Self:
        """Return the smaller of two."""
        ...

    def maximum(self, other: Self, /) -> Self:
        """Return the larger of two."""
        ...

    def below(self, other: Self, /, *, or_equal: bool) -> Truth:
        """Decide self < other, or self <= other."""
        ...

    def equal(self, other: Self, /) -> Truth:
        """Decide self == other."""
        ...


N = TypeVar("N", bound=Number)
N_co = TypeVar("N_co", bound=Number, covariant=True)


class Scope(Protocol[N_co]):
    """What names and literals mean in a domain."""

    def number(self, name: str) -> N_co:
        """Return the number of that name."""
        ...

    def change(self, name: str) -> N_co:
        """Return the number's change since the previous measurement of the same name."""
        ...

    def literal(self, quantity: Quantity) -> N_co:
        """Return a literal in this domain."""
        ...

    def among(self, name: str, texts: tuple[str, ...]) -> Truth:
        """Decide whether the name's text is one of these; undecided if there is none."""
        ...

    def flag(self, name: str) -> Truth:
        """Return the truth of that name; undecided if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Literal:
    """A quantity as written."""

    quantity: Quantity

    def names(self) -> Iterator[str]:
        """Yield nothing."""
        return iter(())

    def number(self, scope: Scope[N]) -> N:
        """Return the literal."""
        return scope.literal(self.quantity)


@dataclass(frozen=True, slots=True)
class Name:
    """A name where a number is wanted."""

    name: str

    def names(self) -> Iterator[str]:
        """Yield it."""
        yield self.name

    def number(self, scope: Scope[N]) -> N:
        """Return the number of that name."""
        return scope.number(self.name)


@dataclass(frozen=True, slots=True)
class Change:
    """This measurement minus the previous one of the same name."""

    name: str

    def names(self) -> Iterator[str]:
        """Yield the name."""
        yield self.name

    def number(self, scope: Scope[N]) -> N:
        """Return the change."""
        return scope.change(self.name)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one number: abs, sqrt, or the sign turned."""

    function: str
    argument: "Term"

    def names(self) -> Iterator[str]:
        """Yield the argument's names."""
        return self.argument.names()

    def number(self, scope: Scope[N]) -> N:
        """Return the function of the argument."""
        value: N = self.argument.number(scope)
        match self.function:
            case "abs":
                return value.__abs__()
            case "sqrt":
                return value.sqrt()
            case _:
                return -value


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers and what to do with them: + - * / min max."""

    operator: str
    left: "Term"
    right: "Term"

    def names(self) -> Iterator[str]:
        """Yield the names of both sides."""
        yield from self.left.names()
        yield from self.right.names()

    def number(self, scope: Scope[N]) -> N:
        """Return the result."""
        left, right = self.left.number(scope), self.right.number(scope)
        match self.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "min":
                return left.minimum(right)
            case _:
                return left.maximum(right)


Term = Literal | Name | Change | Call | Pair
"""A part of an expression that is a number."""
