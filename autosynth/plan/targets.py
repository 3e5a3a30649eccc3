"""Whether spectra can tell what is concluded from them, and whether a wanted purity can be had at all.

Where a library carries the equilibrium constants of an exchange, the most that mixing alone makes of a species follows
from them; a target above it is refused before anything is mixed, with the number.
"""

from collections.abc import Mapping

from autosynth.analysis.exchange import ceiling
from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.analysis.lines import LineLibrary
from autosynth.errors import InputError
from autosynth.language.measured import Measured
from autosynth.plan.findings import Findings
from autosynth.recipe.evaluate import Spectra
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import Evaluate, Measure, walk

RULE = "CEILING"


def check_targets(
    recipe: Recipe, given: AnyLibrary | Shelf, parameters: Mapping[str, Measured | str], findings: Findings
) -> None:
    """Note joint conclusions that cannot be drawn, and targets that no mixture reaches."""
    library = given.by_technique.get("nmr") if isinstance(given, Shelf) else given
    if not isinstance(library, LineLibrary):
        return  # noted where it is measured
    steps = [step for _, step in walk(recipe.steps)]
    measured = {step.as_: step for step in steps if isinstance(step, Measure)}
    for step in steps:
        if isinstance(step, Evaluate) and step.spectra is not None:
            _nuclei(step.spectra, measured, findings)
            _species(step.spectra, library, findings)
            _purity(step.spectra, library, parameters, findings)


def _nuclei(asked: Spectra, measured: Mapping[str, Measure], findings: Findings) -> None:
    seen: dict[str, str] = {}
    for number, name in enumerate(asked.of):
        step = measured.get(name)
        if step is None or step.nmr is None:
            message = f"{name} is no measurement by NMR"
            findings.add("SPECIES", message, asked.where("of", number), "name measurements by nmr", subject=name)
            continue
        other = seen.setdefault(step.nmr.nucleus, name)
        if other != name:
            message = f"{other} and {name} are both of {step.nmr.nucleus}: together they tell no more"
            findings.add("SPECIES", message, asked.where("of", number), "name another nucleus", subject=name)


def _species(asked: Spectra, library: LineLibrary, findings: Findings) -> None:
    named = [(name, asked.where("species", number)) for number, name in enumerate(asked.species)]
    if asked.target is not None:
        named.append((asked.target, asked.where("target")))
    for name, mark in named:
        try:
            library.expand([name])
        except InputError as error:
            for problem in error.problems:
                findings.add("SPECIES", problem.message, mark, problem.hint, subject=name)


def _purity(asked: Spectra, library: LineLibrary, parameters: Mapping[str, Measured | str], findings: Findings) -> None:
    exchange, target = library.exchange, asked.target
    if exchange is None or target not in exchange.clusters or asked.purity is None:
        return
    if not asked.purity.names() <= parameters.keys():
        message = "a purity must be known before the run, to be compared with what can be had"
        findings.add(RULE, message, asked.where("purity"), "use parameters", subject=target)
        return
    purity = asked.purity.number(parameters).value
    most, mean = ceiling(exchange, target)
    if purity > most:
        metals = f"{exchange.instead_of}:{exchange.metal} = {exchange.places - mean:g}:{mean:g}"
        message = f"no mixture has more than {100 * most:.0f} % {target}, {100 * purity:.3g} % are wanted"
        hint = f"ask for less, fed {metals}, where it has the most; more needs a separation"
        findings.add(RULE, message, asked.where("purity"), hint, subject=target)
