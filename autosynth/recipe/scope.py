"""Every name in a recipe must mean something: roles, reagents, and what expressions refer to, made earlier in the tree."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import get_args

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.expression import Condition, Expression
from autosynth.language.fields import ExpressionOf
from autosynth.language.kinds import ANY
from autosynth.language.nodes import Literal
from autosynth.language.validation import Located, closest
from autosynth.language.whole import whole
from autosynth.recipe.measure import Measure, Operator, Voltammetry
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import VERBS, Repeat, StepBase, When, children
from autosynth.recipe.verbs import Add, Clean, Sample
from autosynth.units import UnitError, article, compatible

_ROLES = {
    "add": ("to",),
    "transfer": ("from", "to"),
    "stir": ("vessel",),
    "heat": ("vessel",),
    "cool": ("vessel",),
    "sample": ("from", "to"),
    "measure": ("in", "of"),
    "clean": ("vessel",),
}
_PYTHON_NAMES = {"from": "from_", "in": "in_"}


def _dimensions(annotation: object) -> Iterator[str]:
    for part in get_args(annotation):
        if isinstance(part, ExpressionOf):
            yield part.dimension
        else:
            yield from _dimensions(part)


def _expression_fields(model: type[Located]) -> tuple[tuple[str, str, str], ...]:
    found: list[tuple[str, str, str]] = []
    for name, field in model.model_fields.items():
        own = [part.dimension for part in field.metadata if isinstance(part, ExpressionOf)]
        found.extend((name, field.alias or name, dimension) for dimension in (*own, *_dimensions(field.annotation)))
    return tuple(found)


_EXPRESSIONS = {verb: _expression_fields(model) for verb, model in VERBS.items()}
_VOLTAMMETRY = _expression_fields(Voltammetry)


class Names(dict[str, str]):
    """Names that expressions may use, with their dimensions; a measurement's quantities have any."""

    def __init__(self, known: Iterable[tuple[str, str]] = (), measurements: Iterable[str] = ()) -> None:
        super().__init__(known)
        self.measurements = set(measurements)

    def __missing__(self, name: str) -> str:
        if "." in name and name.partition(".")[0] in self.measurements:
            return ANY
        raise KeyError(name)


class ScopeCheck:
    """Walks a recipe in order and notes every name that means nothing where it stands."""

    def __init__(self, recipe: Recipe) -> None:
        self.problems: list[Problem] = []
        self._recipe = recipe
        self._taken: dict[str, Mark] = {}
        self._names = Names()
        for name, parameter in recipe.parameters.items():
            self._names[name] = parameter.dimension
            self._take(name, parameter.mark)
        for name, entity in recipe.define.items():
            self._names[name] = "amount"
            self._take(name, entity.mark)

    def run(self) -> list[Problem]:
        """Return all problems with names."""
        for entity in self._recipe.define.values():
            for reagent in entity.per:
                self._check_reagent(reagent, entity.where("per", reagent))
        self._steps(self._recipe.steps)
        return self.problems

    def _steps(self, steps: Iterable[StepBase]) -> None:
        for step in steps:
            self._step(step)

    def _step(self, step: StepBase) -> None:
        self._check_words(step)
        for field, key, dimension in _EXPRESSIONS[step.verb]:
            value: object = getattr(step, field)
            if isinstance(value, Expression) and not isinstance(value.tree, Literal):
                self._check_number(step, key, value, dimension)
        if step.id is not None:
            self._take(step.id, step.where("id"))
        if isinstance(step, When):
            self._check_condition(step.condition, step.where("condition"))
        before = Names(self._names.items(), self._names.measurements)
        for _, inner in children(step):
            if not isinstance(step, Repeat):
                outer, self._names = self._names, Names(before.items(), before.measurements)
                self._steps(inner)
                outer.update(self._names)
                outer.measurements |= self._names.measurements
                self._names = outer
            else:
                self._steps(inner)
        if isinstance(step, Repeat):
            self._take(step.name, step.where("name"))
            self._check_count(step)
            if step.until is not None:
                self._check_condition(step.until, step.where("until"))
        self._declare(step)

    def _declare(self, step: StepBase) -> None:
        if isinstance(step, Measure):
            self._take(step.as_, step.where("as"))
            self._names.measurements.add(step.as_)
            for field, key, dimension in _VOLTAMMETRY:
                value: object = getattr(step.voltammetry, field, None)
                if isinstance(value, Expression) and not isinstance(value.tree, Literal):
                    self._check(value, dimension, step.voltammetry.where(key))
        elif isinstance(step, Sample) and step.as_ is not None:
            self._take(step.as_, step.where("as"))
        elif isinstance(step, Operator) and step.enter is not None:
            self._take(step.enter.name, step.enter.where("name"))
            self._names[step.enter.name] = step.enter.kind

    def _check_words(self, step: StepBase) -> None:
        for key in _ROLES.get(step.verb, ()):
            role: str | None = getattr(step, _PYTHON_NAMES.get(key, key))
            if role is not None:
                self._check_role(role, step.where(key))
        if isinstance(step, Add):
            self._check_reagent(step.reagent, step.where("reagent"))
            if step.of is not None:
                self._check_entity(step.of.entity, step.where("of"))
                if step.of.vessel is not None:
                    self._check_role(step.of.vessel, step.where("of"))
        elif isinstance(step, Clean):
            self._check_reagent(step.with_, step.where("with"))

    def _check_role(self, role: str, mark: Mark) -> None:
        if role not in self._recipe.needs:
            hint = closest(role, self._recipe.needs) if self._recipe.needs else "declare it under needs:"
            self._note(f"{role!r} is not a role of this recipe", mark, hint)

    def _check_reagent(self, name: str, mark: Mark) -> None:
        parameter = self._recipe.parameters.get(name)
        if parameter is not None and parameter.one_of:
            for choice in parameter.one_of:
                if choice not in self._recipe.reagents:
                    self._note(f"{name!r} may be {choice!r}, which is not a reagent", mark, self._near_reagent(choice))
        elif name not in self._recipe.reagents:
            self._note(f"{name!r} is not a reagent of this recipe", mark, self._near_reagent(name))

    def _near_reagent(self, name: str) -> str:
        reagents = self._recipe.reagents
        return closest(name, reagents) if reagents else "declare it under reagents:"

    def _check_entity(self, name: str, mark: Mark) -> None:
        known = {*self._recipe.define, *self._recipe.reagents}
        if name not in known:
            self._note(f"{name!r} is neither defined nor a reagent", mark, closest(name, known))

    def _check_number(self, step: StepBase, key: str, value: Expression, wanted: str) -> None:
        self._check(value, wanted, step.where(key))

    def _check(self, value: Expression, wanted: str, mark: Mark) -> None:
        kind = self._kind(value, mark)
        if kind is not None and kind != ANY and not compatible(kind, wanted):
            self._note(
                f"{value.text} is {article(kind)}, {article(wanted)} is wanted", mark, "check the units", "units"
            )

    def _check_condition(self, condition: Condition, mark: Mark) -> None:
        self._kind(condition.expression, mark)

    def _kind(self, expression: Expression, mark: Mark) -> str | None:
        for name in expression.names():
            if name in self._names.measurements:
                self._note(f"{name} is a whole measurement", mark, f"name one of its quantities, such as {name}.x")
                return None
        try:
            return expression.dimension(self._names)
        except InputError as error:
            for problem in error.problems:
                self.problems.append(replace(problem, mark=problem.mark or mark))
            return None

    def _check_count(self, step: Repeat) -> None:
        """Check that a bound made of parameters comes out whole with their defaults."""
        if not step.at_most.names() <= self._recipe.parameters.keys():
            if step.at_most.names() <= self._names.keys():
                self._note(
                    "the bound of a repeat must be known before the run", step.where("at_most"), "use parameters"
                )
            return
        try:
            whole(step.at_most.number(self._recipe.parameters_with({})).value)
        except UnitError as error:
            self._note(f"{step.at_most.text}: {error.message}", step.where("at_most"), error.hint)
        except InputError:
            return  # noted where its units were checked

    def _take(self, name: str, mark: Mark) -> None:
        first = self._taken.setdefault(name, mark)
        if first is not mark:
            self._note(f"the name {name!r} is already used in line {first.line}", mark, "choose another")

    def _note(self, message: str, mark: Mark, hint: str, rule: str = "names") -> None:
        self.problems.append(Problem(message, mark, hint, rule))
