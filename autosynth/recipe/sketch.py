"""A stand-in for a step that is wrong, so that one mistake does not make others out of what refers to the step.

It keeps the names that were written and fills the rest with values that mean nothing; it never leaves the loader,
because a recipe with a wrong step is never returned.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.language.clauses import Comparison
from autosynth.language.document import Origin
from autosynth.language.expression import Condition, Expression, constant
from autosynth.language.nodes import Literal
from autosynth.recipe.fieldkinds import condition_fields, expression_fields
from autosynth.recipe.step import StepBase
from autosynth.units import Quantity

UNKNOWN = "?"
"""Stands for a name that was not written; name checks pass over it."""
_ONE = Literal(Quantity(1.0, "number"))
_OPEN = Condition(Expression("1 == 1", Comparison("==", _ONE, _ONE)))


def sketch(model: type[StepBase], origin: Origin, fields: Mapping[str, Any]) -> StepBase:
    """Return a step of that model that holds what was written correctly as far as names go."""
    values: dict[str, Any] = {"origin": origin}
    numbers = {name: constant(Quantity(1.0, dimension), "1") for name, _, dimension in expression_fields(model)}
    conditions = condition_fields(model)
    for name, field in model.model_fields.items():
        written = fields.get(field.alias or name)
        if name in numbers or name in conditions:
            if field.is_required():
                values[name] = numbers.get(name, _OPEN)
        elif isinstance(written, (str, tuple)) or not isinstance(written, (int, float, dict, list, type(None))):
            values[name] = written
        elif field.is_required():
            values[name] = UNKNOWN
    return model.model_construct(**values)
