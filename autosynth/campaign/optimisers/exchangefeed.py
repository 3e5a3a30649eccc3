"""Feed for one species of a series at equilibrium, corrected for stocks that are not as labelled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.exchange import Exchange, ceiling
from autosynth.analysis.feed import EVEN, promised
from autosynth.campaign.optimisers.feed import Aim, Feed
from autosynth.campaign.optimisers.optimiser import Observation, checked_count
from autosynth.campaign.optimisers.suggestion import Figure, Predicted, Suggestion
from autosynth.campaign.space.space import Space
from autosynth.errors import InputError, Problem

SUREST = 1e-6
"""Of a logarithm: a measurement without any uncertainty counts as this sure [assumed]."""


@dataclass(frozen=True, slots=True)
class ExchangeFeed:
    """The feed that makes most of one species: the one whose mean number of atoms is the species' own.

    Where the mean was measured, `logit f' = logit f + logit(x / n) - logit(mean / n)`, averaged over all measurements:
    the ratio of the stocks' true concentrations does not depend on the feed.

    Raises:
        InputError: the variable is no feed (`Feed`), the species is none of the mixed ones, the purity asked for is
            above what mixing can give (the ceiling is told), or `rounds` or `tolerance` is not positive.
    """

    space: Space
    variable: str
    """The fraction of the second kind of cluster, the volume of its stock in a mixture of two, or a ratio."""
    quantity: str
    """Name of the measured mean number of atoms of the second kind."""
    exchange: Exchange
    """The equilibrium constants, as the recipe's library has them."""
    species: str
    """The cluster that is wanted."""
    purity: float = 0.0
    """Mole fraction asked for; 0 if whatever is highest will do."""
    tolerance: float = 0.25
    """How near the mean must be to the species, in atoms: the dossier's rule `confirm x`."""
    rounds: int = 3
    as_ratio: bool = False
    """Whether the variable is how much of the first kind there is to one of the second."""
    name: str = field(default="exchange feed", init=False)

    def __post_init__(self) -> None:
        wrong = [*self._feed.problems(), *self._aim.problems()]
        if self.species not in self.exchange.clusters[1:-1]:
            wrong.append(f"{self.species} is no mixed species: they are {', '.join(self.exchange.clusters[1:-1])}")
        elif self.purity > (most := ceiling(self.exchange, self.species)[0]):
            wrong.append(f"a fraction of {self.purity:.3g} cannot be had by mixing: {most:.3g} is the ceiling")
        if wrong:
            raise InputError(*(Problem(text, rule="optimiser") for text in wrong))

    @property
    def sites(self) -> int:
        """Atoms in a cluster."""
        return self.exchange.places

    @property
    def atoms(self) -> int:
        """How many of them are of the second kind in the wanted species."""
        return self.exchange.clusters.index(self.species)

    @property
    def _feed(self) -> Feed:
        return Feed(self.space, self.variable, self.as_ratio)

    @property
    def _aim(self) -> Aim:
        return Aim(self.quantity, float(self.atoms), self.tolerance, self.rounds)

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return the next feed, one whatever the count, or none when finished or while an experiment is pending.

        Raises:
            InputError: a measured mean is 0 or all atoms, the space does not allow the feed that is needed, or an
                observation was not made in this space.
            ValueError: `count` is below 1.
        """
        del rng
        checked_count(count)
        if self._aim.rests(observations):
            return ()
        taken, most = self._taken(observations), ceiling(self.exchange, self.species)[0]
        ratio = float(np.exp(taken.value))
        figures: dict[str, Figure] = {"ceiling": most, "ratio of the stocks": ratio, "ln of it, sd": taken.sd}
        own = f"{self.atoms} of {self.sites}"
        reason = f"{self.species} is most, {100 * most:.3g} %, where the mean of the feed is its own, {own}"
        predicted: dict[str, Predicted] = {}
        if self._aim.measured(observations):
            reason += f"; the stocks' ratio is {ratio:.3g} of what they are said to be"
            expected = promised(self.atoms, self.sites, taken)
            predicted[self.quantity] = Predicted(expected.value, expected.sd)
        values = self._feed.toward(self.atoms, self.sites, taken)
        return (Suggestion(values, self.name, reason, tuple(each.id for each in observations), predicted, figures),)

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return that the mean is the species', or that all rounds are used up; see `Optimiser.finished`."""
        return self._aim.finished(observations)

    def _taken(self, observations: Sequence[Observation]) -> Estimate:
        """Return ln of the stocks' true ratio over the nominal one, from all measurements, each by its uncertainty."""
        each = [self._feed.uptake(one, self.quantity, self.sites) for one in self._aim.measured(observations)]
        if not each:
            return EVEN
        weights = 1.0 / np.square([max(one.sd, SUREST) for one in each])
        mean = float(np.average([one.value for one in each], weights=weights))
        return Estimate(mean, float(weights.sum() ** -0.5), "")
