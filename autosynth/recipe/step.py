"""What every step has: a verb, a place, and perhaps an id and a remark; and the types its fields share."""

from typing import Annotated, ClassVar, TypeAlias

from autosynth.language.expression import Condition, Expression, constant
from autosynth.language.fields import ConditionOf, ExpressionOf
from autosynth.language.validation import Located
from autosynth.recipe.parts import Identifier, Prose
from autosynth.units import parse_quantity

VolumeField: TypeAlias = Annotated[Expression, ExpressionOf("volume")]
MassField: TypeAlias = Annotated[Expression, ExpressionOf("mass")]
AmountField: TypeAlias = Annotated[Expression, ExpressionOf("amount")]
EquivalentsField: TypeAlias = Annotated[Expression, ExpressionOf("equivalents")]
RateField: TypeAlias = Annotated[Expression, ExpressionOf("rate")]
SpeedField: TypeAlias = Annotated[Expression, ExpressionOf("speed")]
TimeField: TypeAlias = Annotated[Expression, ExpressionOf("time")]
TemperatureField: TypeAlias = Annotated[Expression, ExpressionOf("temperature")]
DifferenceField: TypeAlias = Annotated[Expression, ExpressionOf("temperature_difference")]
PotentialField: TypeAlias = Annotated[Expression, ExpressionOf("potential")]
ScanRateField: TypeAlias = Annotated[Expression, ExpressionOf("scan_rate")]
CurrentField: TypeAlias = Annotated[Expression, ExpressionOf("current")]
RatioField: TypeAlias = Annotated[Expression, ExpressionOf("ratio")]
FrequencyField: TypeAlias = Annotated[Expression, ExpressionOf("frequency")]
HeatingRateField: TypeAlias = Annotated[Expression, ExpressionOf("heating_rate")]
SpecificEnergyField: TypeAlias = Annotated[Expression, ExpressionOf("specific_energy")]
SpecificVolumeField: TypeAlias = Annotated[Expression, ExpressionOf("specific_volume")]
NumberField: TypeAlias = Annotated[Expression, ExpressionOf("number")]
ConditionField: TypeAlias = Annotated[Condition, ConditionOf()]


class StepBase(Located):
    """A line of a recipe."""

    verb: ClassVar[str]
    id: Identifier | None = None
    """A name for this step."""
    about: Prose = ""
    """A remark."""


def default(text: str, dimension: str) -> Expression:
    """Return a default value of a field, as if it had been written."""
    return constant(parse_quantity(text, dimension), text)
