"""Adsorbate libraries: which gas at which temperature covers how much surface, and who says so.

A library is data (`protocols/<system>/species/*.yaml`, file key `autosynth_adsorbates: 1`); this module reads it.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.document import parse_document
from autosynth.errors import AnalysisError

NEAR_K = 2.0
"""An isotherm this far from a gas's temperature is of that gas; further away its molecules pack otherwise."""
Positive = Annotated[float, Field(gt=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Gas(_Entry):
    """A gas at its boiling point."""

    name: str
    """As isotherms call it."""
    aliases: tuple[str, ...] = ()
    """Other names."""
    temperature_k: Positive
    """Of the bath."""
    cross_section_nm2: Positive
    """Area that a molecule of the monolayer covers."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""


class AdsorbateLibrary(_Entry):
    """Gases that surfaces are measured with."""

    autosynth_adsorbates: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    gases: Annotated[tuple[Gas, ...], Field(min_length=1)]
    """The gases."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        keys = [(name.lower(), one.temperature_k) for one in self.gases for name in (one.name, *one.aliases)]
        if len(set(keys)) < len(keys):
            raise ValueError("a gas is listed twice at one temperature")
        return self

    def find(self, name: str, temperature_k: float) -> Gas:
        """Return the gas of an isotherm; AnalysisError when none of that name is listed near that temperature."""
        for one in self.gases:
            named = name.strip().lower() in {each.lower() for each in (one.name, *one.aliases)}
            if named and abs(one.temperature_k - temperature_k) <= NEAR_K:
                return one
        known = ", ".join(f"{one.name} at {one.temperature_k:g} K" for one in self.gases)
        raise AnalysisError(f"{name!r} at {temperature_k:g} K is not in the library {self.title!r}, which has {known}")


def parse_adsorbates(text: str, file: str = "<library>") -> AdsorbateLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(AdsorbateLibrary, text, file, "adsorbates")
