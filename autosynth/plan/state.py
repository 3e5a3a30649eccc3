"""What may be where at one point of a plan, as intervals: the abstract counterpart of the ledger.

Amounts are those charged, like the ledger's; nothing here reacts. Numbers carry no dimension (mL, mol); the bounds only
ever widen by what may happen, so they contain every honest run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from autosynth.language.interval import Interval

ZERO = Interval(0.0, 0.0)
WHOLE = Interval(1.0, 1.0)
ANY_LIQUID = "*"
"""A pump's last liquid when branches that run at once share it."""
NO_LIQUID = frozenset({""})
"""A pump's last liquid when it has moved none."""


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
    it, so that ratios in it are exact however many samples were drawn.
    """

    volume_ml: Final[Interval] = ZERO
    amounts: Final[Mapping[str, Interval]] = field(default_factory=dict[str, Interval])
    solvents: Final[frozenset[str]] = frozenset()
    asked: Final[Mapping[str, Interval]] = field(default_factory=dict[str, Interval])
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
        amounts, asked, anew = dict(self.amounts), dict(self.asked), portion.asked or {}
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

    def emptied(self) -> tuple[Portion, "VesselBounds"]:
        """Return everything that is in the vessel, and the vessel without it or any history of it."""
        portion = Portion(self.volume_ml, self.amounts, self.solvents)
        return portion, VesselBounds(hot_c=self.hot_c, stirred=self.stirred)

    def joined(self, other: "VesselBounds") -> "VesselBounds":
        """Return bounds that contain both."""
        hot = None
        if self.hot_c is not None or other.hot_c is not None:
            hot = hull(self.hot_c or other.hot_c or ZERO, other.hot_c or self.hot_c or ZERO)
        return VesselBounds(
            hull(self.volume_ml, other.volume_ml),
            _hulls(self.amounts, other.amounts),
            self.solvents | other.solvents,
            _hulls(self.asked, other.asked),
            hull(self.kept, other.kept),
            hot,
            self.stirred and other.stirred,
        )


def _hulls(one: Mapping[str, Interval], other: Mapping[str, Interval]) -> Mapping[str, Interval]:
    if one is other:
        return one
    if one.keys() == other.keys():
        return {name: hull(value, other[name]) for name, value in one.items()}
    return {name: hull(one.get(name, ZERO), other.get(name, ZERO)) for name in {**one, **other}}


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

    def copy(self) -> "State":
        """Return an independent copy."""
        return State(
            dict(self.vessels),
            dict(self.last_liquid),
            dict(self.known),
            dict(self.measured),
            dict(self.entered),
        )

    def joined(self, other: "State") -> "State":
        """Return bounds that contain both: what only one of them is sure of is no longer sure."""
        pumps = {**self.last_liquid, **other.last_liquid}
        return State(
            {
                name: one if one is other.vessels[name] else one.joined(other.vessels[name])
                for name, one in self.vessels.items()
            },
            {p: self.last_liquid.get(p, NO_LIQUID) | other.last_liquid.get(p, NO_LIQUID) for p in pumps},
            {name: hull(self.known[name], other.known[name]) for name in self.known.keys() & other.known.keys()},
            {name: self.measured[name] for name in self.measured.keys() & other.measured.keys()},
            {
                name: hull(self.entered[name], other.entered[name])
                for name in self.entered.keys() & other.entered.keys()
            },
        )


def join_all(states: Iterable[State | None]) -> State | None:
    """Return bounds that contain all states that can be; None when none can."""
    joined: State | None = None
    for state in states:
        if state is not None:
            joined = state if joined is None else joined.joined(state)
    return joined
