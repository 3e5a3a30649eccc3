"""What the checks of one plan share: the plan, the bench's abilities, liquid in bounds, expressions, findings.

A leaf of the plan is surveyed once for each round in which it may run; its bounds are those of all rounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autosynth.errors import InputError
from autosynth.language.expression import Expression
from autosynth.language.interval import Interval
from autosynth.language.validation import Located
from autosynth.plan.capability import Capability
from autosynth.plan.findings import Findings
from autosynth.plan.flow import Flow, Place
from autosynth.plan.ranges import range_of, refusal
from autosynth.plan.resolve import Resolver
from autosynth.plan.rulecheck import RuleCheck
from autosynth.plan.state import State, VesselBounds, hull
from autosynth.plan.tree import Plan, Span
from autosynth.recipe.steps import StepBase
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import GAS

_RELATIVE = 1e-9
_GAS_ML = 1e-6

Bounds = dict[str, Interval]


@dataclass(slots=True)
class Seen:
    """What was found of one leaf so far."""

    bounds: Bounds = field(default_factory=Bounds)
    span: Span | None = None
    moved: Bounds = field(default_factory=Bounds)
    """Volumes of the vessels and wastes that it brings something to or takes something from, in those rounds."""
    looks: list[tuple[VesselBounds, ...]] = field(default_factory=list[tuple[VesselBounds, ...]])
    """All vessels and wastes after each round: what one round moves stands still in another."""

    def more(self, bounds: Mapping[str, Interval], span: Span) -> None:
        """Take in another round."""
        for name, value in bounds.items():
            known = self.bounds.get(name)
            if known is not value:
                self.bounds[name] = value if known is None else hull(known, value)
        before = self.span
        if before is None:
            self.span = span
        else:
            likely = 0.5 * (before.likely_s + span.likely_s)
            self.span = Span(min(before.low_s, span.low_s), likely, max(before.high_s, span.high_s))


@dataclass(frozen=True, slots=True)
class Survey:
    """One check at work."""

    plan: Plan
    can: Capability
    inventory: Inventory
    flow: Flow
    resolve: Resolver
    rules: RuleCheck
    findings: Findings
    _pumps: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    """Pumps that serve vessels, once nothing is wrong with the way to them."""
    _stocks: dict[str, str] = field(default_factory=dict[str, str])
    _primed: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Pumps and stocks between which each line stands full."""
    scans: dict[str, tuple[Bounds, Span]] = field(default_factory=dict[str, tuple[Bounds, Span]])
    """Arguments and duration of the scans that are the same in all rounds, by plan path."""
    _numbers: dict[int, Interval] = field(default_factory=dict[int, Interval])
    """Of expressions that come to the same in all rounds, which the resolver keeps, by identity."""

    def number(self, step: StepBase, expression: Expression, key: str, state: State) -> Interval | None:
        """Return the bounds of a field of a step, a rounding error wider.

        None after noting that there are none, or that they make no sense (`autosynth.plan.ranges`).
        """
        value = self._numbers.get(id(expression))
        if value is None:
            value = self.resolve.bounds(expression, state, step.where, key)
            if value is None:
                return None
            value = rounded(value)
            if self.resolve.is_settled(expression):
                self._numbers[id(expression)] = value
        return self._sensible(step, expression, key, value)

    def exactly(self, part: Located, expression: Expression, key: str, state: State) -> Interval | None:
        """Return the bounds of a field of what stands inside a step; None as `number`."""
        value = self.resolve.bounds(expression, state, part.where, key)
        return None if value is None else self._sensible(part, expression, key, value)

    def _sensible(self, part: Located, expression: Expression, key: str, value: Interval) -> Interval | None:
        if range_of(type(part), key)[0].holds(value):
            return value
        message, hint = refusal(type(part), key, expression, value)
        self.findings.add("LIMITS", message, part.where(key), hint, subject=key)
        return None

    def pump(self, step: StepBase, key: str, *vessels: str) -> str | None:
        """Return the pump that serves these vessels; None after noting that no line connects them."""
        known = self._pumps.get(vessels)
        if known is not None:
            return known
        if not all(vessel in self.plan.station.vessels for vessel in vessels):
            return None
        pump = self.can.pump(*vessels)
        if pump is None:
            hint = "connect them to one pump, or go through a vessel that two pumps reach"
            self.findings.add("PATH", f"no pump reaches {' and '.join(vessels)}", step.where(key), hint)
            return None
        if self.can.waste(pump) is None:
            self.findings.add(
                "PATH", f"{pump} reaches no waste", step.where(key), "connect one of its ports to a waste"
            )
            return None
        self._fits(pump, vessels)
        self._pumps[vessels] = pump
        return pump

    def _fits(self, pump: str, vessels: tuple[str, ...]) -> None:
        """Note rinses and pushes that do not fit into the pump's syringe: the engine moves each in one."""
        syringe_ml, station = self.can.limits(pump).syringe_ml, self.plan.station
        if syringe_ml is None:
            return
        most_ml, shown = syringe_ml * (1 + 1e-6), f"the {syringe_ml:.3g} mL syringe of {pump}"
        if station.rinse is not None and station.rinse.volume_ml > most_ml:
            message = f"a rinse of {station.rinse.volume_ml:g} mL does not fit into {shown}"
            hint = "rinse with less, more often"
            self.findings.add("LIMITS", message, station.mark, hint, subject=("rinse", pump))
        for vessel in vessels:
            push_ml = self.can.path(pump, vessel).dead_volume_ml + station.push.excess_ml
            if push_ml > most_ml:
                message = f"the {push_ml:.3g} mL that clear the way to {vessel} do not fit into {shown}"
                self.findings.add("PATH", message, station.mark, "use shorter lines", subject=(pump, vessel))

    def primed(self, step: StepBase, key: str, pump: str, stock: str) -> None:
        """Note a stock whose line does not stand full of it: the first dose would begin with something else."""
        if (pump, stock) in self._primed:
            return
        path, full = self.can.path(pump, stock), True
        others = {line for each in self.can.plumbing.paths(pump) if each.vessel != stock for line in each.lines}
        for line in path.lines:
            if line in others:
                message = f"{stock} is drawn through {line}, which other liquids and gas pass too"
                hint = "give the stock a port of its own"
            elif any(plug.volumes_ml.get(GAS, 0.0) > _GAS_ML for plug in self.inventory.line(line)):
                message = f"{line} is not full of {stock}: the first dose would begin with gas"
                hint = "prime it and correct the ledger"
            else:
                continue
            self.findings.add("PATH", message, step.where(key), hint, subject=line)
            full = False
        if full:
            self._primed.add((pump, stock))

    def stock(self, step: StepBase, reagent: str, key: str) -> str | None:
        """Return the stock of a reagent; None after noting that the station has none."""
        if reagent in self._stocks:
            return self._stocks[reagent]
        try:
            return self._stocks.setdefault(reagent, self.plan.stock(reagent))
        except InputError as error:
            self.findings.take(error, step.where(key))
            return None

    def reject(self, rule: str, step: StepBase, key: str, message: str, hint: str = "") -> None:
        """Note what is wrong with a field of a step."""
        self.findings.add(rule, message, step.where(key), hint, subject=key)

    def place(self, step: StepBase, path: str, number: str) -> Place:
        """Return where in the recipe a step stands."""
        return Place(step.mark, path, number)


def rounded(value: Interval) -> Interval:
    """Return the interval with room for the rounding of its last digits."""
    slack = _RELATIVE * max(abs(value.low), abs(value.high))
    return Interval(value.low - slack, value.high + slack, value.dimension)
