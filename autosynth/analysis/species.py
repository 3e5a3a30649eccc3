"""Species libraries: which waves a species shows, what it is made of, how sure we are, and who says so.

A library is data (`protocols/<system>/species/*.yaml`). It is the analyser's own knowledge, separate from the
parameters of any simulated bench. This module reads and checks it; it fits nothing and knows no recipe.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.analysis.document import parse_document
from autosynth.errors import InputError, Problem
from autosynth.language.source import read_source

Role = Literal["ligand", "free_metal", "intermediate", "product", "dead_end", "counter_ion"]
Positive = Annotated[float, Field(gt=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class WaveEntry(_Entry):
    """A one-electron wave that several species may share, each with its own shift."""

    e_half_v: float
    """Half-wave potential on the library's scale, in V."""
    carrier: str
    """The metal that takes the electron."""
    source: str
    """Provenance: `seed`, `literature: ...` or `assumption: ...`."""


class Diffusion(_Entry):
    """The diffusion coefficient of a size of species."""

    value_cm2_s: Positive
    """The coefficient, in cm²/s."""
    sd_rel: Annotated[float, Field(ge=0)]
    """Its relative standard uncertainty."""
    source: str
    """Provenance: `literature: ...` or `assumption: ...`."""


class SpeciesEntry(_Entry):
    """A species: the waves it shows inside the accessible window, in the order in which it takes up electrons."""

    name: str
    """What recipes and results call it."""
    title: str = ""
    """Its formula or full name."""
    role: Role
    """What it is in the synthesis."""
    waves: tuple[str, ...] = ()
    """Its waves, in the order in which it takes up electrons."""
    shift_v: float = 0.0
    """By how much all its waves lie off the potentials of the waves' own entries."""
    split_v: tuple[float, ...] = ()
    """Further offset of each step, e.g. of equal independent sites; none when empty."""
    contains: Mapping[str, int] = {}
    """What one formula unit holds: component and count."""
    size: str
    """Which diffusion coefficient it has."""
    source: str
    """Provenance: `literature: ...` or `assumption: ...`."""

    @model_validator(mode="after")
    def _one_offset_a_step(self) -> Self:
        if self.split_v and len(self.split_v) != len(self.waves):
            raise ValueError(f"{self.name} has {len(self.waves)} waves but {len(self.split_v)} offsets")
        return self


@dataclass(frozen=True, slots=True)
class Species:
    """A species with its ladder of one-electron potentials (V on the library's scale) worked out."""

    name: str
    title: str
    role: Role
    waves: tuple[str, ...]
    potentials_v: tuple[float, ...]
    carriers: tuple[str, ...]
    """The metal that takes the electron of each step."""
    contains: Mapping[str, int]
    diffusion_cm2_s: float
    size: str
    source: str


class Spread(_Entry):
    """Prior standard uncertainties of what the library states, besides those of diffusion coefficients by size."""

    common_v: Positive
    """Of all potentials together: the reference electrode."""
    wave_v: Positive
    """Of each wave, in all species that share it."""
    shift_v: Positive
    """Of each species' shift."""
    step_v: Positive
    """Of each step of each species by itself."""
    drift_v: Positive
    """Of the reference, from one sample to the next."""
    impurity_part: Positive
    """How large a part of all that is electroactive an unknown impurity usually is (mean of an exponential prior)."""
    diffusion_rel: Positive
    """Of each species' diffusion coefficient against others of its size."""


class Library(_Entry):
    """The species of one chemistry with the order of its products and the species to expect at each stage."""

    autosynth_species: Literal[1]
    """The grammar's version: 1."""
    title: str
    """What the library is called."""
    reference: str
    """The scale of its potentials."""
    medium: str
    """Solvent, electrolyte, temperature and electrode it holds for."""
    cluster_unit: Mapping[str, int]
    """What one cluster holds of the ligand, e.g. {L: 2}: fractions of cluster count ligands by it."""
    spread: Spread
    """Prior standard uncertainties of what it states."""
    waves: Mapping[str, WaveEntry]
    """One-electron waves by name."""
    diffusion: Mapping[str, Diffusion]
    """Diffusion coefficients by size."""
    products: tuple[str, ...] = ()
    """Products in the order in which a synthesis reaches them."""
    added_metal: Mapping[str, str] = {}
    """The metal whose disappearance shows that a product is complete, by product."""
    stages: Mapping[str, tuple[str, ...]] = {}
    """Species to expect at each stage of a synthesis."""
    species: tuple[SpeciesEntry, ...]
    """The species."""

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        names = [entry.name for entry in self.species]
        if len(set(names)) != len(names):
            raise ValueError(f"a species is defined twice: {sorted(n for n in set(names) if names.count(n) > 1)}")
        mentioned = {*self.products, *self.added_metal, *(name for stage in self.stages.values() for name in stage)}
        if unknown := mentioned - set(names):
            raise ValueError(f"products or stages name unknown species: {sorted(unknown)}")
        used = {wave for entry in self.species for wave in entry.waves}
        if unknown := used - set(self.waves):
            raise ValueError(f"species name unknown waves: {sorted(unknown)}")
        if unknown := {entry.size for entry in self.species} - set(self.diffusion):
            raise ValueError(f"species name unknown sizes: {sorted(unknown)}")
        if ambiguous := set(names) & set(self.stages):
            raise ValueError(f"stages bear the names of species: {sorted(ambiguous)}")
        if len(self.cluster_unit) != 1 or min(self.cluster_unit.values()) < 1:
            raise ValueError("cluster_unit names one component and its positive count")
        return self

    @cached_property
    def all_species(self) -> tuple[Species, ...]:
        """Return every species with its potentials worked out."""
        return tuple(map(self._worked_out, self.species))

    def _worked_out(self, entry: SpeciesEntry) -> Species:
        split = entry.split_v or (0.0,) * len(entry.waves)
        waves = [self.waves[wave] for wave in entry.waves]
        ladder = tuple(wave.e_half_v + entry.shift_v + more for wave, more in zip(waves, split, strict=True))
        carriers = tuple(wave.carrier for wave in waves)
        size = self.diffusion[entry.size].value_cm2_s
        return Species(
            entry.name, entry.title, entry.role, entry.waves, ladder, carriers, entry.contains, size, entry.size,
            entry.source,
        )  # fmt: skip

    def expand(self, names: Sequence[str]) -> tuple[Species, ...]:
        """Return the species named, in library order; a stage's name stands for its species.

        Raises:
            InputError: a name is neither a species nor a stage; known ones are listed.
        """
        wanted = {one for name in names for one in self.stages.get(name, (name,))}
        known = [entry.name for entry in self.species]
        if unknown := sorted(wanted - set(known)):
            near = difflib.get_close_matches(unknown[0], [*known, *self.stages], n=1)
            hint = f"it has {', '.join(known)}; stages {', '.join(self.stages)}"
            hint = f"did you mean {near[0]}?" if near else hint
            raise InputError(Problem(f"{', '.join(unknown)}: not in the library {self.title!r}", hint=hint))
        return tuple(entry for entry in self.all_species if entry.name in wanted)

    def clusters(self, species: Species) -> float:
        """Return how many clusters' worth of ligand one formula unit holds."""
        component, count = next(iter(self.cluster_unit.items()))
        return species.contains.get(component, 0) / count


def parse_library(text: str, file: str = "<library>") -> Library:
    """Read a library from YAML text; InputError holds every problem found."""
    return parse_document(Library, text, file, "species")


def load_library(path: Path) -> Library:
    """Read a library from a file; InputError when it is missing or wrong."""
    return parse_library(read_source(path), str(path))
