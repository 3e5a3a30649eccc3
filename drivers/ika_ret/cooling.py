"""Whether a plate that should be heating is cooling: the only sign of a heater that went off by itself.

NAMUR cannot say whether heating is on, and after a power failure the setpoints may read as before. A heater that is on
makes the plate hotter while the vessel is colder than it should be, whatever cold liquid arrives; so a vessel that has
cooled for a while is a suspicion, and a plate that cools along with it is the proof. Within COLD_K of its setpoint,
and so near the ambient temperature, nothing can be told. The figures are assumed: no hardware yet.
"""

from collections import deque

COLD_K = 2.0
"""A controller may let a vessel be so much colder than its setpoint for a while."""
WINDOW_S = 60.0
"""A vessel is looked at for so long, and must have cooled from the first half of that time to the second."""
FALL_K = 0.5
"""Less than this is noise and regulation."""
APART_S = 8.0
"""Two looks at the plate are so far apart at least."""


class Cooling:
    """What has been read since heating was switched on, as far as it tells that the heater is off."""

    def __init__(self) -> None:
        self._read: deque[tuple[float, float]] = deque()
        self._plate: tuple[float, float] | None = None

    def forget(self) -> None:
        """Begin anew: the setting has changed."""
        self._read.clear()
        self._plate = None

    def suspected(self, t_s: float, sensed_c: float, target_c: float) -> bool:
        """Take a reading of what is controlled, and say whether it has cooled for a while though it is too cold."""
        self._read.append((t_s, sensed_c))
        while t_s - self._read[0][0] > WINDOW_S:
            self._read.popleft()
        if sensed_c > target_c - COLD_K:
            self._plate = None
            return False
        older = [each_c for each_s, each_c in self._read if t_s - each_s > WINDOW_S / 2]
        newer = [each_c for each_s, each_c in self._read if t_s - each_s <= WINDOW_S / 2]
        long_enough = t_s - self._read[0][0] >= 0.8 * WINDOW_S
        cooled = bool(older) and sum(older) / len(older) - sum(newer) / len(newer) >= FALL_K
        suspected = long_enough and cooled
        if not suspected:
            self._plate = None
        return suspected

    def proven(self, t_s: float, plate_c: float) -> bool:
        """Take a reading of the plate under suspicion, and say whether it cools too; one that warms is heated."""
        if self._plate is None or plate_c - self._plate[1] >= FALL_K:
            self._plate = (t_s, plate_c)
        return t_s - self._plate[0] >= APART_S and self._plate[1] - plate_c >= FALL_K
