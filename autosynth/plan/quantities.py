"""Whether a measurement can bring what is asked of it: a misspelt quantity would stay undecided for hours.

Known is what scans analysed with a library of waves can bring (`autosynth.analysis.voltammetry`); measurements of other
techniques are not judged.
"""

import re
from collections.abc import Iterator, Sequence

from autosynth.analysis.species import Library, Species
from autosynth.errors import InputError, Mark
from autosynth.language.expression import Condition, Expression
from autosynth.language.validation import closest
from autosynth.plan.findings import Findings
from autosynth.recipe.fieldkinds import condition_fields, expression_fields
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import Measure, StepBase, walk

ALWAYS = ("product_frac", "free_metal_frac", "ip_c", "ip_a", "dEp", "charge", "resistance", "unknown_frac")
"""Quantities of every sample, whichever species are looked for."""
_WAVE = re.compile(r"E_half_(.+)_[1-9][0-9]*")
_CHANGE = "change "


def check_quantities(recipe: Recipe, library: Library, findings: Findings) -> None:
    """Note every quantity in a condition, a dose or an `until` that its measurement cannot bring."""
    steps = [step for _, step in walk(recipe.steps)]
    brought = {
        step.as_: names
        for step in steps
        if isinstance(step, Measure) and step.voltammetry is not None
        if (names := quantity_names(library, step.species))
    }
    for step in steps:
        for name, mark in (*_asked(step), *_stopping(step)):
            measurement, _, quantity = name.partition(".")
            names = brought.get(measurement, frozenset())
            wave = _WAVE.fullmatch(quantity)
            if names and quantity not in names and not (wave and f"c_{wave[1]}" in names):
                message = f"{measurement} brings no quantity {quantity!r}"
                _, space, rest = quantity.partition(" ")
                hint = f"did you mean change {rest}?" if space and rest in names else closest(quantity, names)
                findings.add("SPECIES", message, mark, hint, subject=name)


def quantity_names(library: Library, species: tuple[str, ...]) -> frozenset[str]:
    """Return the quantities of a scan in which these species or stages are looked for (all if none is named).

    Half-wave potentials (`E_half_<species>_<step>`) are left out; empty when a species is unknown.
    """
    try:
        looked_for = library.expand(species) if species else library.all_species
    except InputError:  # noted where it is named
        return frozenset()
    return frozenset([*_fractions(library, looked_for), *(f"c_{one.name}" for one in looked_for), *ALWAYS])


def _fractions(library: Library, species: Sequence[Species]) -> Iterator[str]:
    """Yield the fractions' names, as the analyser makes them; the analyser itself would take a second to import."""
    yield from (one.name for one in species if library.clusters(one) > 0)
    free = {metal for one in species if one.role == "free_metal" for metal in one.carriers}
    yield from (f"free_{metal}_frac" for metal in sorted(free))
    yield from (f"{name}_confirmed_frac" for name in library.products[:1] for one in species if one.name == name)


def _asked(step: StepBase) -> Iterator[tuple[str, Mark]]:
    """Yield the measured names in a step's expressions and conditions, each with its place."""
    for field, key, _ in expression_fields(type(step)):
        value: object = getattr(step, field)
        if isinstance(value, Expression):
            yield from ((name, step.where(key)) for name in sorted(value.names()) if "." in name)
    for field in condition_fields(type(step)):
        condition: object = getattr(step, field)
        if isinstance(condition, Condition):
            yield from ((name, step.where(field)) for name in sorted(condition.expression.names()) if "." in name)


def _stopping(step: StepBase) -> Iterator[tuple[str, Mark]]:
    """Yield what a measurement is to know well before it stops."""
    if isinstance(step, Measure):
        for name in step.until:
            yield f"{step.as_}.{name.removeprefix(_CHANGE)}", step.where("until", name)
