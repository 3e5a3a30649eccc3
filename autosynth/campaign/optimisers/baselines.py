"""Optimisers that learn nothing: random points, Latin hypercubes, and a design worked off in its order.

They say what chance and planning alone would reach; a campaign that learns has to do better.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count as counting
from itertools import islice

import numpy as np

from autosynth.campaign.optimisers.optimiser import Observation, checked_count
from autosynth.campaign.optimisers.suggestion import Suggestion
from autosynth.campaign.space.designs import Design, latin_hypercube
from autosynth.campaign.space.sampling import sample
from autosynth.campaign.space.space import TOLERANCE, Space


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Independent random points, spread evenly over what the space allows."""

    space: Space
    name: str = field(default="random", init=False)

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return `count` random points; see `Optimiser.suggest`."""
        drawn = sample(self.space, checked_count(count), rng)
        figures = {"refused proposals": drawn.refused, "walked": drawn.walked}
        reason = "drawn at random; no result was looked at"
        return tuple(Suggestion(self.space.values(row), self.name, reason, figures=figures) for row in drawn.rows)

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return an empty text: there always are more."""
        del observations
        return ""


@dataclass(frozen=True, slots=True)
class Designed:
    """The points of a design in their order, each once; what was observed outside the design does not count.

    Experiments that failed or are pending count as done: a design is not repaired by itself.
    """

    space: Space
    design: Design

    @property
    def name(self) -> str:
        """The design's name."""
        return self.design.name

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return the next `count` points that were not begun yet, fewer at the end; see `Optimiser.suggest`."""
        del rng
        left = islice(self._left(observations), checked_count(count))
        return tuple(self._suggestion(number, values) for number, values in left)

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return that the design is done once all its points were begun."""
        if next(self._left(observations), None) is not None:
            return ""
        return f"all {len(self.design.points)} points of the {self.name} were begun"

    def _left(self, observations: Sequence[Observation]) -> Iterator[tuple[int, Mapping[str, float]]]:
        return unused(self.space, enumerate(self.design.points, start=1), observations)

    def _suggestion(self, number: int, values: Mapping[str, float]) -> Suggestion:
        reason = f"point {number} of {len(self.design.points)} of the {self.name}; no result was looked at"
        figures = {"point": number, "left out of the design": len(self.design.refused), "redrawn": self.design.redrawn}
        return Suggestion(dict(values), self.name, reason, figures=figures)


@dataclass(frozen=True, slots=True)
class LatinHypercube:
    """Latin hypercubes of `size` points, one after the other for as long as is asked.

    The hypercubes follow from `seed` alone, so that each stays one whole however its points are asked for.
    """

    space: Space
    size: int
    seed: int
    name: str = field(default="latin hypercube", init=False)

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return the next `count` points that were not begun yet; see `Optimiser.suggest`."""
        del rng
        left = unused(self.space, self._points(), observations)
        reason = f"point {{}} of a Latin hypercube of {self.size}; no result was looked at"
        return tuple(
            Suggestion(dict(values), self.name, reason.format((number - 1) % self.size + 1), figures={"point": number})
            for number, values in islice(left, checked_count(count))
        )

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return an empty text: there always are more."""
        del observations
        return ""

    def _points(self) -> Iterator[tuple[int, Mapping[str, float]]]:
        for block in counting():
            points = latin_hypercube(self.space, self.size, np.random.default_rng([self.seed, block])).points
            yield from enumerate(points, start=1 + block * self.size)


def unused(
    space: Space, points: Iterator[tuple[int, Mapping[str, float]]], observations: Sequence[Observation]
) -> Iterator[tuple[int, Mapping[str, float]]]:
    """Return those of numbered points that no observation was made at; one observation takes one point."""
    begun = [[each.values.get(name, float("nan")) for name in space.names] for each in observations]
    slack = TOLERANCE * np.maximum(np.maximum(np.abs(space.lows), np.abs(space.highs)), 1e-300)
    for number, values in points:
        row = np.array([values[name] for name in space.names])
        met = next((place for place, old in enumerate(begun) if np.all(np.abs(row - np.array(old)) <= slack)), None)
        if met is None:
            yield number, values
        else:
            del begun[met]
