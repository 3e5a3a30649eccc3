"""The steps that act on vessels: what each verb can be told, with units.

A field that is a word of Python carries an underscore (`from_`, `for_`, `with_`).
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from autosynth.language.expression import Expression
from autosynth.language.validation import FieldError
from autosynth.recipe.parts import BasisField, Identifier, Label
from autosynth.recipe.step import (
    AmountField,
    DifferenceField,
    EquivalentsField,
    MassField,
    RateField,
    SpeedField,
    StepBase,
    TemperatureField,
    TimeField,
    VolumeField,
    default,
)

QUANTITIES_OF_ADD = ("volume", "mass", "moles", "equivalents")


class Add(StepBase):
    """Dose a reagent into a vessel: exactly one of volume, mass, moles or equivalents says how much."""

    verb: ClassVar[str] = "add"
    reagent: Label
    """A reagent, or a parameter whose choices are reagents."""
    to: Label
    """The vessel: a role of `needs`, or a vessel's own name."""
    volume: VolumeField | None = None
    """How much; exactly one of `volume`, `mass`, `moles`, `equivalents`."""
    mass: MassField | None = None
    """How much of a reagent with a `formula`."""
    moles: AmountField | None = None
    """How much, as an amount."""
    equivalents: EquivalentsField | None = None
    """How much, relative to what `of` names."""
    of: BasisField | None = None
    """With `equivalents` only, and then required: of what."""
    rate: RateField | None = None
    """How fast it enters the vessel; the station's `draw_rate` if not given."""

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        given = [name for name in QUANTITIES_OF_ADD if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"{' and '.join(given)} are given" if given else "nothing says how much"
            raise FieldError(said, f"give exactly one of {', '.join(QUANTITIES_OF_ADD)}", given[1] if given else None)
        if self.equivalents is not None and self.of is None:
            raise FieldError(
                "equivalents of what?", "add of: cluster in reactor, or of: charged cluster", "equivalents"
            )
        if self.equivalents is None and self.of is not None:
            raise FieldError(f"of belongs to equivalents, not to {given[0]}", "remove it, or give equivalents", "of")
        return self

    @property
    def quantity(self) -> Expression:
        """Return how much is added, in whichever way it was given."""
        for name in QUANTITIES_OF_ADD:
            value: Expression | None = getattr(self, name)
            if value is not None:
                return value
        raise ValueError("an add step always has a quantity")


class Transfer(StepBase):
    """Move liquid from one vessel to another."""

    verb: ClassVar[str] = "transfer"
    from_: Label = Field(alias="from")
    """The source, a role."""
    to: Label
    """The target, a role."""
    volume: Literal["all"] | VolumeField
    """How much; `all` is what the ledger says is there and as much more as is not known, so that nothing stays."""
    rate: RateField | None = None
    """How fast it leaves the syringe; the station's `draw_rate` if not given."""


class Stir(StepBase):
    """Set a stirrer's speed; with `for`, wait so long and stop it again. 0 rpm stops."""

    verb: ClassVar[str] = "stir"
    vessel: Label
    """Whose stirrer, a role."""
    speed: SpeedField
    """How fast; 0 rpm stops."""
    for_: TimeField | None = Field(default=None, alias="for")
    """Wait so long and stop again."""


class Sweep(StepBase):
    """Sweep a vessel with gas, and wait until so much is measured to flow; 0 mL/min closes."""

    verb: ClassVar[str] = "sweep"
    vessel: Label
    """Whose gas-flow controller, a role."""
    flow: RateField
    """How much, at 25 °C and 101.325 kPa."""
    gas: Label | None = None
    """Which gas; one that the controller does not have is refused."""
    within: TimeField = default("1 min", "time")
    """How long it may take until it flows."""


class Thermal(StepBase):
    """What heating and cooling share."""

    vessel: Label
    """Whose temperature, a role."""
    to: TemperatureField | None = None
    """The temperature; this, or `off: true`."""
    within: TimeField | None = None
    """How long it may take; one hour if not given."""
    tolerance: DifferenceField = default("2 K", "temperature_difference")
    """How near is there."""
    hold: StrictBool = True
    """Go on controlling afterwards; false switches off when it is reached."""
    off: StrictBool = False
    """Switch control off."""

    @model_validator(mode="after")
    def _to_or_off(self) -> Self:
        if self.off and (self.to is not None or self.within is not None):
            raise FieldError("off is given together with a temperature", "give either to: or off: true", "off")
        if not self.off and self.to is None:
            raise FieldError("no temperature is given", "add to: 40 °C, or off: true")
        return self


class Heat(Thermal):
    """Bring a vessel to a temperature above the present one, and hold it there."""

    verb: ClassVar[str] = "heat"


class Cool(Thermal):
    """Bring a vessel to a temperature below the present one, and hold it there."""

    verb: ClassVar[str] = "cool"


class Wait(StepBase):
    """Let time pass; more than the tolerance beyond it is a recorded deviation."""

    verb: ClassVar[str] = "wait"
    for_: TimeField = Field(alias="for")
    """How long; alone it may stand directly after `wait:`."""
    tolerance: TimeField | None = None
    """How much more is still as meant; any if not given."""


class Sample(StepBase):
    """Move a small volume into a vial or cell."""

    verb: ClassVar[str] = "sample"
    from_: Label = Field(alias="from")
    """The source, a role."""
    to: Label
    """A vial or cell, a role."""
    volume: VolumeField
    """How much."""
    as_: Identifier | None = Field(default=None, alias="as")
    """What the sample is called."""


class Clean(StepBase):
    """Rinse a vessel or a line so many times."""

    verb: ClassVar[str] = "clean"
    vessel: Label | None = None
    """Emptied and rinsed, a role; this or `line`."""
    line: Label | None = None
    """A line of the station that is flushed."""
    with_: Label = Field(alias="with")
    """The rinse, one of the station's stocks."""
    volume: VolumeField
    """How much each time."""
    times: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    """How many times."""

    @model_validator(mode="after")
    def _vessel_or_line(self) -> Self:
        if (self.vessel is None) == (self.line is None):
            raise FieldError("clean what?", "give either vessel or line", None if self.vessel is None else "line")
        return self


class Note(StepBase):
    """Write a remark into the journal."""

    verb: ClassVar[str] = "note"
    text: Annotated[str, Field(strict=True, min_length=1, max_length=2000)]
    """The remark; it may stand directly after `note:`."""


class Stop(StepBase):
    """End the run here, stopped, for a reason: what was made or measured is not what was wanted."""

    verb: ClassVar[str] = "stop"
    reason: Annotated[str, Field(strict=True, min_length=1, max_length=2000)]
    """Why; it may stand directly after `stop:`."""
