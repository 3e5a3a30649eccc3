"""What the fields of a file are made of: quantities, expressions and conditions from text, for pydantic models.

Write `Annotated[Expression, ExpressionOf("volume")]` or `Annotated[float, QuantityOf("volume")]`. A number without a
unit is refused where a unit is due. Literals are shared objects; expressions that name something keep their place.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from autosynth.errors import Mark
from autosynth.language.clauses import Clause, Flag
from autosynth.language.document import Origin
from autosynth.language.expression import Condition, Expression, constant
from autosynth.language.grammar import GrammarError, parse_tree
from autosynth.language.nodes import Name
from autosynth.language.patterns import (
    EXPRESSION,
    condition_schema,
    quantity_schema,
    range_schema,
    uncertain_schema,
)
from autosynth.units import DIMENSIONS, EXAMPLES, UnitError, article, parse_quantity, parse_range, parse_uncertain

_CACHE_LIMIT = 50_000
_LITERALS: dict[str, dict[str | int | float, Expression]] = {name: {} for name in DIMENSIONS}
_ARITHMETIC = re.compile(EXPRESSION)


@dataclass(frozen=True, slots=True)
class ExpressionOf:
    """A number of a dimension as an Expression: a quantity, or arithmetic on quantities and names."""

    dimension: str

    def validate(self, value: object, info: ValidationInfo) -> Expression:
        """Return a shared literal, or a tree whose names are still to be checked.

        Raises:
            UnitError: a literal is not a quantity of the dimension.
            GrammarError: the text is no expression.
        """
        if isinstance(value, Expression):
            return value
        cache = _LITERALS[self.dimension]
        key = value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
        if key is None:
            raise UnitError(f"{_shown(value)} is not {article(self.dimension)}", f"write {EXAMPLES[self.dimension]}")
        known = cache.get(key)
        if known is not None:
            return known
        text = key if isinstance(key, str) else repr(key)
        try:
            literal = constant(parse_quantity(text, self.dimension), text)
        except UnitError:
            if not _ARITHMETIC.search(text):
                raise
            tree, rounds = parse_tree(text)
            if rounds is not None or isinstance(tree, Clause):
                raise GrammarError(f"a condition stands where {article(self.dimension)} is wanted") from None
            return Expression(text, tree, _mark(info))
        if len(cache) >= _CACHE_LIMIT:
            cache.clear()
        cache[key] = literal
        return literal

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        del schema, handler
        return quantity_schema(self.dimension, expression=True)


@dataclass(frozen=True, slots=True)
class ConditionOf:
    """A condition, which may have to hold for several rounds."""

    def validate(self, value: object, info: ValidationInfo) -> Condition:
        """Return the condition.

        Raises:
            GrammarError: the text is no condition.
        """
        if isinstance(value, Condition):
            return value
        if not isinstance(value, str):
            raise GrammarError("a condition is a text", "write for instance cv.IA2 > 0.95")
        tree, rounds = parse_tree(value)
        if isinstance(tree, Name):
            tree = Flag(tree.name)
        if not isinstance(tree, Clause):
            raise GrammarError("a number stands where a condition is wanted", "compare it with something")
        return Condition(Expression(value, tree, _mark(info)), rounds or 1)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        del schema, handler
        return condition_schema()


@dataclass(frozen=True, slots=True)
class TextOf:
    """A text that a parser turns into a value: QuantityOf, RangeOf and UncertainOf make these."""

    parse: Callable[[str], Any]
    dimension: str
    example: str
    schema: Callable[[str, str], dict[str, Any]]

    def validate(self, value: object) -> Any:
        """Return what the parser makes of the text.

        Raises:
            UnitError: it is no text or number, or not what is wanted.
        """
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise UnitError(f"{_shown(value)} is not {article(self.dimension)}", f"write {self.example}")
        return self.parse(value if isinstance(value, str) else repr(value))

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        del schema, handler
        return self.schema(self.dimension, self.example)


def QuantityOf(dimension: str) -> TextOf:  # noqa: N802  # reads as a type in Annotated
    """Return the annotation of a float field written as a quantity."""
    return TextOf(
        lambda text: parse_quantity(text, dimension).value,
        dimension,
        EXAMPLES[dimension],
        lambda kind, _: quantity_schema(kind),
    )


def RangeOf(dimension: str) -> TextOf:  # noqa: N802  # reads as a type in Annotated
    """Return the annotation of a QuantityRange field written as "9 to 11 mmol/L"."""
    unit = EXAMPLES[dimension].partition(" ")[2]
    return TextOf(lambda text: parse_range(text, dimension), dimension, f"9 to 11 {unit}".rstrip(), range_schema)


def UncertainOf(dimension: str) -> TextOf:  # noqa: N802  # reads as a type in Annotated
    """Return the annotation of an Uncertain field written as "10.0 ± 0.1 mmol/L"."""
    unit = EXAMPLES[dimension].partition(" ")[2]
    example = f"10.0 ± 0.1 {unit}".rstrip()
    return TextOf(lambda text: parse_uncertain(text, dimension), dimension, example, uncertain_schema)


def _mark(info: ValidationInfo) -> Mark | None:
    origin: object = info.context
    return origin.where((info.field_name or "").rstrip("_")) if isinstance(origin, Origin) else None


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return {True: "true", False: "false"}.get(value, "nothing") if isinstance(value, bool) else "nothing"
