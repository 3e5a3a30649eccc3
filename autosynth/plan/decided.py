"""What a decision teaches: when a condition has come out true, the bounds of what it compares."""

import math
from collections.abc import Mapping

from autosynth.language.clauses import Both, Clause, Comparison
from autosynth.language.expression import Condition
from autosynth.language.interval import Interval
from autosynth.language.nodes import Name, Term
from autosynth.language.scopes import IntervalScope
from autosynth.plan.state import State
from autosynth.units import UnitError

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def learn(state: State, condition: Condition, fixed: Mapping[str, Interval]) -> None:
    """Narrow what is known in `state` by a condition that was found true; `fixed` are the parameters."""
    tree = condition.expression.tree
    if isinstance(tree, Clause):
        _learn(state, tree, IntervalScope(fixed))


def forget(state: State, measurement: str) -> None:
    """Drop what is known of a measurement that is made anew."""
    for name in [name for name in state.known if name.partition(".")[0] == measurement]:
        del state.known[name]


def _learn(state: State, clause: Clause, fixed: IntervalScope) -> None:
    if isinstance(clause, Both) and clause.operator == "and":
        _learn(state, clause.left, fixed)
        _learn(state, clause.right, fixed)
    elif isinstance(clause, Comparison) and clause.operator in _TURNED:
        _compare(state, clause.left, clause.operator, clause.right, fixed)
        _compare(state, clause.right, _TURNED[clause.operator], clause.left, fixed)


def _compare(state: State, left: Term, operator: str, right: Term, fixed: IntervalScope) -> None:
    """Learn from `measured operator something`, as far as the something has bounds."""
    if not isinstance(left, Name) or "." not in left.name:
        return
    try:
        value = right.number(fixed)
    except UnitError:
        return
    low = value.low if operator in {">", ">=", "=="} else -math.inf
    high = value.high if operator in {"<", "<=", "=="} else math.inf
    known = state.known.get(left.name, Interval(-math.inf, math.inf, value.dimension))
    low, high = max(low, known.low), min(high, known.high)
    if low <= high:
        state.known[left.name] = Interval(low, high, value.dimension)
