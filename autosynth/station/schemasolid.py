"""The station file's entries for solids: jars that are milled, and lots of powder."""

from typing import Annotated

from pydantic import Field, PositiveInt

from autosynth.language.fields import QuantityOf, UncertainOf
from autosynth.language.validation import Located
from autosynth.station.entrytypes import Date, Name, Text
from autosynth.units import Uncertain

Mass = Annotated[float, QuantityOf("mass")]
Length = Annotated[float, QuantityOf("length")]


class JarEntry(Located):
    """What serves a vessel for solids, and what mills in it; an autoclave has neither mill nor balls."""

    milled_by: Name | None = None
    """The mill it is clamped into; with `ball_mass`, `ball_diameter` and `ball_material`."""
    guarded_by: Name | None = None
    """The device that reads the mill's lid and clamp, and the jar's temperature and pressure."""
    dosed_by: Name | None = None
    """The dosing head, or the balance, that powder is weighed into it on; without one a person weighs."""
    balls: PositiveInt = 1
    """How many there are in it."""
    ball_mass: Mass | None = None
    """Of each."""
    ball_diameter: Length | None = None
    """Of each."""
    ball_material: Name | None = None
    """Of all."""
    amplitude: Length = 10.0
    """Half of the way that it goes to and fro; for energies only [assumed]."""
    mass: Mass = 0.0
    """Empty, with its lid and balls; so that what is in it can be weighed."""


class PowderEntry(Located):
    """A lot of powder."""

    mass: Mass
    """How much there is when the ledger begins."""
    species: Text = ""
    """What it is; its own name if not given."""
    purity: Annotated[Uncertain, UncertainOf("ratio")] = Field(default=Uncertain(1.0, 0.0, "ratio"))
    """Mass of the substance in the mass of powder, `value ± standard uncertainty`."""
    bulk_density: Annotated[float, QuantityOf("density")] = 0.5
    """Of the loose powder; for how full a jar is [assumed]."""
    lot: Text = ""
    """For the bill of materials and the record."""
    head: Text = ""
    """What is written on the dosing head that it is in; none if a person weighs it."""
    expires: Date | None = None
    """The last day it may be used."""
    hazards: tuple[Name, ...] = ()
    """H statements."""
