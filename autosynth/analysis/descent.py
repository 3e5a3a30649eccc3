"""Damped Gauss-Newton descent with priors, by variable projection: what all fits of whole spectra here share.

Unknowns that enter linearly (amounts, baselines) are solved exactly by the problem at every trial point; the others
move by damped steps of the normal equations of all unknowns, with analytic derivatives, within Gaussian priors. What
is solved and how it looks is the problem's; when to go on, how far, and when it is over is decided here, once.
"""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

STILL = 1e-7
"""A step that moves nothing by more than this, in prior standard uncertainties, is none."""
RIDGE = 1e-12
_LEAST_DAMPING, _FIRST_DAMPING = 1e-9, 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """The log-likelihood about a point; unknowns that enter linearly stand first, then those that move.

    Attributes:
        information: Of the data alone, shape (unknowns, unknowns).
        score: Derivative of the log-likelihood of data and priors, shape (unknowns,).
        prior: Information of the priors, its diagonal, shape (unknowns,).
    """

    information: Array
    score: Array
    prior: Array


class Trial(Protocol):
    """A point that was tried."""

    @property
    def point(self) -> Array:
        """The unknowns that move, as deviations from their priors' centre where they have a `reach`."""
        ...

    @property
    def loss(self) -> float:
        """Half of chi squared with the priors' share."""
        ...


TrialT = TypeVar("TrialT", bound=Trial)


class Problem(Protocol[TrialT]):
    """What is fitted; arrays have an entry for each unknown that moves."""

    @property
    def subject(self) -> str:
        """What the fit is of, for a message."""
        ...

    @property
    def sd(self) -> Array:
        """Prior standard uncertainties."""
        ...

    @property
    def furthest(self) -> Array:
        """How far each may move in one round."""
        ...

    @property
    def reach(self) -> Array:
        """How far each may go from nothing, either way; infinity for no limit."""
        ...

    def trial(self, point: Array, last: TrialT | None) -> TrialT:
        """Solve what is linear at a point; `last` is the best so far."""
        ...

    def quadratic(self, trial: TrialT) -> Quadratic:
        """Return the log-likelihood about a trial's point."""
        ...

    def free(self, trial: TrialT) -> NDArray[np.bool_]:
        """Tell for each linear unknown whether it moves with a step; an amount at zero does not."""
        ...

    def settled(self, trial: TrialT) -> float:
        """Return below which promise of a step, in units of the log-likelihood, it is not worth making."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Descent(Generic[TrialT]):
    """Where a descent ended, after how many rounds, and whether it settled there."""

    trial: TrialT
    about: Quadratic
    rounds: int
    converged: bool


def descend(problem: Problem[TrialT], start: Array, rounds: int) -> Descent[TrialT]:
    """Return the minimum below a point, or where it was after so many rounds.

    Raises:
        AnalysisError: the model is not finite at the start.
    """
    trial = problem.trial(start, None)
    if not np.isfinite(trial.loss):
        raise AnalysisError(f"the fit of {problem.subject} is not finite")
    damping, about = _FIRST_DAMPING, problem.quadratic(trial)
    for used in range(1, rounds + 1):
        step, promise = _step(problem, trial, about, damping)
        aim = np.clip(trial.point + step, -problem.reach, problem.reach)
        still = bool(np.max(np.abs(aim - trial.point) / problem.sd, initial=0.0) < STILL)
        if still or promise < problem.settled(trial):
            return Descent(trial, about, used, converged=True)
        further = problem.trial(aim, trial)
        kept = (trial.loss - further.loss) / promise
        if kept > 0.0:
            trial, about = further, problem.quadratic(further)
            damping = max(damping * (0.2 if kept > 0.5 else 1.0 if kept > 0.2 else 3.0), _LEAST_DAMPING)
        else:
            damping = max(damping, _FIRST_DAMPING) * 8.0
    return Descent(trial, about, rounds, converged=False)


def _step(problem: Problem[TrialT], trial: TrialT, about: Quadratic, damping: float) -> tuple[Array, float]:
    """Return the step of the unknowns that move and what it promises.

    Linear unknowns that are not free stay, and so does what stands at its limit and is pushed outwards.
    """
    first = len(about.score) - len(trial.point)
    stuck = np.abs(trial.point) >= problem.reach * (1.0 - 1e-9)
    kept = np.concatenate((problem.free(trial), ~(stuck & (about.score[first:] * trial.point > 0.0))))
    matrix = about.information + np.diag(about.prior)
    moving = np.arange(first, len(matrix))
    matrix[moving, moving] *= 1.0 + damping
    step = np.zeros(len(about.score))
    step[kept] = solve(matrix[np.ix_(kept, kept)], about.score[kept])
    strain = float(np.max(np.abs(step[first:]) / problem.furthest, initial=0.0))
    return step[first:] / max(1.0, strain), 0.5 * float(step @ about.score)


def solve(matrix: Array, right: Array) -> Array:
    """Solve a symmetric positive system whose unknowns have very different sizes; `right` may have columns."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix * scale[:, None] * scale + RIDGE * np.eye(len(scale))
    columns = right.reshape(len(scale), -1) * scale[:, None]
    return np.asarray((np.linalg.solve(scaled, columns) * scale[:, None]).reshape(right.shape))
