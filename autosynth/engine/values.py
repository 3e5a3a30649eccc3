"""What names mean at this moment of a run: parameters, measurements, and the ledger's contents.

Resolved from the history alone, so that a recovery resolves the same values again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.engine.history import History
from autosynth.language.expression import Condition, Expression, whole
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from autosynth.plan.tree import Plan


def action_id(path: str, rounds: Sequence[int]) -> str:
    """Return the id of an executed action: its plan path and the rounds it is in."""
    return f"{path}@{'.'.join(map(str, rounds))}" if rounds else path


class Values:
    """Evaluates a plan's expressions in the present state of its run."""

    def __init__(self, plan: Plan, history: History) -> None:
        self._plan = plan
        self._history = history

    def environment(self) -> dict[str, Measured]:
        """Return every name an expression may use, with its present value."""
        names = {name: value for name, value in self._plan.parameters.items() if isinstance(value, Measured)}
        for measurement, rounds in self._history.measurements.items():
            for prefix, payload in (("", rounds[-1]), ("previous ", rounds[-2] if len(rounds) > 1 else {})):
                for quantity, estimate in payload.get("quantities", {}).items():
                    names[f"{prefix}{measurement}.{quantity}"] = _measured(estimate)
            for quantity, estimate in rounds[-1].get("changes", {}).items():
                names[f"change {measurement}.{quantity}"] = _measured(estimate)
        return names

    def number(self, expression: Expression) -> Measured:
        """Return the present value of a quantity."""
        value = expression.evaluate(self.environment())
        if isinstance(value, Truth):
            msg = f"{expression} is a condition, a quantity is wanted"
            raise TypeError(msg)
        return value

    def whole(self, expression: Expression) -> int:
        """Return a loop bound, which must come out whole."""
        return whole(self.number(expression))

    def judge(self, condition: Condition) -> tuple[Truth, dict[str, Any]]:
        """Return the three-valued verdict and the values behind it, for the record."""
        names = self.environment()
        verdict = condition.expression.evaluate(names)
        used = {name: _json(names[key]) for name in sorted(condition.expression.names()) for key in _keys(name, names)}
        return (verdict if isinstance(verdict, Truth) else Truth.UNDECIDED), used


def _keys(name: str, names: Mapping[str, Measured]) -> list[str]:
    return [name] if name in names else []


def _measured(estimate: Mapping[str, Any]) -> Measured:
    value = estimate["value"]
    return Measured(float("nan") if value is None else value, estimate["sd"] or 0.0, estimate.get("dimension", "ratio"))


def _json(value: Measured) -> dict[str, Any]:
    return {"value": value.value, "sd": value.sd}
