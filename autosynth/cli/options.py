"""Options that are pairs of a name and a value, as mappings."""

from collections.abc import Iterable

from autosynth.errors import InputError, Mark, Problem


def pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Return {name: value} of repeated `name=value` options.

    Raises:
        InputError: one has no `=` or no name, or a name is given twice.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for text in texts:
        name, equals, value = text.partition("=")
        mark = Mark(f"{option} {text}", 1, 1)
        if not equals or not name.strip():
            problems.append(Problem(f"{option} {text!r} is not name=value", mark, "for instance --set cap=2.1"))
        elif name.strip() in found:
            problems.append(Problem(f"{name.strip()} is given twice", mark))
        found[name.strip()] = value.strip()
    if problems:
        raise InputError(*problems)
    return found
