"""Options that are more than a word: pairs of a name and a value, quantities with units."""

from collections.abc import Iterable

from autosynth.errors import InputError, Mark, Problem
from autosynth.units import Uncertain, UnitError, parse_quantity, parse_uncertain

EXAMPLES = {"--set": "for instance --set cap=2.1", "--acknowledge": 'for instance --acknowledge CV-AG="polished"'}


def pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Return {name: value} of repeated `name=value` options.

    Raises:
        InputError: one has no `=`, no name or no value, or a name is given twice; all of them at once.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        mark = Mark(f"{option} {text}", 1, 1)
        if not equals or not name or not value:
            wanted = "NAME=VALUE" if option == "--set" else "RULE=REASON"
            problems.append(Problem(f"{wanted} is wanted", mark, EXAMPLES.get(option, ""), "option"))
        elif name in found:
            problems.append(Problem(f"{name} is given twice", mark, "give it once", "option"))
        found[name] = value
    if problems:
        raise InputError(*problems)
    return found


def quantity(option: str, text: str, dimension: str) -> float:
    """Return an option's value in the canonical unit of its dimension.

    Raises:
        InputError: it is no such quantity.
    """
    try:
        return parse_quantity(text, dimension).value
    except UnitError as error:
        raise InputError(Problem(error.message, Mark(f"{option} {text}", 1, 1), error.hint, "units")) from error


def uncertain(option: str, text: str, dimension: str) -> Uncertain:
    """Return an option's value and standard uncertainty ("10.0 ± 0.1 mL") in the canonical unit of its dimension.

    Raises:
        InputError: it is no such value.
    """
    try:
        return parse_uncertain(text, dimension)
    except UnitError as error:
        raise InputError(Problem(error.message, Mark(f"{option} {text}", 1, 1), error.hint, "units")) from error
