"""Chemistry that is not mass action of two reactants: a process by a law of its own over a chemistry's species."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Step:
    """A time during which liquid comes in evenly: volumes in L, amounts in mol, `mixing` scales what is mixed."""

    dt_s: float
    begin_l: float
    end_l: float
    kelvin: float
    mixing: float = 1.0
    inflow_mol: Mapping[str, float] = field(default_factory=dict[str, float])

    def litres(self, at_s: float) -> float:
        """Return the volume at a time after the beginning."""
        return self.begin_l + (self.end_l - self.begin_l) * at_s / self.dt_s


class Process(Protocol):
    """One process of a chemistry; no reaction, and no other process, touches its species."""

    def possible(self, present: frozenset[str]) -> bool:
        """Tell whether anything can happen among species that are there."""
        ...

    def react(self, mol: Mapping[str, float], step: Step) -> Mapping[str, float]:
        """Return the amounts after a step; `mol` has every species of the chemistry, without what comes in."""
        ...
