"""Libraries of assemblies: molecules with equal sites, each held by one of two metal units, as a mass spectrum shows.

A library is data (`protocols/<system>/species/*.yaml`, file key `autosynth_assemblies: 1`): what the molecule and its
ions are made of, and what is known of the instrument before a spectrum is looked at. It is the analyser's own
knowledge, separate from the parameters of any simulated bench. This module reads and checks it; it fits nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from autosynth.analysis.document import parse_document
from autosynth.analysis.estimate import Estimate
from autosynth.errors import AnalysisError
from autosynth.formula import FormulaError, parse_formula
from autosynth.language.source import read_source

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Positive = Annotated[float, Field(gt=0)]
Charge = Annotated[int, Field(ge=1, le=20)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class _Formed(_Entry):
    formula: str
    """Its composition, without charge."""

    @field_validator("formula")
    @classmethod
    def _readable(cls, formula: str) -> str:
        try:
            parse_formula(formula)
        except FormulaError as error:
            raise ValueError(str(error)) from error
        return formula

    @property
    def atoms(self) -> dict[str, int]:
        """Return the atoms of each element."""
        return dict(parse_formula(self.formula).atoms)


class Unit(_Formed):
    """What holds one site, with all that it brings along."""

    name: Name
    """What results call it."""
    metal: Name
    """The element that elemental analysis counts."""


class Frame(_Formed):
    """What all compositions share."""


class Ion(_Formed):
    """One kind of ion of the assembly: `formula` is what it has besides frame and units."""

    name: Name
    """What results call it."""
    charge: Charge
    """How many positive charges."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""


class LockMass(_Formed):
    """An ion of known composition in the same spectrum, which tells the error of the mass scale."""

    name: Name
    """What results call it."""
    charge: Charge
    """How many positive charges."""
    source: str
    """Provenance, as of an ion."""


class Calibration(_Entry):
    """What is known of the instrument."""

    resolution: Positive
    """m/z over the full width at half maximum of a peak, median of a log-normal prior."""
    resolution_sd_rel: Positive
    """Standard deviation of the logarithm of that."""
    scale_sd_ppm: Positive
    """Prior standard uncertainty of the mass scale without a lock mass, in parts per million."""
    lock_sd_ppm: Positive
    """How far the scale at the assembly may differ from that at a lock mass, as a standard uncertainty."""
    source: str
    """Provenance, as of an ion."""


class AssemblyLibrary(_Entry):
    """One series of assemblies, from all sites held by the first unit to all held by the second."""

    autosynth_assemblies: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    medium: str
    """How the sample is brought into the gas phase."""
    sites: Annotated[int, Field(ge=2, le=60)]
    """How many equal sites there are."""
    frame: Frame
    """What all compositions share."""
    first: Unit
    """The unit that holds all sites at x = 0."""
    second: Unit
    """The unit that x counts."""
    ions: Annotated[tuple[Ion, ...], Field(min_length=1, max_length=8)]
    """Ions that are looked for, all of the same neutral molecules and ionised alike whatever x is."""
    lock_masses: Annotated[tuple[LockMass, ...], Field(max_length=8)] = ()
    """Ions that anchor the mass scale where the spectrum shows them."""
    calibration: Calibration
    """What is known of the instrument."""
    not_quantified_by: Mapping[str, str] = {}
    """Technique and the reason why it does not tell what a solution holds, e.g. {mass: units scramble as gas}."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        parts: tuple[Ion | LockMass, ...] = (*self.ions, *self.lock_masses)
        names = [*(one.name for one in parts), self.first.name, self.second.name]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"a name is given twice: {twice}")
        if self.first.atoms == self.second.atoms:
            raise ValueError("the two units have the same composition: no spectrum tells them apart")
        for unit in (self.first, self.second):
            if unit.metal not in unit.atoms:
                raise ValueError(f"{unit.name} holds no {unit.metal}")
        return self

    def composition(self, ion: Ion, second: int) -> dict[str, int]:
        """Return the atoms of an ion with so many sites held by the second unit."""
        atoms = self.frame.atoms
        for part, times in ((self.first, self.sites - second), (self.second, second), (ion, 1)):
            for element, count in part.atoms.items():
                if times:
                    atoms[element] = atoms.get(element, 0) + times * count
        return atoms


def mean_of(library: AssemblyLibrary, of: str, ratio: Estimate) -> Estimate:
    """Return the mean number of sites with the second unit that a ratio of the two metals' amounts tells.

    Args:
        library: the series.
        of: which ratio it is, `Ru/Rh` or `Rh/Ru`.
        ratio: its value.

    Raises:
        AnalysisError: it is not of the library's two metals, or not above zero.
    """
    one, _, other = (part.strip() for part in of.partition("/"))
    first, second = library.first, library.second
    if {one, other} != {first.metal, second.metal} or first.metal == second.metal:
        raise AnalysisError(f"{of} is no ratio of {second.metal} and {first.metal}")
    atoms = second.atoms[second.metal], first.atoms[first.metal]
    if one == first.metal:
        ratio = Estimate(1.0 / ratio.value, ratio.sd / ratio.value**2, "1") if ratio.value > 0.0 else ratio
    units = ratio.value * atoms[1] / atoms[0]
    if not units > 0.0:
        raise AnalysisError(f"a ratio {of} of {ratio.value:g} anchors nothing")
    mean = library.sites * units / (1.0 + units)
    return Estimate(mean, mean / (1.0 + units) * ratio.sd / ratio.value, "1")


def parse_assemblies(text: str, file: str = "<library>") -> AssemblyLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(AssemblyLibrary, text, file, "assemblies")


def load_assemblies(path: Path) -> AssemblyLibrary:
    """Read a library from a file; InputError when it is missing or wrong."""
    return parse_assemblies(read_source(path), str(path))
