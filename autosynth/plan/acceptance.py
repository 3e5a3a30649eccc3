"""Which findings are accepted with a reason, by the recipe or by whoever starts the run, and which cannot be.

A recipe may override rules of class chemistry and acknowledge what asks for it, but never a safety rule; trying to is
itself a reject. Who starts the run may besides attest what a safety rule asks an operator for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autosynth.errors import Mark, Problem, Severity
from autosynth.language.validation import closest
from autosynth.plan.findings import BUILT_IN
from autosynth.plan.rulebook import Rulebook
from autosynth.recipe.model import Recipe

ATTESTED = frozenset({"HOST-DEATH"})
"""Checks that reject, but some of whose findings whoever starts the run may take on themselves, and no recipe."""


def accepted_reasons(
    recipe: Recipe, given: Mapping[str, str], book: Rulebook
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return rule -> reason for all that may be accepted, and a problem for each attempt that may not."""
    reasons: dict[str, str] = {}
    problems: list[Problem] = []
    for override in recipe.overrides:
        problem = _refused(override.rule, override.where("rule"), book, by_recipe=True)
        if problem is None:
            reasons[override.rule] = override.reason
        else:
            problems.append(problem)
    for rule, reason in given.items():
        mark = Mark(f"--acknowledge {rule}", 1, 1)
        problem = _refused(rule, mark, book, by_recipe=False)
        if problem is None and not reason.strip():
            problem = Problem(f"{rule} is acknowledged without a reason", mark, "write RULE=reason", "OVERRIDE")
        if problem is None:
            reasons[rule] = reason
        else:
            problems.append(problem)
    return reasons, tuple(problems)


def weighed(problems: Sequence[Problem], reasons: Mapping[str, str], book: Rulebook) -> tuple[Problem, ...]:
    """Return the problems; what has a reason says so, and if a chemistry rule rejected it, no longer rejects.

    A remark that has a reason is made once, not at every step that it concerns.
    """
    found: list[Problem] = []
    remarked: set[str] = set()
    for problem in problems:
        if problem.rule not in reasons:
            found.append(problem)
        elif problem.severity is Severity.NOTE:
            if problem.rule not in remarked:
                found.append(replace(problem, hint=f"accepted: {reasons[problem.rule]}"))
            remarked.add(problem.rule)
        else:
            found.append(_accepted(problem, reasons[problem.rule], book))
    return tuple(found)


def _accepted(problem: Problem, reason: str, book: Rulebook) -> Problem:
    chemistry = problem.severity is Severity.REJECT and book.class_of(problem.rule) == "chemistry"
    if not chemistry and problem.severity is not Severity.ACKNOWLEDGE:
        return problem
    return replace(problem, severity=Severity.ACKNOWLEDGE, hint=f"accepted: {reason}")


def _refused(rule: str, mark: Mark, book: Rulebook, *, by_recipe: bool) -> Problem | None:
    kind = book.class_of(rule)
    if kind is None and rule not in BUILT_IN:
        known = {*BUILT_IN, *(each.id for each in book.rules)}
        return Problem(f"there is no rule {rule}", mark, closest(rule, known), "OVERRIDE")
    if kind == "safety" and by_recipe:
        return Problem(f"{rule} is a safety rule: no recipe can override it", mark, "remove the override", "OVERRIDE")
    if rule in ATTESTED:
        hint = f"whoever starts the run may: --acknowledge {rule}=REASON"
        return Problem(f"{rule} is for no recipe to accept", mark, hint, "OVERRIDE") if by_recipe else None
    if kind is None and BUILT_IN[rule] is not Severity.ACKNOWLEDGE:
        return Problem(f"{rule} cannot be accepted with a reason", mark, "change the recipe or the station", "OVERRIDE")
    return None
