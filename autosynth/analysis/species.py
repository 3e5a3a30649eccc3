"""Species libraries: which waves a species shows, what it is made of, how sure we are, and who says so.

A library is data (`protocols/<system>/species/*.yaml`). It is the analyser's own knowledge, separate from the
parameters of any simulated bench. This module reads and checks it; it fits nothing and knows no recipe.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from autosynth.errors import InputError, Mark, Problem

Role = Literal["ligand", "free_metal", "intermediate", "product", "dead_end", "counter_ion"]
Positive = Annotated[float, Field(gt=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Species(_Entry):
    """A species: its ladder of one-electron potentials, what it holds, and where each number comes from."""

    name: str
    title: str = ""
    role: Role
    potentials_v: tuple[float, ...] = ()
    """One-electron steps inside the accessible window, V on the library's reference scale, as the species takes up electrons."""
    carriers: tuple[str, ...] = ()
    """The metal that takes the electron of each step."""
    contains: Mapping[str, int] = {}
    diffusion_cm2_s: Positive
    diffusion_sd_rel: float = Field(default=0.03, ge=0)
    source: str
    """Provenance: `seed`, `literature: ...` or `assumption: ...`."""

    @model_validator(mode="after")
    def _one_carrier_a_step(self) -> Self:
        if len(self.carriers) != len(self.potentials_v):
            raise ValueError(f"{self.name} has {len(self.potentials_v)} potentials but {len(self.carriers)} carriers")
        return self


class PotentialSpread(_Entry):
    """Prior standard uncertainties of potentials: all together, each species as a whole, each wave by itself."""

    common_v: Positive = 0.005
    species_v: Positive = 0.002
    wave_v: Positive = 0.002
    drift_v: Positive = 0.0005
    """How much the reference moves between two samples."""


class Library(_Entry):
    """The species of one chemistry with the order of its products and the species to expect at each stage."""

    autosynth_species: Literal[1]
    title: str
    reference: str
    medium: str
    cluster_unit: Mapping[str, int]
    """What one cluster holds of the ligand, e.g. {L: 2}: fractions of cluster count ligands by it."""
    spread: PotentialSpread = PotentialSpread()
    products: tuple[str, ...] = ()
    """Products in the order in which a synthesis reaches them."""
    added_metal: Mapping[str, str] = {}
    """The metal whose disappearance shows that a product is complete, by product."""
    stages: Mapping[str, tuple[str, ...]] = {}
    species: tuple[Species, ...]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        names = [entry.name for entry in self.species]
        if len(set(names)) != len(names):
            raise ValueError(f"a species is defined twice: {sorted(n for n in set(names) if names.count(n) > 1)}")
        mentioned = {*self.products, *self.added_metal, *(name for stage in self.stages.values() for name in stage)}
        if unknown := mentioned - set(names):
            raise ValueError(f"products or stages name unknown species: {sorted(unknown)}")
        if ambiguous := set(names) & set(self.stages):
            raise ValueError(f"stages bear the names of species: {sorted(ambiguous)}")
        if len(self.cluster_unit) != 1 or min(self.cluster_unit.values()) < 1:
            raise ValueError("cluster_unit names one component and its positive count")
        return self

    def get(self, name: str) -> Species:
        """Return a species; InputError lists the known ones."""
        for entry in self.species:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.species)
        raise InputError(Problem(f"species {name!r} is not in the library {self.title!r}", hint=f"it has {known}"))

    def expand(self, names: Sequence[str]) -> tuple[Species, ...]:
        """Return the species named, in library order; a stage's name stands for its species."""
        wanted = {one for name in names for one in self.stages.get(name, (name,))}
        known = {self.get(name).name for name in wanted}
        return tuple(entry for entry in self.species if entry.name in known)

    def clusters(self, species: Species) -> float:
        """Return how many clusters' worth of ligand one formula unit holds."""
        component, count = next(iter(self.cluster_unit.items()))
        return species.contains.get(component, 0) / count


def parse_library(text: str, file: str = "<library>") -> Library:
    """Read a library from YAML text; InputError holds every problem found."""
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader)  # noqa: S506 - CSafeLoader is the safe loader
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark
        mark = Mark(file, place.line + 1, place.column + 1) if place else None
        raise InputError(Problem(str(error.problem or error), mark)) from error
    try:
        return Library.model_validate(data)
    except ValidationError as error:
        raise InputError(*(_problem(file, one["loc"], one["msg"]) for one in error.errors())) from error


def _problem(file: str, where: tuple[int | str, ...], message: str) -> Problem:
    return Problem(f"{file}: {'.'.join(map(str, where)) or 'library'}: {message}", rule="species")


def load_library(path: Path) -> Library:
    """Read a library from a file; InputError when it is missing or wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(Problem(f"cannot read species library {path}: {error.strerror}")) from error
    return parse_library(text, str(path))
