"""Measurements by instruments whose own software writes a file: what a recipe can say of each.

A person puts an aliquot in and measures it under a name that the run gives; the run waits for the file of that name.
Some measure solids out of a jar, some what is dissolved in a vessel, some either.
"""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from autosynth.language.validation import FieldError, Located
from autosynth.recipe.parts import Identifier, Label
from autosynth.recipe.step import NumberField, RatioField, TimeField, default

_RATIO = re.compile(r"[A-Z][a-z]? */ *[A-Z][a-z]?")


class Exposure(Located):
    """What all have."""

    REFERENCE: ClassVar[tuple[str, str] | None] = None
    """The field that names another measurement of the same vessel, and the technique of that; None has none."""
    washed: StrictBool = True
    """Whether the aliquot is washed and dried before it is measured."""
    likely: TimeField = default("10 min", "time")
    """How long taking and preparing it likely takes; the instrument takes its `likely` of the station besides."""
    wait: TimeField = default("2 h", "time")
    """How long the file is waited for before the run is held."""


class Infrared(Exposure):
    """A spectrum of bands that the library knows."""

    REFERENCE: ClassVar[tuple[str, str] | None] = ("relative_to", "infrared")
    relative_to: Identifier | None = None
    """The measurement of the same jar before anything was milled, whose ratio of bands is the whole."""


class Diffraction(Exposure):
    """A powder pattern, refined with the lattices that the library knows."""

    candidates: tuple[Label, ...] = ()
    """Phases of the library that may be there; all if none is given."""


class UvVis(Exposure):
    """A diffuse-reflectance spectrum of an aliquot, or with `dip` what a probe in a vessel of liquid sees."""

    REFERENCE: ClassVar[tuple[str, str] | None] = ("relative_to", "uv_vis")
    dip: StrictBool = False
    """A probe stands in the vessel: nothing is taken out, and `aliquot` is left out."""
    relative_to: Identifier | None = None
    """With `dip`: the measurement of the same vessel before anything reacted, whose background is taken off."""
    frac: RatioField | None = None
    """With `dip`: the mole fraction that was charged of the metal that the library's alloy line is over."""

    @model_validator(mode="after")
    def _of_a_liquid(self) -> Self:
        for key in ("relative_to", "frac"):
            if getattr(self, key) is not None and not self.dip:
                raise FieldError(f"{key} is of particles in a liquid", "add dip: true", key)
        return self


class Sorption(Exposure):
    """A nitrogen isotherm at 77 K, for the area."""


class Composition(Exposure):
    """Elements by ICP, for ratios of metals."""

    ratio: Label = "Cu/Ru"
    """Which elements' ratio of amounts is wanted."""
    determinations: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    """How many times each is determined; the mean of so many is surer by their number's root."""

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if _RATIO.fullmatch(self.ratio) is None:
            raise FieldError(f"{self.ratio!r} is no ratio of two elements", "write Cu/Ru", "ratio")
        return self


class Mass(Exposure):
    """A mass spectrum of what is dissolved, for the mean and the spread of its composition."""

    REFERENCE: ClassVar[tuple[str, str] | None] = ("elements", "composition")
    washed: StrictBool = False
    """Whether it is precipitated, washed and dissolved anew before it is measured."""
    elements: Identifier | None = None
    """The elements of the same vessel, measured before; they anchor the mean where no lock mass does."""
    feed: RatioField | None = None
    """What part of the second unit was fed; with `target`."""
    target: NumberField | None = None
    """The mean that is wanted; with `feed`, the part to feed next is told: `next_feed`."""

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.feed is None) != (self.target is None):
            missing, given = ("target", "feed") if self.target is None else ("feed", "target")
            raise FieldError(f"{given} without {missing}", "write both: feed: 25 %, target: 3", given)
        return self


FileDrop = Literal["infrared", "diffraction", "uv_vis", "sorption", "composition", "mass"]
EXPOSURES: dict[str, type[Exposure]] = {
    "infrared": Infrared,
    "diffraction": Diffraction,
    "uv_vis": UvVis,
    "sorption": Sorption,
    "composition": Composition,
    "mass": Mass,
}
"""Key under `measure:` -> its model."""
DISSOLVED: frozenset[str] = frozenset({"composition", "mass"})
"""Techniques that can measure a sample of a liquid."""
SOLID: frozenset[str] = frozenset(EXPOSURES) - {"mass"}
"""Techniques that can measure an aliquot of a solid."""
