"""The in-memory bench: woken when it asked to be, told times that never go back, outliving its host."""

import asyncio

import pytest

from autosynth.clock import LoopClock, run_virtual
from autosynth.errors import NotConnectedError
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
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
