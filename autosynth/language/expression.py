"""Expressions and conditions of recipes and rules: read once, checked for units, evaluated in three domains.

A number field of a recipe is an Expression too; a plain quantity takes a short way that knows no parser. Names are
looked up in the mapping that the caller hands in, and nowhere else.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.clauses import Clause, Flag
from autosynth.language.grammar import GrammarError, parse_tree
from autosynth.language.interval import Interval
from autosynth.language.kinds import TRUTH
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from autosynth.language.nodes import Literal, Name, Term
from autosynth.language.scopes import IntervalScope, KindScope, MeasuredScope, Value
from autosynth.units import Quantity, UnitError

_RELATIVE = 1e-9
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Expression:
    """A number, a condition, or a bare name that may be either; `mark` is where its text begins, if it has a place."""

    text: str
    tree: Term | Clause
    mark: Mark | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.text

    @property
    def literal(self) -> Quantity | None:
        """Return the quantity if the expression is nothing but one."""
        return self.tree.quantity if isinstance(self.tree, Literal) else None

    def names(self) -> frozenset[str]:
        """Return the names that occur; `previous(x)` counts as x."""
        return frozenset(name.removeprefix("previous ") for name in self.tree.names())

    def dimension(self, env: Mapping[str, str]) -> str:
        """Return the dimension of the value ("truth" for a condition), given the dimension of every name.

        The values of `env` are dimensions, "text", "truth", or "any" where only the station will know.

        Raises:
            InputError: a name is unknown, or dimensions do not fit together; at the expression's place.
        """
        scope = KindScope(env)
        try:
            if isinstance(self.tree, Clause):
                self.tree.truth(scope)
                return TRUTH
            return self.tree.number(scope).name
        except UnitError as error:
            raise InputError(Problem(f"{self.text}: {error.message}", self.mark, error.hint, rule="units")) from error

    def evaluate(self, env: Mapping[str, Value]) -> Measured | Truth:
        """Return the number with its uncertainty, or a condition's verdict by the 95 % interval.

        A missing name or NaN gives NaN, and a comparison with it is undecided. The change of x is taken from
        "change x" if there, else from "x" and "previous x" as independent measurements.

        Raises:
            InputError: dimensions do not fit together.
        """
        scope = MeasuredScope(env)
        try:
            if isinstance(self.tree, Clause):
                return self.tree.truth(scope)
            if isinstance(self.tree, Name) and isinstance(env.get(self.tree.name), bool):
                return scope.flag(self.tree.name)
            number = self.tree.number(scope)
        except UnitError as error:
            raise InputError(Problem(f"{self.text}: {error.message}", self.mark, error.hint, rule="units")) from error
        return Measured(number.value, number.sd, number.dimension)

    def number(self, env: Mapping[str, Value]) -> Measured:
        """Return the number with its uncertainty.

        Raises:
            InputError: the expression is a condition, or dimensions do not fit together.
        """
        value = self.evaluate(env)
        if isinstance(value, Truth):
            raise InputError(Problem(f"{self.text}: a condition stands where a number is wanted", self.mark))
        return value

    def bounds(self, env: Mapping[str, Interval]) -> Interval:
        """Return an interval that contains every value; names that are missing can be anything.

        Raises:
            InputError: the expression is a condition, or dimensions do not fit together.
        """
        if isinstance(self.tree, Clause):
            raise InputError(Problem(f"{self.text}: a condition has no bounds", self.mark))
        try:
            return self.tree.number(IntervalScope(env))
        except UnitError as error:
            raise InputError(Problem(f"{self.text}: {error.message}", self.mark, error.hint, rule="units")) from error


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that must hold for so many rounds in a row."""

    expression: Expression
    rounds: int = 1

    def __str__(self) -> str:
        return self.expression.text

    def names(self) -> frozenset[str]:
        """Return the names that occur."""
        return self.expression.names()

    def evaluate(self, env: Mapping[str, Value]) -> Truth:
        """Return this round's verdict; counting rounds is the caller's.

        Raises:
            InputError: dimensions do not fit together.
        """
        verdict = self.expression.evaluate(env)
        return verdict if isinstance(verdict, Truth) else Truth.UNDECIDED

    def possible(self, env: Mapping[str, Interval]) -> Truth:
        """Return whether the condition holds always (TRUE), never (FALSE) or for some values within the bounds.

        Raises:
            InputError: dimensions do not fit together.
        """
        if not isinstance(self.expression.tree, Clause):
            return Truth.UNDECIDED
        try:
            return self.expression.tree.truth(IntervalScope(env))
        except UnitError as error:
            raise InputError(Problem(f"{self}: {error.message}", self.expression.mark, error.hint)) from error


def constant(quantity: Quantity, text: str) -> Expression:
    """Return the expression that is nothing but a quantity."""
    return Expression(text, Literal(quantity))


def parse(text: str, mark: Mark | None = None) -> Expression:
    """Return the expression that the text says.

    Raises:
        InputError: the text is not an expression, or ends in "for N rounds"; at the column where it goes wrong.
    """
    tree, rounds = _tree(text, mark)
    if rounds is not None:
        raise InputError(Problem(f"{text}: only a condition of a step can be asked for rounds", mark))
    return Expression(text, tree, mark)


def parse_condition(text: str, mark: Mark | None = None) -> Condition:
    """Return the condition that the text says, with its number of rounds.

    Raises:
        InputError: the text is not a condition; at the column where it goes wrong.
    """
    tree, rounds = _tree(text, mark)
    if isinstance(tree, Name):
        tree = Flag(tree.name)
    if not isinstance(tree, Clause):
        raise InputError(Problem(f"{text}: a number is no condition", mark, "compare it with something"))
    return Condition(Expression(text, tree, mark), rounds or 1)


def whole(value: Measured | float) -> int:
    """Return the count that a number is, up to 1e-9 relative for the rounding of decimals: 2.2 / 0.1 is 22.

    Raises:
        InputError: it is not whole (the nearest that would do is named), not finite, below 1 or above a million.
    """
    number = value.value if isinstance(value, Measured) else value
    if not math.isfinite(number):
        raise InputError(Problem("the count is not a finite number", hint="write for instance 22", rule="units"))
    nearest = round(number)
    if abs(number - nearest) > _RELATIVE * max(1.0, abs(number)):
        low, high = math.floor(number), math.ceil(number)
        hint = f"{low} or {high} would do" if low >= 1 else f"{max(high, 1)} would do"
        raise InputError(Problem(f"the count comes out as {number:.6g}, which is not whole", hint=hint, rule="units"))
    if not 1 <= nearest <= _MOST:
        raise InputError(Problem(f"the count is {nearest}", hint=f"it has to be from 1 to {_MOST}", rule="units"))
    return nearest


def _tree(text: str, mark: Mark | None) -> tuple[Term | Clause, int | None]:
    try:
        return parse_tree(text)
    except GrammarError as error:
        place = Mark(mark.file, mark.line, mark.column + error.column) if mark else None
        raise InputError(Problem(error.message, place, error.hint, rule="expression")) from error
