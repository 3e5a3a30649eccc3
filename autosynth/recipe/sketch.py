"""A stand-in for a step that is wrong, so that one mistake does not make others out of what refers to the step.

It keeps the names that were written and fills the rest with values that mean nothing; it never leaves the loader,
because a recipe with a wrong step is never returned.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from autosynth.language.clauses import Comparison
from autosynth.language.document import Origin
from autosynth.language.expression import Condition, Expression, constant
from autosynth.language.nodes import Literal
from autosynth.language.validation import Located
from autosynth.recipe.fieldkinds import condition_fields, expression_fields, is_text
from autosynth.units import Quantity

L = TypeVar("L", bound=Located)
UNKNOWN = "?"
"""Stands for a name that was not written; name checks pass over it."""
_ONE = Literal(Quantity(1.0, "number"))
_OPEN = Condition(Expression("1 == 1", Comparison("==", _ONE, _ONE)))


def sketch(model: type[L], origin: Origin, fields: Mapping[str, Any]) -> L:
    """Return a step, or part of one, of that model that holds what was written correctly as far as names go."""
    values: dict[str, Any] = {"origin": origin}
    numbers = {name: constant(Quantity(1.0, dimension), "1") for name, _, dimension in expression_fields(model)}
    conditions = condition_fields(model)
    for name, field in model.model_fields.items():
        written = fields.get(field.alias or name)
        if name in numbers or name in conditions:
            if field.is_required():
                values[name] = numbers.get(name, _OPEN)
        elif is_text(field):
            if isinstance(written, str) or field.is_required():
                values[name] = written if isinstance(written, str) else UNKNOWN
        elif isinstance(written, (tuple, Located)):
            values[name] = written
        elif field.is_required():
            values[name] = _part(field.annotation, origin)
    return model.model_construct(**values)  # type: ignore[return-value]  # the plugin forgets the variable


def _part(annotation: object, origin: Origin) -> object:
    """Return what stands for a part that was not written: a sketch of its model, nothing for a list."""
    if isinstance(annotation, type) and issubclass(annotation, Located):
        return sketch(annotation, origin, {})
    return ()
