"""Applies the static rules to every moment of a plan: liquid arrives, a vessel is heated, a cell is scanned.

A rule concerns a moment unless its `when` certainly does not hold; its check passes only if it certainly holds. What
only an operator knows has to be attested; a live rule whose sensor the station lacks likewise.
"""

import math
from collections.abc import Iterable, Mapping

from autosynth.errors import Severity
from autosynth.language.clauses import Both, Clause
from autosynth.language.interval import EVERYTHING, Interval
from autosynth.language.logic import Truth
from autosynth.plan.facts import Moment
from autosynth.plan.findings import Findings
from autosynth.plan.flow import Place
from autosynth.plan.rulebook import Rule, Rulebook
from autosynth.plan.state import Portion, State, VesselBounds
from autosynth.plan.tree import Plan
from autosynth.recipe.steps import Measure
from autosynth.station.model import VesselSpec
from autosynth.units import format_quantity

AMBIENT_SPREAD_K = 3.0
"""How far a vessel that is not heated may be from the station's ambient temperature [assumed: air conditioning]."""
_DIGITS = 6
_SEVERITY = {"note": Severity.NOTE, "acknowledge": Severity.ACKNOWLEDGE}


class RuleCheck:
    """The rules of a book over one plan."""

    def __init__(self, plan: Plan, book: Rulebook, findings: Findings) -> None:
        self._book = book
        self._station = plan.station
        self._findings = findings
        ambient_c = plan.station.ambient_c
        self._ambient = Interval(ambient_c - AMBIENT_SPREAD_K, ambient_c + AMBIENT_SPREAD_K, "temperature")
        self._formulas = {each.species: each.formula for each in plan.recipe.reagents.values() if each.formula}
        self._families: dict[str, frozenset[str]] = {}
        self._quiet: set[tuple[object, ...]] = set()

    def arrived(
        self, state: State, place: Place, vessel: str, before: Mapping[str, Interval] | None, portion: Portion
    ) -> None:
        """Judge what has arrived in a vessel; what is added on purpose may void what a decision had shown."""
        signature = (vessel, *self._composition(state.vessels[vessel]))
        if before is None and signature in self._quiet:
            return
        moment = self._moment(state, vessel)
        if before is not None:
            moment.texts["held"] = self._present(before)
            moment.texts["adds"] = self._present(portion.amounts)
        self._judge(moment, place)
        self._quiet.add(signature)
        self._void(state, vessel, moment.texts.get("adds", {}))

    def heated(self, state: State, place: Place, vessel: str) -> None:
        """Judge a vessel at its new temperature."""
        self._judge(self._moment(state, vessel), place)

    def scanned(self, state: State, place: Place, step: Measure, cell: str, bounds: Mapping[str, Interval]) -> None:
        """Judge a scan; potentials are compared on the Fc scale."""
        moment = self._moment(state, cell)
        moment.flags["scans"] = Truth.TRUE
        reference = self._station.reference("Fc", cell)
        if reference is not None:
            ends = [bounds[name] for name in ("begin_v", "vertex1_v", "vertex2_v")]
            offset_v = reference.offset_v
            low, high = min(each.low for each in ends) - offset_v, max(each.high for each in ends) - offset_v
            moment.numbers["e_low"] = Interval(round(low, _DIGITS), round(low, _DIGITS), "potential")
            moment.numbers["e_high"] = Interval(round(high, _DIGITS), round(high, _DIGITS), "potential")
        moment.numbers["scan_rate"] = bounds["rate_v_s"]
        self._judge(moment, place)

    def _composition(self, held: VesselBounds) -> tuple[object, ...]:
        return held.solvents, frozenset(name for name, amount in held.amounts.items() if amount.high > 0), held.hot_c

    def _moment(self, state: State, vessel: str) -> Moment:
        held, spec = state.vessels[vessel], self._station.vessels[vessel]
        moment = Moment(vessel)
        moment.texts["holds"] = self._present(held.amounts)
        certain = len(held.solvents) == 1
        moment.texts["solvents"] = dict.fromkeys(held.solvents, Truth.TRUE if certain else Truth.UNDECIDED)
        moment.flags["heated"] = Truth.of(held.hot_c is not None)
        moment.flags["scans"] = Truth.FALSE
        moment.flags["pressure_rated"] = Truth.of(spec.rated_pressure_kpa is not None)
        moment.numbers["temperature"] = held.hot_c or self._ambient
        self._solvent_facts(moment, held)
        for name, quantity in self._book.quantities.items():
            if quantity.concentration_of is not None:
                moment.numbers[name] = self._concentration(held, quantity.concentration_of)
            else:
                moment.numbers[name] = self._equivalents(held, str(quantity.of), str(quantity.per), quantity.count)
        for name in self._book.measured:
            moment.numbers[name] = _shown(state, vessel, name)
        return moment

    def _solvent_facts(self, moment: Moment, held: VesselBounds) -> None:
        """Take the lowest boiling point and the narrowest window of the solvents; a stranger's are unknown.

        What is empty does not boil.
        """
        if not held.solvents:
            moment.numbers["boiling_point"] = Interval(math.inf, math.inf, "temperature")
        known = [self._book.solvents.get(name) for name in held.solvents]
        found = [each for each in known if each is not None]
        if not found or len(found) < len(known):
            return
        lowest_c = min(each.boiling_point for each in found)
        moment.numbers["boiling_point"] = Interval(lowest_c, lowest_c, "temperature")
        windows = [each.window for each in found if each.window is not None]
        if len(windows) == len(found):
            low, high = max(each.low for each in windows), min(each.high for each in windows)
            moment.numbers["window_low"] = Interval(low, low, "potential")
            moment.numbers["window_high"] = Interval(high, high, "potential")

    def _present(self, amounts: Mapping[str, Interval]) -> dict[str, Truth]:
        """Return which families are there certainly, and which possibly."""
        found: dict[str, Truth] = {}
        for species, amount in amounts.items():
            if amount.high > 0:
                verdict = Truth.TRUE if amount.low > 0 else Truth.UNDECIDED
                for family in self._members(species):
                    found[family] = found.get(family, Truth.FALSE) | verdict
        return found

    def _members(self, species: str) -> frozenset[str]:
        if species not in self._families:
            formula = self._formulas.get(species, species)
            self._families[species] = self._book.families_of(species, formula)
        return self._families[species]

    def _sum(self, amounts: Mapping[str, Interval], family: str) -> Interval:
        parts = [amount for species, amount in amounts.items() if family in self._members(species)]
        return Interval(sum(each.low for each in parts), sum(each.high for each in parts))

    def _concentration(self, held: VesselBounds, family: str) -> Interval:
        """Return mol/L of what may be free: at most everything there is."""
        total = self._sum(held.amounts, family)
        if total.high <= 0:
            return Interval(0.0, 0.0, "concentration")
        if held.volume_ml.low <= 0:
            return Interval(0.0, float("inf"), "concentration")
        return Interval(0.0, 1e3 * total.high / held.volume_ml.low, "concentration")

    def _equivalents(self, held: VesselBounds, family: str, base: str, count: float) -> Interval:
        """Return equivalents of a family per `count` of another, as asked for."""
        some, units = self._sum(held.asked, family), self._sum(held.asked, base)
        if some.high <= 0:
            return Interval(0.0, 0.0)
        if units.low <= 0:
            return EVERYTHING
        return Interval(round(some.low * count / units.high, _DIGITS), round(some.high * count / units.low, _DIGITS))

    def _void(self, state: State, vessel: str, adds: Mapping[str, Truth]) -> None:
        for name, fact in self._book.measured.items():
            if fact.void_when_added in adds:
                for quantity in [each for each in state.known if each.partition(".")[2] == name]:
                    if state.measured.get(quantity.partition(".")[0]) == vessel:
                        del state.known[quantity]

    def _judge(self, moment: Moment, place: Place) -> None:
        spec = self._station.vessels[moment.vessel]
        for rule in self._book.rules:
            if spec.role == "waste" and rule.class_ == "chemistry":
                continue  # nothing is made there
            when = rule.when.expression.tree
            if not isinstance(when, Clause) or when.truth(moment) is Truth.FALSE:
                continue
            if rule.phase == "live":
                self._sensed(rule, spec, moment, place)
            else:
                self._check(rule, moment, place)

    def _check(self, rule: Rule, moment: Moment, place: Place) -> None:
        """Note a rule that fails; what fails only because an operator alone knows it asks for a reason."""
        severity: Severity | None = None
        reasons: list[str] = []
        for term in _terms(rule.check.expression.tree):
            verdict = term.truth(moment)
            if verdict is Truth.TRUE:
                continue
            reasons.extend(_values(term, moment))
            asks = verdict is Truth.UNDECIDED and any(rule.facts.get(name) == "operator" for name in term.names())
            usual = _SEVERITY.get(rule.action, Severity.REJECT)
            found = Severity.ACKNOWLEDGE if asks and usual is Severity.REJECT else usual
            severity = found if severity is not Severity.REJECT else severity
        if severity is None:
            return
        because = f"; here {', '.join(dict.fromkeys(reasons))}" if reasons else ""
        message = f"{moment.vessel}{place.round}: {rule.says}{because}"
        self._findings.add(
            rule.id, message, place.mark, _hint(rule, severity), severity=severity, subject=(moment.vessel, rule.says)
        )

    def _sensed(self, rule: Rule, spec: VesselSpec, moment: Moment, place: Place) -> None:
        """Note a live rule that nothing on the station can watch."""
        sensors = {"vessel_temperature": spec.heated_by, "cell_current": spec.potentiostat}
        missing = [fact for fact, knower in rule.facts.items() if knower == "sensor" and not sensors.get(fact)]
        if missing:
            message = f"{moment.vessel}: {rule.says}, and no sensor tells {', '.join(missing)}"
            hint = f"attest it: --acknowledge {rule.id}=REASON"
            self._findings.add(
                rule.id, message, place.mark, hint, severity=Severity.ACKNOWLEDGE, subject=(moment.vessel, "live")
            )


def _hint(rule: Rule, severity: Severity) -> str:
    if severity is Severity.REJECT:
        return f"or accept it: --acknowledge {rule.id}=REASON" if rule.class_ == "chemistry" else ""
    return "" if severity is Severity.NOTE or rule.class_ == "chemistry" else "attest what only you can know"


def _values(term: Clause, moment: Moment) -> Iterable[str]:
    """Yield what is known of the numbers in a condition that fails, at its worse end."""
    for name in term.names():
        known = moment.numbers.get(name)
        if known is not None and math.isfinite(known.low) and math.isfinite(known.high):
            ends = dict.fromkeys(format_quantity(end, known.dimension) for end in (known.low, known.high))
            yield f"{name} is {' to '.join(ends)}"


def _terms(tree: object) -> Iterable[Clause]:
    """Yield the parts of a conjunction."""
    if isinstance(tree, Both) and tree.operator == "and":
        yield from _terms(tree.left)
        yield from _terms(tree.right)
    elif isinstance(tree, Clause):
        yield tree


def _shown(state: State, vessel: str, quantity: str) -> Interval:
    """Return what decisions have shown of a quantity measured in samples of a vessel: the best of them."""
    best = EVERYTHING
    for measurement, of in state.measured.items():
        known = state.known.get(f"{measurement}.{quantity}")
        if of == vessel and known is not None and known.low > best.low:
            best = known
    return best
