"""The board's motion: sixteen blocks that wait their turn, feed hold, and where the board believes it is.

`ok` to a line means that its block has got a place here, not that anything has moved. The belief is the steps that
were sent; whether the motors followed is the body's.
"""

from collections import deque
from math import hypot, inf

from simulators.grbl_carousel.body import CarouselBody, Point
from simulators.grbl_carousel.gcode import Block
from simulators.grbl_carousel.profile import Profile, limited, trapezoid
from simulators.grbl_carousel.settings import ACCELERATIONS, RATES, Settings

BLOCKS = 16
LEAST = 1e-6
PER_MINUTE = 1.0 / 60.0


class Planner:
    """Blocks and the move under way.

    Attributes:
        held: Whether a feed hold keeps blocks from going on.
    """

    def __init__(self, body: CarouselBody, settings: Settings) -> None:
        self.held = False
        self._body = body
        self._settings = settings
        self._at: Point = (0.0, 0.0)
        self._queue: deque[tuple[Point, float]] = deque()
        self._profile: Profile | None = None
        self._part: Point = (0.0, 0.0)
        self._acceleration = 1.0
        self._goal: tuple[Point, float] = ((0.0, 0.0), inf)

    @property
    def full(self) -> bool:
        """Whether the next line must wait for a place."""
        return len(self._queue) + (self._profile is not None) >= BLOCKS

    @property
    def empty(self) -> bool:
        """Whether everything has been done."""
        return not self._queue and self._profile is None

    @property
    def moving(self) -> bool:
        """Whether the motors are turning."""
        return self._profile is not None

    @property
    def next_s(self) -> float | None:
        """When the move under way ends."""
        return None if self._profile is None else self._profile.ends_s

    @property
    def end(self) -> Point:
        """Where it will be believed to be when all blocks are done."""
        if self._queue:
            return self._queue[-1][0]
        return self._at if self._profile is None else self._goal[0]

    @property
    def places(self) -> int:
        """How many blocks may still come."""
        return BLOCKS - len(self._queue) - (self._profile is not None)

    def position(self, t_s: float) -> Point:
        """Return where the board believes it is."""
        if self._profile is None:
            return self._at
        return self._along(self._profile.at(t_s)[0])

    def speed(self, t_s: float) -> float:
        """Return the speed along the way, units per minute."""
        return 0.0 if self._profile is None else self._profile.at(t_s)[1] / PER_MINUTE

    def put(self, position: Point) -> None:
        """Believe to be somewhere else, at rest (after homing, or having forgotten everything)."""
        self._at = position

    def add(self, block: Block, t_s: float) -> None:
        """Take a block; it begins at once when nothing is before it."""
        target = block.target(*self.end)
        self._queue.append((target, inf if block.rapid else block.feed * PER_MINUTE))
        self._begin(t_s)

    def advance(self, t_s: float) -> None:
        """End the move whose time has come and begin the next; called at `next_s` or before."""
        if self._profile is None or self._profile.ends_s > t_s:
            return
        ends_s = self._profile.ends_s
        self._rest(ends_s)
        self._begin(ends_s)

    def hold(self, t_s: float) -> None:
        """Come to rest on the way; what is left waits."""
        self.held = True
        if self._profile is None:
            return
        braked = self._profile.braked(t_s, self._acceleration)
        if braked is not self._profile:
            self._queue.appendleft(self._goal)
            self._goal = (self._along(braked.length), self._goal[1])
        self._profile = braked
        self._body.change(braked)
        self.advance(t_s)

    def resume(self, t_s: float) -> None:
        """Go on after a hold that has come to rest."""
        if self._profile is None:
            self.held = False
            self._begin(t_s)

    def halt(self, t_s: float) -> None:
        """Stop dead and forget all blocks."""
        self._queue.clear()
        self.held = False
        if self._profile is not None:
            self._rest(t_s)

    def forget(self) -> None:
        """Drop the blocks that wait (a jog that was cancelled)."""
        self._queue.clear()

    def limit_s(self, lowest_x: float) -> float | None:
        """Return when the carousel really meets the switch below `lowest_x` in the move under way, or None.

        Only turning downwards is looked at: the switch is at the lower end.
        """
        if self._profile is None or self._part[0] >= 0.0:
            return None
        end_s = self._profile.ends_s
        if self._body.position(end_s)[0] >= lowest_x:
            return None
        begun_s = self._profile.pieces[0].t_s
        way = (self._body.position(begun_s)[0] - lowest_x) / -self._part[0]
        return max(self._profile.reaches_s(max(way, 0.0)), begun_s)

    def _begin(self, t_s: float) -> None:
        while self._queue and self._profile is None and not self.held:
            target, feed = self._queue.popleft()
            dx, dz = target[0] - self._at[0], target[1] - self._at[1]
            length = hypot(dx, dz)
            if length < LEAST:
                self._at = target
                continue
            self._part = (dx / length, dz / length)
            self._goal = (target, feed)
            speed = min(feed, limited(self._part, [self._settings[n] * PER_MINUTE for n in RATES]))
            self._acceleration = limited(self._part, [self._settings[n] for n in ACCELERATIONS])
            self._profile = trapezoid(length, speed, self._acceleration, t_s)
            self._body.start(self._profile, self._part, t_s)

    def _along(self, way: float) -> Point:
        return self._at[0] + self._part[0] * way, self._at[1] + self._part[1] * way

    def _rest(self, t_s: float) -> None:
        self._at = self.position(t_s)
        self._profile = None
        self._body.rest(t_s)
