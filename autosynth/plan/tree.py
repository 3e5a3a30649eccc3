"""The plan: the recipe's tree bound to a station, every argument with the interval it was checked for.

The engine walks this tree and resolves each argument when its action starts; a value outside the interval holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from autosynth.errors import InputError, Problem, Severity
from autosynth.language.interval import Interval
from autosynth.language.measured import Measured
from autosynth.plan.state import State
from autosynth.recipe.model import Recipe
from autosynth.recipe.steps import StepBase
from autosynth.station.model import PowderSpec, Station, VesselSpec
from autosynth.station.plumbing import Plumbing


@dataclass(slots=True, unsafe_hash=True)
class Span:
    """A duration: at least, likely, at most, in seconds. Final, not frozen, like an interval: there are as many."""

    low_s: Final[float] = 0.0
    likely_s: Final[float] = 0.0
    high_s: Final[float] = 0.0

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low_s + other.low_s, self.likely_s + other.likely_s, self.high_s + other.high_s)

    def times(self, low: float, likely: float, high: float) -> "Span":
        """Return the span of a repetition."""
        return Span(self.low_s * low, self.likely_s * likely, self.high_s * high)


AT_ONCE = Span()
"""What takes no time."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with its stable path, what it claims, its inner blocks, and the bounds it was checked for."""

    path: str
    step: StepBase
    claims: frozenset[str] = frozenset()
    blocks: Mapping[str, "tuple[PlannedStep, ...]"] = field(default_factory=dict[str, "tuple[PlannedStep, ...]"])
    bounds: Mapping[str, Interval] = field(default_factory=dict[str, Interval])
    duration: Span = AT_ONCE


@dataclass(frozen=True, slots=True)
class Material:
    """A line of the bill of materials: what a stock must give at least and at most, and what there is.

    `reagent` names what the recipe takes from it ("" when it is only rinsed with); `amount_mol` is that reagent's.
    """

    reagent: str
    stock: str
    lot: str
    needed_ml: Interval
    available_ml: float
    amount_mol: Interval | None = None


@dataclass(frozen=True, slots=True)
class PowderNeed:
    """A line of the bill of materials: what a lot of powder must give at least and at most, and what there is."""

    reagent: str
    powder: str
    lot: str
    needed_mg: Interval
    available_mg: float


@dataclass(frozen=True, slots=True)
class PouredNeed:
    """A line of the bill of materials: what hands pour of a reagent, out of a bottle that the station does not know."""

    reagent: str
    needed_ml: Interval


@dataclass(frozen=True, slots=True)
class VolumePoint:
    """The volumes that a vessel goes through in a step, over all its rounds."""

    path: str
    vessel: str
    volume_ml: Interval


@dataclass(frozen=True, slots=True)
class DecisionBound:
    """A decision: its condition and how many times it can be taken."""

    path: str
    name: str
    condition: str
    rounds: int


@dataclass(frozen=True, slots=True)
class HostDeath:
    """The most one device could do unattended, in `unit`, and the station's bound for it (infinite: none needed)."""

    device: str
    what: str
    amount: float
    bound: float
    unit: str


@dataclass(frozen=True)
class Plan:
    """A recipe proven (or refused) against a station."""

    recipe: Recipe
    station: Station
    roles: Mapping[str, str]
    parameters: Mapping[str, Measured | str]
    settings: Mapping[str, str]
    acknowledgements: Mapping[str, str]
    steps: tuple[PlannedStep, ...] = ()
    problems: tuple[Problem, ...] = ()
    materials: tuple[Material, ...] = ()
    powders: tuple[PowderNeed, ...] = ()
    poured: tuple[PouredNeed, ...] = ()
    volumes: tuple[VolumePoint, ...] = ()
    decisions: tuple[DecisionBound, ...] = ()
    host_death: tuple[HostDeath, ...] = ()
    duration: Span = AT_ONCE
    end: State | None = None
    """What may be where when its last step has ended, if it ever does; a campaign's next run begins from there."""

    @cached_property
    def plumbing(self) -> Plumbing:
        """Return the station's plumbing."""
        return Plumbing(self.station)

    @cached_property
    def _stocks(self) -> Mapping[str, VesselSpec]:
        return self.station.of_role("stock")

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Return what stops a run: every reject, and every acknowledge without a reason."""
        return tuple(
            problem
            for problem in self.problems
            if problem.severity is Severity.REJECT
            or (problem.severity is Severity.ACKNOWLEDGE and problem.rule not in self.acknowledgements)
        )

    @property
    def accepted(self) -> bool:
        """Say whether nothing is rejected and everything to be acknowledged has a reason."""
        return not self.blocking

    def require_accepted(self) -> None:
        """Pass if nothing blocks the plan.

        Raises:
            InputError: with every blocking problem.
        """
        if self.blocking:
            raise InputError(*self.blocking)

    def vessel(self, role: str) -> str:
        """Return the station's vessel for a role of the recipe (a vessel's own name stands for itself)."""
        return self.roles.get(role, role)

    def reagent(self, name: str) -> str:
        """Return the reagent that `name` means: itself, or the value of the choice parameter of that name."""
        value = self.parameters.get(name)
        return value if isinstance(value, str) else name

    def powder(self, name: str) -> PowderSpec:
        """Return the station's lot of powder for a reagent of the recipe.

        Raises:
            InputError: the station has none.
        """
        reagent = self.reagent(name)
        declared = self.recipe.reagents.get(reagent)
        species = (declared.species if declared is not None else "") or reagent
        for lot, powder in self.station.powders.items():
            if lot == reagent or powder.species == species:
                return powder
        hint = f"it has {', '.join(self.station.powders) or 'no powders'}"
        raise InputError(Problem(f"the station has no powder of {reagent}", hint=hint, rule="REAGENT"))

    def stock(self, name: str) -> str:
        """Return the station's stock for a reagent of the recipe.

        Raises:
            InputError: the station has none.
        """
        reagent = self.reagent(name)
        declared = self.recipe.reagents.get(reagent)
        species = (declared.species if declared is not None else "") or reagent
        if reagent in self._stocks:
            return reagent
        for stock, vessel in self._stocks.items():
            if species in vessel.concentrations:
                return stock
        hint = f"it has {', '.join(self._stocks)}"
        raise InputError(Problem(f"the station has no stock of {reagent}", hint=hint, rule="REAGENT"))
