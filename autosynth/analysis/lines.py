"""Line libraries: where each species' nuclei resonate, how broad their lines are, how sure we are, and who says so.

A library is data (`protocols/<system>/species/*.yaml`, file key `autosynth_lines: 1`). It is the analyser's own
knowledge, separate from the parameters of any simulated bench. This module reads and checks it; it fits nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.couplings import Coupling, Partner, Window
from autosynth.analysis.document import parse_document
from autosynth.analysis.exchange import Exchange
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
    nucleus: str | None = None
    """Whose resonance it is; that of the library if not given."""
    couplings: tuple[Coupling, ...] = ()
    """Neighbours that split it."""
    j_sd_rel: Positive = 0.005
    """Relative standard uncertainty that all of its couplings share."""
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
    """As instruments write it, e.g. `31P`; lines may name another."""
    medium: str
    """Solvent, concentration and temperature it holds for."""
    unit: Mapping[str, int]
    """What one counted unit holds, e.g. {L: 1}: fractions are of this component."""
    pulse_deg: Annotated[float, Field(gt=0, le=90)] = 90.0
    """Flip angle assumed where saturation is corrected."""
    spread: LineSpread
    """Prior standard uncertainties that all lines share."""
    spreads: Mapping[str, LineSpread] = {}
    """The same for nuclei that differ in it, by nucleus."""
    partners: Mapping[str, Partner] = {}
    """Neighbours that lines couple to, by name."""
    windows: tuple[Window, ...] = ()
    """Where signals stand that are not fitted in detail."""
    sums: Mapping[str, tuple[str, ...]] = {}
    """Parts that are told together: name and species."""
    indistinct: Mapping[str, tuple[str, ...]] = {}
    """Sums whose species have one place: by nucleus, which alone tells no more than the sum."""
    means: Mapping[str, str] = {}
    """Mean number of a component in a counted unit: name of the quantity and component."""
    exchange: Exchange | None = None
    """Equilibrium constants, where species turn into each other."""
    not_quantified_by: Mapping[str, str] = {}
    """Technique and the reason why it does not tell how much of each species a solution holds."""
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
        self._check_names({*names})
        return self

    def _check_names(self, names: set[str]) -> None:
        used = {each.to for one in self.species for line in one.lines for each in line.couplings}
        if unknown := sorted(used - self.partners.keys()):
            raise ValueError(f"lines couple to unknown partners: {unknown}")
        summed = {name for each in self.sums.values() for name in each}
        if unknown := sorted(summed - names):
            raise ValueError(f"sums name unknown species: {unknown}")
        if self.exchange is not None and (unknown := sorted({*self.exchange.clusters} - names)):
            raise ValueError(f"the exchange names unknown species: {unknown}")
        named = {name for each in self.indistinct.values() for name in each}
        if unknown := sorted(named - self.sums.keys()):
            raise ValueError(f"indistinct names unknown sums: {unknown}")
        if twice := sorted({*self.sums, *self.means} & names | {*self.sums} & {*self.means}):
            raise ValueError(f"sums and means bear names that are taken: {twice}")

    @property
    def nuclei(self) -> tuple[str, ...]:
        """Return the nuclei of all lines, that of the library first."""
        others = {line.nucleus for one in self.species for line in one.lines if line.nucleus is not None}
        return (self.nucleus, *sorted(others - {self.nucleus}))

    def of(self, nucleus: str, *, apart: bool = False) -> "LineLibrary":
        """Return the library as one of its nuclei has it; itself for a nucleus that none of its lines is of.

        What that nucleus does not tell apart is one species there, unless it is to stay `apart`.
        """
        if nucleus not in self.nuclei:
            return self
        kept = [
            one.model_copy(update={"lines": lines})
            for one in self.species
            if (lines := tuple(line for line in one.lines if (line.nucleus or self.nucleus) == nucleus))
        ]
        together = {} if apart else {name: self.sums[name] for name in self.indistinct.get(nucleus, ())}
        species = _joined(kept, together)
        names = {one.name for one in species}
        instead = {member: name for name, members in together.items() for member in members}
        shared = {component for one in species if one.name in together for component in one.contains}
        changed = {
            "nucleus": nucleus,
            "spread": self.spreads.get(nucleus, self.spread),
            "windows": tuple(each for each in self.windows if (each.nucleus or self.nucleus) == nucleus),
            "species": species,
            "sums": {name: members for name, members in self.sums.items() if name not in together},
            "means": {name: part for name, part in self.means.items() if not together or part in shared},
            "indistinct": {},
            "stages": {
                stage: tuple(dict.fromkeys(new for each in members if (new := instead.get(each, each)) in names))
                for stage, members in self.stages.items()
            },
        }
        return self.model_copy(update=changed)

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


def _joined(species: Sequence[Compound], together: Mapping[str, tuple[str, ...]]) -> tuple[Compound, ...]:
    """Return species with those that are not told apart as one, in the place of the first."""
    found: dict[str, Compound] = {one.name: one for one in species}
    for name, members in together.items():
        known = [one for one in species if one.name in members]
        if len(known) < 2:
            continue
        first = known[0]
        contains = {c: n for c, n in first.contains.items() if all(one.contains.get(c) == n for one in known)}
        one = first.model_copy(update={"name": name, "title": "", "contains": contains})
        found = {each: (one if each == first.name else kept) for each, kept in found.items() if each not in members[1:]}
    return tuple(found.values())


def parse_lines(text: str, file: str = "<library>") -> LineLibrary:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(LineLibrary, text, file, "lines")


def load_lines(path: Path) -> LineLibrary:
    """Read a library from a file; InputError when it is missing or wrong."""
    return parse_lines(read_source(path), str(path))
