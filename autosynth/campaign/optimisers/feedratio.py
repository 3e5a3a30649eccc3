"""Feed for a mixed cage: what must go in so that the wanted mean number of sites is taken by the second metal.

One measured mean tells how readily the metal is taken up, and so the next feed: see `autosynth.analysis.feed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from autosynth.analysis.feed import EVEN, promised
from autosynth.campaign.optimisers.feed import Aim, Feed
from autosynth.campaign.optimisers.optimiser import Observation, checked_count
from autosynth.campaign.optimisers.suggestion import Predicted, Suggestion
from autosynth.campaign.space.space import Space
from autosynth.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class FeedRatio:
    """Steps a feed toward a target mean x of `sites`, from the last x measured; starts at the target itself (r = 1).

    Raises:
        InputError: the variable is no feed (`Feed`), the target is not between 0 and `sites`, or `rounds` or
            `tolerance` is not positive.
    """

    space: Space
    variable: str
    """The fraction of the second metal, or the volume of its stock in a mixture of two."""
    quantity: str
    """Name of the measured mean x."""
    target: float
    sites: float = 12.0
    tolerance: float = 0.2
    rounds: int = 3
    as_ratio: bool = False
    """Whether the variable is how much of the first kind there is to one of the second."""
    name: str = field(default="feed ratio", init=False)

    def __post_init__(self) -> None:
        wrong = [*self._feed.problems(), *self._aim.problems()]
        if not 0.0 < self.target < self.sites:
            wrong.append(f"a target of {self.target:g} is not between 0 and {self.sites:g}: no mixture is needed")
        if wrong:
            raise InputError(*(Problem(text, rule="optimiser") for text in wrong))

    @property
    def _feed(self) -> Feed:
        return Feed(self.space, self.variable, self.as_ratio)

    @property
    def _aim(self) -> Aim:
        return Aim(self.quantity, self.target, self.tolerance, self.rounds)

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return the next feed, one whatever the count, or none when finished or while an experiment is pending.

        Raises:
            InputError: a measured x leaves nothing to compute with (0, or all sites), the space does not allow the feed
                that is needed, or an observation was not made in this space.
            ValueError: `count` is below 1.
        """
        del rng
        checked_count(count)
        if self._aim.rests(observations):
            return ()
        ids = tuple(each.id for each in observations)
        if not (measured := self._aim.measured(observations)):
            reason = "nothing is known yet of how readily the metal is taken up: the feed is the target's fraction"
            return (Suggestion(self._feed.toward(self.target, self.sites, EVEN), self.name, reason, ids),)
        last = measured[-1]
        result, taken = last.measured[self.quantity], self._feed.uptake(last, self.quantity, self.sites)
        ratio = float(np.exp(taken.value))
        reason = (
            f"{last.id} gave {self.quantity} = {result.value:.3g} ± {result.sd:.2g} for {self.target:g}: "
            f"the metal is taken up {ratio:.3g} times as readily as the other"
        )
        expected = promised(self.target, self.sites, taken)
        predicted = {self.quantity: Predicted(expected.value, expected.sd)}
        figures = {"incorporation ratio": ratio, "ln of it, sd": taken.sd, "feed before": self._feed.fraction(last)}
        values = self._feed.toward(self.target, self.sites, taken)
        return (Suggestion(values, self.name, reason, ids, predicted, figures),)

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return that the target is reached, or that all rounds are used up; see `Optimiser.finished`."""
        return self._aim.finished(observations)
