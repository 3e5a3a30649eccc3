"""Every name in a recipe must mean something: roles, reagents, and what expressions refer to, made earlier on."""

from collections.abc import Iterable
from dataclasses import replace

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.expression import Condition, Expression, whole
from autosynth.language.kinds import ANY
from autosynth.language.nodes import Literal
from autosynth.language.validation import FieldError, Located, closest, nearest
from autosynth.language.yaml import MOST_PROBLEMS
from autosynth.recipe.evaluate import Evaluate
from autosynth.recipe.fieldkinds import expression_fields
from autosynth.recipe.measure import TECHNIQUES, Measure, Operator
from autosynth.recipe.model import Recipe
from autosynth.recipe.reference import References
from autosynth.recipe.sketch import UNKNOWN
from autosynth.recipe.steps import VERBS, Parallel, Repeat, StepBase, When, children
from autosynth.recipe.verbs import Add, Clean, Sample
from autosynth.recipe.verbs_solid import Autoclave, Dose, Grind, Wash, Weigh, Wet
from autosynth.units import article, compatible

_ROLES = {
    "add": ("to",),
    "transfer": ("from", "to"),
    "stir": ("vessel",),
    "sweep": ("vessel",),
    "heat": ("vessel",),
    "cool": ("vessel",),
    "sample": ("from", "to"),
    "measure": ("in", "of"),
    "clean": ("vessel",),
    "dose": ("to",),
    "weigh": ("vessel",),
    "grind": ("vessel",),
    "wet": ("vessel",),
    "vent": ("vessel",),
    "open": ("vessel",),
    "close": ("vessel",),
    "wash": ("vessel",),
    "centrifuge": ("vessel",),
    "activate": ("vessel",),
    "autoclave": ("vessel",),
}
_PYTHON_NAMES = {"from": "from_", "in": "in_"}


_EXPRESSIONS = {verb: expression_fields(model) for verb, model in VERBS.items()}


class Names(dict[str, str]):
    """Names that expressions may use, with their dimensions; a measurement's quantities have any."""

    def __init__(self, known: Iterable[tuple[str, str]] = (), measurements: Iterable[str] = ()) -> None:
        super().__init__(known)
        self.measurements = set(measurements)

    def copy(self) -> "Names":
        """Return an independent copy."""
        return Names(self.items(), self.measurements)

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
        self._references = References()
        """Spectra that others may be relative to, and the jar of each."""
        self._loops = 0
        for name, parameter in recipe.parameters.items():
            self._names[name] = parameter.dimension
            self._take(name, parameter.mark)
        for name, entity in recipe.define.items():
            self._names[name] = "amount"
            self._take(name, entity.mark)

    def run(self) -> list[Problem]:
        """Return all problems with names."""
        for technique in self._recipe.libraries:
            if technique not in TECHNIQUES:
                mark = self._recipe.where("libraries", technique)
                self._note(f"{technique!r} is no technique", mark, closest(technique, TECHNIQUES))
        for entity in self._recipe.define.values():
            for reagent in entity.per:
                self._check_reagent(reagent, entity, "per", reagent)
        self._steps(self._recipe.steps)
        return self.problems

    def _steps(self, steps: Iterable[StepBase]) -> None:
        for step in steps:
            if len(self.problems) < MOST_PROBLEMS:
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
            if step.condition.rounds > 1 and not self._loops:
                hint = f"leave 'for {step.condition.rounds} rounds' out, or decide in a repeat"
                self._note("there are no rounds here", step.where("condition"), hint, "expression")
        if isinstance(step, (Repeat, When, Parallel)):
            self._inner(step)
        if isinstance(step, Repeat):
            self._take(step.name, step.where("name"))
            self._check_count(step)
            if step.until is not None:
                self._check_condition(step.until, step.where("until"))
        self._declare(step)

    def _inner(self, step: Repeat | When | Parallel) -> None:
        """Check the steps inside: branches do not see each other's names, what follows sees all of them."""
        if isinstance(step, Repeat):
            self._loops += 1
            self._steps(step.steps)
            self._loops -= 1
            return
        before, after = self._names, self._names.copy()
        for _, inner in children(step):
            self._names = before.copy()
            self._steps(inner)
            after.update(self._names)
            after.measurements |= self._names.measurements
        self._names = after

    def _declare(self, step: StepBase) -> None:
        if isinstance(step, Measure):
            self._take(step.as_, step.where("as"))
            self._names.measurements.add(step.as_)
            if step.decide is not None:
                self._check_condition(step.decide, step.where("decide"))
            for part in (step.voltammetry, step.nmr, step.exposure):
                if part is not None:
                    self._check_part(part)
            if (problem := self._references.check(step, self._names.measurements)) is not None:
                self.problems.append(problem)
        elif isinstance(step, Weigh):
            self._take(step.as_, step.where("as"))
            self._names.measurements.add(step.as_)
        elif isinstance(step, Evaluate):
            self._take(step.as_, step.where("as"))
            self._check_conclusion(step)
            self._names.measurements.add(step.as_)
        elif isinstance(step, Sample) and step.as_ is not None:
            self._take(step.as_, step.where("as"))
        elif isinstance(step, Operator) and step.enter is not None:
            self._take(step.enter.name, step.enter.where("name"))
            try:
                self._names[step.enter.name] = step.enter.kind
            except FieldError:  # the unit is wrong, which was noted where it stands
                self._names[step.enter.name] = ANY

    def _check_conclusion(self, step: Evaluate) -> None:
        asked = step.titration or step.spectra
        for key, name in () if step.titration is None else (("added", step.titration.added), ("to", step.titration.to)):
            self._check_reagent(name, step.titration or step, key)
        for name in () if asked is None else step.sources:
            if name not in self._names.measurements and name != UNKNOWN:
                hint = closest(name, self._names.measurements) if self._names.measurements else "measure before"
                self._note(f"{name!r} is not a measurement made before", (asked or step).where("of"), hint)
        if step.spectra is not None:
            self._check_part(step.spectra)

    def _check_part(self, part: Located) -> None:
        """Check the expressions of what stands inside a step."""
        for field, key, dimension in expression_fields(type(part)):
            value: object = getattr(part, field, None)
            if isinstance(value, Expression) and not isinstance(value.tree, Literal):
                self._check(value, dimension, part.where(key))

    def _check_words(self, step: StepBase) -> None:
        for key in _ROLES.get(step.verb, ()):
            role: str | None = getattr(step, _PYTHON_NAMES.get(key, key))
            if role is not None:
                self._check_role(role, step, key)
        if isinstance(step, Grind | Wet | Autoclave) and step.liquid is not None:
            self._check_reagent(step.liquid, step, "liquid")
        if isinstance(step, Add | Dose):
            self._check_reagent(step.reagent, step, "reagent")
            if step.of is not None:
                self._check_entity(step.of.entity, step)
                if step.of.vessel is not None:
                    self._check_role(step.of.vessel, step, "of")
        elif isinstance(step, Clean | Wash):
            self._check_reagent(step.with_, step, "with")

    def _check_role(self, role: str, step: StepBase, key: str) -> None:
        if role not in self._recipe.needs and role != UNKNOWN:
            hint = closest(role, self._recipe.needs) if self._recipe.needs else "declare it under needs:"
            self._note(f"{role!r} is not a role of this recipe", step.where(key), hint)

    def _check_reagent(self, name: str, part: Located, *path: str) -> None:
        parameter = self._recipe.parameters.get(name)
        if parameter is not None and parameter.one_of:
            for choice in parameter.one_of:
                if choice not in self._recipe.reagents:
                    self._note(
                        f"{name!r} may be {choice!r}, which is not a reagent",
                        part.where(*path),
                        self._near_reagent(choice),
                    )
        elif name not in self._recipe.reagents and name != UNKNOWN:
            self._note(f"{name!r} is not a reagent of this recipe", part.where(*path), self._near_reagent(name))

    def _near_reagent(self, name: str) -> str:
        choices = {name for name, each in self._recipe.parameters.items() if each.one_of}
        reagents = self._recipe.reagents
        return closest(name, {*reagents, *choices}) if reagents else "declare it under reagents:"

    def _check_entity(self, name: str, step: StepBase) -> None:
        if name not in self._recipe.define and name not in self._recipe.reagents:
            known = {*self._recipe.define, *self._recipe.reagents}
            self._note(f"{name!r} is neither defined nor a reagent", step.where("of"), closest(name, known))

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
            near = self._near_measured(expression)
            for problem in error.problems:
                self.problems.append(replace(problem, mark=problem.mark or mark, hint=near or problem.hint))
            return None

    def _near_measured(self, expression: Expression) -> str:
        """Return the hint for a quantity of a measurement that is not there; empty if there is none such."""
        measured = self._names.measurements
        for name in expression.names():
            head, dot, quantity = name.partition(".")
            if dot and head not in measured and measured:
                near = nearest(head, measured)
                return f"did you mean {near}.{quantity}?" if near else f"measured before: {', '.join(sorted(measured))}"
        return ""

    def _check_count(self, step: Repeat) -> None:
        """Check that a bound made of parameters comes out whole with their defaults."""
        if not step.at_most.names() <= self._recipe.parameters.keys():
            if step.at_most.names() <= self._names.keys():
                self._note(
                    "the bound of a repeat must be known before the run", step.where("at_most"), "use parameters"
                )
            return
        try:
            count = step.at_most.number(self._recipe.parameters_with({}))
        except InputError:
            return  # noted where its units were checked
        try:
            whole(count)
        except InputError as error:
            for problem in error.problems:
                message = f"at_most: {step.at_most.text}: {problem.message}"
                self._note(message, step.where("at_most"), problem.hint, "units")

    def _take(self, name: str, mark: Mark) -> None:
        if name == UNKNOWN:
            return
        first = self._taken.setdefault(name, mark)
        if first is not mark:
            self._note(f"the name {name!r} is already used in line {first.line}", mark, "choose another")

    def _note(self, message: str, mark: Mark, hint: str, rule: str = "names") -> None:
        self.problems.append(Problem(message, mark, hint, rule))
