"""The homing cycle: the lift to its switch first, then the carousel; afterwards belief and truth agree.

The page and the boards it was read from search at `$25`, back off by `$27` and approach again at `$24`. How far it is
to a switch is the body's to know; where the switch is, is the origin of that axis (an option).
"""

from simulators.grbl_carousel.body import CarouselBody, Point
from simulators.grbl_carousel.planner import PER_MINUTE
from simulators.grbl_carousel.profile import trapezoid
from simulators.grbl_carousel.settings import ACCELERATIONS, LOCATE, PULL_OFF, SEEK, Settings

AXES = (1, 0)
"""Z before X."""
FOUND = 1e-3


class Homing:
    """One homing cycle under way, from `t_s` on; `home` is where the switches are.

    Attributes:
        next_s: When the axis that is searching now is done.
        done: Whether all axes are.
        failed: Whether a motor stood still: no switch was found.
    """

    def __init__(self, body: CarouselBody, settings: Settings, home: Point, t_s: float) -> None:
        self.next_s = t_s
        self.done = self.failed = False
        self._body = body
        self._settings = settings
        self._home = home
        self._left = list(AXES)
        self._axis = AXES[0]
        self._search(t_s)

    def advance(self, t_s: float) -> None:
        """End an axis whose time has come and begin the next."""
        while not self.done and self.next_s <= t_s:
            ended_s = self.next_s
            self._body.rest(ended_s)
            if abs(self._body.position(ended_s)[self._axis] - self._home[self._axis]) > FOUND:
                self.done = self.failed = True
            elif self._left:
                self._search(ended_s)
            else:
                self.done = True

    def _search(self, t_s: float) -> None:
        axis = self._axis = self._left.pop(0)
        away = self._home[axis] - self._body.position(t_s)[axis]
        settings = self._settings
        locate_s = settings[PULL_OFF] * (1.0 / settings[SEEK] + 2.0 / settings[LOCATE]) / PER_MINUTE
        self.next_s = t_s + locate_s
        if abs(away) > 0.0:
            profile = trapezoid(abs(away), settings[SEEK] * PER_MINUTE, settings[ACCELERATIONS[axis]], t_s)
            part = 1.0 if away > 0.0 else -1.0
            self._body.start(profile, (0.0, part) if axis == 1 else (part, 0.0), t_s)
            self.next_s = profile.ends_s + locate_s
