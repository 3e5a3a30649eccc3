"""What a set of observations tells: where was tried, a process for each quantity, and where experiments fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.campaign.optimisers.optimiser import Limit, Objective, Observation
from autosynth.campaign.optimisers.success import Success
from autosynth.campaign.optimisers.surrogate import FEWEST, Surrogate, fitted
from autosynth.campaign.space.space import Space
from autosynth.errors import InputError, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """The observations as arrays.

    `tried` are the rows (n, variables) of experiments that have a result or will have one, in the variables' units;
    `models` the process of each objective's and limit's values, negative where less is better.
    """

    tried: Array
    models: Mapping[str, Surrogate]
    success: Success

    @property
    def scatters(self) -> dict[str, float]:
        """What scatters beyond the measurements' uncertainty, for each quantity in its unit."""
        return {name: model.scatter for name, model in self.models.items()}


def sign(quantity: Objective | Limit) -> float:
    """Return the sign that makes more of this quantity better; limits keep theirs."""
    return quantity.sign if isinstance(quantity, Objective) else 1.0


def known(
    space: Space, quantities: Sequence[Objective | Limit], observations: Sequence[Observation]
) -> Knowledge | None:
    """Return what the observations tell, or None while some quantity was measured less than twice.

    Raises:
        InputError: an observation was not made in this space.
    """
    rows = np.array([_row(space, each) for each in observations]).reshape(len(observations), len(space.names))
    scaled = space.scaled(rows)
    measured = {
        each.name: [o for o, seen in enumerate(observations) if each.name in seen.measured] for each in quantities
    }
    if any(len(places) < FEWEST for places in measured.values()):
        return None
    models: dict[str, Surrogate] = {}
    for quantity in quantities:
        places = measured[quantity.name]
        results = [observations[place].measured[quantity.name] for place in places]
        values = sign(quantity) * np.array([result.value for result in results])
        models[quantity.name] = fitted(scaled[places], values, np.array([result.sd for result in results]))
    failed = np.array([bool(each.failed) for each in observations])
    over = np.array([not each.pending for each in observations])
    return Knowledge(rows[~failed], models, Success(scaled[over], (~failed[over]).astype(float)))


def _row(space: Space, observation: Observation) -> Array:
    try:
        return space.row(observation.values)
    except InputError as error:
        problems = (Problem(f"observation {observation.id}: {each.message}", rule="space") for each in error.problems)
        raise InputError(*problems) from error
