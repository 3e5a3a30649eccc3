"""Which rules can concern a plan at all, and what they have to be told: most rules speak of species that are not there.

Logic is Kleene's, so a `when` that is certainly false of everything that may be on the bench is false of each of its
vessels at each moment: such a rule is left out, and nothing that only it speaks of is worked out.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autosynth.language.clauses import Clause
from autosynth.language.logic import Truth
from autosynth.plan.facts import Moment
from autosynth.plan.families import terms
from autosynth.plan.rulebook import Rule, Rulebook


class Occasion(NamedTuple):
    """What happens to a vessel, as far as it decides which rules are asked."""

    waste: bool
    """Whether the vessel is one: nothing is made there, so only rules of class safety are asked."""
    adds: bool
    """Whether the recipe adds something on purpose."""
    scans: bool
    """Whether the vessel is scanned."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A rule that may have something to say: its `when`, and its `check` term by term."""

    rule: Rule
    when: Clause
    terms: tuple[Clause, ...]

    def names(self) -> Iterator[str]:
        """Yield the facts it speaks of."""
        yield from self.when.names()
        for term in self.terms:
            yield from term.names()


@dataclass(frozen=True, slots=True)
class Concerns:
    """The rules to ask on an occasion, and every fact that they speak of."""

    rules: tuple[Concern, ...]
    names: frozenset[str]


class Relevance:
    """The rules of a book as far as they can concern a bench with these families of species and these solvents."""

    def __init__(self, book: Rulebook, families: Collection[str], solvents: Collection[str]) -> None:
        self._book = book
        self._families = dict.fromkeys(families, Truth.UNDECIDED)
        self._solvents = dict.fromkeys(solvents, Truth.UNDECIDED)
        self._known: dict[Occasion, Concerns] = {}

    def on(self, occasion: Occasion) -> Concerns:
        """Return the rules to ask on an occasion."""
        if occasion not in self._known:
            rules = tuple(self._concerned(occasion))
            self._known[occasion] = Concerns(rules, frozenset(name for each in rules for name in each.names()))
        return self._known[occasion]

    def _concerned(self, occasion: Occasion) -> Iterator[Concern]:
        anything = Moment("", flags={"scans": Truth.of(occasion.scans)}, texts=self._texts(occasion))
        for rule in self._book.rules:
            when = rule.when.expression.tree
            if (occasion.waste and rule.class_ == "chemistry") or not isinstance(when, Clause):
                continue
            if when.truth(anything) is not Truth.FALSE:
                yield Concern(rule, when, tuple(terms(rule.check.expression.tree)))

    def _texts(self, occasion: Occasion) -> dict[str, Mapping[str, Truth]]:
        texts: dict[str, Mapping[str, Truth]] = {"holds": self._families, "solvents": self._solvents}
        return {**texts, "held": self._families, "adds": self._families} if occasion.adds else texts
