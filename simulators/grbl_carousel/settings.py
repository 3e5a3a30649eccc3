"""The board's `$` settings: numbers kept through power cycles, printed as the firmware does."""

from collections.abc import Mapping

WHOLE = frozenset({0, 1, 2, 3, 4, 5, 6, 10, 13, 20, 21, 22, 23, 26, 30, 31, 32})
DEFAULTS: Mapping[int, float] = {
    0: 10,
    1: 25,
    2: 0,
    3: 0,
    4: 0,
    5: 0,
    6: 0,
    10: 1,
    11: 0.010,
    12: 0.002,
    13: 0,
    20: 1,
    21: 0,
    22: 1,
    23: 0,
    24: 100,
    25: 1500,
    26: 250,
    27: 1,
    30: 1000,
    31: 0,
    32: 0,
    100: 80,
    101: 80,
    102: 400,
    110: 6000,
    111: 6000,
    112: 1500,
    120: 200,
    121: 200,
    122: 100,
    130: 360,
    131: 1,
    132: 110,
}
"""Assumed: a board set up for a carousel in degrees and a lift in millimetres, soft limits and homing on."""
REPORT, SOFT_LIMITS, HARD_LIMITS, HOMING = 10, 20, 21, 22
LOCATE, SEEK, PULL_OFF = 24, 25, 27
RATES, ACCELERATIONS, TRAVELS = (110, 112), (120, 122), (130, 132)
"""Numbers of the settings of X and Z."""
DIVISORS, LEAST = frozenset({LOCATE, SEEK, 100, 101, 102, *range(110, 113), *range(120, 123)}), 0.001
"""Steps, rates and accelerations, and the least that the board takes for one (assumed: real ones differ)."""


class Settings:
    """All settings by number."""

    def __init__(self, changes: Mapping[int, float]) -> None:
        self._values = {**DEFAULTS, **changes}

    def __getitem__(self, number: int) -> float:
        """Return a setting; KeyError for a number the firmware has not."""
        return self._values[number]

    def on(self, number: int) -> bool:
        """Tell whether a switch is on."""
        return self._values[number] != 0

    def put(self, number: int, value: float) -> bool:
        """Change a setting; False for a number the firmware has not."""
        if number not in self._values:
            return False
        self._values[number] = value
        return True

    def lines(self) -> list[str]:
        """Return what `$$` prints."""
        return [f"${n}={v:.0f}" if n in WHOLE else f"${n}={v:.3f}" for n, v in sorted(self._values.items())]
