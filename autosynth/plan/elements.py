"""Whether elements whose ratio is to be determined are anywhere in what the recipe brings together."""

import re
from collections.abc import Iterator

from autosynth.plan.amounts import species_of
from autosynth.plan.findings import Findings
from autosynth.plan.tree import Plan
from autosynth.recipe.steps import Add, Dose, Measure, walk
from autosynth.station.inventory import Inventory

_SYMBOL = re.compile("[A-Z][a-z]?")


def check_elements(plan: Plan, inventory: Inventory, findings: Findings) -> None:
    """Note a ratio with an element that no reagent has, nor what the jars hold already.

    Symbols are read from formulas, or else from species' names. Where a reagent that is dosed has no formula nobody can
    tell, and nothing is noted.
    """
    steps = [step for _, step in walk(plan.recipe.steps)]
    known = frozenset(_SYMBOL.findall(" ".join(_texts(plan, inventory))))
    if not all(_has_formula(plan, step) for step in steps if isinstance(step, Dose | Add)):
        return
    for step in steps:
        if not isinstance(step, Measure) or step.composition is None:
            continue
        for element in map(str.strip, step.composition.ratio.split("/")):
            if element not in known:
                message = f"{element} is in nothing that this recipe brings together"
                hint = "name two elements of its reagents, or correct a reagent's formula"
                mark = step.composition.where("ratio")
                findings.add("SPECIES", message, mark, hint, subject=element)


def _texts(plan: Plan, inventory: Inventory) -> Iterator[str]:
    """Yield formulas and names of all reagents, and of everything that is in a jar."""
    for name, reagent in plan.recipe.reagents.items():
        yield reagent.formula or species_of(plan, name)
    for jar in plan.station.jars:
        yield from inventory.content(jar).amounts_mol
        yield from inventory.solids.jars[jar].solids


def _has_formula(plan: Plan, step: Dose | Add) -> bool:
    reagent = plan.recipe.reagents.get(plan.reagent(step.reagent))
    return reagent is not None and reagent.formula is not None
