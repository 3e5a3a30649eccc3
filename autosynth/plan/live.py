"""What is known of a vessel while a run goes on, as the scope of live rules, and whether a rule holds there.

The ledger says what is in it, the run's settings what is done with it, sensors what is measured. A sensor that says
nothing makes its fact unknown, and an unknown fact fails a rule. What decisions have shown is not known here.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.language.clauses import Clause
from autosynth.language.interval import EVERYTHING, Interval
from autosynth.language.kinds import TRUTH
from autosynth.language.logic import Truth
from autosynth.plan.facts import OPERATOR_FACTS, PLAN_FACTS, SENSOR_FACTS
from autosynth.plan.families import Families, solvent_facts, terms, values_of
from autosynth.plan.rulebook import Rule, Rulebook
from autosynth.station.mixture import GAS, Mixture
from autosynth.station.model import Station, VesselSpec
from autosynth.units import Quantity

GUARDED = ("jar_temperature", "jar_pressure", "lid_closed", "clamp_ok", "balanced", "estop_ok")
"""What the device that guards a jar's mill tells."""
SWEPT = ("vent_open", "sweep_on")
"""What the inputs that guard a swept vessel tell; its controller tells the `sweep_flow`."""
STORES = ("stock", "waste")
"""Roles of vessels in which nothing is made: no rule about what is done with a pot is about them."""
TRACE_ML = 1e-3
"""Less than this of a solvent is carry-over and no solvent of the vessel [assumed]."""
_KINDS = {**PLAN_FACTS, **SENSOR_FACTS, **OPERATOR_FACTS}


@dataclass(frozen=True, slots=True)
class Situation:
    """A vessel now: contents, what is being added, the setting of its heater (None: off), a scan, sensors' readings.

    Contents are asked for only when a rule speaks of them: most of the time none does.
    `sensed` has a value for each sensor fact that is known: °C, kPa, Hz, and A without its sign, 1 or 0 for a contact;
    `awaited` are facts whose first reading is not due yet. `on` is what is being done with a jar: milled or opened.
    """

    holds: Callable[[], Mixture]
    adds: Mixture | None = None
    dosed_mol_min: Mapping[str, float] = field(default_factory=dict[str, float])
    """What is being pushed in, of each species; nothing while no pump pushes."""
    target_c: float | None = None
    scan: Voltammetry | None = None
    sensed: Mapping[str, float] = field(default_factory=dict[str, float])
    awaited: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    closed: bool = False
    vented: bool = True


class Present:
    """The scope of live rules over one vessel; facts are worked out when a rule asks for them."""

    def __init__(
        self, station: Station, book: Rulebook, families: Families, spec: VesselSpec, situation: Situation
    ) -> None:
        self._station = station
        self._book = book
        self._families = families
        self._spec = spec
        self._now = situation

    def number(self, name: str) -> Interval:
        """Return a number that is known; everything, if nobody knows it."""
        known = self._known(name)
        return Interval(-math.inf, math.inf, _KINDS.get(name, "any")) if known is None else known

    def _known(self, name: str) -> Interval | None:
        if name in SENSOR_FACTS:
            value, kind = self._now.sensed.get(name), SENSOR_FACTS[name]
            return None if value is None or kind == TRUTH else Interval(value, value, kind)
        if name == "temperature":
            ambient_c, target_c = self._station.ambient_c, self._now.target_c
            ends = (ambient_c, ambient_c if target_c is None else target_c)
            return Interval(min(ends), max(ends), "temperature")
        if name in {"boiling_point", "window_low", "window_high"}:
            return solvent_facts(self._book, self._solvents()).get(name)
        if name == "rated_pressure":
            rated = self._spec.rated_pressure_kpa
            return None if rated is None else Interval(rated, rated, "pressure")
        if name in {"e_low", "e_high", "scan_rate"}:
            return self._scanned(name)
        fact = self._book.quantities.get(name)
        if fact is None:
            return None
        if fact.gas_of:
            return self._families.gas_rate(fact, {n: Interval(v, v) for n, v in self._now.dosed_mol_min.items()})
        holds = self._now.holds()
        amounts, volume_ml = _points(holds), holds.liquid_ml
        return self._families.quantity(fact, amounts, amounts, Interval(volume_ml, volume_ml))

    def _scanned(self, name: str) -> Interval | None:
        scan = self._now.scan
        if scan is None:
            return None
        if name == "scan_rate":
            return Interval(scan.rate_v_s, scan.rate_v_s, "scan_rate")
        reference = self._station.reference("Fc", self._spec.name)
        if reference is None:
            return None
        ends = (scan.begin_v, scan.vertex1_v, scan.vertex2_v)
        end_v = (min(ends) if name == "e_low" else max(ends)) - reference.offset_v
        return Interval(end_v, end_v, "potential")

    def _solvents(self) -> list[str]:
        return [name for name, ml in self._now.holds().volumes_ml.items() if name != GAS and ml > TRACE_ML]

    def change(self, name: str) -> Interval:
        """Return everything: rules compare no rounds."""
        del name
        return EVERYTHING

    def literal(self, quantity: Quantity) -> Interval:
        """Return the interval of one number."""
        return Interval(quantity.value, quantity.value, quantity.dimension)

    def among(self, name: str, texts: tuple[str, ...]) -> Truth:
        """Say whether any of these is present."""
        if name == "solvents":
            return Truth.of(any(text in self._solvents() for text in texts))
        adds = self._now.adds
        if adds is None and name in {"adds", "held"}:
            return Truth.FALSE
        mixture = adds if adds is not None and name == "adds" else self._now.holds()
        present = self._families.present(_points(mixture))
        return Truth.of(any(text in present for text in texts))

    def flag(self, name: str) -> Truth:
        """Return what is known of something true or false."""
        match name:
            case "heated":
                return Truth.of(self._now.target_c is not None)
            case "scans":
                return Truth.of(self._now.scan is not None)
            case "pressure_rated":
                return Truth.of(self._spec.rated_pressure_kpa is not None)
            case "milling" | "opens":
                return Truth.of(name in self._now.on)
            case "stored":
                return Truth.of(self._spec.role in STORES)
            case "jar_closed":
                return Truth.of(self._now.closed)
            case "vented":
                return Truth.of(self._now.vented)
            case _:
                told = self._now.sensed.get(name) if name in SENSOR_FACTS else None
                return Truth.UNDECIDED if told is None else Truth.of(told > 0)


def _points(mixture: Mixture) -> dict[str, Interval]:
    return {name: Interval(mol, mol) for name, mol in mixture.amounts_mol.items() if mol > 0}


def tellers(spec: VesselSpec) -> dict[str, str]:
    """Return the facts that a vessel has a sensor for, and the device that tells each.

    That a jar which nothing shakes stands still needs no device: the jar itself is named.
    """
    jar = spec.jar
    guard, mill = (None, None) if jar is None else (jar.guarded_by, jar.milled_by or spec.name)
    sensors = {
        "vessel_temperature": spec.heated_by,
        "cell_current": spec.potentiostat,
        **dict.fromkeys(GUARDED, guard),
        "mill_frequency": mill,
        "sweep_flow": spec.swept_by,
        **dict.fromkeys(SWEPT, spec.guarded_by),
    }
    return {fact: device for fact, device in sensors.items() if device}


def unwatched(rule: Rule, spec: VesselSpec) -> tuple[str, ...]:
    """Return the facts of a live rule that nothing tells of a vessel: those of missing sensors, and of people."""
    told = tellers(spec)
    return tuple(
        fact for fact, knower in rule.facts.items() if knower == "operator" or (knower == "sensor" and fact not in told)
    )


def concerns(rule: Rule, scope: Present) -> bool:
    """Say whether a rule may have something to say now."""
    when = rule.when.expression.tree
    return isinstance(when, Clause) and when.truth(scope) is not Truth.FALSE


def broken(rule: Rule, scope: Present, attested: frozenset[str]) -> str:
    """Return why a rule that concerns a vessel does not hold there, or nothing; `attested` facts are taken as given."""
    reasons: list[str] = []
    fails = False
    for term in terms(rule.check.expression.tree):
        if attested.isdisjoint(term.names()) and term.truth(scope) is not Truth.TRUE:
            fails = True
            reasons += [*values_of(term, scope), *_contacts(term, scope), *_silent(term, scope)]
    because = f"; here {', '.join(dict.fromkeys(reasons))}" if reasons else ""
    return f"{rule.says}{because}" if fails else ""


def _contacts(term: Clause, scope: Present) -> Iterable[str]:
    """Yield how the contacts in a condition that fails stand: "lid_closed is open"."""
    for name in term.names():
        told = scope.flag(name) if SENSOR_FACTS.get(name) == TRUTH else Truth.UNDECIDED
        if told is not Truth.UNDECIDED:
            yield f"{name} is {'closed' if told is Truth.TRUE else 'open'}"


def _silent(term: Clause, scope: Present) -> Iterable[str]:
    for name in term.names():
        unknown = math.isinf(scope.number(name).high) and scope.flag(name) is Truth.UNDECIDED
        if name in SENSOR_FACTS and unknown:
            yield f"no sensor tells {name} now"
