"""From the data of a recipe's steps to step models: one key is the verb, what stands under it are the fields."""

from collections.abc import Mapping

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.document import Document, Node, Origin
from autosynth.language.validation import Located, build, closest
from autosynth.language.yaml import MOST_PROBLEMS
from autosynth.recipe.evaluate import Spectra, Titration
from autosynth.recipe.exposure import EXPOSURES
from autosynth.recipe.measure import Entry, Nmr, Voltammetry
from autosynth.recipe.sketch import sketch
from autosynth.recipe.steps import VERBS, Note, StepBase

_SHORT = {"wait": "for", "note": "text", "stop": "reason"}
_PLACEHOLDER = (Note(text="left out: it was wrong"),)
_NESTED = frozenset({"repeat", "when", "parallel", "measure", "evaluate", "operator"})
_STEP_FIELDS = {"repeat": ("steps",), "when": ("then", "else", "undecided")}


class StepBuilder:
    """Builds the steps of one document; what is wrong with them is added to `problems`."""

    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self._document = document
        self._problems = problems

    def steps(self, node: Node, mark: Mark) -> tuple[StepBase, ...]:
        """Return the steps of a list; those that are wrong are left out after their problems were noted."""
        if not isinstance(node, list) or not node:
            message = "a list of steps is wanted" if node else "there are no steps here"
            self._problem(message, mark, "write - and a verb, such as - wait: 10 min")
            return ()
        built: list[StepBase] = []
        for index, item in enumerate(node):
            if len(self._problems) >= MOST_PROBLEMS:
                stopped = Problem(f"stopped after {MOST_PROBLEMS} problems", rule="recipe")
                raise InputError(*self._problems, stopped)
            step = self._step(node, index, item)
            if step is not None:
                built.append(step)
        return tuple(built)

    def _step(self, siblings: list[Node], index: int, item: Node) -> StepBase | None:
        if not isinstance(item, dict) or len(item) != 1:
            self._refuse_shape(self._document.value_of(siblings, index), item)
            return None
        ((verb, body),) = item.items()
        place = self._document.first_key(item)
        model = VERBS.get(verb)
        if model is None:
            self._problem(f"{verb!r} is not a verb", self._document.located(place), closest(verb, VERBS))
            return None
        if verb in _SHORT and not isinstance(body, (dict, list)):
            mark = self._document.value_of(item, verb)
            return build(model, self._document, {_SHORT[verb]: body}, mark, self._problems, item)
        if not isinstance(body, dict):
            self._problem(
                f"{verb} needs a mapping", self._document.value_of(item, verb), f"write {verb}: {{key: value}}"
            )
            return None
        fields: Mapping[str, object] = self._inner(verb, body) if verb in _NESTED else body
        step = build(model, self._document, fields, place, self._problems, body)
        return step or sketch(model, Origin(self._document, body, place), fields)

    def _inner(self, verb: str, body: dict[str, Node]) -> dict[str, object]:
        """Return the fields with everything below them built."""
        ready: dict[str, object] = dict(body)
        for name in _STEP_FIELDS.get(verb, ()):
            if name in body and not (verb == "when" and body[name] == "hold"):
                ready[name] = self.steps(body[name], self._document.key_of(body, name)) or _PLACEHOLDER
        branches = body.get("branches")
        if verb == "parallel" and isinstance(branches, list):
            ready["branches"] = tuple(
                self.steps(branch, self._document.value_of(branches, index)) or _PLACEHOLDER
                for index, branch in enumerate(branches)
            )
        if verb == "measure":
            self._part(body, "voltammetry", Voltammetry, ready)
            self._part(body, "nmr", Nmr, ready)
            for name, model in EXPOSURES.items():
                self._part(body, name, model, ready)
        elif verb == "evaluate":
            self._part(body, "titration", Titration, ready)
            self._part(body, "spectra", Spectra, ready)
        elif verb == "operator":
            self._part(body, "enter", Entry, ready)
        return ready

    def _part(self, body: dict[str, Node], name: str, model: type[Located], ready: dict[str, object]) -> None:
        inner = body.get(name)
        if isinstance(inner, dict):
            mark = self._document.key_of(body, name)
            part = build(model, self._document, inner, mark, self._problems)
            origin = Origin(self._document, inner, mark)
            ready[name] = part or sketch(model, origin, inner)

    def _refuse_shape(self, mark: Mark, item: Node) -> None:
        if isinstance(item, dict) and item:
            verbs = [key for key in item if key in VERBS]
            hint = f"indent the others below {verbs[0]}:" if len(verbs) == 1 else "begin each step with its own -"
            self._problem(f"a step has one verb, this one has the keys {', '.join(item)}", mark, hint)
        else:
            shown = f"{item!r} is not a step" if isinstance(item, str) else "this is not a step"
            self._problem(shown, mark, "write - verb: {key: value}")

    def _problem(self, message: str, mark: Mark, hint: str) -> None:
        self._problems.append(Problem(message, mark, hint, rule="recipe"))
