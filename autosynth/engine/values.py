"""What names mean at this moment of a run: parameters, measurements, and the ledger's contents.

Resolved from the history alone, so that a recovery resolves the same values again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.analysis.estimate import DIMENSIONS, SIZES
from autosynth.engine.history import History
from autosynth.language.expression import Condition, Expression, whole
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from autosynth.language.scopes import Value
from autosynth.plan.tree import Plan

CHANGE = "change "


def action_id(path: str, rounds: Sequence[int]) -> str:
    """Return the id of an executed action: its plan path and the rounds it is in."""
    return f"{path}@{'.'.join(map(str, rounds))}" if rounds else path


class Values:
    """Evaluates a plan's expressions in the present state of its run."""

    def __init__(self, plan: Plan, history: History) -> None:
        self._plan = plan
        self._history = history

    def environment(self) -> dict[str, Value]:
        """Return every name an expression may use, with its present value."""
        names: dict[str, Value] = dict(self._plan.parameters)
        for measurement, rounds in self._history.measurements.items():
            names |= named(measurement, rounds[-1]["quantities"])
            if len(rounds) > 1:
                for quantity, estimate in rounds[-2]["quantities"].items():
                    names[f"previous {measurement}.{quantity}"] = measured(estimate)
        for record in self._history.actions.values():
            name, value = record.result.get("name"), record.result.get("value")
            if name and value is not None:
                names[str(name)] = Measured(float(value), 0.0, str(record.result.get("dimension", "number")))
        return names

    def provisional(self, condition: Condition, measurement: str, quantities: Mapping[str, Any]) -> Truth:
        """Return what a measurement that is still going on says to a condition so far."""
        names = self.environment()
        rounds = self._history.measurements.get(measurement)
        if rounds:
            names |= {f"previous {name}": value for name, value in named(measurement, rounds[-1]["quantities"]).items()}
        return condition.evaluate(names | named(measurement, quantities))

    def number(self, expression: Expression) -> Measured:
        """Return the present value of a quantity."""
        literal = expression.literal
        if literal is not None:
            return Measured(literal.value, 0.0, literal.dimension)
        return expression.number(self.environment())

    def whole(self, expression: Expression) -> int:
        """Return a loop bound, which must come out whole."""
        return whole(self.number(expression))

    def judge(self, condition: Condition) -> tuple[Truth, dict[str, Any]]:
        """Return the three-valued verdict and the values behind it, for the record."""
        names = self.environment()
        wanted = condition.names()
        shown = {key: value for key, value in names.items() if key.removeprefix("change ") in wanted}
        return condition.evaluate(names), {key: _json(shown[key]) for key in sorted(shown)}


def named(measurement: str, quantities: Mapping[str, Any]) -> dict[str, Value]:
    """Return a measurement's quantities under the names that expressions use: "cv.IA2", "change cv.IA2"."""
    changes = {name: each for name, each in quantities.items() if name.startswith(CHANGE)}
    plain: dict[str, Value] = {
        f"{measurement}.{name}": measured(each) for name, each in quantities.items() if name not in changes
    }
    return plain | {
        f"{CHANGE}{measurement}.{name.removeprefix(CHANGE)}": measured(each) for name, each in changes.items()
    }


def measured(estimate: Mapping[str, Any]) -> Measured:
    """Return a recorded estimate as the language knows it; what was not found is not a number."""
    value, sd, unit = estimate["value"], estimate["sd"], str(estimate.get("unit"))
    dimension, size = DIMENSIONS.get(unit, "ratio"), SIZES.get(unit, 1.0)
    return Measured(math.nan if value is None else value * size, math.nan if sd is None else sd * size, dimension)


def _json(value: Value) -> Any:
    if not isinstance(value, Measured):
        return value
    return {"value": None if math.isnan(value.value) else value.value, "sd": None if math.isnan(value.sd) else value.sd}
