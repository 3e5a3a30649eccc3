"""The parts of an expression that are true, false or undecided."""

from collections.abc import Iterator
from dataclasses import dataclass

from autosynth.language.logic import Truth
from autosynth.language.nodes import N, Scope, Term


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two numbers compared: < <= > >= == !=."""

    operator: str
    left: Term
    right: Term

    def names(self) -> Iterator[str]:
        """Yield the names of both sides."""
        yield from self.left.names()
        yield from self.right.names()

    def truth(self, scope: Scope[N]) -> Truth:
        """Return the verdict."""
        left, right = self.left.number(scope), self.right.number(scope)
        match self.operator:
            case "<" | "<=":
                return left.below(right, or_equal=self.operator == "<=")
            case ">" | ">=":
                return right.below(left, or_equal=self.operator == ">=")
            case "==":
                return left.equal(right)
            case _:
                return ~left.equal(right)


@dataclass(frozen=True, slots=True)
class Among:
    """A name's text is one of those listed."""

    name: str
    texts: tuple[str, ...]

    def names(self) -> Iterator[str]:
        """Yield the name."""
        yield self.name

    def truth(self, scope: Scope[N]) -> Truth:
        """Return the verdict."""
        return scope.among(self.name, self.texts)


@dataclass(frozen=True, slots=True)
class Flag:
    """A name that is itself true or false."""

    name: str

    def names(self) -> Iterator[str]:
        """Yield the name."""
        yield self.name

    def truth(self, scope: Scope[N]) -> Truth:
        """Return the verdict."""
        return scope.flag(self.name)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; undecided stays undecided."""

    clause: "Clause"

    def names(self) -> Iterator[str]:
        """Yield the clause's names."""
        return self.clause.names()

    def truth(self, scope: Scope[N]) -> Truth:
        """Return the opposite."""
        return ~self.clause.truth(scope)


@dataclass(frozen=True, slots=True)
class Both:
    """Two clauses joined by and, or by or; both are always evaluated, so that units are checked everywhere."""

    operator: str
    left: "Clause"
    right: "Clause"

    def names(self) -> Iterator[str]:
        """Yield the names of both sides."""
        yield from self.left.names()
        yield from self.right.names()

    def truth(self, scope: Scope[N]) -> Truth:
        """Return the joined verdict."""
        left, right = self.left.truth(scope), self.right.truth(scope)
        return left & right if self.operator == "and" else left | right


Clause = Comparison | Among | Flag | Not | Both
"""A part of an expression that is true, false or undecided."""
