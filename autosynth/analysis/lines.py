"""Line libraries: where each species' nuclei resonate, how broad their lines are, how sure we are, and who says so.

A library is data (`protocols/<system>/species/*.yaml`, file key `autosynth_lines: 1`). It is the analyser's own
knowledge, separate from the parameters of any simulated bench. This module reads and checks it; it fits nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.document import parse_document
from autosynth.errors import InputError, Problem
from autosynth.language.source import read_source

LineRole = Literal["ligand", "product", "intermediate", "impurity", "reference"]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Line(_Entry):
    """A resonance of a species; a line that is not observable is listed so that nobody waits for it."""

    shift_ppm: float
    """Chemical shift."""
    nuclei: Annotated[int, Field(ge=1)]
    """Nuclei of one formula unit that give this line."""
    sd_ppm: Positive
    """Prior standard uncertainty of the shift, besides that of the reference, which all lines share."""
    width_hz: Positive
    """Full width at half height of the line itself, Lorentzian, without what the magnet adds."""
    width_sd_rel: Positive = 0.2
    """Relative standard deviation of that width's prior."""
    t1_s: Positive | None = None
    """Longitudinal relaxation time; None takes the line as fully relaxed between scans."""
    t1_sd_rel: NotNegative = 0.2
    """Its relative standard uncertainty."""
    observable: bool = True
    """A spectrum can show it; broadened beyond sight it cannot."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""


class Compound(_Entry):
    """A species with its lines. Paramagnetic ones, without an observable line, are reported as such, never as zero."""

    name: str
    """What recipes and results call it."""
    title: str = ""
    """Its formula or full name."""
    role: LineRole
    """What it is in the synthesis."""
    contains: Mapping[str, int] = {}
    """What one formula unit holds: component and count."""
    lines: tuple[Line, ...] = ()
    """Its resonances."""

    @property
    def seen(self) -> tuple[Line, ...]:
        """Return the lines that a spectrum can show."""
        return tuple(line for line in self.lines if line.observable)


class LineSpread(_Entry):
    """Prior standard uncertainties that all lines of a spectrum share; each is an assumption that a file may change."""

    reference_ppm: Positive
    """Of the shift scale from one sample to the next; with an internal reference, before that is looked at."""
    shim_hz: Positive
    """What the magnet adds to every width, median of a log-normal prior."""
    shim_sd_rel: Positive
    """Standard deviation of the logarithm of that."""
    dead_time_s: Positive
    """Of the time from the middle of the pulse to the first point where a file tells it: the first-order phase."""


class LineLibrary(_Entry):
    """The species of one chemistry as one nucleus shows them."""

    autosynth_lines: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    nucleus: str
    """As instruments write it, e.g. `31P`."""
    medium: str
    """Solvent, concentration and temperature it holds for."""
    unit: Mapping[str, int]
    """What one counted unit holds, e.g. {L: 1}: fractions are of this component."""
    pulse_deg: Annotated[float, Field(gt=0, le=90)] = 90.0
    """Flip angle assumed where saturation is corrected."""
    spread: LineSpread
    """Prior standard uncertainties that all lines share."""
    stages: Mapping[str, tuple[str, ...]] = {}
    """Species to expect at each stage of a synthesis."""
    species: tuple[Compound, ...]
    """The species."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [one.name for one in self.species]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"a species is defined twice: {twice}")
        if unknown := {name for stage in self.stages.values() for name in stage} - set(names):
            raise ValueError(f"stages name unknown species: {sorted(unknown)}")
        if ambiguous := set(names) & set(self.stages):
            raise ValueError(f"stages bear the names of species: {sorted(ambiguous)}")
        if len(self.unit) != 1 or min(self.unit.values()) < 1:
            raise ValueError("unit names one component and its positive count")
        if empty := [one.name for one in self.species if not one.lines]:
            raise ValueError(f"species have no line, not even one that is not observable: {empty}")
        return self

    def expand(self, names: Sequence[str]) -> tuple[Compound, ...]:
        """Return the species named, in library order; a stage's name stands for its species, none at all for all.

        Internal references are always among them.

        Raises:
            InputError: a name is neither a species nor a stage; known ones are listed.
        """
        wanted = {one for name in names for one in self.stages.get(name, (name,))}
        known = [one.name for one in self.species]
        if unknown := sorted(wanted - set(known)):
            hint = f"it has {', '.join(known)}; stages {', '.join(self.stages)}"
            raise InputError(Problem(f"{', '.join(unknown)}: not in the library {self.title!r}", hint=hint))
        return tuple(one for one in self.species if not wanted or one.name in wanted or one.role == "reference")

    def units(self, compound: Compound) -> float:
        """Return how many counted units one formula unit holds."""
        component, count = next(iter(self.unit.items()))
        return compound.contains.get(component, 0) / count


def parse_lines(text: str, file: str = "<library>") -> LineLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(LineLibrary, text, file, "lines")


def load_lines(path: Path) -> LineLibrary:
    """Read a library from a file; InputError when it is missing or wrong."""
    return parse_lines(read_source(path), str(path))
