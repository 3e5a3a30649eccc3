"""Phase libraries: which lattice each crystalline phase has, how sure we are, who says so, and what is compared.

A library is data (`protocols/<system>/species/phases.yaml`, file key `autosynth_phases: 1`). It holds no structure
factors: intensities are fitted. This module reads and checks it; it fits nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.document import parse_document
from autosynth.errors import InputError, Problem
from autosynth.language.source import read_source

Claim = Literal["solid_solution", "physical_mixture"]
System = Literal["cubic", "tetragonal"]
Centring = Literal["P", "I", "F"]
Laue = Literal["m-3", "m-3m", "4/m", "4/mmm"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Positive = Annotated[float, Field(gt=0)]
LAUE: Mapping[System, tuple[Laue, ...]] = {"cubic": ("m-3", "m-3m"), "tetragonal": ("4/m", "4/mmm")}
"""Crystal system -> its Laue classes."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Length(_Entry):
    """A lattice constant before anything is measured."""

    angstrom: Positive
    """The constant."""
    sd_angstrom: Positive
    """Its prior standard uncertainty (temperature, guests, composition); no fit goes further than three of it."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""


class Scatter(_Entry):
    """How strongly a phase scatters, for turning shares of intensity into shares of mass."""

    per_mass: Positive
    """Integrated intensity of one gram over the fitted range, relative to the other phases of the library."""
    source: str
    """Provenance, as for a lattice constant."""


class Phase(_Entry):
    """A crystalline phase as its lattice tells it."""

    name: Name
    """What recipes and results call it; quantities are `<name>.a` and so on."""
    title: str = ""
    """Its formula or full name."""
    system: System
    """Crystal system."""
    centring: Centring
    """Lattice centring, which alone says what is extinct here; glide planes and screws are not looked at."""
    laue: Laue
    """Laue class, for multiplicities."""
    a: Length
    """Lattice constant a."""
    c: Length | None = None
    """Lattice constant c of a tetragonal phase."""
    scatter: Scatter | None = None
    """Without it a fraction is a share of intensity."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.laue not in LAUE[self.system]:
            raise ValueError(f"{self.name} is {self.system}: its Laue class is one of {', '.join(LAUE[self.system])}")
        if (self.c is None) != (self.system == "cubic"):
            raise ValueError(f"{self.name}: a tetragonal phase has a and c, a cubic one a alone")
        if self.system == "tetragonal" and self.centring == "F":
            raise ValueError(f"{self.name}: a tetragonal F lattice is written as I with a / sqrt(2)")
        return self

    @property
    def lengths(self) -> tuple[Length, ...]:
        """Return the lattice constants that are free: a, or a and c."""
        return (self.a,) if self.c is None else (self.a, self.c)


class Radiation(_Entry):
    """One wavelength of an instrument."""

    angstrom: Positive
    """The wavelength."""
    weight: Positive = 1.0
    """Its intensity, relative to the first."""


class Instrument(_Entry):
    """A diffractometer: its radiation and how sharp and how well set it is."""

    radiation: Annotated[tuple[Radiation, ...], Field(min_length=1, max_length=2)]
    """One wavelength, or the two of a doublet, the stronger first."""
    fwhm_deg: Positive
    """Full width at half maximum of a line, median of a log-normal prior."""
    fwhm_sd_rel: Positive
    """Standard deviation of the logarithm of that, for each phase."""
    zero_sd_deg: Positive
    """Prior standard uncertainty of the zero of 2theta."""
    source: str
    """Provenance, as for a lattice constant."""


class PhaseLibrary(_Entry):
    """The phases of one chemistry as powder diffraction shows them."""

    autosynth_phases: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    medium: str
    """State of the powder and temperature it holds for."""
    instruments: Annotated[Mapping[Name, Instrument], Field(min_length=1)]
    """Diffractometers; a pattern's wavelength says which."""
    hypotheses: Annotated[Mapping[Claim, tuple[str, ...]], Field(min_length=1)]
    """What a verdict may claim -> the phases that a powder then consists of."""
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """The phases."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [one.name for one in self.phases]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"a phase is defined twice: {twice}")
        if unknown := {name for every in self.hypotheses.values() for name in every} - set(names):
            raise ValueError(f"hypotheses name unknown phases: {sorted(unknown)}")
        if empty := sorted(claim for claim, every in self.hypotheses.items() if not every):
            raise ValueError(f"hypotheses without a phase: {empty}")
        if ambiguous := set(names) & set(self.hypotheses):
            raise ValueError(f"hypotheses bear the names of phases: {sorted(ambiguous)}")
        return self

    def expand(self, names: Sequence[str]) -> tuple[Phase, ...]:
        """Return the phases named, in library order; a hypothesis' name stands for its phases, none at all for all.

        Raises:
            InputError: a name is neither a phase nor a hypothesis; known ones are listed.
        """
        stages: Mapping[str, tuple[str, ...]] = {str(claim): every for claim, every in self.hypotheses.items()}
        wanted = {one for name in names for one in stages.get(name, (name,))}
        known = [one.name for one in self.phases]
        if unknown := sorted(wanted - set(known)):
            hint = f"it has {', '.join(known)}; hypotheses {', '.join(self.hypotheses)}"
            raise InputError(Problem(f"{', '.join(unknown)}: not in the library {self.title!r}", hint=hint))
        return tuple(one for one in self.phases if not wanted or one.name in wanted)


def parse_phases(text: str, file: str = "<library>") -> PhaseLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(PhaseLibrary, text, file, "phases")


def load_phases(path: Path) -> PhaseLibrary:
    """Read a library from a file; InputError when it is missing or wrong."""
    return parse_phases(read_source(path), str(path))
