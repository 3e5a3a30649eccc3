"""The steps of mechanochemistry: what a jar is charged with, how it is milled, opened, washed and activated."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictInt, model_validator

from autosynth.language.expression import Expression
from autosynth.language.validation import FieldError
from autosynth.recipe.parts import BasisField, Identifier, Label
from autosynth.recipe.step import (
    AmountField,
    EquivalentsField,
    FrequencyField,
    HeatingRateField,
    MassField,
    RateField,
    RatioField,
    SpecificEnergyField,
    SpecificVolumeField,
    StepBase,
    TemperatureField,
    TimeField,
    VolumeField,
    default,
)

QUANTITIES_OF_DOSE = ("mass", "moles", "equivalents")


class Dose(StepBase):
    """Weigh a powder into a jar: exactly one of mass, moles or equivalents says how much.

    The station's dosing head does it, or a person at the balance; what was really weighed is what counts from then on.
    """

    verb: ClassVar[str] = "dose"
    reagent: Label
    """A reagent that the station has as a powder, or a parameter whose choices are such reagents."""
    to: Label
    """The jar, a role."""
    mass: MassField | None = None
    """How much powder; exactly one of `mass`, `moles`, `equivalents`."""
    moles: AmountField | None = None
    """How much of a reagent with a `formula`; the lot's purity is allowed for."""
    equivalents: EquivalentsField | None = None
    """How much, relative to what `of` names."""
    of: BasisField | None = None
    """With `equivalents` only, and then required: of what."""
    tolerance: RatioField = default("1 %", "ratio")
    """How far what is weighed may be off; more holds the run."""

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        given = [name for name in QUANTITIES_OF_DOSE if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"{' and '.join(given)} are given" if given else "nothing says how much"
            raise FieldError(said, f"give exactly one of {', '.join(QUANTITIES_OF_DOSE)}", given[1] if given else None)
        if (self.equivalents is None) != (self.of is None):
            raise FieldError("equivalents and of belong together", "add of: charged cluster", "of" if self.of else None)
        return self

    @property
    def quantity(self) -> Expression:
        """Return how much is weighed in, in whichever way it was given."""
        for name in QUANTITIES_OF_DOSE:
            value: Expression | None = getattr(self, name)
            if value is not None:
                return value
        raise ValueError("a dose always has a quantity")


class Weigh(StepBase):
    """Weigh a jar with what is in it, on the balance of its dosing head or by a person; the result has a name."""

    verb: ClassVar[str] = "weigh"
    vessel: Label
    """The jar, a role."""
    as_: Identifier = Field(alias="as")
    """What the mass of what is in it is called: `<as>.mass`, in g."""


class Grind(StepBase):
    """Mill a jar for a time or for a dose of energy, in blocks with pauses, wetted before if a liquid is named.

    The liquid is brought up to `eta` times the mass that was really weighed in: what is in the jar already counts. It
    comes into the open jar, which is closed and clamped then.
    """

    verb: ClassVar[str] = "grind"
    vessel: Label
    """The jar, a role."""
    frequency: FrequencyField
    """How often it goes to and fro."""
    for_: TimeField | None = Field(default=None, alias="for")
    """How long it is milled, pauses not counted; this or `energy`."""
    energy: SpecificEnergyField | None = None
    """Until so much energy a gram has been put in; this or `for`."""
    block: TimeField = default("15 min", "time")
    """The longest time of milling without a pause."""
    pause: TimeField = default("5 min", "time")
    """Between two blocks."""
    liquid: Label | None = None
    """A reagent that the station has as a stock in a syringe whose line leads into the jar; with `eta`."""
    eta: SpecificVolumeField | None = None
    """Liquid over the mass of all solids in the jar; with `liquid`."""
    rate: RateField | None = None
    """How fast the liquid comes in; the station's `draw_rate` if not given."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.for_ is None) == (self.energy is None):
            raise FieldError("milled for how long?", "give either for: 15 min or energy: 1500 J/g")
        if (self.liquid is None) != (self.eta is None):
            missing, given = ("liquid", "eta") if self.liquid is None else ("eta", "liquid")
            raise FieldError(f"{given} without {missing}", "write liquid: MeOH and eta: 0.6 uL/mg", given)
        return self


class Wet(StepBase):
    """Bring the liquid of an open jar up to `eta` times the mass that was weighed in, without milling it.

    What is in it already counts, so that wetting twice up to the same adds nothing.
    """

    verb: ClassVar[str] = "wet"
    vessel: Label
    """The jar, a role."""
    liquid: Label
    """A reagent that the station has as a stock in a syringe."""
    eta: SpecificVolumeField
    """Liquid over the mass of all solids in the jar."""
    rate: RateField | None = None
    """How fast the liquid comes in; the station's `draw_rate` if not given."""


class Vent(StepBase):
    """Let the pressure out of a closed jar by hand, into the extraction; the vapour that goes is booked."""

    verb: ClassVar[str] = "vent"
    vessel: Label
    """The jar, a role."""


class Open(StepBase):
    """Open a jar by hand; it must have been vented and be at rest, cool and without pressure."""

    verb: ClassVar[str] = "open"
    vessel: Label
    """The jar, a role."""


class Close(StepBase):
    """Close a jar by hand."""

    verb: ClassVar[str] = "close"
    vessel: Label
    """The jar, a role."""


class Wash(StepBase):
    """Wash the solid in a jar and spin it down, so many times; by hand."""

    verb: ClassVar[str] = "wash"
    vessel: Label
    """The jar, a role."""
    with_: Label = Field(alias="with")
    """A reagent of the recipe; it is poured by hand out of its bottle, not out of a stock of the station."""
    volume: VolumeField
    """How much each time: no more than the jar holds beside its balls."""
    times: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    """How many times."""
    likely: TimeField = default("30 min", "time")
    """How long each takes."""


class Centrifuge(StepBase):
    """Spin down what is in a jar and take the liquid off; by hand."""

    verb: ClassVar[str] = "centrifuge"
    vessel: Label
    """The jar, a role."""
    for_: TimeField = Field(alias="for")
    """How long."""


class Activate(StepBase):
    """Drive solvent out of the solid: ramp to a temperature and hold it, under vacuum; in an oven, by hand.

    With `in: jar` the open jar goes into the oven as it is, so its `rated_temperature` holds; with `in: dish` the
    powder goes there without it, and comes back into it afterwards.
    """

    verb: ClassVar[str] = "activate"
    vessel: Label
    """The jar, a role."""
    to: TemperatureField
    """The temperature."""
    ramp: HeatingRateField = default("5 K/min", "heating_rate")
    """How fast it is reached."""
    hold: TimeField
    """How long it is held."""
    atmosphere: Literal["vacuum", "nitrogen", "air"] = "vacuum"
    """In what gas, or none."""
    in_: Literal["jar", "dish"] = Field(default="jar", alias="in")
    """What stands in the oven: the jar itself, which is rated for the temperature, or a dish with the powder."""


class Autoclave(StepBase):
    """Heat a solid with a solvent in a closed vessel, in an oven: poured in, closed, heated, cooled; by hand.

    The person enters how much was poured and how warm the vessel was when it was taken out; it stays closed. Above
    30 °C the run is held until it has cooled.
    """

    verb: ClassVar[str] = "autoclave"
    vessel: Label
    """The autoclave, a role: open, rated for the temperature and for twice the pressure that the solvent has then."""
    liquid: Label
    """A reagent that the station has as a stock, in a bottle; or a parameter whose choices are such reagents."""
    volume: VolumeField
    """How much of it: with the powder no more than two thirds of the vessel."""
    to: TemperatureField
    """The temperature of the oven."""
    ramp: HeatingRateField = default("2 K/min", "heating_rate")
    """How fast it is reached."""
    hold: TimeField
    """How long it is held."""
    cooling: TimeField = default("3 h", "time")
    """How long it is left to cool in the oven before it is taken out."""


SOLID_VERBS: tuple[type[StepBase], ...] = (
    Dose,
    Weigh,
    Wet,
    Grind,
    Vent,
    Open,
    Close,
    Wash,
    Centrifuge,
    Activate,
    Autoclave,
)
"""Every verb of solids."""
