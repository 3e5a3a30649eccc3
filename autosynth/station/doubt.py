"""What one stroke that was cut off leaves open: two whole inventories, one for each end of its range.

Nobody knows how far such a stroke came; the ledger books the middle of its range. Which liquid stands in which line
after that depends on it, so a standard uncertainty of the stroke's volume says too little: a line is full of gas or it
is not. Both ends live through every later stroke, and what differs from the middle is the uncertainty.
"""

from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from autosynth.station.mixture import EXACT, Mixture, Spread

if TYPE_CHECKING:
    from autosynth.station.inventory import Inventory

UNIFORM = sqrt(3.0)
"""Half the width of a uniform distribution, in its standard deviations."""
COARSE = 0.1
"""A stroke known no better than this share of its volume may have left whole plugs on the other side of its cut."""
KEPT = 4
"""So many strokes are carried on; of an older one only what it made uncertain in the vessels is."""


class Doubt(NamedTuple):
    """The two ends of one stroke's range."""

    least: "Inventory"
    most: "Inventory"


def carried(
    middle: "Inventory",
    move: "Callable[[Inventory, float, float], object]",
    volume_ml: float,
    random_sd_ml: float,
    *,
    cut: bool,
) -> float:
    """Make a stroke at the ends of all doubts, and begin one where a stroke was `cut` off and nobody knows how far on.

    `move` moves so many mL with such a standard deviation at the end it is given, which has no doubts of its own.
    Returned is the standard deviation that is left for the middle. Doubts whose ends have met are over.
    """
    half_ml = UNIFORM * random_sd_ml
    coarse = cut and half_ml > COARSE * abs(volume_ml) > 0.0
    if coarse and len(middle.doubts) == KEPT:
        _put_down(
            middle, middle.doubts.pop(0)
        )  # before anything moves: middle and ends stand where they belong together
    fresh = Doubt(middle.middle(), middle.middle()) if coarse else None
    for end in (end for doubt in middle.doubts for end in doubt):
        move(end, volume_ml, 0.0 if coarse else random_sd_ml)
    middle.doubts = [doubt for doubt in middle.doubts if not _met(doubt)]
    if fresh is None:
        return random_sd_ml
    part = min(half_ml / abs(volume_ml), 1.0)
    move(fresh.least, (1.0 - part) * volume_ml, 0.0)
    move(fresh.most, (1.0 + part) * volume_ml, 0.0)
    middle.doubts.append(fresh)
    return 0.0


def _put_down(middle: "Inventory", doubt: Doubt) -> None:
    """Keep of a doubt only how uncertain it makes the vessels at whose content its ends differ."""
    for name, content in middle.vessels.items():
        ends = [end.vessels[name].mixture() for end in doubt]
        if ends[0] != ends[1]:
            content.become(widened(content.mixture(), ends))


def _met(doubt: Doubt) -> bool:
    """Tell whether nothing differs any more between the two ends."""
    one, other = (
        [
            *(content.mixture().volumes_ml for content in end.vessels.values()),
            *(content.mixture().amounts_mol for content in end.vessels.values()),
            *([(plug.volume_ml, plug.liquid) for plug in tube.plugs] for tube in end.lines.values()),
            *([(plug.volume_ml, plug.liquid) for plug in held.plugs] for held in end.syringes.values()),
        ]
        for end in doubt
    )
    return one == other


def widened(middle: Mixture, ends: Iterable[Mixture]) -> Mixture:
    """Return a mixture as uncertain as its two ends are far: half the width of a uniform distribution."""
    known = list(ends)
    volumes = [each.volumes_ml for each in known]
    amounts = [each.amounts_mol for each in known]
    return Mixture(
        _named(middle.volumes_ml, volumes),
        _named(middle.amounts_mol, amounts),
        _wider(middle.volumes_ml, volumes, middle.volume_spread),
        _wider(middle.amounts_mol, amounts, middle.amount_spread),
    )


def _named(middle: Mapping[str, float], ends: Iterable[Mapping[str, float]]) -> dict[str, float]:
    return {**{name: 0.0 for end in ends for name in end}, **middle}


def _wider(
    middle: Mapping[str, float], ends: Iterable[Mapping[str, float]], spreads: Mapping[str, Spread]
) -> dict[str, Spread]:
    found = dict(spreads)
    for name in _named(middle, ends):
        half = max(abs(end.get(name, 0.0) - middle.get(name, 0.0)) for end in ends)
        if half:
            found[name] = found.get(name, EXACT).plus(Spread(var=(half / UNIFORM) ** 2))
    return found
