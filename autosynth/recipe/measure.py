"""Steps that bring a number: measurements and the operator's own."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from autosynth.language.validation import FieldError, Located
from autosynth.recipe.parts import Identifier, Label, SettingField
from autosynth.recipe.step import (
    ConditionField,
    CurrentField,
    PotentialField,
    ScanRateField,
    StepBase,
    TimeField,
    VolumeField,
    default,
)
from autosynth.units import DIMENSIONS, Quantity, UnitError, parse_quantity


class Voltammetry(Located):
    """A cyclic scan; potentials are against the named reference (Fc: ferrocene; instrument: the cell's electrode)."""

    begin: PotentialField
    vertex1: PotentialField
    vertex2: PotentialField
    step: PotentialField = default("2 mV", "potential")
    rate: ScanRateField = default("100 mV/s", "scan_rate")
    range: CurrentField = default("100 uA", "current")
    quiet: TimeField | None = None
    reference: Literal["Fc", "instrument"] = "Fc"


class Measure(StepBase):
    """Measure, several scans if need be, until the asked standard uncertainties are reached.

    With `decide`, scans go on (up to `scans_at_most`) while that condition is undecided: a measurement that is to
    decide something stops when it can. `until` maps a quantity, or "change" and a quantity, to the standard
    uncertainty at which to stop, in the canonical unit of whatever dimension was written.
    """

    verb: ClassVar[str] = "measure"
    voltammetry: Voltammetry
    in_: Label = Field(alias="in")
    of: Label | None = None
    sample: VolumeField | None = None
    as_: Identifier = Field(alias="as")
    scans_at_most: Annotated[StrictInt, Field(ge=1, le=1000)] = 8
    until: dict[Label, SettingField] = Field(default_factory=dict)
    decide: ConditionField | None = None
    species: tuple[Label, ...] = ()
    clean: StrictBool = True

    @model_validator(mode="after")
    def _sample_of(self) -> Self:
        if (self.of is None) != (self.sample is None):
            missing, given = ("of", "sample") if self.of is None else ("sample", "of")
            hint = "of: reactor" if missing == "of" else "sample: 0.2 mL"
            raise FieldError(f"{given} without {missing}", f"add {hint}", given)
        for name, sd in self.until.items():
            if not isinstance(sd, Quantity) or not sd.value > 0:
                raise FieldError(f"until: {name} needs a positive standard uncertainty", "write 0.25 %", "until")
        return self


class Entry(Located):
    """A value that the operator enters: its name, and its unit or dimension, and what is plausible."""

    name: Identifier
    unit: Label | None = None
    dimension: Label | None = None
    min: SettingField | None = None
    max: SettingField | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.unit is not None and self.dimension is not None:
            raise FieldError("unit and dimension are both given", "give one of them", "dimension")
        if self.dimension is not None and self.dimension not in DIMENSIONS:
            raise FieldError(f"{self.dimension!r} is not a dimension", f"known: {', '.join(DIMENSIONS)}", "dimension")
        kind = self.kind
        for field in ("min", "max"):
            limit: Quantity | str | None = getattr(self, field)
            if limit is not None and (not isinstance(limit, Quantity) or limit.dimension != kind):
                raise FieldError(
                    f"{field} is not {kind.replace('_', ' ')}", f"the value is entered in {self.unit or kind}", field
                )
        return self

    @property
    def kind(self) -> str:
        """Return the dimension of the entered value.

        Raises:
            FieldError: the unit is unknown.
        """
        if self.unit is None:
            return self.dimension or "number"
        try:
            return parse_quantity(f"1 {self.unit}").dimension
        except UnitError as error:
            raise FieldError(error.message, error.hint, "unit") from error


class Operator(StepBase):
    """Ask a person to do something, to confirm it, or to enter a value."""

    verb: ClassVar[str] = "operator"
    prompt: Annotated[str, Field(strict=True, min_length=1, max_length=2000)]
    likely: TimeField
    enter: Entry | None = None
    confirm: StrictBool = True
