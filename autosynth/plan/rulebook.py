"""Rules as data: read from files, checked to speak of known facts only, kept for the life of the process.

Safety rules and solvents belong to autosynth; each system of `protocols/` brings chemistry rules by an entry point of
the group `autosynth.protocols`. A fact that no table names is an error of the file, not of a recipe.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import Field

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.clauses import Among, Both, Clause, Not
from autosynth.language.document import Document
from autosynth.language.fields import QuantityOf
from autosynth.language.validation import Located, build, closest
from autosynth.language.yaml import parse_yaml
from autosynth.plan.facts import OPERATOR_FACTS, PLAN_FACTS, SENSOR_FACTS
from autosynth.plan.solvents import Solvent
from autosynth.recipe.parts import Label
from autosynth.recipe.step import ConditionField

_ELEMENT = re.compile("[A-Z][a-z]?")
GROUP = "autosynth.protocols"
M = TypeVar("M", bound=Located)
RuleClass = Literal["safety", "chemistry"]
Knower = Literal["plan", "sensor", "operator", "decision"]
Action = Literal["reject", "acknowledge", "note", "hold", "abort", "stop_dosing", "heater_off", "cell_off", "stop_mill"]

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "static": ("reject", "acknowledge", "note"),
    "live": ("note", "hold", "abort", "stop_dosing", "heater_off", "cell_off", "stop_mill"),
}
"""What a rule can do in its phase; a live one that stands before a stroke lets none begin."""


class Family(Located):
    """Species that a rule treats alike: by name, by an element or a part of their formula."""

    named: tuple[Label, ...] = ()
    element: Label | None = None
    containing: Label | None = None


class QuantityFact(Located):
    """A number that the plan works out: equivalents of one family per so many of another, a concentration, an amount.

    A concentration is that of everything charged, so it is an upper bound of what is free; `total_of` is all of it. An
    amount is a sum over families, each with how many of a thing one of it can give off; `gas_of` is what a dose gives
    off while it runs, mL/min of gas at 25 °C and 101.325 kPa, if all of it reacts at once.
    """

    of: Label | None = None
    per: Label | None = None
    count: Annotated[float, QuantityOf("number")] = 1.0
    concentration_of: Label | None = None
    total_of: Label | None = None
    amount_of: dict[Label, float] = Field(default_factory=dict)
    gas_of: dict[Label, float] = Field(default_factory=dict)

    @property
    def dimension(self) -> str:
        """Return the dimension of the number."""
        if self.amount_of:
            return "amount"
        if self.gas_of:
            return "rate"
        return "concentration" if self.concentration_of or self.total_of else "number"


class MeasuredFact(Located):
    """A measured quantity that decisions can show; adding `void_when_added` to the vessel voids what was shown."""

    dimension: Label
    void_when_added: Label | None = None


class Rule(Located):
    """A rule: `when` it concerns something, what to `check`, who knows each fact, and what to do if it fails."""

    id: Label
    class_: RuleClass = Field(alias="class")
    phase: Literal["static", "live"]
    says: Label
    when: ConditionField
    check: ConditionField
    facts: dict[Label, Knower]
    action: Action


class RuleFile(Located):
    """A file of rules."""

    rules: Literal[1]
    families: dict[str, Any] = Field(default_factory=dict[str, Any])
    quantities: dict[str, Any] = Field(default_factory=dict[str, Any])
    measured: dict[str, Any] = Field(default_factory=dict[str, Any])
    list: tuple[Any, ...] = ()


class Rulebook:
    """All rules that hold, with the families and quantities they speak of."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.families: dict[str, list[Family]] = {}
        self.quantities: dict[str, QuantityFact] = {}
        self.measured: dict[str, MeasuredFact] = {}
        self.solvents: dict[str, Solvent] = {}
        self._sorted: dict[tuple[str, str], frozenset[str]] = {}
        """What has been found of species by name and formula."""

    def class_of(self, rule: str) -> RuleClass | None:
        """Return the class of a rule; None when there is none of that id."""
        return next((each.class_ for each in self.rules if each.id == rule), None)

    def families_of(self, species: str, formula: str) -> frozenset[str]:
        """Return the families that a species belongs to, by its name, its elements or a part of its formula."""
        known = self._sorted.get((species, formula))
        if known is None:
            known = self._sorted[species, formula] = self._families_of(species, formula)
        return known

    def _families_of(self, species: str, formula: str) -> frozenset[str]:
        elements = set(_ELEMENT.findall(formula))
        return frozenset(
            name
            for name, kinds in self.families.items()
            for kind in kinds
            if species in kind.named
            or (kind.element is not None and kind.element in elements)
            or (kind.containing is not None and (kind.containing in formula or kind.containing in species))
        )

    def read_solvents(self, text: str, file: str) -> None:
        """Add solvents.

        Raises:
            InputError: the file is wrong.
        """
        document, problems = parse_yaml(text, file), list[Problem]()
        data = document.data if isinstance(document.data, dict) else {}
        self.solvents |= _section(Solvent, document, data, problems)
        if problems or document.problems:
            raise InputError(*document.problems, *problems)

    def read_rules(self, text: str, file: str) -> None:
        """Add the rules of a file.

        Raises:
            InputError: the file is wrong, or a rule speaks of an unknown fact, family or solvent.
        """
        document, problems = parse_yaml(text, file), list[Problem]()
        problems.extend(document.problems)
        read = _built(RuleFile, document, document.data or {}, document.mark(), problems)
        if read is not None:
            for name, family in _section(Family, document, read.families, problems).items():
                self.families.setdefault(name, []).append(family)
            self._sorted.clear()
            self.quantities |= _section(QuantityFact, document, read.quantities, problems)
            self.measured |= _section(MeasuredFact, document, read.measured, problems)
            entries = (
                _built(Rule, document, body, document.mark(["list", n]), problems) for n, body in enumerate(read.list)
            )
            rules = [rule for rule in entries if rule is not None]
            for rule in rules:
                problems.extend(self._wrong(rule))
            self.rules.extend(rules)
        if problems:
            raise InputError(*problems)

    def _wrong(self, rule: Rule) -> Iterable[Problem]:
        """Return what a rule says that means nothing."""
        known: Mapping[str, Mapping[str, str]] = {
            "plan": {**PLAN_FACTS, **{name: each.dimension for name, each in self.quantities.items()}},
            "sensor": SENSOR_FACTS,
            "operator": OPERATOR_FACTS,
            "decision": {name: each.dimension for name, each in self.measured.items()},
        }
        if rule.action not in ACTIONS[rule.phase]:
            hint = f"it is one of {', '.join(ACTIONS[rule.phase])}"
            yield Problem(f"{rule.id}: a {rule.phase} rule cannot {rule.action}", rule.where("action"), hint, "rules")
        kinds: dict[str, str] = {}
        for fact, knower in rule.facts.items():
            if fact in known[knower]:
                kinds[fact] = known[knower][fact]
            else:
                hint = closest(fact, known[knower])
                yield Problem(
                    f"{rule.id}: no fact {fact!r} is known to {knower}", rule.where("facts", fact), hint, "rules"
                )
        for key, condition in (("when", rule.when), ("check", rule.check)):
            for name in sorted(condition.names() - rule.facts.keys()):
                hint = "say who knows it: plan, sensor, operator or decision"
                yield Problem(f"{rule.id}: {name} is not among its facts", rule.where(key), hint, "rules")
            if condition.names() <= kinds.keys():
                try:
                    condition.expression.dimension(kinds)
                except InputError as error:
                    yield from error.problems
            for name, text in _texts(cast("Clause", condition.expression.tree)):
                among = self.solvents if name == "solvents" else self.families
                if text not in among:
                    yield Problem(f"{rule.id}: {text!r} is unknown", rule.where(key), closest(text, among), "rules")


def _texts(clause: Clause) -> Iterable[tuple[str, str]]:
    if isinstance(clause, Among):
        yield from ((clause.name, text) for text in clause.texts)
    elif isinstance(clause, Not):
        yield from _texts(clause.clause)
    elif isinstance(clause, Both):
        yield from _texts(clause.left)
        yield from _texts(clause.right)


def _built(model: type[M], document: Document, body: object, mark: Mark, problems: list[Problem]) -> M | None:
    """Return the model of what should be a mapping, or None after adding what is wrong with it to the problems."""
    if not isinstance(body, dict):
        problems.append(Problem(f"{model.__name__.lower()}: a mapping is wanted", mark, "write key: value", "rules"))
        return None
    return build(model, document, cast("dict[str, Any]", body), mark, problems)


def _section(model: type[M], document: Document, section: Mapping[str, Any], problems: list[Problem]) -> dict[str, M]:
    built = ((name, _built(model, document, body, document.mark(), problems)) for name, body in section.items())
    return {name: entry for name, entry in built if entry is not None}


@functools.cache
def standing_rules() -> Rulebook:
    """Return the rules that hold for every recipe here: safety, solvents, and those of installed protocols.

    Raises:
        InputError: one of the files is wrong.
    """
    book = Rulebook()
    own = files("autosynth.plan.rules")
    book.read_solvents(own.joinpath("solvents.yaml").read_text(encoding="utf-8"), "solvents.yaml")
    book.read_rules(own.joinpath("safety.yaml").read_text(encoding="utf-8"), "safety.yaml")
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        rules = files(entry.value).joinpath("rules.yaml")
        if rules.is_file():
            book.read_rules(rules.read_text(encoding="utf-8"), f"{entry.name}/rules.yaml")
    return book
