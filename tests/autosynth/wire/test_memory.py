"""The in-memory bench: woken when it asked to be, told times that never go back, outliving its host."""

import asyncio

import pytest

from autosynth.clock import LoopClock, run_virtual
from autosynth.errors import NotConnectedError
from autosynth.wire.bus import Bus
from autosynth.wire.memory import VIRTUAL_LEISURE_S, MemoryBench
from tests.autosynth.wire.fake_bench import FakeBench, LineFraming


def ignore(_: Exception | bytes) -> None:
    """Take anything."""


def test_bytes_arrive_when_the_bench_said_they_would() -> None:
    """Each chunk is pushed at its own virtual time, without anybody asking."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda _: [(1.5, b"a"), (2000.0, b"b")]})
        clock = LoopClock(asyncio.get_running_loop())
        heard: list[tuple[float, bytes]] = []
        stream = MemoryBench(bench, clock).stream("pump")
        await stream.open(lambda data: heard.append((clock.now(), data)), ignore)
        stream.write(b"x")
        await clock.sleep(3000)
        assert heard == [(1.5, b"a"), (2000.0, b"b")]

    run_virtual(main())


def test_the_bench_is_advanced_once_per_event_and_never_polled() -> None:
    """One open, one write and two wake-ups make four advances in an hour."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda _: [(1.5, b"a"), (2000.0, b"b")]})
        clock = LoopClock(asyncio.get_running_loop())
        stream = MemoryBench(bench, clock).stream("pump")
        await stream.open(ignore, ignore)
        stream.write(b"x")
        await clock.sleep(3600)
        assert bench.told == [0.0, 0.0, 1.5, 2000.0]

    run_virtual(main())


def test_two_addresses_share_one_scheduler() -> None:
    """A wake-up of the bench serves every open stream."""

    async def main() -> None:
        bench = FakeBench({"a": lambda _: [(0.3, b"from a\n")], "b": lambda _: [(0.1, b"from b\n")]})
        clock = LoopClock(asyncio.get_running_loop())
        memory = MemoryBench(bench, clock)
        buses = [Bus(memory.stream(name), clock) for name in ("a", "b")]
        lanes = [bus.lane("x", LineFraming()) for bus in buses]
        for bus in buses:
            await bus.open()
        replies = await asyncio.gather(*(lane.exchange(b"?\n", deadline_s=1) for lane in lanes))
        assert replies == [b"from a\n", b"from b\n"]
        assert clock.now() == pytest.approx(0.3)

    run_virtual(main())


def test_a_bench_that_outlived_its_host_goes_on_in_its_own_time() -> None:
    """A second host connects with an offset; the bench's time continues."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda _: [(0.5, b"a")]})
        clock = LoopClock(asyncio.get_running_loop())
        memory = MemoryBench(bench, clock, offset_s=1000.0)
        heard: list[bytes] = []
        stream = memory.stream("pump")
        await stream.open(heard.append, ignore)
        stream.write(b"x")
        await clock.sleep(1)
        assert heard == [b"a"]
        assert bench.ports["pump"].written == [(1000.0, b"x")]
        assert memory.now_s() == pytest.approx(1001.0)

    run_virtual(main())


def test_after_the_last_stream_the_bench_is_left_alone() -> None:
    """Closing the only stream cancels the wake-up that was due."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda _: [(0.5, b"a")]})
        clock = LoopClock(asyncio.get_running_loop())
        stream = MemoryBench(bench, clock).stream("pump")
        await stream.open(ignore, ignore)
        stream.write(b"x")
        await stream.aclose()
        await clock.sleep(5)
        assert max(bench.told) == 0.0
        with pytest.raises(NotConnectedError):
            stream.write(b"y")

    run_virtual(main())


def test_an_unknown_address_is_not_connected() -> None:
    """Opening what is unplugged says so and names the address."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda _: []})
        bench.unplugged.add("pump")
        memory = MemoryBench(bench, LoopClock(asyncio.get_running_loop()))
        with pytest.raises(NotConnectedError, match="pump"):
            await memory.stream("pump").open(ignore, ignore)

    run_virtual(main())


STREAMED_S = (0.51, 0.52, 0.53, 0.9, 2000.0)


def streaming(request: bytes) -> list[tuple[float, bytes]]:
    """Answer at once and stream five lines of its own afterwards, or answer a question after 15 ms."""
    if request == b"?\n":
        return [(0.015, b"re\n")]
    return [(0.01, b"ok\n"), *((t_s, b"# %.2f\n" % t_s) for t_s in STREAMED_S)]


async def stream_heard(question_s: float | None) -> tuple[list[tuple[float, bytes]], list[float]]:
    """Return when streamed lines were heard, with a question asked meanwhile, and when the bench was told the time."""
    bench = FakeBench({"pico": streaming, "pump": streaming})
    clock = LoopClock(asyncio.get_running_loop())
    memory = MemoryBench(bench, clock)
    buses = [Bus(memory.stream(name), clock) for name in ("pico", "pump")]
    pico, pump = (bus.lane("x", LineFraming()) for bus in buses)
    heard: list[tuple[float, bytes]] = []
    pico.on_event(lambda line: heard.append((clock.now(), line)))
    for bus in buses:
        await bus.open()
    assert await pico.exchange(b"go\n", deadline_s=1) == b"ok\n"
    bench.told.clear()
    if question_s is not None:
        await clock.sleep(question_s - clock.now())
        assert await pump.exchange(b"?\n", deadline_s=1) == b"re\n"
        assert clock.now() == pytest.approx(question_s + 0.015)
    await clock.sleep(3000)
    return heard, bench.told


def test_what_nobody_waits_for_is_fetched_together_and_little_later() -> None:
    """Streamed lines come in order, none more than the grid's step late, close ones at once, in few wake-ups."""
    heard, told = run_virtual(stream_heard(None))
    assert [line for _, line in heard] == [b"# %.2f\n" % t_s for t_s in STREAMED_S]
    lateness = [at_s - t_s for (at_s, _), t_s in zip(heard, STREAMED_S, strict=True)]
    assert min(lateness) >= 0.0
    assert max(lateness) <= VIRTUAL_LEISURE_S + 1e-9
    assert heard[1][0] == heard[2][0]
    assert len(told) <= 5


def test_no_timer_goes_off_before_what_arrived_until_then_was_fetched() -> None:
    """A task that wakes amid a stream finds all that has arrived, though nobody was waiting for it."""

    async def main() -> None:
        bench = FakeBench({"pico": lambda _: [(t_s, b"# %.2f\n" % t_s) for t_s in STREAMED_S]})
        clock = LoopClock(asyncio.get_running_loop())
        bus = Bus(MemoryBench(bench, clock).stream("pico"), clock)
        heard: list[tuple[float, bytes]] = []
        lane = bus.lane("x", LineFraming())
        lane.on_event(lambda line: heard.append((clock.now(), line)))
        await bus.open()
        await lane.send(b"go\n")
        await clock.sleep(0.525)
        assert heard == [(0.525, b"# 0.51\n"), (0.525, b"# 0.52\n")]

    run_virtual(main())


def test_while_a_reply_is_awaited_anywhere_everything_is_heard_when_it_comes() -> None:
    """A question on one port makes the bench be woken in time, for the reply and for what another port streams."""
    heard, _ = run_virtual(stream_heard(0.515))
    assert [at_s for at_s, _ in heard][1:3] == pytest.approx([0.52, 0.53])


def test_what_came_before_a_command_is_not_its_answer() -> None:
    """A line that was not fetched yet when a command goes out is stale, not the reply."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda request: [(0.02, b"re " + request)]})
        clock = LoopClock(asyncio.get_running_loop())
        bus = Bus(MemoryBench(bench, clock).stream("pump"), clock)
        lane = bus.lane("x", LineFraming())
        await bus.open()
        assert await lane.exchange(b"1\n", deadline_s=1) == b"re 1\n"
        bench.ports["pump"].say(1.001, b"who asked\n")
        await clock.sleep(1.002 - clock.now())
        assert await lane.exchange(b"2\n", deadline_s=1) == b"re 2\n"
        assert bus.stale_bytes == len(b"who asked\n")

    run_virtual(main())


def test_a_pulled_cable_is_noticed_without_asking() -> None:
    """A port that goes while nobody waits is lost before the first timer after the bench's next wake-up."""

    async def main() -> None:
        bench = FakeBench({"pump": lambda request: [(0.02, b"re " + request)]})
        clock = LoopClock(asyncio.get_running_loop())
        memory = MemoryBench(bench, clock)
        bus = Bus(memory.stream("pump"), clock)
        await bus.open()
        bench.unplugged.add("pump")
        bench.wake_at(1.0)
        memory.advance()
        await clock.sleep(1.01)
        assert not bus.connected

    run_virtual(main())
