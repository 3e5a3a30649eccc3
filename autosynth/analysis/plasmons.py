"""Plasmon libraries: where alloyed particles of two metals absorb, and what of a spectrum is a warning.

A library is data (`protocols/<system>/species/*.yaml`, file key `autosynth_plasmons: 1`), the analyser's own knowledge
and no part of any simulated bench. This module reads and checks it; it fits nothing.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.document import parse_document

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Place(_Entry):
    """A place on the alloy line."""

    frac: Share
    """Mole fraction of the metal that the line is over."""
    position: Positive
    """Where the alloy's band has its maximum, nm."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""


class PlasmonLibrary(_Entry):
    """The plasmons of one pair of metals in one medium."""

    autosynth_plasmons: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    medium: str
    """What the particles are in."""
    metal: str
    """The metal whose mole fraction the line is over."""
    low: Positive
    """Where features are looked for from, nm."""
    high: Positive
    """Where they are looked for to, nm."""
    line: Annotated[tuple[Place, ...], Field(min_length=2)]
    """The alloy line, fractions and positions ascending; straight between its places."""
    line_sd: Positive
    """Standard uncertainty of the line, nm: of its source and of the instrument's scale."""
    alloy_within: Positive
    """An alloy's band lies within so many nm of the line."""
    red: Positive = 700.0
    """Where clumped particles absorb, nm."""
    clumped_ratio: Positive
    """Absorbance at `red` over the band's above which particles have clumped."""
    beer: Positive = 1.5
    """Absorbance above which it is not proportional to an amount."""
    scatter: Positive
    """Absorbance by scattering at 500 nm above which there is something solid."""
    source: str
    """Provenance of the limits, as of a place."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(a.frac >= b.frac or a.position >= b.position for a, b in pairwise(self.line)):
            raise ValueError("the places of the line ascend, in fraction and in position")
        if not self.low < self.line[0].position < self.line[-1].position < self.high < self.red:
            raise ValueError("the line lies between low and high, and red above both")
        return self

    def position_nm(self, frac: float) -> float:
        """Return where an alloy's band lies; beyond the ends of the line theirs."""
        return _between(frac, [(one.frac, one.position) for one in self.line])

    def frac(self, position_nm: float) -> float:
        """Return the fraction of an alloy whose band lies there; beyond the ends of the line theirs."""
        return _between(position_nm, [(one.position, one.frac) for one in self.line])

    def slope_nm(self, frac: float) -> float:
        """Return how many nm the line climbs over one unit of fraction near a place."""
        low, high = max(0.0, frac - 0.05), min(1.0, frac + 0.05)
        return (self.position_nm(high) - self.position_nm(low)) / (high - low)


def _between(at: float, places: Sequence[tuple[float, float]]) -> float:
    """Return the straight line between ascending places at some point, and the ends beyond them."""
    if at <= places[0][0]:
        return places[0][1]
    for (low, first), (high, last) in pairwise(places):
        if at <= high:
            return first + (last - first) * (at - low) / (high - low)
    return places[-1][1]


def parse_plasmons(text: str, file: str = "<library>") -> PlasmonLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(PlasmonLibrary, text, file, "plasmons")
