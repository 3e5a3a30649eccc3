"""What the engine's liquid actions do to volumes, in bounds: doses, transfers, drains, washes, and their rinses.

It mirrors `autosynth.engine.liquids` and `measure`: a rinse goes before a liquid that differs from the pump's last one,
gas clears each path, a vessel that is drawn from fills its own line for a moment, a cell is drained and washed. What a
crash or fault adds (a syringe lost to waste) is not bounded here: the engine records it as a deviation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autosynth.errors import Mark
from autosynth.language.interval import Interval
from autosynth.plan.capability import Capability
from autosynth.plan.findings import Findings
from autosynth.plan.state import ANY_LIQUID, NO_LIQUID, Portion, State, VesselBounds, hull, less, point
from autosynth.plan.tree import AT_ONCE, Span
from autosynth.units import format_quantity

_EPS_ML = 1e-9


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a recipe something happens, and in which round of its loop ("" outside of loops)."""

    mark: Mark
    path: str
    round: str = ""


Watch = Callable[[State, Place, str, Mapping[str, Interval] | None, Portion], None]
"""Told what has arrived in which vessel, after it was mixed in; of an intended portion also what was there before."""


@dataclass(frozen=True, slots=True)
class _Rinse:
    """What a rinse of a pump draws, where it goes and how long it takes."""

    stock: str
    waste: str
    drawn_ml: Interval
    span: Span


class Flow:
    """Moves liquid in a State as the engine would on the station; stocks stay what they are in `start`."""

    def __init__(self, capability: Capability, start: State, findings: Findings, watch: Watch) -> None:
        self._can = capability
        self._station = capability.station
        self._findings = findings
        self._watch = watch
        self._per_ml = {name: _per_ml(start.vessels[name]) for name in self._station.of_role("stock")}
        self.blind = False
        """Whether a step before this could not be followed, so that too little may seem to be there."""
        self.volumes: dict[str, Interval] = {}
        """Volumes that vessels have gone through since this was last cleared."""
        self._draw_rate = point(self._station.draw_rate_ml_min)
        self._rinses: dict[tuple[str, bool], _Rinse | None] = {}
        self._margins: dict[tuple[str | float, ...], float] = {}
        self._spans: dict[tuple[str | float, ...], Span] = {}
        """What was worked out for a pump and a volume: in the rounds of a loop they are mostly the same."""
        self._accepts = {name: frozenset(spec.accepts) for name, spec in self._station.of_role("waste").items()}

    def dose(
        self,
        state: State,
        place: Place,
        pump: str,
        stock: str,
        vessel: str,
        volume_ml: Interval,
        rate_ml_min: Interval,
        asked: dict[str, Interval] | None = None,
    ) -> Span:
        """Deliver from a stock into a vessel, rinsing before if another liquid was last.

        `asked` is what the recipe adds by that, as `Portion.asked`; without it the dose only rinses.
        """
        span = self._rinse_for(state, place, pump, stock)
        margin_ml = self._margin_ml(pump, volume_ml.high, vessel)
        portion = self._from_stock(state, place, stock, _beyond(volume_ml, margin_ml))
        portion.asked, portion.intended = asked, asked is not None
        self._arrive(state, place, vessel, portion)
        span += self._moved(pump, volume_ml, rate_ml_min)
        return span + self._can.clearing(pump, vessel, rate_ml_min)

    def push(self, state: State, place: Place, stock: str, vessel: str, volume_ml: Interval) -> None:
        """Push so much out of a stock that stands in a pump's own syringe."""
        portion = self._from_stock(state, place, stock, volume_ml)
        portion.intended = True
        self._arrive(state, place, vessel, portion)

    def transfer(
        self,
        state: State,
        place: Place,
        pump: str,
        source: str,
        target: str,
        volume_ml: Interval,
        rate: Interval,
        *,
        intended: bool = False,
    ) -> Span:
        """Move a volume from vessel to vessel; the source must hold what fills its own line besides."""
        span = self._rinse_for(state, place, pump, source)
        own_ml = self._can.unshared_ml(pump, source, target)
        self._enough(state, place, source, volume_ml.high + own_ml)
        margin_ml = self._margin_ml(pump, volume_ml.high, source, target)
        self.note_volume(source, state.vessels[source].volume_ml)
        portion, state.vessels[source] = state.vessels[source].drawn(_beyond(volume_ml, margin_ml))
        self.note_volume(source, state.vessels[source].volume_ml)
        portion.intended = intended
        self._arrive(state, place, target, portion)
        span += self._moved(pump, volume_ml, rate)
        span += self._can.clearing(pump, target, rate)
        return span + self._can.clearing(pump, source, self._draw_rate)

    def empty(
        self,
        state: State,
        place: Place,
        pump: str,
        source: str,
        target: str,
        rate: Interval,
        *,
        intended: bool = False,
    ) -> Span:
        """Move everything that a vessel holds, drawing gas after it."""
        span = self._rinse_for(state, place, pump, source)
        content_ml = state.vessels[source].volume_ml
        self.note_volume(source, state.vessels[source].volume_ml)
        portion, state.vessels[source] = state.vessels[source].emptied()
        portion.intended = intended
        self.note_volume(source, state.vessels[source].volume_ml)
        self._arrive(state, place, target, portion)
        over_ml = self._can.overdraw_ml(pump, content_ml.high)
        moved = Interval(content_ml.low, content_ml.high + over_ml + self._can.unshared_ml(pump, source, target))
        span += self._moved(pump, moved, rate)
        span += self._can.clearing(pump, target, rate)
        return span + self._can.clearing(pump, source, self._draw_rate)

    def pipette(self, state: State, vessel: str, volume_ml: Interval, mark: Mark) -> None:
        """Take a volume out of a vessel by hand."""
        have_ml = state.vessels[vessel].volume_ml
        if not self.blind and have_ml.low < volume_ml.high - _EPS_ML:
            have, wanted = format_quantity(have_ml.low, "volume"), format_quantity(volume_ml.high, "volume")
            message = f"{vessel} may hold only {have}, {wanted} are taken"
            self._findings.add("VOLUME", message, mark, "take less", subject=vessel)
        _, state.vessels[vessel] = state.vessels[vessel].drawn(volume_ml)
        self.note_volume(vessel, state.vessels[vessel].volume_ml)

    def wash(
        self, state: State, place: Place, pump: str, vessel: str, stock: str, volume_ml: Interval, times: int
    ) -> Span:
        """Drain a vessel to waste, and rinse and drain it so many times."""
        waste = self._can.waste(pump)
        if waste is None:
            return Span()
        span = self.empty(state, place, pump, vessel, waste, self._draw_rate)
        for _ in range(times):
            span += self.dose(state, place, pump, stock, vessel, volume_ml, self._draw_rate)
            span += self.empty(state, place, pump, vessel, waste, self._draw_rate)
        return span

    def flush(
        self, state: State, place: Place, pump: str, stock: str, vessel: str, volume_ml: Interval, times: int
    ) -> Span:
        """Send a stock through the line to a vessel, so many times."""
        span = Span()
        for _ in range(times):
            margin_ml = self._margin_ml(pump, volume_ml.high, vessel)
            self._arrive(state, place, vessel, self._from_stock(state, place, stock, _beyond(volume_ml, margin_ml)))
            span += self._moved(pump, volume_ml, self._draw_rate)
        return span + self._can.clearing(pump, vessel, self._draw_rate)

    def _rinse_for(self, state: State, place: Place, pump: str, liquid: str) -> Span:
        """Rinse to waste if the last liquid was, or may have been, another one."""
        last = state.last_liquid.get(pump, NO_LIQUID)
        if ANY_LIQUID not in last:
            state.last_liquid[pump] = frozenset({liquid})
        if last <= {liquid, ""}:
            return AT_ONCE
        rinse = self._rinse(pump, surely=last.isdisjoint({liquid, "", ANY_LIQUID}))
        if rinse is None:
            return AT_ONCE
        self._arrive(state, place, rinse.waste, self._from_stock(state, place, rinse.stock, rinse.drawn_ml))
        return rinse.span

    def _rinse(self, pump: str, *, surely: bool) -> _Rinse | None:
        """Return the rinse of a pump, which may also not happen unless it does `surely`; None if it has none."""
        if (pump, surely) not in self._rinses:
            self._rinses[pump, surely] = self._rinsing(pump, surely=surely)
        return self._rinses[pump, surely]

    def _rinsing(self, pump: str, *, surely: bool) -> _Rinse | None:
        rinse, waste = self._station.rinse, self._can.waste(pump)
        if rinse is None or waste is None:
            return None
        most_ml = rinse.times * rinse.volume_ml
        volume_ml = Interval(most_ml if surely else 0.0, most_ml)
        margin_ml = rinse.times * self._margin_ml(pump, rinse.volume_ml, waste)
        span = self._moved(pump, volume_ml, self._draw_rate) + self._can.clearing(pump, waste, self._draw_rate)
        return _Rinse(rinse.stock, waste, _beyond(volume_ml, margin_ml), span)

    def _moved(self, pump: str, volume_ml: Interval, rate: Interval) -> Span:
        """Return how long it takes to draw a volume, and to expel it at a rate."""
        asked = (pump, volume_ml.low, volume_ml.high, rate.low, rate.high)
        known = self._spans.get(asked)
        if known is None:
            drawn = self._can.moving(pump, volume_ml, self._draw_rate)
            known = drawn + (drawn if rate == self._draw_rate else self._can.moving(pump, volume_ml, rate))
            self._spans[asked] = known
        return known

    def _margin_ml(self, pump: str, volume_ml: float, *vessels: str) -> float:
        """Return how far what arrives may be from what was asked, on the ways to these vessels."""
        asked: tuple[str | float, ...] = (pump, volume_ml, *vessels)
        known = self._margins.get(asked)
        if known is None:
            paths = [self._can.path(pump, vessel) for vessel in vessels]
            known = self._margins[asked] = self._can.margin_ml(pump, volume_ml, *paths)
        return known

    def _from_stock(self, state: State, place: Place, stock: str, volume_ml: Interval) -> Portion:
        """Take from a stock; below nothing is found at once, and the count goes on for the bill of materials."""
        bottle = state.vessels[stock] = state.vessels[stock].without(volume_ml)
        if bottle.volume_ml.low < -_EPS_ML:
            short = format_quantity(-bottle.volume_ml.low, "volume")
            message = f"{stock} can run out here{place.round}: up to {short} more than there is"
            self._findings.add("MATERIALS", message, place.mark, "refill it and correct the ledger", subject=stock)
        per_ml, solvents = self._per_ml[stock]
        return Portion(volume_ml, {name: volume_ml * each for name, each in per_ml.items()}, solvents)

    def _enough(self, state: State, place: Place, source: str, volume_ml: float) -> None:
        vessel, spec = state.vessels[source], self._station.vessels[source]
        left_ml = vessel.volume_ml.low - volume_ml
        if not self.blind and left_ml < spec.fill_min_ml - _EPS_ML:
            drawn, have = format_quantity(volume_ml, "volume"), format_quantity(vessel.volume_ml.low, "volume")
            need = f", of which {format_quantity(spec.fill_min_ml, 'volume')} must stay" if spec.fill_min_ml else ""
            message = f"{source} may hold only {have} here{place.round}{need}; {drawn} with the line would be drawn"
            self._findings.add("VOLUME", message, place.mark, "draw less, or fill more", subject=source)

    def _arrive(self, state: State, place: Place, vessel: str, portion: Portion) -> None:
        spec, was = self._station.vessels[vessel], state.vessels[vessel]
        held = state.vessels[vessel] = was.received(portion)
        self.note_volume(vessel, held.volume_ml)
        if held.volume_ml.high > spec.limit_ml + _EPS_ML:
            high, limit = format_quantity(held.volume_ml.high, "volume"), format_quantity(spec.limit_ml, "volume")
            message = f"{vessel} may hold {high} here{place.round}, at most {limit} are allowed"
            hint = (
                "empty it and correct the ledger"
                if spec.role == "waste"
                else "take a larger vessel, or smaller amounts"
            )
            self._findings.add("VOLUME", message, place.mark, hint, subject=(vessel, "full"))
        if (accepted := self._accepts.get(vessel)) and (strange := portion.solvents - accepted):
            message = f"{vessel} does not accept {', '.join(sorted(strange))}"
            self._findings.add("WASTE", message, place.mark, f"it accepts {', '.join(spec.accepts)}", subject=vessel)
        self._watch(state, place, vessel, was.amounts if portion.intended else None, portion)

    def note_volume(self, vessel: str, volume_ml: Interval) -> None:
        """Note a volume that a vessel goes through in this step."""
        seen = self.volumes.get(vessel)
        self.volumes[vessel] = volume_ml if seen is None else hull(seen, volume_ml)


def taken_ml(before: Interval, after: Interval) -> Interval:
    """Return how much has gone from a stock whose volume was known."""
    return (
        less(before, after) if after.low >= 0 else Interval(max(before.low - after.high, 0.0), before.high - after.low)
    )


def _beyond(volume_ml: Interval, by: float) -> Interval:
    """Return the volume with a margin on both sides, not below zero."""
    return Interval(max(volume_ml.low - by, 0.0), max(volume_ml.high + by, 0.0))


def _per_ml(stock: VesselBounds) -> tuple[dict[str, Interval], frozenset[str]]:
    """Return what one mL of a stock holds in mol, and its solvents; nothing of an empty one."""
    liquid_ml = stock.volume_ml.low
    if liquid_ml <= 0:
        return {}, frozenset()
    return {name: point(amount.low / liquid_ml) for name, amount in stock.amounts.items()}, stock.solvents
