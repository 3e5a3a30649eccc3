"""Whether what a recipe measures is in its library: found out before the run, not after hours of it."""

from autosynth.analysis.libraries import AnyLibrary
from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.species import Library
from autosynth.errors import InputError
from autosynth.plan.findings import Findings
from autosynth.plan.quantities import check_quantities
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import Measure, walk


def check_library(recipe: Recipe, library: AnyLibrary, findings: Findings) -> None:
    """Note every species or stage that the library does not have, and a technique or nucleus that it is not of."""
    for _, step in walk(recipe.steps):
        if not isinstance(step, Measure):
            continue
        _of_technique(step, library, findings)
        for number, name in enumerate(step.species):
            try:
                library.expand([name])
            except InputError as error:
                for problem in error.problems:
                    findings.add("SPECIES", problem.message, step.where("species", number), problem.hint, subject=name)
    if isinstance(library, Library):
        check_quantities(recipe, library, findings)


def _of_technique(step: Measure, library: AnyLibrary, findings: Findings) -> None:
    wanted = LineLibrary if step.nmr is not None else Library
    if not isinstance(library, wanted):
        kind = "lines (autosynth_lines: 1)" if step.nmr is not None else "waves (autosynth_species: 1)"
        message = f"{step.technique} is analysed with a library of {kind}, {library.title!r} is none"
        findings.add("SPECIES", message, step.where(step.technique), "name another library:", subject=step.technique)
    elif step.nmr is not None and isinstance(library, LineLibrary) and library.nucleus != step.nmr.nucleus:
        message = f"the library {library.title!r} is of {library.nucleus}, {step.nmr.nucleus} is measured"
        findings.add("SPECIES", message, step.nmr.where("nucleus"), "name another library:", subject="nucleus")
