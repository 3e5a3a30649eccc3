"""What chooses the next experiments: the contract, and what it is told.

An optimiser is a pure function of its space, its objectives, the observations and the random generator: nothing is
remembered between calls. So a campaign is paused by not asking, recovered by asking again with the same observations
and the same generator, extended by asking for more, and replayed exactly; `generator` makes the generator from what a
campaign knows: its seed and how many suggestions it has already been given.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np

from autosynth.campaign.optimisers.suggestion import Suggestion


class Goal(StrEnum):
    """Which way an objective is better."""

    MINIMISE = "minimise"
    MAXIMISE = "maximise"


@dataclass(frozen=True, slots=True)
class Objective:
    """A measured quantity to be made small or large.

    `worst` is the value, in its unit, beyond which an outcome is worthless: with two objectives the hypervolume is
    counted from there. Without it the worst value observed so far is taken.
    """

    name: str
    goal: Goal
    unit: str = ""
    worst: float | None = None

    @property
    def sign(self) -> float:
        """1 if more is better, -1 if less is."""
        return 1.0 if self.goal is Goal.MAXIMISE else -1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A measured quantity that must stay within bounds, known only once it is measured (a residue, a pressure).

    Raises:
        ValueError: neither bound is given, or they leave nothing between them.
    """

    name: str
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"{self.name}: a limit has at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and not self.at_least < self.at_most:
            raise ValueError(f"{self.name}: at_least {self.at_least:g} is not below at_most {self.at_most:g}")


@dataclass(frozen=True, slots=True)
class Measured:
    """A result with its standard uncertainty, in the unit of its objective or limit.

    Raises:
        ValueError: a number that is not finite, or a negative uncertainty: leave out what was not measured.
    """

    value: float
    sd: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.isfinite(self.sd) and self.sd >= 0):
            raise ValueError(f"{self.value:g} with uncertainty {self.sd:g} is no measurement")


@dataclass(frozen=True, slots=True)
class Observation:
    """An experiment that was begun, by its id (a vial, a run).

    Without `measured` and without `failed` it is pending: it counts as tried, its outcome is not known yet. A result
    that could not be measured is left out of `measured`; the others still count.
    """

    id: str
    values: Mapping[str, float]
    measured: Mapping[str, Measured] = field(default_factory=dict)
    failed: str = ""
    """Why there is no result and will be none (aborted, precipitate, lost); empty if it did not fail."""

    @property
    def pending(self) -> bool:
        """Whether its outcome is still to come."""
        return not self.measured and not self.failed


class Optimiser(Protocol):
    """Chooses experiments; made with its space, objectives and options, and then unchanging."""

    @property
    def name(self) -> str:
        """What it is called in campaign.yaml and in the journal."""
        ...

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return up to `count` experiments to do next, none of them outside the space.

        Fewer, or none, come back when there is nothing left to try (a grid is used up) or to improve (a target is
        reached): the last suggestion's or `finished`'s words say so.

        Raises:
            InputError: the observations do not fit the space or the objectives, or no point fulfils the constraints.
            ValueError: `count` is below 1.
        """
        ...

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return why nothing more will be suggested, or an empty text while there is more to do."""
        ...


def generator(seed: int, suggested: int) -> np.random.Generator:
    """Return the random numbers for a campaign's next suggestions, after it has been given `suggested` of them.

    The same campaign asked again at the same point gets the same suggestions.
    """
    return np.random.default_rng([seed, suggested])


def checked_count(count: int) -> int:
    """Return the count of suggestions asked for.

    Raises:
        ValueError: it is below 1.
    """
    if count < 1:
        raise ValueError(f"{count} suggestions were asked for; one is the least")
    return count
