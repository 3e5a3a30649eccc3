"""Whether what a recipe measures is in its species library: found out before the run, not after hours of it."""

from autosynth.analysis.species import Library
from autosynth.errors import InputError
from autosynth.plan.findings import Findings
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import Measure, walk


def check_library(recipe: Recipe, library: Library, findings: Findings) -> None:
    """Note every species or stage that the library does not have."""
    for _, step in walk(recipe.steps):
        if not isinstance(step, Measure):
            continue
        for number, name in enumerate(step.species):
            try:
                library.expand([name])
            except InputError as error:
                for problem in error.problems:
                    findings.add("SPECIES", problem.message, step.where("species", number), problem.hint, subject=name)
