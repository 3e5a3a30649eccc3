"""Time, real or virtual, as two asyncio event loops and one thin face.

The virtual loop's `time()` jumps to the next timer when nothing is ready, so libraries, timeouts and our own
code agree on the time and a ten-hour procedure takes seconds. What happens of itself meanwhile, as on a simulated
bench, is asked on the way there and costs no timer. In virtual time there is no thread: a loop with nothing scheduled,
nothing happening and nothing ready is a deadlock, and is reported as one instead of waiting for ever.
"""

import asyncio
import math
import selectors
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol, TypeVar, TypeVarTuple

T = TypeVar("T")
_Ts = TypeVarTuple("_Ts")


def boot_id() -> str:
    """Return what names the present start of this computer; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def since_boot_s() -> float:
    """Return seconds since this computer was started, whatever its time of day was set to meanwhile.

    Suspended time counts where the system counts it (Linux).
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock(Protocol):
    """The time of a run: seconds since its loop started, never going backwards."""

    def now(self) -> float:
        """Return seconds since the clock's origin."""
        ...

    async def sleep(self, duration_s: float) -> None:
        """Return after `duration_s`; zero or less only lets other tasks run."""
        ...

    def wall(self) -> datetime:
        """Return the time of day, for people; never used in a decision nor in the hash chain."""
        ...


class LoopClock:
    """The clock of the running event loop; `origin` is the loop time that counts as zero."""

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: float | None = None) -> None:
        self._loop = loop
        self._origin = loop.time() if origin is None else origin

    def now(self) -> float:
        """Return seconds since the origin."""
        return self._loop.time() - self._origin

    async def sleep(self, duration_s: float) -> None:
        """Return after `duration_s` of this loop's time."""
        await asyncio.sleep(max(duration_s, 0.0))  # noqa: TID251 - the one place that sleeps

    def wall(self) -> datetime:
        """Return the computer's time of day, in UTC."""
        return datetime.now(UTC)


class VirtualClock(LoopClock):
    """The clock of a virtual loop: its time of day is a fixed start plus virtual seconds, so runs can be compared."""

    START = datetime(2026, 1, 1, tzinfo=UTC)

    def wall(self) -> datetime:
        """Return the virtual time of day, in UTC."""
        return self.START + timedelta(seconds=self.now())


class DeadlockError(RuntimeError):
    """Every task of a virtual loop waits for something that nothing is going to do."""


_RESOLUTION_S = 1e-9
"""Event loops run a timer when it is due within this time."""


class Course(Protocol):
    """What happens of itself in virtual time, one thing after another, beside the loop's timers."""

    next_s: float
    """The loop's time of the next thing to happen; infinite when nothing will before somebody acts."""
    due_s: float
    """When to let it happen, at `next_s` or later: but before any timer that is later than `next_s`."""

    def happen(self) -> bool:
        """Let all happen that does by the loop's present time; return whether anybody was told of it."""
        ...


_due_s = attrgetter("due_s")


class _JumpingSelector(selectors.BaseSelector):
    """Instead of waiting for the timeout, moves the loop's time forward by it, and what happens meanwhile with it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.courses: list[Course] = []
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
        key = selectors.SelectorKey(fileobj, fd, events, data)
        self._keys[fd] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        fd = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
        return self._keys.pop(fd)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and self.now_s + _RESOLUTION_S == self.now_s:
            timeout = max(timeout, math.ulp(self.now_s))  # after half a year numbers are coarser than the resolution
        if timeout == 0.0:
            return []
        until_s = math.inf if timeout is None else self.now_s + timeout
        if self.courses and self._pass(until_s):
            return []
        if timeout is None:
            msg = "virtual time: every task waits and no timer is set"
            raise DeadlockError(msg)
        self.now_s = until_s
        return []

    def _pass(self, until_s: float) -> bool:
        """Let things happen in their order, to `until_s` or until somebody is told; return whether somebody was."""
        while True:
            first = min(self.courses, key=_due_s)
            if first.due_s > until_s or first.due_s == math.inf:
                break
            self.now_s = max(self.now_s, first.due_s)
            if first.happen():
                return True
        put_off = [each for each in self.courses if each.next_s <= until_s < math.inf]  # a timer finds nothing undone
        if put_off:
            self.now_s = until_s
        return sum(course.happen() for course in put_off) > 0

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps; it does no input or output and starts at zero."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._jumping.now_s

    def add_signal_handler(self, sig: int, callback: Callable[[*_Ts], object], *args: *_Ts) -> None:
        """Refuse: it would be told of signals by a file descriptor, and looks at none.

        Raises:
            NotImplementedError: always, as on platforms that have no such handlers.
        """
        msg = "virtual time looks at no file descriptors"
        raise NotImplementedError(msg)

    def follow(self, course: Course) -> None:
        """Let `course` happen from now on, each thing at its time; following twice is following once."""
        if course not in self._jumping.courses:
            self._jumping.courses.append(course)

    def leave(self, course: Course) -> None:
        """Let `course` happen no longer."""
        if course in self._jumping.courses:
            self._jumping.courses.remove(course)


class ScaledLoop(asyncio.SelectorEventLoop):
    """A real-time loop that runs `speed` times faster than the wall clock; for simulated benches only."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(_ScaledSelector(speed))
        if not speed > 0:
            self.close()
            msg = f"speed must be above zero, not {speed}"
            raise ValueError(msg)

    def time(self) -> float:
        """Return scaled monotonic time in seconds."""
        return time.monotonic() * self._speed


class _ScaledSelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self._speed)


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in virtual time on a fresh loop, cancelling what it leaves behind.

    Raises:
        DeadlockError: every task waits and no timer is set.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def run_real(main: Coroutine[Any, Any, T], speed: float = 1.0) -> T:
    """Run `main` in real time; a `speed` other than 1 is for simulated benches served by this process."""
    factory = asyncio.SelectorEventLoop if speed == 1.0 else lambda: ScaledLoop(speed)
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)
