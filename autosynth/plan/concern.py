"""Which rules can concern a plan at all: most rules speak of species that are not there.

Logic is Kleene's, so what is certain of everything that may be on the bench is certain of each of its vessels at each
moment: a rule whose `when` is certainly false and a term of a `check` that is certainly true are left out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autosynth.language.clauses import Clause
from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.plan.facts import Moment
from autosynth.plan.families import terms
from autosynth.plan.rulebook import Rule

OCCASIONS = ("scans", "to_nmr", "milling", "opens", "activating", "autoclaving", "doses", "drawn", "sweeps")
"""What can be done with a vessel, one at a time: scanned, taken to a spectrometer, milled, opened, activated, heated
closed, dosed into, drawn from on purpose, its sweep set."""


class Occasion(NamedTuple):
    """What happens to a vessel, and what it can be, as far as it decides which rules are asked."""

    waste: bool
    """Whether it is one: nothing is made there, so only rules of class safety are asked."""
    heatable: bool
    """Whether something can heat it; if not it has the station's ambient temperature."""
    pressure_rated: bool
    """Whether it is rated for pressure."""
    adds: bool = False
    """Whether the recipe adds something on purpose."""
    steel_jar: bool = False
    """Whether it is a jar of steel."""
    on: str = ""
    """What is done with it, one of OCCASIONS; nothing but filling and heating when empty."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A rule that may have something to say: its `when`, and the terms of its `check` that can fail."""

    rule: Rule
    when: Clause
    terms: tuple[Clause, ...]


class Relevance:
    """Rules as far as they can concern a bench with these families of species, these solvents and this ambience."""

    def __init__(
        self, rules: Sequence[Rule], families: Collection[str], solvents: Collection[str], ambient: Interval
    ) -> None:
        self._ambient = ambient
        families_there = dict.fromkeys(families, Truth.UNDECIDED)
        solvents_there = dict.fromkeys(solvents, Truth.UNDECIDED)
        self._there: dict[str, Mapping[str, Truth]] = {"holds": families_there, "solvents": solvents_there}
        self._added: dict[str, Mapping[str, Truth]] = {"held": families_there, "adds": families_there}
        anything = Moment("", texts=self._there | self._added)
        self._ever = tuple(_open(_possible(rules, anything), anything))
        self._known: dict[Occasion, tuple[Concern, ...]] = {}

    def on(self, occasion: Occasion) -> tuple[Concern, ...]:
        """Return the rules to ask on an occasion."""
        if occasion not in self._known:
            asked = (each for each in self._ever if not (occasion.waste and each.rule.class_ == "chemistry"))
            self._known[occasion] = tuple(_open(asked, self._anything(occasion)))
        return self._known[occasion]

    def _anything(self, occasion: Occasion) -> Moment:
        """Return what is certain before anything is known of the vessel's content."""
        flags = {
            **{name: Truth.of(occasion.on == name) for name in OCCASIONS},
            "pressure_rated": Truth.of(occasion.pressure_rated),
            "steel_jar": Truth.of(occasion.steel_jar),
            "jar_closed": Truth.of(occasion.on == "milling"),
        }
        texts = self._there | self._added if occasion.adds else dict(self._there)
        if occasion.heatable:
            return Moment("", flags=flags, texts=texts)
        return Moment("", {"temperature": self._ambient}, {**flags, "heated": Truth.FALSE}, texts)


def _possible(rules: Sequence[Rule], anything: Moment) -> Iterator[Concern]:
    for rule in rules:
        when = rule.when.expression.tree
        if isinstance(when, Clause) and when.truth(anything) is not Truth.FALSE:
            yield Concern(rule, when, tuple(terms(rule.check.expression.tree)))


def _open(concerns: Iterator[Concern], anything: Moment) -> Iterator[Concern]:
    """Yield what is not settled yet; what only sensors tell while a run goes on is never settled before."""
    for concern in concerns:
        if concern.when.truth(anything) is not Truth.FALSE:
            checks = tuple(term for term in concern.terms if term.truth(anything) is not Truth.TRUE)
            if checks or concern.rule.phase == "live":
                yield concern if checks == concern.terms else Concern(concern.rule, concern.when, checks)
