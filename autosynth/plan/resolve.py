"""What expressions can come to at one point of a plan, and whether everything they name is certainly there.

Parameters are fixed when a plan is made. Entered values lie within the limits that the recipe gives them; measured ones
can be anything unless a decision has shown otherwise.
"""

import math
from collections.abc import Callable, Mapping

from autosynth.errors import InputError, Mark
from autosynth.language.expression import Condition, Expression
from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from autosynth.plan.findings import Findings
from autosynth.plan.state import State
from autosynth.recipe.model import Recipe

Where = Callable[[str], Mark]


class Resolver:
    """Bounds of expressions; what is not certain to exist, or is not bounded, is a finding."""

    def __init__(self, recipe: Recipe, parameters: Mapping[str, Measured | str], findings: Findings) -> None:
        self._findings = findings
        self._parameters = parameters
        self.fixed = {
            name: Interval(value.value, value.value, value.dimension)
            for name, value in parameters.items()
            if isinstance(value, Measured)
        }
        self._charges = {
            name: Interval(entity.charge_mol, entity.charge_mol, "amount")
            for name, entity in recipe.define.items()
            if entity.charge_mol is not None
        }
        self._unchanging = self.fixed.keys() | self._charges.keys()
        self._settled: dict[int, tuple[Expression, Interval]] = {}
        """Expressions by identity, and what they come to wherever they stand."""

    def bounds(self, expression: Expression, state: State, where: Where, key: str) -> Interval | None:
        """Return the interval of an expression; None after noting that it has none."""
        known = self._settled.get(id(expression))
        if known is not None:
            return known[1]
        value = self._bounds(expression, state, where, key)
        if value is not None and self.is_settled(expression):
            self._settled[id(expression)] = (expression, value)
        return value

    def is_settled(self, expression: Expression) -> bool:
        """Say whether an expression comes to the same in all rounds and on all ways."""
        return id(expression) in self._settled or expression.names() <= self._unchanging

    def _bounds(self, expression: Expression, state: State, where: Where, key: str) -> Interval | None:
        literal = expression.literal
        if literal is not None:
            return Interval(literal.value, literal.value, literal.dimension)
        if not self.dominated(expression, state, where(key)):
            return None
        try:
            value = expression.bounds({**self._charges, **self.fixed, **state.entered, **state.known})
        except InputError as error:
            self._findings.take(error, where(key))
            return None
        if not (math.isfinite(value.low) and math.isfinite(value.high)):
            hint = "say between what it lies: max(least, min(most, ...))"
            self._findings.add("BOUND", f"{expression.text} has no bounds that could be checked", where(key), hint)
            return None
        return value

    def dominated(self, expression: Expression, state: State, mark: Mark) -> bool:
        """Note every name that is not certain to have a value here; True if there is none."""
        certain = True
        for name in sorted(expression.names()):
            measurement, dot, _ = name.partition(".")
            if dot and measurement not in state.measured:
                certain = False
                message = f"{name} is used here, but {measurement} is not measured on every way that leads here"
                self._findings.add("DOMINANCE", message, mark, "measure it before, on all ways", subject=name)
            elif not dot and not self._has(name, state):
                certain = False
                message = f"{name} is used here, but not entered on every way that leads here"
                self._findings.add("DOMINANCE", message, mark, "ask for it before, on all ways", subject=name)

        return certain

    def _has(self, name: str, state: State) -> bool:
        return name in self._parameters or name in state.entered or name in self._charges

    def settled(self, condition: Condition, state: State) -> Truth:
        """Return the verdict if it is certain before the run."""
        if condition.names() <= self._parameters.keys():
            return condition.evaluate(self._parameters)
        try:
            return condition.possible({**self.fixed, **state.entered})
        except InputError:
            return Truth.UNDECIDED
