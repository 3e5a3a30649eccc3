"""Which tube was in which magnet when, and which are broken.

A history is kept because a measurement is rendered at its end from what was in the magnet in its middle.
"""

from bisect import bisect_right

Turns = tuple[list[float], list[str | None]]


class Magnets:
    """What samplers have put into their magnets."""

    def __init__(self) -> None:
        self._inserted: dict[str, Turns] = {}
        self.broken: list[str] = []

    def insert(self, device: str, vessel: str | None, t_s: float) -> None:
        """Let a vessel be in a sampler's magnet from `t_s` on, None for an empty bore."""
        times, vessels = self._inserted.setdefault(device, ([], []))
        times.append(t_s)
        vessels.append(vessel)

    def inserted(self, device: str, t_s: float) -> str | None:
        """Return the vessel that was in a sampler's magnet at a time."""
        times, vessels = self._inserted.get(device, ([], []))
        at = bisect_right(times, t_s)
        return vessels[at - 1] if at else None
