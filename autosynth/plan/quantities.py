"""Whether a measurement can bring what is asked of it, in the dimension in which it is asked.

A misspelt quantity would stay undecided for hours, a wrong dimension would end the run when it is compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.clauses import Both, Clause, Comparison, Not
from autosynth.language.expression import Condition, Expression
from autosynth.language.kinds import ANY
from autosynth.language.nodes import Literal, Term
from autosynth.language.scopes import KindScope
from autosynth.language.validation import FieldError, closest
from autosynth.plan.brought import Brought, brought_by
from autosynth.plan.findings import Findings
from autosynth.recipe.fieldkinds import condition_fields, expression_fields
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import Measure, Operator, StepBase, walk
from autosynth.units import Quantity, article, compatible, format_quantity

_CHANGE = "change "
Asked = tuple[Expression, Mark, str]
"""An expression that names something measured, its place, and the dimension wanted of it ("" of a condition)."""


class Kinds(dict[str, str]):
    """Name -> dimension: those of the recipe as they are, those of measurements as they bring them, others any."""

    def __init__(self, recipe: Recipe, brought: Mapping[str, Brought]) -> None:
        super().__init__({name: each.dimension for name, each in recipe.parameters.items()})
        self.update(dict.fromkeys(recipe.define, "amount"))
        self._brought = brought
        for _, step in walk(recipe.steps):
            if isinstance(step, Operator) and step.enter is not None:
                try:
                    self[step.enter.name] = step.enter.kind
                except FieldError:  # the unit is wrong, which was noted where it stands
                    self[step.enter.name] = ANY

    def __missing__(self, name: str) -> str:
        return self.measured(name) or ANY

    def measured(self, name: str) -> str | None:
        """Return the dimension of a measured quantity; None where nobody knows it."""
        measurement, _, quantity = name.removeprefix("previous ").partition(".")
        brought = self._brought.get(measurement)
        return None if brought is None else brought.kind(quantity)


def check_quantities(recipe: Recipe, given: AnyLibrary | Shelf | None, findings: Findings) -> None:
    """Note every quantity in a condition, a field or an `until` that its measurement cannot bring, or not so."""
    steps = [step for _, step in walk(recipe.steps)]
    brought: dict[str, Brought] = {}
    for step in steps:
        library = given.by_technique.get(_technique(step)) if isinstance(given, Shelf) else given
        what = brought_by(step, library)
        if what is not None:
            brought[str(getattr(step, "as_", ""))] = what
    kinds = Kinds(recipe, brought)
    for step in steps:
        for expression, mark, wanted in _asked(step):
            strange = [name for name in sorted(expression.names()) if _strange(name, mark, brought, findings)]
            if not strange:
                _check_kind(expression, mark, wanted, kinds, findings)
        if isinstance(step, Measure):
            _check_until(step, brought, findings)


def _technique(step: StepBase) -> str:
    return step.technique if isinstance(step, Measure) else ""


def _asked(step: StepBase) -> Iterator[Asked]:
    """Yield the expressions and conditions of a step that name something measured."""
    for name, key, dimension in expression_fields(type(step)):
        value: object = getattr(step, name)
        if isinstance(value, Expression) and any("." in each for each in value.names()):
            yield value, step.where(key), dimension
    for name in condition_fields(type(step)):
        condition: object = getattr(step, name)
        if isinstance(condition, Condition) and any("." in each for each in condition.names()):
            yield condition.expression, step.where(name), ""


def _strange(name: str, mark: Mark, brought: Mapping[str, Brought], findings: Findings) -> bool:
    """Note a quantity that its measurement does not bring."""
    measurement, dot, quantity = name.partition(".")
    what = brought.get(measurement)
    if not dot or what is None or what.kind(quantity) is not None:
        return False
    _, space, rest = quantity.partition(" ")
    near = space and what.kind(rest) is not None
    hint = f"did you mean change {rest}?" if near else closest(quantity, what.kinds)
    findings.add("SPECIES", f"{measurement} brings no quantity {quantity!r}", mark, hint, subject=name)
    return True


def _check_kind(expression: Expression, mark: Mark, wanted: str, kinds: Kinds, findings: Findings) -> None:
    """Note dimensions that do not fit, and a part of a whole that is compared with a number without %."""
    try:
        kind = expression.dimension(kinds)
    except InputError as error:
        for problem in error.problems:
            hint = problem.hint or "check the units"
            findings.take(InputError(replace(problem, mark=mark, hint=hint, rule="units")), mark)
        return
    if wanted and kind != ANY and not compatible(kind, wanted):
        message = f"{expression.text} is {article(kind)}, {article(wanted)} is wanted"
        findings.take(InputError(Problem(message, mark, "check the units", "units")), mark)
    if isinstance(expression.tree, Clause):
        for number in _bare(expression.tree, kinds):
            message = f"{expression.text}: a ratio is compared with {number}, which has no unit"
            hint = f"write {number} %, or {_percent(number)} if so many times the whole are meant"
            findings.take(InputError(Problem(message, mark, hint, "units")), mark)


def _percent(number: str) -> str:
    try:
        return format_quantity(float(number), "ratio")
    except ValueError:
        return "a ratio"


def _bare(clause: Clause, kinds: Kinds) -> Iterator[str]:
    """Yield what measured ratios are compared with where that is a plain number."""
    match clause:
        case Comparison():
            for one, other in ((clause.left, clause.right), (clause.right, clause.left)):
                names = {name.removeprefix("change ") for name in one.names()}
                ratio = any(kinds.measured(name) == "ratio" for name in names)
                if ratio and (_kind(one, kinds), _kind(other, kinds)) == ("ratio", "number"):
                    yield f"{other.quantity.value:g}" if isinstance(other, Literal) else "a number"
        case Both():
            yield from _bare(clause.left, kinds)
            yield from _bare(clause.right, kinds)
        case Not():
            yield from _bare(clause.clause, kinds)
        case _:
            pass


def _kind(term: Term, kinds: Kinds) -> str:
    return term.number(KindScope(kinds)).name


def _check_until(step: Measure, brought: Mapping[str, Brought], findings: Findings) -> None:
    """Note what a measurement is to know well before it stops, and does not bring, or in another dimension."""
    for name, sd in step.until.items():
        quantity, mark = name.removeprefix(_CHANGE), step.where("until", name)
        if _strange(f"{step.as_}.{quantity}", mark, brought, findings):
            continue
        kind = brought[step.as_].kind(quantity) if step.as_ in brought else None
        if kind is not None and isinstance(sd, Quantity) and not compatible(kind, sd.dimension):
            message = f"{name} is {article(kind)}, its uncertainty is given as {article(sd.dimension)}"
            findings.take(InputError(Problem(message, mark, "check the units", "units")), mark)
