"""Plug flow: what enters a line at one end pushes the same volume out of the other, unmixed and in order.

A syringe is the same thing with one open end. It refuses to disperse or to react: a plug keeps its composition until
it reaches a vessel.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal

import numpy as np

from simulators.twin.contents import Plug

End = Literal["a", "b"]
SLIVER_ML = 1e-7
"""Plugs below a tenth of a nanolitre join their neighbour, so that rounding does not litter the lines."""
ROUNDING_ML = 1e-12
SAME = 1e-9


def pour(plugs: deque[Plug], plug: Plug, end: End) -> None:
    """Put a plug in at one end, joined to a neighbour of the same composition."""
    if plug.volume_ml <= 0.0:
        return
    if plugs:
        neighbour = plugs[0] if end == "a" else plugs[-1]
        if _joins(neighbour, plug):
            joined = Plug(neighbour.volume_ml + plug.volume_ml, neighbour.content + plug.content)
            plugs[0 if end == "a" else -1] = joined
            return
    if end == "a":
        plugs.appendleft(plug)
    else:
        plugs.append(plug)


def draw(plugs: deque[Plug], volume_ml: float, end: End) -> list[Plug]:
    """Take a volume out at one end, first out first; less comes when less is there."""
    taken: list[Plug] = []
    missing = volume_ml
    while missing > ROUNDING_ML and plugs:
        plug = plugs.popleft() if end == "a" else plugs.pop()
        if plug.volume_ml <= missing + ROUNDING_ML:
            taken.append(plug)
            missing -= plug.volume_ml
            continue
        part = Plug(missing, plug.content * (missing / plug.volume_ml))
        rest = Plug(plug.volume_ml - missing, plug.content - part.content)
        if end == "a":
            plugs.appendleft(rest)
        else:
            plugs.append(rest)
        taken.append(part)
        break
    return taken


def push_through(plugs: deque[Plug], incoming: Iterable[Plug], end: End) -> list[Plug]:
    """Push plugs into a full line at one end; return what leaves at the other, in order."""
    volume_ml = 0.0
    for plug in incoming:
        pour(plugs, plug, end)
        volume_ml += plug.volume_ml
    return draw(plugs, volume_ml, "b" if end == "a" else "a")


def volume_ml(plugs: Iterable[Plug]) -> float:
    """Return the summed volume."""
    return sum(plug.volume_ml for plug in plugs)


def _joins(one: Plug, other: Plug) -> bool:
    if one.volume_ml < SLIVER_ML or other.volume_ml < SLIVER_ML:
        return True
    left, right = one.content * other.volume_ml, other.content * one.volume_ml
    return bool(np.all(np.abs(left - right) <= SAME * np.abs(left)))
