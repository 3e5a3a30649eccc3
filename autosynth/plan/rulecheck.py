"""Applies the static rules to every moment of a plan: liquid arrives, a vessel is heated, a cell is scanned.

A rule concerns a moment unless its `when` certainly does not hold; its check passes only if it certainly holds. What
only an operator knows has to be attested; a live rule whose sensor the station lacks likewise.
"""

from collections.abc import Mapping
from functools import lru_cache, partial
from operator import attrgetter

from autosynth.errors import Severity
from autosynth.language.interval import EVERYTHING, Interval
from autosynth.language.logic import Truth
from autosynth.plan.closed import closed_facts
from autosynth.plan.concern import OCCASIONS, Concern, Occasion, Relevance
from autosynth.plan.dosing import dosed_mol_min
from autosynth.plan.facts import Moment
from autosynth.plan.families import Families, solvent_facts, values_of
from autosynth.plan.findings import Findings
from autosynth.plan.flow import Place
from autosynth.plan.ground import Ground
from autosynth.plan.live import STORES, unwatched
from autosynth.plan.mechanics import OF_MILLING_ALONE, milling_facts, settled
from autosynth.plan.rulebook import Rule, Rulebook
from autosynth.plan.state import Portion, State, VesselBounds
from autosynth.plan.tree import Plan
from autosynth.recipe.steps import Measure
from autosynth.station.model import VesselSpec

AMBIENT_SPREAD_K = 3.0
"""How far a vessel that is not heated may be from the station's ambient temperature [assumed: air conditioning]."""
STEEL = "steel"
_DIGITS = 6
_MOST = attrgetter("high")
_OF_SOLVENTS = frozenset({"boiling_point", "window_low", "window_high"})
_SEVERITY = {"note": Severity.NOTE, "acknowledge": Severity.ACKNOWLEDGE}


class RuleCheck:
    """The rules of a book over one plan: nothing comes to a bench but what its ground holds."""

    def __init__(self, plan: Plan, book: Rulebook, ground: Ground, findings: Findings) -> None:
        self._book = book
        self._station = plan.station
        self._can = ground.can
        self._findings = findings
        ambient_c = plan.station.ambient_c
        self._ambient = Interval(ambient_c - AMBIENT_SPREAD_K, ambient_c + AMBIENT_SPREAD_K, "temperature")
        self._families = Families(plan, book)
        families = frozenset(family for species in ground.species for family in self._families.of(species))
        self._relevance = _relevance(book, families, frozenset(ground.solvents), self._ambient)
        self._asked: dict[tuple[str, bool, str], tuple[Concern, ...]] = {}
        self._quiet: set[tuple[object, ...]] = set()
        self._facts: dict[frozenset[str], Mapping[str, Interval]] = {}
        """What follows of solvents."""

    def arrived(
        self, state: State, place: Place, vessel: str, before: Mapping[str, Interval] | None, portion: Portion
    ) -> None:
        """Judge what has arrived in a vessel; what is added on purpose may void what a decision had shown."""
        concerns = self._concerns(vessel, adds=before is not None)
        if before is None and not concerns:
            return
        signature = (vessel, *self._composition(state.vessels[vessel]))
        if before is None and signature in self._quiet:
            return
        moment = self._moment(state, vessel)
        if before is not None:
            moment.texts["held"] = self._families.present(before)
            moment.texts["adds"] = self._families.present(portion.amounts)
        self._judge(moment, concerns, place)
        self._quiet.add(signature)
        self._void(state, vessel, moment.texts.get("adds", {}))

    def heated(self, state: State, place: Place, vessel: str) -> None:
        """Judge a vessel at its new temperature."""
        self._judge(self._moment(state, vessel), self._concerns(vessel), place)

    def scanned(self, state: State, place: Place, step: Measure, cell: str, bounds: Mapping[str, Interval]) -> None:
        """Judge a scan; potentials are compared on the Fc scale."""
        moment = self._moment(state, cell, "scans")
        reference = self._station.reference("Fc", cell)
        if reference is not None:
            ends = [bounds[name] for name in ("begin_v", "vertex1_v", "vertex2_v")]
            offset_v = reference.offset_v
            low, high = min(each.low for each in ends) - offset_v, max(each.high for each in ends) - offset_v
            moment.numbers["e_low"] = Interval(round(low, _DIGITS), round(low, _DIGITS), "potential")
            moment.numbers["e_high"] = Interval(round(high, _DIGITS), round(high, _DIGITS), "potential")
        moment.numbers["scan_rate"] = bounds["rate_v_s"]
        self._judge(moment, self._concerns(cell, on="scans"), place)

    def dosed(self, state: State, place: Place, source: str, vessel: str, rate: Interval) -> None:
        """Judge a liquid that is drawn from one vessel and dosed into another at so many mL/min, which has arrived."""
        spec, drawn = self._station.vessels[source], self._moment(state, source, "drawn")
        for name, fact in self._book.quantities.items():
            if fact.total_of is not None and spec.concentrations:  # of a stock its label says it
                drawn.numbers[name] = self._families.labelled(fact.total_of, spec.concentrations)
        self._judge(drawn, self._concerns(source, on="drawn"), place)
        moment = self._moment(state, vessel, "doses")
        dosed = dosed_mol_min(spec, state.vessels[source], rate)
        for name, fact in self._book.quantities.items():
            if fact.gas_of:
                moment.numbers[name] = settled(self._families.gas_rate(fact, dosed), "rate")
        moment.texts["adds"] = self._families.present(dosed)
        moment.numbers["sweep"] = settled(state.sweeps_ml_min.get(vessel, Interval(0.0, 0.0)), "rate")
        self._judge(moment, self._concerns(vessel, adds=True, on="doses"), place)

    def swept(self, state: State, place: Place, vessel: str, flow: Interval) -> None:
        """Judge a vessel whose sweep is set."""
        moment = self._moment(state, vessel, "sweeps")
        moment.numbers["sweep"] = settled(flow, "rate")
        self._judge(moment, self._concerns(vessel, on="sweeps"), place)

    def tubed(self, state: State, place: Place, tube: str) -> None:
        """Judge a tube that goes into a spectrometer."""
        moment = self._moment(state, tube, "to_nmr")
        volume_ml = state.vessels[tube].volume_ml
        moment.numbers["tube_volume"] = Interval(volume_ml.low, volume_ml.high, "volume")
        self._judge(moment, self._concerns(tube, on="to_nmr"), place)

    def milled(self, state: State, place: Place, jar: str, bounds: Mapping[str, Interval]) -> None:
        """Judge a jar that is milled, with what is in it by then."""
        moment = self._moment(state, jar, "milling")
        facts = milling_facts(self._station, state, jar, bounds)
        moment.numbers |= facts if moment.followed else {name: facts[name] for name in OF_MILLING_ALONE}
        self._judge(moment, self._concerns(jar, on="milling"), place)

    def opened(self, state: State, place: Place, jar: str) -> None:
        """Judge a jar that is opened."""
        moment = self._moment(state, jar, "opens")
        moment.flags["vented"] = state.jars[jar].vented if moment.followed else Truth.UNDECIDED
        self._judge(moment, self._concerns(jar, on="opens"), place)

    def activated(self, state: State, place: Place, jar: str, bounds: Mapping[str, Interval]) -> None:
        """Judge a solid that is heated to drive solvent out."""
        moment = self._moment(state, jar, "activating")
        moment.numbers["activation_temperature"] = settled(bounds["temperature_c"], "temperature")
        moment.numbers["ramp"] = settled(bounds["ramp_k_min"], "heating_rate")
        self._judge(moment, self._concerns(jar, on="activating"), place)

    def autoclaved(self, state: State, place: Place, vessel: str, target_c: Interval) -> None:
        """Judge a closed vessel with solid and solvent that is heated in an oven, at its highest temperature."""
        moment = self._moment(state, vessel, "autoclaving")
        facts = closed_facts(self._station, self._book, state, vessel, target_c)
        moment.numbers |= facts if moment.followed else {}
        moment.flags |= {"heated": Truth.TRUE, "jar_closed": Truth.TRUE}
        self._judge(moment, self._concerns(vessel, on="autoclaving"), place)

    def _concerns(self, vessel: str, *, adds: bool = False, on: str = "") -> tuple[Concern, ...]:
        """Return the rules that can have something to say of a vessel."""
        asked = (vessel, adds, on)
        if asked not in self._asked:
            spec = self._station.vessels[vessel]
            rated = spec.rated_pressure_kpa is not None
            steel = _of_steel(spec)
            heatable = spec.heated_by is not None or on == "autoclaving"
            occasion = Occasion(spec.role == "waste", heatable, rated, adds, steel, on)
            self._asked[asked] = self._relevance.on(occasion)
        return self._asked[asked]

    def _composition(self, held: VesselBounds) -> tuple[object, ...]:
        names = frozenset(held.amounts)
        if not min(map(_MOST, held.amounts.values()), default=1.0) > 0:
            names = frozenset(name for name, amount in held.amounts.items() if amount.high > 0)
        return held.solvents, names, held.hot_c

    def _moment(self, state: State, vessel: str, on: str = "") -> Moment:
        """Return what is known of a vessel; numbers are worked out when a rule asks for them."""
        held, spec = state.vessels[vessel], self._station.vessels[vessel]
        followed = vessel not in state.jars or state.jars[vessel].followed
        moment = Moment(vessel, derived=partial(self._derived, state, vessel) if followed else None, followed=followed)
        moment.texts["holds"] = self._families.present(held.amounts)
        certain = len(held.solvents) == 1
        moment.texts["solvents"] = dict.fromkeys(held.solvents, Truth.TRUE if certain else Truth.UNDECIDED)
        moment.flags["heated"] = Truth.of(held.hot_c is not None)
        moment.flags |= {name: Truth.of(name == on) for name in OCCASIONS}
        moment.flags["jar_closed"] = Truth.of(on == "milling")
        moment.flags["steel_jar"] = Truth.of(_of_steel(spec))
        moment.flags["stored"] = Truth.of(spec.role in STORES)
        if self._vent_watched(spec):  # by a live rule, while anything is there that needs it
            moment.flags |= {"vent_open": Truth.TRUE, "vessel_sealed": Truth.FALSE}
        moment.flags["pressure_rated"] = Truth.of(spec.rated_pressure_kpa is not None)
        return moment

    def _vent_watched(self, spec: VesselSpec) -> bool:
        """Tell whether a contact says that a vessel's vent is open."""
        return spec.guarded_by is not None and "vent_open" in self._can.limits(spec.guarded_by).inputs

    def _derived(self, state: State, vessel: str, name: str) -> Interval | None:
        """Return a number that follows of what a vessel holds, how hot it is, and what decisions have shown of it."""
        held = state.vessels[vessel]
        if name in self._book.measured:
            return _shown(state, vessel, name)
        quantity = self._book.quantities.get(name)
        if quantity is not None:
            return self._families.quantity(quantity, held.amounts, held.asked, held.volume_ml)
        if name == "temperature":
            return held.hot_c or self._ambient
        return self._of_solvents(held.solvents).get(name) if name in _OF_SOLVENTS else None

    def _of_solvents(self, solvents: frozenset[str]) -> Mapping[str, Interval]:
        known = self._facts.get(solvents)
        if known is None:
            known = self._facts[solvents] = solvent_facts(self._book, solvents)
        return known

    def _void(self, state: State, vessel: str, adds: Mapping[str, Truth]) -> None:
        for name, fact in self._book.measured.items():
            if fact.void_when_added in adds:
                for quantity in [each for each in state.known if each.partition(".")[2] == name]:
                    if state.measured.get(quantity.partition(".")[0]) == vessel:
                        del state.known[quantity]

    def _judge(self, moment: Moment, concerns: tuple[Concern, ...], place: Place) -> None:
        for concern in concerns:
            if concern.when.truth(moment) is Truth.FALSE:
                continue
            if concern.rule.phase == "live":
                self._sensed(concern.rule, moment, place)
            else:
                self._check(concern, moment, place)

    def _check(self, concern: Concern, moment: Moment, place: Place) -> None:
        """Note a rule that fails; what fails only because an operator alone knows it asks for a reason."""
        rule = concern.rule
        subject = (moment.vessel, rule.says)
        if self._findings.known(rule.id, place.mark, subject):
            return
        severity: Severity | None = None
        reasons: list[str] = []
        for term in concern.terms:
            verdict = term.truth(moment)
            if verdict is Truth.TRUE or (verdict is Truth.UNDECIDED and not moment.followed):
                continue
            reasons.extend(values_of(term, moment))
            asks = verdict is Truth.UNDECIDED and any(rule.facts.get(name) == "operator" for name in term.names())
            usual = _SEVERITY.get(rule.action, Severity.REJECT)
            found = Severity.ACKNOWLEDGE if asks and usual is Severity.REJECT else usual
            severity = found if severity is not Severity.REJECT else severity
        if severity is None:
            return
        because = f"; here {', '.join(dict.fromkeys(reasons))}" if reasons else ""
        message = f"{moment.vessel}{place.round}: {rule.says}{because}"
        self._findings.add(rule.id, message, place.mark, _hint(rule, severity), severity=severity, subject=subject)

    def _sensed(self, rule: Rule, moment: Moment, place: Place) -> None:
        """Note a live rule that nothing on the station can watch, or that needs what only an operator knows."""
        missing = unwatched(rule, self._station.vessels[moment.vessel])
        if missing:
            message = f"{moment.vessel}: {rule.says}, and no sensor tells {', '.join(missing)}"
            hint = f"attest it: --acknowledge {rule.id}=REASON"
            self._findings.add(
                rule.id, message, place.mark, hint, severity=Severity.ACKNOWLEDGE, subject=(moment.vessel, "live")
            )


@lru_cache(maxsize=64)
def _relevance(book: Rulebook, families: frozenset[str], solvents: frozenset[str], ambient: Interval) -> Relevance:
    """Return which rules can concern a bench: many recipes share one, and a book is complete when it is asked."""
    return Relevance(book.rules, families, solvents, ambient)


def _hint(rule: Rule, severity: Severity) -> str:
    if severity is Severity.REJECT:
        return f"or accept it: --acknowledge {rule.id}=REASON" if rule.class_ == "chemistry" else ""
    return "" if severity is Severity.NOTE or rule.class_ == "chemistry" else "attest what only you can know"


def _shown(state: State, vessel: str, quantity: str) -> Interval:
    """Return what decisions have shown of a quantity measured in samples of a vessel: the best of them."""
    best = EVERYTHING
    for measurement, of in state.measured.items():
        known = state.known.get(f"{measurement}.{quantity}")
        if of == vessel and known is not None and known.low > best.low:
            best = known
    return best


def _of_steel(spec: VesselSpec) -> bool:
    """Tell whether a jar or what mills in it is of steel, stainless or not."""
    return spec.jar is not None and any(STEEL in each.lower() for each in (spec.material, spec.jar.balls.material))
