"""What further experiments are expected to gain, over draws of the true values at the points tried."""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.campaign.optimisers.acquisition import expected_hypervolume_improvement, expected_improvement, within
from autosynth.campaign.optimisers.fantasies import Fantasies, fantasies
from autosynth.campaign.optimisers.knowledge import Knowledge, sign
from autosynth.campaign.optimisers.optimiser import Limit, Objective

DRAWS = (32, 16)
"""Draws for one objective and for two, which cost more."""
UNFEASIBLE = 1.0
"""How far below all draws the best so far is taken to be where none keeps the limits; in standard deviations."""
MARGIN = 0.1
"""How far below the worst expected outcome an objective's worst is put if it is not given, of their range; assumed."""


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """The acquisition over draws of all quantities at the points tried."""

    objectives: tuple[Objective, ...]
    limits: tuple[Limit, ...]
    knowledge: Knowledge
    tried: Array
    draws: dict[str, Fantasies]
    feasible: Array
    """Shape (draws, points tried): whether all limits are kept there in this draw."""
    worst: Array
    """Shape (objectives,): the reference point of the front, standardised."""

    @classmethod
    def drawn(
        cls,
        objectives: tuple[Objective, ...],
        limits: tuple[Limit, ...],
        knowledge: Knowledge,
        tried: Array,
        rng: np.random.Generator,
    ) -> "Worth":
        """Return it for scaled rows (points, variables) tried or about to be, with draws by `rng`."""
        count = DRAWS[len(objectives) - 1]
        draws = {
            name: fantasies(model, tried, rng.standard_normal((count, len(tried))))
            for name, model in knowledge.models.items()
        }
        feasible = np.ones((count, len(tried)), dtype=bool)
        for limit in limits:
            model = knowledge.models[limit.name]
            values = model.centre + model.scale * draws[limit.name].drawn
            feasible &= (values >= (-np.inf if limit.at_least is None else limit.at_least)) & (
                values <= (np.inf if limit.at_most is None else limit.at_most)
            )
        return cls(objectives, limits, knowledge, tried, draws, feasible, _worst(objectives, knowledge, tried))

    def gain(self, rows: Array) -> Array:
        """Return what scaled rows (n, variables) are expected to gain, (n,), in the unit of the objective(s)."""
        predicted = [self.draws[each.name].predict(rows) for each in self.objectives]
        gains = self._improvement(predicted) if len(predicted) == 1 else self._area(predicted)
        for limit in self.limits:
            gains = gains * self._keeping(limit, rows)
        scale = float(np.prod([self.knowledge.models[each.name].scale for each in self.objectives]))
        return np.asarray(scale * gains.mean(axis=0) * self.knowledge.success.probability(rows))

    def _improvement(self, predicted: list[tuple[Array, Array]]) -> Array:
        (mean, sd), drawn = predicted[0], self.draws[self.objectives[0].name].drawn
        none = drawn.min(axis=1) - UNFEASIBLE
        best = np.maximum(np.where(self.feasible, drawn, -np.inf).max(axis=1), none)
        return expected_improvement(mean, sd, best[:, None])

    def _area(self, predicted: list[tuple[Array, Array]]) -> Array:
        (first, first_sd), (second, second_sd) = predicted
        points = np.stack([self.draws[each.name].drawn for each in self.objectives], axis=-1)
        return np.stack(
            [
                expected_hypervolume_improvement((a, first_sd), (b, second_sd), drawn[kept], self.worst)
                for a, b, drawn, kept in zip(first, second, points, self.feasible, strict=True)
            ]
        )

    def _keeping(self, limit: Limit, rows: Array) -> Array:
        model = self.knowledge.models[limit.name]
        mean, sd = self.draws[limit.name].predict(rows)
        return within(model.centre + model.scale * mean, model.scale * sd, limit.at_least, limit.at_most)

    def kept(self, rows: Array) -> Array:
        """Return the probability that scaled rows (n, variables) keep all limits, (n,)."""
        found = np.ones((1, len(rows)))
        for limit in self.limits:
            found = found * self._keeping(limit, rows)
        return np.asarray(found.mean(axis=0))

    def best(self, objective: Objective) -> float:
        """Return the best expected value at a point tried that probably keeps the limits (or at any), in its unit."""
        model = self.knowledge.models[objective.name]
        mean, _ = model.predict(self.tried)
        likely = self.feasible.mean(axis=0) >= 0.5
        return float(mean[likely].max() if likely.any() else mean.max())


def _worst(objectives: tuple[Objective, ...], knowledge: Knowledge, tried: Array) -> Array:
    """Return the worst of each objective, standardised: as given, or a margin below the worst expected outcome."""
    found: list[float] = []
    for each in objectives:
        model = knowledge.models[each.name]
        mean, _ = model.joint(tried)
        given = None if each.worst is None else (sign(each) * each.worst - model.centre) / model.scale
        found.append(float(mean.min() - MARGIN * np.ptp(mean)) if given is None else given)
    return np.array(found)
