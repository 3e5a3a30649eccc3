"""Whether what a recipe measures is in its library: found out before the run, not after hours of it."""

from collections.abc import Mapping

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.plasmons import PlasmonLibrary
from autosynth.analysis.species import Library
from autosynth.errors import InputError
from autosynth.plan.findings import Findings
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import Measure, walk


def check_library(recipe: Recipe, given: AnyLibrary | Shelf, findings: Findings) -> None:
    """Note every species or stage that the library does not have, and a technique or nucleus that it is not of."""
    for _, step in walk(recipe.steps):
        if not isinstance(step, Measure) or step.technique == "composition":
            continue
        library = given.by_technique.get(step.technique) if isinstance(given, Shelf) else given
        if library is None:
            message = f"no library says what {step.technique} can find"
            findings.add("SPECIES", message, step.where(step.technique), "name one under libraries:", subject="library")
            continue
        _of_technique(step, library, findings)
        if isinstance(library, AdsorbateLibrary | AssemblyLibrary | PlasmonLibrary):
            continue
        if step.diffraction is not None and isinstance(library, PhaseLibrary):
            _candidates(step, library, findings)
        known = library.of(step.nmr.nucleus) if step.nmr is not None and isinstance(library, LineLibrary) else library
        for number, name in enumerate(step.species):
            try:
                known.expand([name])
            except InputError as error:
                for problem in error.problems:
                    findings.add("SPECIES", problem.message, step.where("species", number), problem.hint, subject=name)


def _candidates(step: Measure, library: PhaseLibrary, findings: Findings) -> None:
    for name in step.diffraction.candidates if step.diffraction is not None else ():
        try:
            library.expand([name])
        except InputError as error:
            for problem in error.problems:
                mark = step.where("diffraction")
                findings.add("SPECIES", problem.message, mark, problem.hint, subject=name)


def _of_technique(step: Measure, library: AnyLibrary, findings: Findings) -> None:
    wanted, kind = KINDS[step.technique]
    if not isinstance(library, wanted):
        message = f"{step.technique} is analysed with a library of {kind}, {library.title!r} is none"
        findings.add("SPECIES", message, step.where(step.technique), "name another library:", subject=step.technique)
    elif step.nmr is not None and isinstance(library, LineLibrary) and step.nmr.nucleus not in library.nuclei:
        message = f"the library {library.title!r} is of {', '.join(library.nuclei)}, {step.nmr.nucleus} is measured"
        findings.add("SPECIES", message, step.nmr.where("nucleus"), "name another library:", subject="nucleus")


KINDS: Mapping[str, tuple[type[AnyLibrary] | tuple[type[AnyLibrary], ...], str]] = {
    "voltammetry": (Library, "waves (autosynth_species: 1)"),
    "nmr": (LineLibrary, "lines (autosynth_lines: 1)"),
    "infrared": (BandLibrary, "bands (autosynth_bands: 1)"),
    "uv_vis": ((BandLibrary, PlasmonLibrary), "bands (autosynth_bands: 1) or of plasmons (autosynth_plasmons: 1)"),
    "diffraction": (PhaseLibrary, "phases (autosynth_phases: 1)"),
    "sorption": (AdsorbateLibrary, "adsorbates (autosynth_adsorbates: 1)"),
    "mass": (AssemblyLibrary, "assemblies (autosynth_assemblies: 1)"),
}
"""Technique -> what its library is, and how its file begins."""
