"""One fit of spectra of several nuclei of one sample: species have one amount, whatever they are seen by.

What one nucleus does not tell apart another may. Amounts of species are shared, each further spectrum with a gain of
its own against the first; lines of no counted species, corrupted first points and series of windows belong to one
spectrum. Linear unknowns are solved exactly at each trial point, the others move by damped Gauss-Newton steps with
their priors and analytic derivatives, as in `fit`, from which products and derivatives come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import least
from autosynth.analysis.descent import Descent, Quadratic, descend
from autosynth.analysis.nmr.fit import FARTHEST, SETTLED, Data, Fit, Minimum, Seen, seen_at
from autosynth.analysis.nmr.model import PHASE
from autosynth.errors import AnalysisError

ROUNDS = 60
GAIN_SD = 5.0
"""Prior standard uncertainty of the logarithm of a gain: nothing is known of it."""
FURTHEST = 1.5
"""No unknown moves further in one round, in prior standard uncertainties."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One spectrum: where its own fit ended, its data, and for each of its amounts the shared one, -1 for its own."""

    found: Fit
    data: Data
    shared: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class JointFit(Minimum):
    """The best point of several spectra; `point` is the gains of all but the first, then the unknowns of each."""

    fits: tuple[Fit, ...]
    """Each spectrum at the best point, its amounts in its own units."""
    loss: float
    rounds: int
    converged: bool


@dataclass(slots=True, eq=False)
class _Trial:
    point: Array
    seen: tuple[Seen, ...]
    solved: Array
    chi2: float
    loss: float


class Joint:
    """The spectra of one sample, as what `descend` asks of; `count` species are shared."""

    subject = "the spectra"

    def __init__(self, parts: Sequence[Part], count: int) -> None:
        self._parts = tuple(parts)
        self._count = count
        own = [int(np.sum(part.shared < 0)) for part in parts]
        early = [len(part.found.early) for part in parts]
        self._bounded = count + sum(own)
        self._still = self._bounded + sum(early)
        self._places = [self._place(number, own, early) for number in range(len(parts))]
        sizes = [len(part.found.point) for part in parts]
        first = len(parts) - 1
        edges = np.cumsum([first, *sizes])
        self._slots = [slice(int(a), int(b)) for a, b in pairwise(edges)]
        self.sd = np.concatenate([np.full(first, GAIN_SD), *(part.found.given.sd for part in parts)])
        self.furthest, self.reach = FURTHEST * self.sd, FARTHEST * self.sd
        self.reach[:first] = np.inf
        for slot in self._slots:
            self.reach[slot.start + PHASE] = np.inf

    def _place(self, number: int, own: Sequence[int], early: Sequence[int]) -> NDArray[np.int64]:
        """Return where the linear unknowns of one spectrum stand among all."""
        shared = self._parts[number].shared
        found = shared.copy()
        found[shared < 0] = self._count + sum(own[:number]) + np.arange(own[number])
        rest = self._bounded + sum(early[:number]) + np.arange(early[number])
        return np.concatenate((found, rest))

    def start(self) -> Array:
        """Return where the fits of each spectrum alone ended."""
        totals = [float(part.found.amounts[part.shared >= 0].sum()) for part in self._parts]
        if min(totals) <= 0.0:
            raise AnalysisError("one of the spectra shows none of the species that all are to tell of")
        gains = np.log(np.array(totals[1:]) / totals[0])
        return np.concatenate([gains, *(part.found.point for part in self._parts)])

    def _scales(self, point: Array) -> list[Array]:
        """Return by what each spectrum multiplies each of its linear unknowns."""
        found: list[Array] = []
        for number, (part, place) in enumerate(zip(self._parts, self._places, strict=True)):
            scale = np.ones(len(place))
            gain = float(np.exp(point[number - 1])) if number else 1.0
            scale[: len(part.shared)][part.shared >= 0] = gain
            found.append(scale)
        return found

    def trial(self, point: Array, last: _Trial | None = None) -> _Trial:
        """Solve amounts and what else is linear in all spectra at a point."""
        seen = tuple(
            seen_at(part.found.given, part.data, point[slot])
            for part, slot in zip(self._parts, self._slots, strict=True)
        )
        normal, right = np.zeros((self._still, self._still)), np.zeros(self._still)
        for each, place, scale in zip(seen, self._places, self._scales(point), strict=True):
            normal[np.ix_(place, place)] += each.normal * scale[:, None] * scale
            right[place] += each.right * scale
        solved = least(normal, right, self._bounded)
        chi2 = sum(
            each.chi2(solved[place] * scale)
            for each, place, scale in zip(seen, self._places, self._scales(point), strict=True)
        )
        return _Trial(point, seen, solved, chi2, 0.5 * chi2 + 0.5 * float(np.sum((point / self.sd) ** 2)))

    def quadratic(self, trial: _Trial) -> Quadratic:
        """Return the log-likelihood of all spectra about a point."""
        size = self._still + len(trial.point)
        information, score = np.zeros((size, size)), np.zeros(size)
        for number, (each, part) in enumerate(zip(trial.seen, self._parts, strict=True)):
            place, slot, scale = self._places[number], self._slots[number], self._scales(trial.point)[number]
            local = trial.solved[place] * scale
            inner, pull = each.quadratic(part.found.given, local)
            turn = np.zeros((len(pull), size))
            rows = np.arange(len(place))
            turn[rows, place] = scale
            if number:
                counted = np.flatnonzero(part.shared >= 0)
                turn[counted, self._still + number - 1] = local[counted]
            moving = np.arange(slot.start, slot.stop)
            turn[len(place) + np.arange(len(moving)), self._still + moving] = 1.0
            information += turn.T @ inner @ turn
            score += turn.T @ pull
        prior = np.concatenate((np.zeros(self._still), self.sd**-2.0))
        score[self._still :] -= trial.point * prior[self._still :]
        return Quadratic(information, score, prior)

    def free(self, trial: _Trial) -> NDArray[np.bool_]:
        """Tell which linear unknowns move: amounts above zero and all that may be negative."""
        return (trial.solved > 0.0) | (np.arange(self._still) >= self._bounded)

    def settled(self, trial: _Trial) -> float:
        """Return what a step has to promise."""
        return SETTLED

    def fit(self, start: Array) -> JointFit:
        """Return the minimum below a point.

        Raises:
            AnalysisError: the model is not finite at the start.
        """
        return self._found(descend(self, start, ROUNDS))

    def _found(self, found: Descent[_Trial]) -> JointFit:
        trial, about, settled, used = found.trial, found.about, found.converged, found.rounds
        fits = tuple(self._alone(number, trial, settled=settled, used=used) for number in range(len(self._parts)))
        return JointFit(
            trial.solved[: self._bounded], trial.solved[self._bounded :], trial.point, trial.chi2, about.information,
            about.score, about.prior, fits, trial.loss, used, settled,
        )  # fmt: skip

    def _alone(self, number: int, trial: _Trial, *, settled: bool, used: int) -> Fit:
        """Return one spectrum at the point of all, as if it had been fitted alone."""
        part, seen, slot = self._parts[number], trial.seen[number], self._slots[number]
        local = trial.solved[self._places[number]] * self._scales(trial.point)[number]
        given, point = part.found.given, trial.point[slot]
        information, score = seen.quadratic(given, local)
        prior = np.concatenate((np.zeros(len(local)), given.sd**-2.0))
        score[len(local) :] -= point * prior[len(local) :]
        amounts, chi2 = local[: len(part.shared)], seen.chi2(local)
        return Fit(
            amounts, local[len(part.shared) :], point, chi2, information, score, prior, given, seen.at,
            np.asarray(local @ seen.still), 0.5 * chi2 + 0.5 * float(np.sum((point / given.sd) ** 2)), used, settled,
        )  # fmt: skip
