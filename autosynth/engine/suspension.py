"""Notices that the computer was suspended: the clock that runs are timed by may stand still meanwhile.

A suspended host feeds no watchdog, and what it was timing took longer than it knows. Where the system counts suspended
time (Linux: CLOCK_BOOTTIME) nothing else is taken for it; elsewhere the time of day is compared with the monotonic
clock, and setting the time of day by more than the tolerance holds a run too.
"""

import time
from collections.abc import Callable

from autosynth.clock import Clock
from autosynth.engine.control import Control

PERIOD_S = 1.0
TOLERANCE_S = 2.0
"""Shorter suspensions, and slow corrections of the time of day, trouble no watchdog (the shortest waits 20 s)."""


def suspended_s() -> float:
    """Return for how long this computer has been suspended, in seconds since an arbitrary zero."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    since_boot_s = time.time() if boot is None else time.clock_gettime(boot)
    return since_boot_s - time.monotonic()


class Suspension:
    """Holds a run whose host slept; `suspended_s` tells for how long it has slept so far."""

    def __init__(self, control: Control, clock: Clock, suspended_s: Callable[[], float]) -> None:
        self._control = control
        self._clock = clock
        self._suspended_s = suspended_s

    async def run(self) -> None:
        """Look once a second until cancelled."""
        known_s = self._suspended_s()
        while True:
            await self._clock.sleep(PERIOD_S)
            slept_s = self._suspended_s() - known_s
            known_s += slept_s
            if slept_s > TOLERANCE_S:
                self._control.hold(f"the computer was suspended for {slept_s:.0f} s", who="interlock")
