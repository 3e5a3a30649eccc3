"""Random points of a space, spread evenly over what it allows; none is moved to make it fit.

Points are proposed evenly over limits and simplexes and those that break a constraint are thrown away. Where hardly any
are left, a walk inside the region takes over: hit and run (Smith, Operations Research 32 (1984) 1296), which tends to
the even distribution; whole numbers are drawn one at a time among those that the others leave.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.campaign.space.region import Region, inner_point, region_of
from autosynth.campaign.space.space import Space

BLOCKS = 8
"""Blocks of proposals before the walk takes over."""
LEAST = 0.02
"""Part of the proposals that must be good for proposing to go on."""
STEPS = 60
"""Rounds of the walk; each moves every variable and every mixture once."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Random rows (n, variables) of a space, how many proposals were thrown away, and whether the walk was needed."""

    rows: Array
    refused: int
    walked: bool


def sample(space: Space, count: int, rng: np.random.Generator) -> Sample:
    """Return `count` random points of a space.

    Raises:
        InputError: no point fulfils all constraints.
    """
    region = region_of(space)
    kept = np.empty((0, len(space.names)))
    refused = 0
    for _ in range(BLOCKS):
        units = rng.random((max(count, 256), len(space.names)))
        rows = spread(space, units)
        good = rows[region.inside(rows).astype(bool)]
        refused += len(rows) - len(good)
        kept = np.concatenate((kept, good))
        if len(kept) >= count:
            return Sample(kept[:count], refused, walked=False)
        if len(good) < LEAST * len(rows):
            break
    return Sample(np.concatenate((kept, _walk(region, count - len(kept), rng))), refused, walked=True)


def spread(space: Space, units: Array) -> Array:
    """Return rows (n, variables) for numbers from 0 to 1 of the same shape, even ones for even ones.

    A mixture of q parts above their lower limits is even on its simplex, by broken sticks: the part that follows takes
    `1 - u ** (1 / parts left)` of what is left. The parts' upper limits, and constraints, are not looked at. A mixture
    needs one number less than it has parts; the last part's number is not used.
    """
    region = region_of(space)
    whole = np.minimum(region.lows + np.floor(units * (region.highs - region.lows + 1.0)), region.highs)
    rows = np.where(region.integer > 0, whole, region.lows + units * (region.highs - region.lows))
    for mixture in space.mixtures:
        columns = [space.names.index(name) for name in mixture.components]
        left = np.full(len(units), mixture.total - float(region.lows[columns].sum()))
        for number, column in enumerate(columns[:-1]):
            part = left * (1.0 - units[:, column] ** (1.0 / (len(columns) - 1 - number)))
            rows[:, column] = region.lows[column] + part
            left = left - part
        rows[:, columns[-1]] = region.lows[columns[-1]] + left
    return rows


def nudged(region: Region, rows: Array, size: float, rng: np.random.Generator) -> Array:
    """Return a random neighbour of each row that is in the region: a step of `size` of the limits' span.

    Whole numbers change by one or more with the chance of `size`, or stay; a row whose neighbour would be outside is
    left out, so that fewer rows may come back.
    """
    moved = rows.copy()
    for part in region.directions():
        moved += size * rng.standard_normal((len(rows), len(part))) @ part
    span = np.where(region.integer > 0, region.highs - region.lows, 0.0)
    jump = np.round(rng.standard_normal(rows.shape) * np.maximum(size * span, 0.5)) * (span > 0)
    moved = moved + np.where(rng.random(rows.shape) < 0.5, jump, 0.0)
    return np.asarray(moved[region.inside(moved).astype(bool)])


def _walk(region: Region, count: int, rng: np.random.Generator) -> Array:
    """Return rows after independent walks from an inner point, all walked at once."""
    rows = np.tile(inner_point(region), (count, 1))
    directions = region.directions()
    whole = np.flatnonzero((region.integer > 0) & (region.highs > region.lows))
    for _ in range(STEPS):
        for part in directions:
            rows = _slid(region, rows, rng.standard_normal((count, len(part))) @ part, rng)
        for column in whole:
            unit = np.zeros_like(rows)
            unit[:, column] = 1.0
            rows = _slid(region, rows, unit, rng, whole=True)
    return rows


def _slid(region: Region, rows: Array, moves: Array, rng: np.random.Generator, *, whole: bool = False) -> Array:
    back, forth = region.room(rows, moves)
    drawn = rng.random(len(rows))
    if whole:
        low, high = np.ceil(back - 1e-9), np.floor(forth + 1e-9)
        way = np.minimum(low + np.floor(drawn * (high - low + 1.0)), high)
    else:
        way = back + drawn * (forth - back)
    moved = rows + way[:, None] * moves
    return np.where(region.inside(moved).astype(bool)[:, None], moved, rows)
