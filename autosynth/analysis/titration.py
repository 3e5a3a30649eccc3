"""Where a titration of a ligand with a metal ends, and whether it went by way of a second complex.

Two shapes are compared. One straight segment: free ligand falls and ML rises in a line up to the end point. Two
plateaus: ML2 takes the ligand up to half the end point, then ML is made of it. Ideal segments have corners; mass action
rounds them, so each segment is drawn by its constants K1 c and K2 c instead (c is the ligand's concentration), K2 c
near zero for the one and well above one for the other. The published constants behind these priors are assumptions:
log K2 of 3 to 4 for lanthanides and about 0 for divalent 3d metals, at 5 mM. What is in between is left undecided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import least_squares

from autosynth.analysis.arrays import Array
from autosynth.analysis.binding import balanced, composition
from autosynth.analysis.estimate import Estimate
from autosynth.errors import AnalysisError

Label = Literal["two plateaus", "one straight segment", "undecided"]
Names = tuple[str, str, str]
STRAIGHT_LN = (float(np.log(5e-3)), 1.5)
PLATEAUS_LN = (float(np.log(15.0)), 1.0)
"""Mean and standard deviation of ln(K2 c) of the two shapes."""
FIRST_LN = (float(np.log(3e4)), 3.0)
"""The same of ln(K1 c)."""
END_LN_SD = 0.5
"""The end point is expected at one equivalent, within this (logarithm)."""
SURE = 3.0
"""A shape is named when ln of the Bayes factor for it exceeds this: odds of 20 to 1."""
POOR = 6.0
"""Neither shape is named when reduced chi squared of the better one exceeds this."""
FLOOR = 0.004
"""Standard uncertainty added to every fraction for what the model leaves out."""
SUMMED = float(np.sqrt(1.5))
"""Three fractions that sum to one count as two: each is given this much more uncertainty."""
FEWEST = 4
ROUNDS = 2
STEP = 1e-3
"""Equivalents over which the slope of a curve is taken."""
SETTLED = 1e-6


@dataclass(frozen=True, slots=True)
class TitrationPoint:
    """Metal added so far, in equivalents of all ligand, and the ligand's fractions by species after it."""

    equivalents: Estimate
    fractions: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Plateau:
    """A species at the corner where it is most: where (eq), and what part of the ligand it holds there."""

    species: str
    equivalents: Estimate
    fraction: float


@dataclass(frozen=True, slots=True)
class TitrationVerdict:
    """What a titration showed.

    `evidence` is the natural logarithm of the Bayes factor of two plateaus over one straight segment (Laplace's
    approximation, divided by reduced chi squared where that is above one). `segments` has the corners (eq, fraction) of
    each species' course for drawing.
    """

    end_point: Estimate
    label: Label
    evidence: float
    plateaus: tuple[Plateau, ...]
    segments: Mapping[str, tuple[tuple[float, float], ...]]
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    eq: Array
    eq_sd: Array
    fractions: Array
    """Shape (points, 3): free, first, second."""
    sd: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A fitted shape: ln of end point, K1 c and K2 c, their covariance, ln evidence, and chi squared of the data."""

    at: Array
    covariance: Array
    evidence: float
    chi2: float

    @property
    def end(self) -> float:
        return float(np.exp(self.at[0]))


def judge_titration(
    points: Sequence[TitrationPoint], free: str = "L", first: str = "ML", second: str = "ML2"
) -> TitrationVerdict:
    """Return the end point and the shape of a titration.

    Args:
        points: at least four, in any order; uncertainties of equivalents are taken as independent for the fit, and once
            more as common to all (a concentration that is off) in the end point's uncertainty.
        free: the species of free ligand.
        first: the complex of one ligand.
        second: the complex of two ligands.

    Raises:
        AnalysisError: fewer than four points, a point without one of the three species, a number that is not finite,
            or ligand in none of the three.
    """
    names = (free, first, second)
    data = _data(points, names)
    straight, plateaus = _fitted(data, STRAIGHT_LN), _fitted(data, PLATEAUS_LN)
    better = plateaus if plateaus.evidence > straight.evidence else straight
    freedom = max(2.0 * len(data.eq) - len(better.at), 1.0)
    poor = max(better.chi2 / freedom, 1.0)
    evidence = (plateaus.evidence - straight.evidence) / poor
    label: Label = "undecided"
    if abs(evidence) > SURE and poor <= POOR:
        label = "two plateaus" if evidence > 0 else "one straight segment"
    end = _end_point(straight, plateaus, evidence, label, poor, data)
    segments = {name: _corners(better, column, data) for column, name in enumerate(names)}
    return TitrationVerdict(
        end, label, evidence, _plateaus(better, names, end, label), segments, _reason(evidence, poor, end, data)
    )


def _data(points: Sequence[TitrationPoint], names: Names) -> _Data:
    if len(points) < FEWEST:
        raise AnalysisError(f"a titration is judged by {FEWEST} points or more, there are {len(points)}")
    for point in points:
        if missing := [name for name in names if name not in point.fractions]:
            raise AnalysisError(f"at {point.equivalents.value:.3g} eq nothing is known of {', '.join(missing)}")
    ordered = sorted(points, key=lambda point: point.equivalents.value)
    eq = np.array([point.equivalents.value for point in ordered])
    eq_sd = np.array([point.equivalents.sd for point in ordered])
    fractions = np.array([[point.fractions[name].value for name in names] for point in ordered])
    sd = np.array([[point.fractions[name].sd for name in names] for point in ordered])
    if not all(np.isfinite(each).all() for each in (eq, eq_sd, fractions, sd)):
        raise AnalysisError("the titration has numbers that are not finite")
    whole = fractions.sum(axis=1, keepdims=True)
    if np.any(whole <= 0.0):
        raise AnalysisError(f"none of {', '.join(names)} holds any ligand at one of the points")
    return _Data(eq, eq_sd, fractions / whole, np.hypot(sd / whole, FLOOR) * SUMMED)


def _model(at: Array, eq: Array) -> Array:
    return composition(eq, float(np.exp(at[0])), float(np.exp(at[1])), float(np.exp(at[2])))


def _fitted(data: _Data, second_ln: tuple[float, float]) -> _Shape:
    """Fit one shape; what equivalents are off counts by the slope of the curve, which is found in a few rounds."""
    mean = np.array([0.0, FIRST_LN[0], second_ln[0]])
    prior = np.array([END_LN_SD, FIRST_LN[1], second_ln[1]])
    at, sd = mean, data.sd
    found = _least(data, at, sd, mean, prior)
    for _ in range(ROUNDS):
        at = np.asarray(found.x, dtype=float)
        slope = (_model(at, data.eq + STEP) - _model(at, np.maximum(data.eq - STEP, 0.0))) / (2.0 * STEP)
        sd = np.hypot(data.sd, slope * data.eq_sd[:, None] * SUMMED)
        found = _least(data, at, sd, mean, prior)
    at = np.asarray(found.x, dtype=float)
    jacobian = np.asarray(found.jac, dtype=float)
    normal = jacobian.T @ jacobian
    misfit = (_model(at, data.eq) - data.fractions) / sd
    chi2 = float(np.sum(misfit**2))
    loss = 0.5 * (chi2 + float(np.sum(((at - mean) / prior) ** 2))) + float(np.sum(np.log(sd)))
    evidence = -loss - 0.5 * float(np.linalg.slogdet(normal * np.outer(prior, prior))[1])
    return _Shape(at, np.linalg.inv(normal), evidence, chi2)


def _least(data: _Data, start: Array, sd: Array, mean: Array, prior: Array) -> Any:
    """Return scipy's solution for given uncertainties of the fractions."""

    def residual(trial: Array) -> Array:
        misfit = (_model(trial, data.eq) - data.fractions) / sd
        return np.concatenate((misfit.ravel(), (trial - mean) / prior))

    def slopes(trial: Array) -> Array:
        end, first, second = map(float, np.exp(trial))
        by = balanced(data.eq / end, first, second)[1] / sd[:, :, None]
        return np.concatenate((by.reshape(-1, 3), np.diag(1.0 / prior)))

    return least_squares(residual, start, slopes, method="lm", x_scale=prior, xtol=SETTLED, ftol=SETTLED)


def _end_point(straight: _Shape, plateaus: _Shape, evidence: float, label: Label, poor: float, data: _Data) -> Estimate:
    """Return the end point of the shape named, or of both by their probabilities."""
    weight = {"two plateaus": 1.0, "one straight segment": 0.0}.get(label, float(1.0 / (1.0 + np.exp(-evidence))))
    shapes = ((weight, plateaus), (1.0 - weight, straight))
    value = sum(share * shape.end for share, shape in shapes)
    fitted = sum(
        share * (poor * float(shape.covariance[0, 0]) * shape.end**2 + (shape.end - value) ** 2)
        for share, shape in shapes
    )
    dosed = data.eq > 0.0
    common = float(np.median(data.eq_sd[dosed] / data.eq[dosed])) if dosed.any() else 0.0
    return Estimate(value, float(np.sqrt(fitted + (common * value) ** 2)), "eq")


def _corners(shape: _Shape, column: int, data: _Data) -> tuple[tuple[float, float], ...]:
    places = sorted({0.0, shape.end / 2.0, shape.end, max(float(data.eq.max()), shape.end)})
    values = _model(shape.at, np.array(places))[:, column]
    return tuple(zip(places, map(float, values), strict=True))


def _plateaus(shape: _Shape, names: Names, end: Estimate, label: Label) -> tuple[Plateau, ...]:
    if label == "undecided":
        return ()
    half, whole = _model(shape.at, np.array([shape.end / 2.0, shape.end]))
    first = Plateau(names[1], end, float(whole[1]))
    if label == "one straight segment":
        return (first,)
    return (Plateau(names[2], Estimate(end.value / 2.0, end.sd / 2.0, "eq"), float(half[2])), first)


def _reason(evidence: float, poor: float, end: Estimate, data: _Data) -> str:
    """Return in words why the verdict is what it is."""
    if poor > POOR:
        return f"neither shape describes the points: reduced chi squared is {poor:.1f}"
    odds = f"ln of the Bayes factor is {evidence:+.1f} for two plateaus, {SURE:.0f} is asked for"
    reached = float(data.eq.max())
    if reached < end.value - 2.0 * end.sd:
        return f"{odds}; the end point lies beyond the last dose of {reached:.2f} eq"
    return odds
