"""What may be in a jar at one point of a plan, as intervals: the abstract counterpart of the ledger of solids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autosynth.language.interval import Interval
from autosynth.language.logic import Truth

NONE_MG = Interval(0.0, 0.0)
MOST_MOL_PER_MG = 1e-3
"""Of a powder whose formula nobody gave: nothing is lighter than hydrogen."""


@dataclass(frozen=True, slots=True)
class JarBounds:
    """One jar: mg of each lot in it, whether it is closed, vented since then, and how long it has been milled.

    What is not `followed` is left alone: a step before it was wrong, and what would follow from that is no finding.
    """

    masses_mg: Mapping[str, Interval] = field(default_factory=dict[str, Interval])
    closed: Truth = Truth.FALSE
    vented: Truth = Truth.TRUE
    milled_s: Interval = NONE_MG
    followed: bool = True

    @property
    def solid_mg(self) -> Interval:
        """Return the mass of everything solid."""
        masses = self.masses_mg.values()
        return Interval(sum(each.low for each in masses), sum(each.high for each in masses))

    def charged(self, lot: str, mass_mg: Interval) -> "JarBounds":
        """Return the jar with powder in it; what comes into an empty one has not been milled."""
        masses = {**self.masses_mg, lot: self.masses_mg.get(lot, NONE_MG) + mass_mg}
        low_s = self.milled_s.low if self.solid_mg.low > 0 else 0.0
        high_s = self.milled_s.high if self.solid_mg.high > 0 else 0.0
        return replace(self, masses_mg=masses, milled_s=Interval(low_s, high_s))

    def rest(self, mass_mg: Interval) -> Interval:
        """Return the share of the mixture that stays when so much of it is taken out."""
        have = self.solid_mg
        low = min(1.0, mass_mg.low / have.high) if have.high > 0 else 0.0
        high = min(1.0, mass_mg.high / have.low) if have.low > 0 else 1.0
        return Interval(1.0 - high, 1.0 - min(low, high))

    def without(self, mass_mg: Interval) -> "JarBounds":
        """Return the jar with so much of the mixture taken out."""
        rest = self.rest(mass_mg)
        return replace(self, masses_mg={lot: mass * rest for lot, mass in self.masses_mg.items()})


def joined(several: Sequence[JarBounds]) -> JarBounds:
    """Return bounds that contain one jar in every state that it can be in."""
    lots = dict.fromkeys(lot for each in several for lot in each.masses_mg)
    return JarBounds(
        {lot: _hull([each.masses_mg.get(lot, NONE_MG) for each in several]) for lot in lots},
        _same([each.closed for each in several]),
        _same([each.vented for each in several]),
        _hull([each.milled_s for each in several]),
        all(each.followed for each in several),
    )


def _hull(several: Sequence[Interval]) -> Interval:
    return Interval(min(each.low for each in several), max(each.high for each in several))


def _same(several: Sequence[Truth]) -> Truth:
    return several[0] if all(each is several[0] for each in several) else Truth.UNDECIDED
