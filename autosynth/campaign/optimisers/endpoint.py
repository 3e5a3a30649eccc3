"""Where to measure a titration next: at the equivalents that tell most about its end point.

After points spread over the range, each further one is where the end point's uncertainty is expected to fall most: the
information of a measurement is that of the model's slopes there (c-optimal design: Atkinson, Donev, Tobias, Optimum
Experimental Designs, 2007, chapter 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.campaign.optimisers.baselines import unused
from autosynth.campaign.optimisers.endfit import EndFit, fit_end
from autosynth.campaign.optimisers.optimiser import Observation, checked_count
from autosynth.campaign.optimisers.suggestion import Figure, Predicted, Suggestion
from autosynth.campaign.space.space import Space
from autosynth.errors import InputError, Problem

FEWEST = 4
CANDIDATES = 401


@dataclass(frozen=True, slots=True)
class EndPoint:
    """Chooses equivalents until the end point is known within `wanted_sd`, or `rounds` experiments were made.

    Raises:
        InputError: the space has not exactly one variable, of a lowest value of 0 or more; `initial` is below 4; or
            `wanted_sd` is not positive.
    """

    space: Space
    quantity: str
    """Name of the measured signal, which follows the bound fraction (a product's wave, band or resonance)."""
    wanted_sd: float = 0.02
    """Standard uncertainty of the end point asked for, in equivalents."""
    initial: int = 5
    rounds: int = 20
    name: str = field(default="end point", init=False)

    def __post_init__(self) -> None:
        wrong: list[str] = []
        if len(self.space.variables) != 1 or self.space.lows[0] < 0.0 or self.space.variables[0].integer:
            wrong.append("a titration varies one thing, its equivalents, from 0 or more and not in whole numbers")
        if self.initial < FEWEST:
            wrong.append(f"{self.initial} initial points: an end point is fitted to {FEWEST} or more")
        if not self.wanted_sd > 0.0:
            wrong.append(f"an uncertainty of {self.wanted_sd:g} cannot be reached")
        if wrong:
            raise InputError(*(Problem(text, rule="optimiser") for text in wrong))

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return the next equivalents; see `Optimiser.suggest`."""
        del rng
        wanted = checked_count(count)
        fit, sd = self._fit(observations)
        if self._end(fit, observations):
            return ()
        ids = tuple(each.id for each in observations)
        left = unused(self.space, ((n, self.space.values(row)) for n, row in self._spread()), observations)
        reason = f"point {{}} of {self.initial} spread over the range"
        chosen = [Suggestion(values, self.name, reason.format(number), ids) for number, values in left][:wanted]
        if fit is None:
            return tuple(chosen)
        grid = np.linspace(self.space.lows[0], self.space.highs[0], CANDIDATES)
        adds = fit.information_of(grid, sd)
        pending = [each.values for each in observations if each.pending] + [each.values for each in chosen]
        further = self._information(fit, sd, [self.space.row(values)[0] for values in pending])
        while len(chosen) < wanted:
            expected = fit.end_sds(further + adds)
            best = int(np.argmin(expected))
            chosen.append(self._told(fit, float(grid[best]), float(expected[best]), ids))
            further = further + adds[best]
        return tuple(chosen)

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return the end point once it is known well enough, or that all rounds are used; see `Optimiser.finished`."""
        return self._end(self._fit(observations)[0], observations)

    def _end(self, fit: EndFit | None, observations: Sequence[Observation]) -> str:
        if fit is not None and fit.end_sd() <= self.wanted_sd:
            return f"the end point is {fit.end:.4g} ± {fit.end_sd():.2g} equivalents"
        if sum(not each.pending for each in observations) >= self.rounds:
            end = "is not known" if fit is None else f"is {fit.end:.4g} ± {fit.end_sd():.2g} equivalents"
            return f"all {self.rounds} rounds were used; the end point {end}, ± {self.wanted_sd:g} was wanted"
        return ""

    def _spread(self) -> list[tuple[int, Array]]:
        points = np.linspace(self.space.lows[0], self.space.highs[0], self.initial)
        return [(number, np.array([each])) for number, each in enumerate(points, start=1)]

    def _fit(self, observations: Sequence[Observation]) -> tuple[EndFit | None, float]:
        """Return the fit, if there are points enough, and the typical uncertainty of a signal."""
        seen = [each for each in observations if self.quantity in each.measured]
        if len(seen) < FEWEST:
            return None, 1.0
        results = [each.measured[self.quantity] for each in seen]
        signal = np.array([each.value for each in results])
        least = 1e-6 * max(float(np.ptp(signal)), 1e-12)
        sds = np.maximum([each.sd for each in results], least)
        equivalents = np.array([self.space.row(each.values)[0] for each in seen])
        return fit_end(equivalents, signal, sds), float(np.median(sds))

    def _information(self, fit: EndFit, sd: float, equivalents: Sequence[float]) -> Array:
        if not equivalents:
            return np.zeros((4, 4))
        return np.asarray(fit.information_of(np.array(equivalents), sd).sum(axis=0))

    def _told(self, fit: EndFit, at: float, expected_sd: float, ids: tuple[str, ...]) -> Suggestion:
        values = self.space.values([at])
        signal, slopes = fit.signal(np.array([at]))
        sd = float(np.sqrt(fit.poor * slopes[0] @ np.linalg.inv(fit.information) @ slopes[0]))
        reason = (
            f"the end point is {fit.end:.4g} ± {fit.end_sd():.2g} equivalents so far; "
            f"a measurement here is expected to leave ± {expected_sd:.2g}, the least"
        )
        figures: dict[str, Figure] = {
            "end point": fit.end,
            "end point sd": fit.end_sd(),
            "end point sd expected": expected_sd,
            "ln(K c)": float(fit.at[1]),
            "reduced chi squared, 1 or more": fit.poor,
        }
        return Suggestion(values, self.name, reason, ids, {self.quantity: Predicted(float(signal[0]), sd)}, figures)
