"""The rules of a plan with each vessel as its safe state heats it: a hold may come at any time, over any contents.

A safe state is the station's, what it heats is the recipe's: only together can they be judged. Each content of a vessel
with a safe temperature is judged once more as if a hold had come, by every rule that speaks of its temperature.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from autosynth.errors import Mark, Problem
from autosynth.language.interval import Interval
from autosynth.plan.findings import Findings
from autosynth.plan.flow import Place
from autosynth.plan.ground import Ground
from autosynth.plan.rulebook import Rulebook
from autosynth.plan.rulecheck import RuleCheck
from autosynth.plan.state import Portion, State
from autosynth.plan.tree import Plan
from autosynth.units import format_quantity


class HeldSafe(RuleCheck):
    """The rules over one plan, and over what a hold at any time would make of it."""

    def __init__(self, plan: Plan, book: Rulebook, ground: Ground, findings: Findings) -> None:
        super().__init__(plan, book, ground, findings)
        self._all = findings
        self._held = Findings()
        self._rules_held = RuleCheck(plan, book, ground, self._held)
        self._of_heat = frozenset(
            rule.id for rule in book.rules if rule.phase == "static" and "temperature" in rule.check.names()
        )
        self._safe_c = {
            name: spec.safe.temperature_c
            for name, spec in plan.station.vessels.items()
            if spec.safe.temperature_c is not None
        }
        self._seen: set[tuple[str, frozenset[str], frozenset[str]]] = set()
        for name in self._safe_c:
            self._hold(ground.start, Place(plan.station.vessels[name].mark or Mark("", 1, 1), ""), name)

    def arrived(
        self, state: State, place: Place, vessel: str, before: Mapping[str, Interval] | None, portion: Portion
    ) -> None:
        """Judge what has arrived in a vessel, as it is and as it would be held."""
        super().arrived(state, place, vessel, before, portion)
        if vessel in self._safe_c:
            self._hold(state, place, vessel)

    def _hold(self, state: State, place: Place, vessel: str) -> None:
        """Judge a vessel at its safe temperature, once for each composition."""
        held = state.vessels[vessel]
        names = frozenset(name for name, amount in held.amounts.items() if amount.high > 0)
        composition = (vessel, held.solvents, names)
        if composition in self._seen:
            return
        self._seen.add(composition)
        safe_c, known = self._safe_c[vessel], len(self._held)
        after = state.copy()
        after.vessels[vessel] = replace(held, hot_c=Interval(safe_c, safe_c, "temperature"))
        self._rules_held.heated(after, place, vessel)
        at = format_quantity(safe_c, "temperature")
        for found in islice(self._held, known, None):
            if found.rule in self._of_heat and not self._told(found, vessel):
                message = f"{found.message}; a hold would heat it so, {at} is its safe state"
                hint = "declare a cooler safe state in the station, or off"
                self._all.add(found.rule, message, place.mark, hint, severity=found.severity, subject=(vessel, "held"))

    def _told(self, found: Problem, vessel: str) -> bool:
        """Say whether the vessel as the recipe has it breaks the rule as badly at the same place."""
        of_it = (f"{vessel}:", f"{vessel} ")
        same = (each for each in self._all if (each.rule, each.mark) == (found.rule, found.mark))
        return any(each.severity is found.severity and each.message.startswith(of_it) for each in same)
