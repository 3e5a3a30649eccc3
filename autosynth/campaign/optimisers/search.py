"""The best of a space's points by a score: random ones first, then neighbours of the best in shrinking steps.

Every point looked at is one of the space, so that constraints, simplexes and whole numbers hold by construction and no
gradient is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.campaign.space.region import region_of
from autosynth.campaign.space.sampling import nudged, sample
from autosynth.campaign.space.space import Space

RANDOM = 1000
BEST = 8
NEIGHBOURS = 25
STEPS = (0.2, 0.1, 0.05, 0.025, 0.012, 0.006, 0.003)
"""Sizes of the steps, in units of the limits' span."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best row (variables,), its score, and how many points were looked at."""

    row: Array
    score: float
    looked_at: int


def best_point(space: Space, score: Callable[[Array], Array], known: Array, rng: np.random.Generator) -> Found:
    """Return the point of the highest score.

    Args:
        space: where to look.
        score: gives for rows (n, variables) the scores (n,).
        known: rows (m, variables) of the space whose neighbours are worth a look; m may be 0.
        rng: random numbers.

    Raises:
        InputError: no point fulfils all constraints.
    """
    region = region_of(space)
    rows = sample(space, RANDOM, rng).rows
    if len(known):
        rows = np.concatenate((rows, nudged(region, np.repeat(known, NEIGHBOURS, axis=0), STEPS[0], rng)))
    scores, looked_at = score(rows), len(rows)
    for size in STEPS:
        order = np.argsort(-scores, kind="stable")[:BEST]
        rows, scores = rows[order], scores[order]
        near = nudged(region, np.repeat(rows, NEIGHBOURS, axis=0), size, rng)
        if len(near):
            rows, scores = np.concatenate((rows, near)), np.concatenate((scores, score(near)))
        looked_at += len(near)
    top = int(np.argmax(scores))
    return Found(rows[top], float(scores[top]), looked_at)
