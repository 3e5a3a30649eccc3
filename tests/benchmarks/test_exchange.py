"""Exchanges per second: in memory in virtual time, and over a pseudo-terminal beside a plain pyserial loop."""

import asyncio
import os
import time

import pytest
import serial

from autosynth.clock import LoopClock, run_real, run_virtual
from autosynth.contracts.driver import LineSettings
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from autosynth.wire.serial import SerialStream
from tests.autosynth.wire.fake_bench import FakeBench, LineFraming
from tests.autosynth.wire.pty_echo import PtyEcho

pytestmark = pytest.mark.live


async def rate_in_memory(count: int) -> float:
    """Return exchanges per second with a fake device that answers after 10 ms of virtual time."""
    bench = FakeBench({"pump": lambda _: [(0.01, b"re 1234\r\n")]})
    clock = LoopClock(asyncio.get_running_loop())
    bus = Bus(MemoryBench(bench, clock).stream("pump"), clock)
    lane = bus.lane("pump", LineFraming())
    await bus.open()
    start_s = time.perf_counter()
    for _ in range(count):
        await lane.exchange(b"/1?\r\n", deadline_s=0.5)
        bench.told.clear()
        bench.ports["pump"].written.clear()
    rate = count / (time.perf_counter() - start_s)
    await lane.aclose()
    return rate


async def rate_on_pty(name: str, count: int) -> float:
    """Return exchanges per second of our serial stream."""
    bus = Bus(SerialStream(name, LineSettings(115200)), LoopClock(asyncio.get_running_loop()))
    lane = bus.lane("pump", LineFraming())
    await bus.open()
    start_s = time.perf_counter()
    for _ in range(count):
        await lane.exchange(b"/1?\n", deadline_s=5)
    rate = count / (time.perf_counter() - start_s)
    await lane.aclose()
    return rate


def rate_of_pyserial(name: str, count: int) -> float:
    """Return queries per second of a blocking loop with `read_until`."""
    with serial.Serial(name, 115200, timeout=5) as port:
        start_s = time.perf_counter()
        for _ in range(count):
            port.write(b"/1?\n")
            port.read_until(b"\n")
        return count / (time.perf_counter() - start_s)


def test_an_exchange_in_memory_is_cheap(capsys: pytest.CaptureFixture[str]) -> None:
    """An exchange in virtual time costs tens of microseconds; the number is printed, the bound is generous."""
    rate = max(run_virtual(rate_in_memory(5000)) for _ in range(3))
    with capsys.disabled():
        print(f"\nin memory: {rate:,.0f} exchanges/s, {1e6 / rate:.1f} us each")
    assert rate > 2000


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_an_exchange_on_a_pty_is_no_slower_than_a_few_pyserial_queries(capsys: pytest.CaptureFixture[str]) -> None:
    """With deadline, lock and resync an exchange stays within ten blocking pyserial queries of the same machine."""
    with PtyEcho() as echo:
        ours = max(run_real(rate_on_pty(echo.name, 2000)) for _ in range(3))
        theirs = max(rate_of_pyserial(echo.name, 2000) for _ in range(3))
    with capsys.disabled():
        print(f"\npty: {ours:,.0f} exchanges/s, blocking pyserial read_until: {theirs:,.0f}/s")
    assert ours > theirs / 10
