"""Steps that bring a number: measurements and the operator's own."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from autosynth.contracts.nmr import LARGEST_PULSE_DEG
from autosynth.language.fields import QuantityOf
from autosynth.language.validation import FieldError, Located
from autosynth.recipe.exposure import (
    DISSOLVED,
    EXPOSURES,
    SOLID,
    Composition,
    Diffraction,
    Exposure,
    Infrared,
    Mass,
    Sorption,
    UvVis,
)
from autosynth.recipe.parts import Identifier, Label, SettingField
from autosynth.recipe.step import (
    ConditionField,
    CurrentField,
    MassField,
    PotentialField,
    ScanRateField,
    StepBase,
    TimeField,
    VolumeField,
    default,
)
from autosynth.units import DIMENSIONS, Quantity, UnitError, parse_quantity

TECHNIQUES = ("voltammetry", "nmr", *EXPOSURES)
MOST_SCANS, MOST_BLOCKS = 8, 4
"""How many voltammograms, or blocks of NMR scans, are made at most where the recipe does not say."""


class Voltammetry(Located):
    """A cyclic scan; potentials are against the named reference (Fc: ferrocene; instrument: the cell's electrode)."""

    begin: PotentialField
    """Where the scan begins and ends."""
    vertex1: PotentialField
    """The first turn."""
    vertex2: PotentialField
    """The second turn."""
    step: PotentialField = default("2 mV", "potential")
    """Between two points."""
    rate: ScanRateField = default("100 mV/s", "scan_rate")
    """How fast the potential changes."""
    range: CurrentField = default("100 uA", "current")
    """The largest current; choose it above the peaks."""
    quiet: TimeField | None = None
    """At `begin` before the scan."""
    reference: Literal["Fc", "instrument"] = "Fc"
    """The scale of the potentials; Fc is translated by the station's offset for the cell."""


class Nmr(Located):
    """Blocks of scans of one nucleus; the spectrometer is that of the tube's rack."""

    nucleus: Annotated[str, Field(strict=True, pattern=r"^[0-9]{1,3}[A-Z][a-z]?$")]
    """Such as 31P or 1H."""
    scans: Annotated[StrictInt, Field(ge=1, le=16384)] = 64
    """Of one block; between blocks it is looked at whether enough is known."""
    repetition: TimeField = default("3 s", "time")
    """From one scan to the next."""
    acquisition: TimeField = default("1.6 s", "time")
    """How long each decay is recorded."""
    pulse: Annotated[float, QuantityOf("angle")] = 90.0
    """The pulse's angle, at most 90 deg."""
    shim: Literal["check", "quick", "power"] = "check"
    """What is done about the field before the first block; a check that fails is followed by a quick shim."""

    @model_validator(mode="after")
    def _pulse_turns(self) -> Self:
        if not 0 < self.pulse <= LARGEST_PULSE_DEG:
            raise FieldError(f"a pulse of {self.pulse:g} deg is none", "from above 0 to 90 deg", "pulse")
        return self


class Measure(StepBase):
    """Measure, several scans if need be, until the asked standard uncertainties are reached.

    With `decide`, scans go on (up to `scans_at_most`) while that condition is undecided: a measurement that is to
    decide something stops when it can. `until` maps a quantity, or "change" and a quantity, to the standard
    uncertainty at which to stop, in the canonical unit of whatever dimension was written.
    """

    verb: ClassVar[str] = "measure"
    voltammetry: Voltammetry | None = None
    """A cyclic scan; this or another technique."""
    nmr: Nmr | None = None
    """Blocks of scans of a nucleus; this or another technique."""
    infrared: Infrared | None = None
    """A spectrum of a jar's solid, by file; this or another technique."""
    diffraction: Diffraction | None = None
    """A powder pattern, by file; this or another technique."""
    uv_vis: UvVis | None = None
    """A reflectance spectrum, or that of a liquid, by file; this or another technique."""
    sorption: Sorption | None = None
    """An isotherm, by file; this or another technique."""
    composition: Composition | None = None
    """Elements, by file; this or another technique."""
    mass: Mass | None = None
    """A mass spectrum of a liquid, by file; this or another technique."""
    in_: Label = Field(alias="in")
    """The cell, a role; a rack's next free tube for a role of kind `nmr_tube_rack`; an instrument that writes files."""
    of: Label | None = None
    """The vessel that is sampled, a role; with `sample` or `aliquot`, or neither."""
    sample: VolumeField | None = None
    """How much of it, of a liquid."""
    aliquot: MassField | None = None
    """How much of it, of a solid."""
    as_: Identifier = Field(alias="as")
    """Results are called `<as>.<quantity>`."""
    scans_at_most: Annotated[StrictInt, Field(ge=1, le=65536)] | None = None
    """When to stop in any case; 8 voltammograms or 4 blocks if nothing is said. Of `nmr` whole blocks."""
    until: dict[Label, SettingField] = Field(default_factory=dict)
    """Scan until the standard uncertainty of each quantity is this small; `change X` asks it of the change since the
    last sample."""
    decide: ConditionField | None = None
    """Go on while this condition is undecided."""
    species: tuple[Label, ...] = ()
    """Species, or stages of the library, that may be there; all if none is given."""
    clean: StrictBool = True
    """Empty and rinse the cell afterwards; an NMR tube keeps its sample."""

    @property
    def technique(self) -> str:
        """Return how it is measured: "voltammetry", "nmr", or one of those by file."""
        return next((name for name in TECHNIQUES if getattr(self, name) is not None), "voltammetry")

    @property
    def exposure(self) -> Exposure | None:
        """Return what was asked of an instrument that writes a file; None of any other."""
        return next((part for name in EXPOSURES if (part := getattr(self, name)) is not None), None)

    @property
    def dips(self) -> bool:
        """Tell whether a probe in a vessel measures, and nothing is taken out."""
        return self.uv_vis is not None and self.uv_vis.dip

    @property
    def scan(self) -> Voltammetry:
        """Return the scan of a measurement by voltammetry.

        Raises:
            FieldError: it is none.
        """
        if self.voltammetry is None:
            raise FieldError("this is no voltammetry", "", "voltammetry")
        return self.voltammetry

    @property
    def blocks(self) -> Nmr:
        """Return the blocks of a measurement by NMR.

        Raises:
            FieldError: it is none.
        """
        if self.nmr is None:
            raise FieldError("this is no NMR", "", "nmr")
        return self.nmr

    @property
    def most_scans(self) -> int:
        """Return how many scans there may be."""
        if self.exposure is not None:
            return 1
        if self.scans_at_most is not None:
            return self.scans_at_most
        return MOST_SCANS if self.nmr is None else MOST_BLOCKS * self.nmr.scans

    @model_validator(mode="after")
    def _one_technique(self) -> Self:
        given = [name for name in TECHNIQUES if getattr(self, name) is not None]
        if len(given) != 1:
            raise FieldError("measure needs one technique", f"write one of {', '.join(TECHNIQUES)}: {{...}}", "in")
        if self.nmr is not None and self.most_scans % self.nmr.scans:
            hint = f"write a multiple of {self.nmr.scans}"
            raise FieldError(f"{self.most_scans} scans are not whole blocks of {self.nmr.scans}", hint, "scans_at_most")
        return self

    @model_validator(mode="after")
    def _sample_of(self) -> Self:
        if self.exposure is not None:
            self._by_file()
            self._once()
        elif self.aliquot is not None:
            raise FieldError("an aliquot is of a solid", "a cell and a tube take sample: 0.2 mL", "aliquot")
        elif (self.of is None) != (self.sample is None):
            missing, given = ("of", "sample") if self.of is None else ("sample", "of")
            hint = "of: reactor" if missing == "of" else "sample: 0.2 mL"
            raise FieldError(f"{given} without {missing}", f"add {hint}", given)
        for name, sd in self.until.items():
            if not isinstance(sd, Quantity) or not sd.value > 0:
                raise FieldError(f"until: {name} needs a positive standard uncertainty", "write 0.25 %", "until")
        return self

    def _by_file(self) -> None:
        """Refuse all but an aliquot of a solid or a sample of a liquid, as it is measured; a probe takes nothing."""
        if self.dips:
            if self.of is None or self.aliquot is not None or self.sample is not None:
                raise FieldError("a probe takes nothing out of its vessel", "add of: pot, without aliquot or sample")
            return
        able = (self.technique in SOLID, self.technique in DISSOLVED)
        given = (self.aliquot is not None, self.sample is not None)
        if self.of is None or sum(given) != 1 or not any(a and g for a, g in zip(able, given, strict=True)):
            what = [name for name, a in zip(("an aliquot of a jar", "a sample of a liquid"), able, strict=True) if a]
            how = [text for text, a in zip(("aliquot: 2 mg", "sample: 0.1 mL"), able, strict=True) if a]
            hint = f"add of: {'jar' if able[0] else 'reactor'} and {' or '.join(how)}"
            raise FieldError(f"a measurement by {self.technique} is of {' or '.join(what)}", hint)

    def _once(self) -> None:
        """Refuse what has no meaning where there is one file, and nothing more comes."""
        for name in ("until", "decide", "scans_at_most"):
            if getattr(self, name):
                hint = "repeat the step while something is undecided"
                raise FieldError(f"{name} needs scans, and {self.technique} is one file", hint, name)
        if self.species:
            hint = "leave it out; diffraction has candidates:"
            raise FieldError(f"{self.technique} looks for all that its library has", hint, "species")


class Entry(Located):
    """A value that the operator enters: its name, and its unit or dimension, and what is plausible."""

    name: Identifier
    """What expressions call the value."""
    unit: Label | None = None
    """The unit it is entered in."""
    dimension: Label | None = None
    """Its dimension, instead of a unit."""
    min: SettingField | None = None
    """The least that is plausible."""
    max: SettingField | None = None
    """The most that is plausible."""

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
    """What to do."""
    likely: TimeField
    """How long it takes; a simulated operator takes 0.8 to 1.2 times that."""
    enter: Entry | None = None
    """A number to enter; expressions may use its name afterwards."""
    confirm: StrictBool = True
    """Confirm when it is done."""
