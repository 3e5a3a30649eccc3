"""Virtual time jumps, agrees with everything that asks for it, and says when it would never go on."""

import asyncio
import contextlib
import itertools
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.clock import (
    Clock,
    DeadlockError,
    LoopClock,
    ScaledLoop,
    VirtualClock,
    VirtualLoop,
    run_real,
    run_virtual,
)

YEAR_S = 365.25 * 24 * 3600.0


def virtual_clock() -> VirtualClock:
    return VirtualClock(asyncio.get_running_loop())


@pytest.mark.parametrize("duration_s", [36000.0, YEAR_S, 10 * YEAR_S])
def test_long_sleeps_end_at_once(duration_s: float) -> None:
    """Ten hours or ten years of virtual time end when they should, without being waited for."""

    async def sleeps() -> float:
        clock = virtual_clock()
        await clock.sleep(duration_s)
        await clock.sleep(0.5)
        return clock.now() - 0.5

    assert run_virtual(sleeps()) == pytest.approx(duration_s, rel=1e-15, abs=0.0)


@given(durations_s=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=8))
def test_sleepers_wake_in_order_of_their_times(durations_s: list[float]) -> None:
    """Whoever sleeps less wakes first, each at its own time; those of equal time in the order they lay down."""
    woken: list[tuple[float, int]] = []

    async def sleeper(clock: Clock, number: int) -> None:
        await clock.sleep(durations_s[number])
        woken.append((durations_s[number], number))
        assert clock.now() == pytest.approx(durations_s[number], rel=1e-9, abs=1e-6)

    async def all_of_them() -> None:
        clock = virtual_clock()
        await asyncio.gather(*(sleeper(clock, number) for number in range(len(durations_s))))

    run_virtual(all_of_them())
    assert all(before[0] <= after[0] + 1e-6 for before, after in itertools.pairwise(woken))
    assert sorted(woken) == sorted((t_s, number) for number, t_s in enumerate(durations_s))


def test_sleeping_not_at_all_lets_others_run() -> None:
    """A sleep of zero or less takes no time and gives other tasks their turn."""

    async def turns() -> tuple[list[str], float]:
        clock, seen = virtual_clock(), list[str]()

        async def other() -> None:
            seen.append("other")

        task = asyncio.create_task(other())
        await clock.sleep(-5.0)
        seen.append("self")
        await task
        return seen, clock.now()

    assert run_virtual(turns()) == (["other", "self"], 0.0)


def test_deadlock_is_reported() -> None:
    """Waiting for what nobody is going to do ends in an error instead of for ever."""

    async def waits() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockError, match="every task waits"):
        run_virtual(waits())


def test_deadlock_of_two_tasks_is_reported_after_the_last_timer() -> None:
    """Tasks that wait for each other are found once no timer is left, and not before."""
    seen: list[float] = []

    async def crossed() -> None:
        clock, a, b = virtual_clock(), asyncio.Lock(), asyncio.Lock()

        async def takes(first: asyncio.Lock, second: asyncio.Lock) -> None:
            async with first:
                await clock.sleep(10.0)
                seen.append(clock.now())
                async with second:
                    pass

        await asyncio.gather(takes(a, b), takes(b, a))

    with pytest.raises(DeadlockError):
        run_virtual(crossed())
    assert seen == [10.0, 10.0]


def test_timeouts_of_the_library_agree_with_the_clock() -> None:
    """`asyncio.timeout` and `wait_for` expire in the same time that the clock shows."""

    async def times_out() -> list[float]:
        clock, seen = virtual_clock(), list[float]()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600.0):
                await clock.sleep(7200.0)
        seen.append(clock.now())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.get_running_loop().create_future(), 60.0)
        seen.append(clock.now())
        async with asyncio.timeout(60.0):
            await clock.sleep(59.0)
        return [*seen, clock.now()]

    assert run_virtual(times_out()) == [3600.0, 3660.0, 3719.0]


def test_time_of_day_is_the_same_in_every_virtual_run() -> None:
    """The virtual time of day is a fixed start plus the virtual seconds."""

    async def looks() -> timedelta:
        clock = virtual_clock()
        await clock.sleep(90.0)
        return clock.wall() - VirtualClock.START

    assert run_virtual(looks()) == timedelta(seconds=90)
    assert VirtualClock.START.tzinfo is not None


def test_a_clock_may_start_elsewhere() -> None:
    """A clock counts from the origin it was given: a recovered run does not begin at zero again."""

    async def looks() -> list[float]:
        loop = asyncio.get_running_loop()
        clock, later = LoopClock(loop, loop.time() - 500.0), LoopClock(loop)
        await clock.sleep(1.0)
        return [clock.now(), later.now()]

    assert run_virtual(looks()) == [501.0, 1.0]


def test_what_is_left_running_is_cancelled() -> None:
    """A task that outlives the main one is cancelled at the end and sees it."""
    seen: list[str] = []

    async def lingers() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            seen.append("cancelled")

    async def leaves() -> str:
        task = asyncio.create_task(lingers())
        await asyncio.sleep(0)  # noqa: TID251 - lets it begin
        return "gone" if not task.done() else "done"

    assert run_virtual(leaves()) == "gone"
    assert seen == ["cancelled"]


def test_every_virtual_loop_starts_at_zero() -> None:
    """A fresh loop knows nothing of the time of the one before."""

    async def now() -> float:
        return asyncio.get_running_loop().time()

    assert run_virtual(now()) == 0.0
    assert run_virtual(now()) == 0.0


def test_virtual_loop_wakes_for_calls_from_the_same_thread() -> None:
    """A thread-safe call made by the loop's own thread is run; virtual time needs no thread to be woken."""

    async def calls() -> str:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        loop.call_soon_threadsafe(future.set_result, "called")
        return await future

    assert run_virtual(calls()) == "called"


def test_scaled_loop_runs_in_order_and_faster() -> None:
    """A scaled loop keeps the order of timers, and its clock shows at least the time that was slept."""

    async def sleeps() -> list[float]:
        clock = LoopClock(asyncio.get_running_loop())
        seen: list[float] = []
        loop = asyncio.get_running_loop()
        loop.call_later(2.0, seen.append, 2.0)
        loop.call_later(1.0, seen.append, 1.0)
        await clock.sleep(3.0)
        assert clock.now() >= 3.0
        return seen

    assert run_real(sleeps(), speed=1e4) == [1.0, 2.0]


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_time_cannot_stand_still(speed: float) -> None:
    """A speed that is not above zero is refused."""
    with pytest.raises(ValueError, match="speed must be above zero"):
        ScaledLoop(speed)


def test_real_time_is_an_ordinary_loop() -> None:
    """At speed 1 the loop is asyncio's own and its time is the monotonic clock."""

    async def looks() -> tuple[bool, float]:
        loop = asyncio.get_running_loop()
        return isinstance(loop, ScaledLoop | VirtualLoop), loop.time()

    before_s = time.monotonic()
    special, now_s = run_real(looks())
    assert not special
    assert before_s <= now_s <= time.monotonic()


def test_cancelled_sleep_leaves_no_timer() -> None:
    """A sleep that was cancelled no longer moves the time."""

    async def cancels() -> float:
        clock = virtual_clock()
        task = asyncio.create_task(clock.sleep(1e6))
        await clock.sleep(1.0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await clock.sleep(1.0)
        return clock.now()

    assert run_virtual(cancels()) == 2.0
