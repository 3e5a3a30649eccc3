"""Band libraries: where each species absorbs, how broad its bands are, how sure we are, and who says so.

A library is data (`protocols/<system>/species/*.yaml`, file key `autosynth_bands: 1`), on an axis of wavenumbers
(infrared, 1/cm) or of wavelengths (ultraviolet and visible, nm). It is the analyser's own knowledge, separate from the
parameters of any simulated bench. This module reads and checks it; it fits nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.document import parse_document
from autosynth.errors import InputError, Problem
from autosynth.language.source import read_source

Axis = Literal["wavenumber", "wavelength"]
BandRole = Literal["standard", "residual", "acid", "product", "other"]
AXIS_UNITS: Mapping[Axis, str] = {"wavenumber": "1/cm", "wavelength": "nm"}
Positive = Annotated[float, Field(gt=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Band(_Entry):
    """A band; position, its uncertainty and width are in the unit of the library's axis."""

    name: str
    """What recipes and results call it."""
    title: str = ""
    """What vibrates or is excited."""
    role: BandRole = "other"
    """Areas are told relative to the standard; the residual is what a reaction uses up, the acid what it sets free."""
    position: Positive
    """Of the maximum."""
    sd: Positive
    """Prior standard uncertainty of the position, besides that of the scale, which all bands share."""
    width: Positive
    """Full width at half height."""
    width_sd_rel: Positive
    """Relative standard deviation of that width's prior."""
    gaussian: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of a Gaussian in the area of the pseudo-Voigt profile; 0 is a Lorentzian."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""


class Window(_Entry):
    """A stretch of the axis that is fitted, with a polynomial baseline of its own."""

    low: Positive
    """Where it begins."""
    high: Positive
    """Where it ends."""
    baseline: Annotated[int, Field(ge=0, le=8)]
    """Degree of the polynomial."""


class InitialRatio(_Entry):
    """Area of the residual's band over the standard's before the reaction, where none was measured."""

    value: Positive
    """The ratio."""
    sd: Positive
    """Its standard uncertainty."""
    source: str
    """Provenance, as of a band."""


class BandLibrary(_Entry):
    """The bands of one chemistry in one region of the spectrum."""

    autosynth_bands: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    axis: Axis
    """What positions are: wavenumbers in 1/cm or wavelengths in nm."""
    medium: str
    """Preparation of the sample it holds for."""
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    """What is fitted; ascending, without overlap."""
    scale_sd: Positive
    """Prior standard uncertainty of the instrument's scale, which all bands share."""
    initial_ratio: InitialRatio | None = None
    """Residual over standard before the reaction."""
    stages: Mapping[str, tuple[str, ...]] = {}
    """Bands to expect at each stage; the standard is always among them."""
    bands: tuple[Band, ...]
    """The bands."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [one.name for one in self.bands]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"a band is defined twice: {twice}")
        if unknown := {name for stage in self.stages.values() for name in stage} - set(names):
            raise ValueError(f"stages name unknown bands: {sorted(unknown)}")
        if ambiguous := set(names) & set(self.stages):
            raise ValueError(f"stages bear the names of bands: {sorted(ambiguous)}")
        roles = [one.role for one in self.bands]
        if roles.count("standard") != 1:
            raise ValueError("exactly one band is the standard that areas are compared with")
        if max(roles.count("residual"), roles.count("acid")) > 1:
            raise ValueError("at most one band is the residual, and at most one the acid")
        if len({round(one.position) for one in self.bands}) < len(names):
            raise ValueError("two bands lie at the same place: ratios are named by it")
        ends = [end for window in self.windows for end in (window.low, window.high)]
        if any(high <= low for low, high in pairwise(ends)):
            raise ValueError("windows go from low to high, ascend and do not overlap")
        if outside := [one.name for one in self.bands if not any(w.low < one.position < w.high for w in self.windows)]:
            raise ValueError(f"bands lie in no window: {outside}")
        return self

    @property
    def standard(self) -> Band:
        """Return the band that areas are compared with."""
        return next(one for one in self.bands if one.role == "standard")

    def expand(self, names: Sequence[str]) -> tuple[Band, ...]:
        """Return the bands named, in library order; a stage's name stands for its bands, none at all for all.

        Raises:
            InputError: a name is neither a band nor a stage; known ones are listed.
        """
        wanted = {one for name in names for one in self.stages.get(name, (name,))}
        known = [one.name for one in self.bands]
        if unknown := sorted(wanted - set(known)):
            hint = f"it has {', '.join(known)}; stages {', '.join(self.stages) or 'none'}"
            raise InputError(Problem(f"{', '.join(unknown)}: not in the library {self.title!r}", hint=hint))
        return tuple(one for one in self.bands if not wanted or one.name in wanted or one.role == "standard")

    def ratio_name(self, band: Band) -> str:
        """Return how the band's area over the standard's is called: `ratio_1725_1426`."""
        return f"ratio_{band.position:.0f}_{self.standard.position:.0f}"


def parse_bands(text: str, file: str = "<library>") -> BandLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(BandLibrary, text, file, "bands")


def load_bands(path: Path) -> BandLibrary:
    """Read a library from a file; InputError when it is missing or wrong."""
    return parse_bands(read_source(path), str(path))
