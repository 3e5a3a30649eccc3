"""What may be where at one point of a plan, as intervals: the abstract counterpart of the ledger.

Amounts are those charged, like the ledger's; nothing here reacts. Numbers carry no dimension (mL, mol); the bounds only
ever widen by what may happen, so they contain every honest run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import attrgetter, is_
from typing import Final

from autosynth.language.interval import Interval
from autosynth.plan.jars import JarBounds, joined

ZERO = Interval(0.0, 0.0)
WHOLE = Interval(1.0, 1.0)
ANY_LIQUID = "*"
"""A pump's last liquid when branches that run at once share it."""
NO_LIQUID = frozenset({""})
"""A pump's last liquid when it has moved none."""
_LOW, _HIGH = attrgetter("low"), attrgetter("high")
_NOTHING: Mapping[str, Interval] = {}


def point(value: float) -> Interval:
    """Return the interval of one number."""
    return Interval(value, value)


def hull(one: Interval, other: Interval) -> Interval:
    """Return the smallest interval that contains both."""
    if one.low <= other.low:
        return one if other.high <= one.high else Interval(one.low, other.high, one.dimension)
    if one.high <= other.high:
        return Interval(other.low, other.high, one.dimension)
    return Interval(other.low, one.high, one.dimension)


def hull_of(several: Sequence[Interval]) -> Interval:
    """Return the smallest interval that contains all, which are of one kind."""
    low, high = min(map(_LOW, several)), max(map(_HIGH, several))
    first = several[0]
    return first if first.low == low and first.high == high else Interval(low, high, first.dimension)


def less(one: Interval, other: Interval) -> Interval:
    """Return one minus other, not below zero."""
    return Interval(max(one.low - other.high, 0.0), max(one.high - other.low, 0.0))


@dataclass(slots=True)
class Portion:
    """Liquid on its way: what a vessel gave, or a stock."""

    volume_ml: Interval
    amounts: Mapping[str, Interval] = field(default_factory=dict[str, Interval])
    solvents: frozenset[str] = frozenset()
    asked: Mapping[str, Interval] | None = None
    """Of what the recipe asks for: the amount in mol as if nothing had ever been drawn from the target."""
    intended: bool = False
    """Whether the recipe adds it to make something of it; samples, rinses and waste are not."""


@dataclass(slots=True)
class VesselBounds:
    """One vessel: its volume, the amounts in it, and the same amounts relative to each other; states share it.

    `kept` is the share of everything charged that draws have left; `asked` is what was charged, as the recipe asked for
    it, so that ratios in it are exact however many samples were drawn. Until anything is, the two are one mapping.
    """

    volume_ml: Final[Interval] = ZERO
    amounts: Final[Mapping[str, Interval]] = field(default_factory=lambda: _NOTHING)
    solvents: Final[frozenset[str]] = frozenset()
    asked: Final[Mapping[str, Interval]] = field(default_factory=lambda: _NOTHING)
    kept: Final[Interval] = WHOLE
    hot_c: Final[Interval | None] = None
    stirred: Final[bool] = False
    """Whether it is stirred on every way here."""

    def received(self, portion: Portion) -> "VesselBounds":
        """Return the vessel with a portion mixed in."""
        amounts, asked = self.amounts, self.asked
        if portion.amounts:
            amounts, asked = self._charged(portion)
        volume_ml = self.volume_ml + portion.volume_ml
        solvents = self.solvents | portion.solvents
        return VesselBounds(volume_ml, amounts, solvents, asked, self.kept, self.hot_c, self.stirred)

    def _charged(self, portion: Portion) -> tuple[dict[str, Interval], dict[str, Interval]]:
        """Return the amounts with those of a portion, and both as they were asked for."""
        amounts = dict(self.amounts)
        if self.asked is self.amounts and self.kept is WHOLE and not portion.asked:
            for species, amount in portion.amounts.items():
                amounts[species] = amounts[species] + amount if species in amounts else amount
            return amounts, amounts
        asked, anew = dict(self.asked), portion.asked or {}
        for species, amount in portion.amounts.items():
            more = anew.get(species) or (amount if self.kept is WHOLE else amount / self.kept)
            amounts[species] = amounts[species] + amount if species in amounts else amount
            asked[species] = asked[species] + more if species in asked else more
        return amounts, asked

    def without(self, volume_ml: Interval) -> "VesselBounds":
        """Return the vessel with less in it and the same amounts: a stock, whose composition its label says."""
        left_ml = self.volume_ml - volume_ml
        return VesselBounds(left_ml, self.amounts, self.solvents, self.asked, self.kept, self.hot_c, self.stirred)

    def drawn(self, volume_ml: Interval) -> tuple[Portion, "VesselBounds"]:
        """Return a volume of the mixture, at most what there is, and the vessel without it."""
        have = self.volume_ml
        taken = Interval(min(volume_ml.low, have.low), min(volume_ml.high, have.high))
        low = taken.low / have.high if have.high > 0 else 0.0
        high = min(1.0, taken.high / have.low) if have.low > 0 else 1.0
        share, rest = Interval(min(low, high), high), Interval(1.0 - high, 1.0 - min(low, high))
        portion = Portion(taken, {name: amount * share for name, amount in self.amounts.items()}, self.solvents)
        left = {name: amount * rest for name, amount in self.amounts.items()}
        kept = self.kept * rest if self.kept.low * rest.low > 0 else Interval(0.0, self.kept.high * rest.high)
        return portion, VesselBounds(less(have, taken), left, self.solvents, self.asked, kept, self.hot_c, self.stirred)

    def shrunk(self, rest: Interval) -> "VesselBounds":
        """Return the vessel with this share of everything in it: an aliquot of a paste was taken."""
        left = {name: amount * rest for name, amount in self.amounts.items()}
        volume_ml, kept = self.volume_ml * rest, self.kept * rest
        return VesselBounds(volume_ml, left, self.solvents, self.asked, kept, self.hot_c, self.stirred)

    def emptied(self) -> tuple[Portion, "VesselBounds"]:
        """Return everything that is in the vessel, and the vessel without it or any history of it."""
        portion = Portion(self.volume_ml, self.amounts, self.solvents)
        return portion, VesselBounds(hot_c=self.hot_c, stirred=self.stirred)


def _joined(held: Sequence[VesselBounds]) -> VesselBounds:
    """Return bounds that contain one vessel in every state that it can be in."""
    held = list({id(each): each for each in held}.values())
    first = held[0]
    if len(held) == 1:
        return first
    hot = [each.hot_c for each in held if each.hot_c is not None]
    amounts = _hulls([each.amounts for each in held])
    drawn_from = any(each.asked is not each.amounts for each in held)
    return VesselBounds(
        hull_of([each.volume_ml for each in held]),
        amounts,
        first.solvents.union(*[each.solvents for each in held]),
        _hulls([each.asked for each in held]) if drawn_from else amounts,
        hull_of([each.kept for each in held]),
        hull_of(hot) if hot else None,
        all(each.stirred for each in held),
    )


def _same(several: Sequence[object]) -> bool:
    return all(map(is_, several, repeat(several[0])))


def _hulls(several: Sequence[Mapping[str, Interval]]) -> dict[str, Interval]:
    first = several[0]
    if _same(several):
        return dict(first)
    names = dict.fromkeys(name for each in several for name in each)
    return {name: hull_of([each.get(name, ZERO) for each in several]) for name in names}


@dataclass(slots=True)
class State:
    """Everything that a check follows along a plan: what changes is replaced in its mappings, so copies share the rest.

    `known` holds what decisions have shown of measured quantities ("s1.S1_frac"), `measured` the vessel that each
    measurement which has certainly been made looked at, `entered` what an operator has certainly entered.
    """

    vessels: dict[str, VesselBounds]
    last_liquid: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    known: dict[str, Interval] = field(default_factory=dict[str, Interval])
    measured: dict[str, str] = field(default_factory=dict[str, str])
    entered: dict[str, Interval] = field(default_factory=dict[str, Interval])
    jars: dict[str, JarBounds] = field(default_factory=dict[str, JarBounds])
    powders_mg: dict[str, Interval] = field(default_factory=dict[str, Interval])
    """What each lot of powder still has."""
    poured_ml: dict[str, Interval] = field(default_factory=dict[str, Interval])
    """What hands have poured of each liquid, out of bottles that no ledger knows."""
    sweeps_ml_min: dict[str, Interval] = field(default_factory=dict[str, Interval])
    """The flow that each swept vessel was set to; none before it was."""

    def copy(self) -> "State":
        """Return an independent copy."""
        return State(
            dict(self.vessels),
            dict(self.last_liquid),
            dict(self.known),
            dict(self.measured),
            dict(self.entered),
            dict(self.jars),
            dict(self.powders_mg),
            dict(self.poured_ml),
            dict(self.sweeps_ml_min),
        )


def join_all(states: Iterable[State | None]) -> State | None:
    """Return bounds that contain all states that can be, what only some are sure of no longer sure; None if none can.

    All at once: the rounds of a loop are many, and each pair of them would make what the next one replaces.
    """
    several = [state for state in states if state is not None]
    if not several:
        return None
    first = several[0]
    if len(several) == 1:
        return first
    pumps = dict.fromkeys(pump for state in several for pump in state.last_liquid)
    return State(
        {name: _joined([state.vessels[name] for state in several]) for name in first.vessels},
        {
            pump: frozenset[str]().union(*(state.last_liquid.get(pump, NO_LIQUID) for state in several))
            for pump in pumps
        },
        {name: hull_of([state.known[name] for state in several]) for name in _sure([state.known for state in several])},
        {name: first.measured[name] for name in _sure([state.measured for state in several])},
        {name: hull_of([s.entered[name] for s in several]) for name in _sure([s.entered for s in several])},
        {name: joined([s.jars[name] for s in several]) for name in first.jars},
        {name: hull_of([s.powders_mg[name] for s in several]) for name in first.powders_mg},
        dict(_hulls([state.poured_ml for state in several])),
        _hulls([s.sweeps_ml_min for s in several]),
    )


def _sure(several: Sequence[Mapping[str, object]]) -> Iterable[str]:
    """Return the names that all have."""
    return [name for name in several[0] if all(name in each for each in several)]
