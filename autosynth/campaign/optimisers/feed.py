"""A feed that is stepped toward a target: how it is read and written, and when enough is enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.feed import feed_for, uptake
from autosynth.campaign.optimisers.optimiser import Observation
from autosynth.campaign.space.space import Space
from autosynth.errors import AnalysisError, InputError, Problem


@dataclass(frozen=True, slots=True)
class Feed:
    """What fraction of a feed one ingredient is: a variable from 0 to 1, a part of a mixture of two, or a ratio.

    All other variables are fixed. With a mixture of two stocks the fraction is one of volumes; that the stocks are not
    equally concentrated is a factor in the ratio that is found, and needs no care.
    """

    space: Space
    variable: str
    as_ratio: bool = False
    """Whether the variable is how much there is of the first kind to one of the second: 1 / fraction - 1."""

    def problems(self) -> list[str]:
        """Return why this is no feed, a sentence each."""
        if self.variable not in self.space.names:
            return [f"{self.variable} is no variable of this campaign"]
        pair = self._pair()
        loose = [v.name for v in self.space.variables if v.high > v.low and v.name not in (self.variable, *pair)]
        found = [f"{name} is not fixed: a feed is stepped with all else the same" for name in loose]
        own = self.space.variables[self.space.names.index(self.variable)]
        if self.as_ratio:
            if pair or own.low < 0.0:
                found.append(f"{self.variable} is no ratio: it may be negative, or is a part of a mixture")
        elif not pair and not 0.0 <= own.low <= own.high <= 1.0:
            found.append(f"{self.variable} is neither a fraction from 0 to 1 nor a part of a mixture of two")
        return found

    def fraction(self, observation: Observation) -> float:
        """Return the fraction an experiment was made with.

        Raises:
            InputError: it was not made in this space.
        """
        value = float(self.space.row(observation.values)[self.space.names.index(self.variable)])
        return 1.0 / (1.0 + value) if self.as_ratio else value / self._total()

    def values(self, fraction: float) -> dict[str, float]:
        """Return the experiment with this fraction.

        Raises:
            InputError: the space does not allow it; nothing is moved to its limit.
        """
        values: dict[str, float] = {each.name: each.low for each in self.space.variables}
        values[self.variable] = (1.0 - fraction) / fraction if self.as_ratio else fraction * self._total()
        values |= {other: (1.0 - fraction) * self._total() for other in self._pair()}
        if refusals := self.space.refusals(values):
            raise InputError(
                *(Problem(f"the target needs another feed: {each}", rule="optimiser") for each in refusals)
            )
        return values

    def uptake(self, observation: Observation, quantity: str, sites: float) -> Estimate:
        """Return ln of how readily the second ingredient was taken up against the first, by an experiment's result.

        Raises:
            InputError: nothing, or nothing else, was fed or found; or the experiment was not made in this space.
        """
        result, fed = observation.measured[quantity], self.fraction(observation)
        try:
            return uptake(fed, Estimate(result.value, result.sd, ""), sites)
        except AnalysisError as error:
            told = f"{quantity} of {observation.id}, {result.value:.3g} of {sites:g}: {error}"
            raise InputError(Problem(told, hint="try another feed by hand", rule="optimiser")) from error

    def toward(self, target: float, sites: float, taken: Estimate) -> dict[str, float]:
        """Return the experiment that promises a mean of `target` of `sites`, both excluded 0 and all, at that ln r.

        Raises:
            InputError: the space does not allow it.
        """
        return self.values(feed_for(target, sites, taken).value)

    def _pair(self) -> tuple[str, ...]:
        """Return the other part of the mixture of two, if there is one."""
        for mixture in self.space.mixtures:
            if self.variable in mixture.components and len(mixture.components) == 2:
                return tuple(name for name in mixture.components if name != self.variable)
        return ()

    def _total(self) -> float:
        return next((each.total for each in self.space.mixtures if self.variable in each.components), 1.0)


@dataclass(frozen=True, slots=True)
class Aim:
    """A measured quantity that is to come within `tolerance` of a target in at most `rounds` experiments."""

    quantity: str
    target: float
    tolerance: float
    rounds: int

    def problems(self) -> list[str]:
        """Return what is wrong with it, a sentence each."""
        if self.rounds < 1 or not self.tolerance > 0.0:
            return [f"{self.rounds} rounds, within {self.tolerance:g}: both must be positive"]
        return []

    def measured(self, observations: Sequence[Observation]) -> list[Observation]:
        """Return the experiments in which the quantity was measured."""
        return [each for each in observations if self.quantity in each.measured]

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return that the target is reached, whether surely, or that the rounds are used up; empty if neither."""
        near = f"within {self.tolerance:g} of {self.target:g}"
        for last in self.measured(observations)[-1:]:
            result = last.measured[self.quantity]
            off = abs(result.value - self.target)
            if off <= self.tolerance:
                sure = off + 1.96 * result.sd <= self.tolerance
                doubt = "" if sure else ", though the 95 % interval of the measurement reaches beyond"
                return f"{self.quantity} of {last.id} is {result.value:.3g} ± {result.sd:.2g}, {near}{doubt}"
        if sum(not each.pending for each in observations) >= self.rounds:
            return f"all {self.rounds} rounds were used and {self.quantity} is not {near}"
        return ""

    def rests(self, observations: Sequence[Observation]) -> bool:
        """Return whether there is nothing to suggest now: finished, or an experiment is pending."""
        return any(each.pending for each in observations) or bool(self.finished(observations))
