"""What gets lost without anybody knowing: past leaking seals, out of lines that took in air, out of bottles.

A seal that leaks loses a part of what is pushed past it, and lets in as much air when the pump sucks. Where a line's
content gives way to air it drips out. All of it is kept, so that the twin's balance still closes: what is in vessels,
lines and syringes, spilled and lost is what there was.
"""

from collections.abc import Sequence
from typing import Any

from simulators.twin.contents import Array, Layout, Plug
from simulators.twin.plugs import End, draw, pour
from simulators.twin.plumbing import Line, Path


class Losses:
    """Leaks of pumps and selectors, and what was lost at which device or out of which vessel."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._shares: dict[str, float] = {}
        self._lost: dict[str, Array] = {}

    def leak(self, device: str, share: float) -> None:
        """Let a device leak from now on."""
        self._shares[device] = share

    def add(self, where: str, content: Array) -> None:
        """Note that something was lost at a device or out of a vessel; air is no loss."""
        lost = content.copy()
        lost[self._layout.volumes.start] = 0.0
        self._lost[where] = self._lost.get(where, self._layout.empty()) + lost

    def push(self, path: Path, hop: int, moving: list[Plug]) -> list[Plug]:
        """Return what is left of plugs that leave the device before a hop."""
        device = entry(path, hop)
        share = self._shares.get(device, 0.0)
        if share == 0.0:
            return moving
        for plug in moving:
            self.add(device, plug.content * share)
        return [Plug(plug.volume_ml * (1.0 - share), plug.content * (1.0 - share)) for plug in moving]

    def suction(self, path: Path, wanted_ml: float) -> list[float]:
        """Return how much is sucked behind each hop, the vessel's last, of what the plunger makes room for."""
        volumes_ml = [wanted_ml]
        for hop in range(len(path.hops)):
            volumes_ml.append(volumes_ml[-1] * (1.0 - self._shares.get(entry(path, hop), 0.0)))
        return volumes_ml

    def admit(self, device: str, line: Line, near: End, air_ml: float) -> None:
        """Put air into a line next to a device, as much as the line holds at most."""
        gone = draw(line.plugs, air_ml, near)
        for plug in gone:
            self.add(device, plug.content)
        pour(line.plugs, self._layout.gas(sum(plug.volume_ml for plug in gone)), near)

    def describe(self) -> dict[str, Any]:
        """Return what was lost where, JSON-able."""
        return {where: self._layout.describe(content) for where, content in self._lost.items()}


def entry(path: Path, hop: int) -> str:
    """Return the device at the near end of a hop."""
    line, near = path.hops[hop]
    return (line.a if near == "a" else line.b).rpartition(":")[0]


def with_air(moving: Sequence[Plug], air: Plug) -> list[Plug]:
    """Return plugs drawn in through a leaking seal: air with each, in proportion."""
    total_ml = sum(plug.volume_ml for plug in moving)
    if air.volume_ml <= 0.0 or total_ml <= 0.0:
        return [*moving, air] if air.volume_ml > 0.0 else list(moving)
    parts = ((plug, plug.volume_ml / total_ml) for plug in moving)
    return [Plug(plug.volume_ml + air.volume_ml * part, plug.content + air.content * part) for plug, part in parts]
