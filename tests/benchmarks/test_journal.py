"""Simulated steps per second, recovery, telemetry; printed, generously bounded. The disk is in `test_durability.py`.

A step is an intent made durable before the (empty) device call, and an outcome that rides with the next sync.
"""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np

from autosynth.clock import LoopClock, run_virtual
from autosynth.journal.disk import Disk, OsDisk, VirtualDisk
from autosynth.journal.event import Event
from autosynth.journal.fold import fold
from autosynth.journal.journal import Journal
from autosynth.journal.store import JournalStore
from autosynth.journal.telemetry import Telemetry
from autosynth.journal.telemetryfile import TelemetryFile

INTENT = {
    "device": "pump",
    "verb": "move_plunger",
    "arguments": {"to_ml": 1.25, "rate_ml_min": 2.0},
    "before": {"plunger_ml": 0.0, "port": 3},
    "after": {"plunger_ml": 1.25, "port": 3},
}
OUTCOME = {"verdict": "done", "plunger_ml": 1.25}
WARM_STEPS = 1500


async def steps(path: Path, disk: Disk, count: int, *, threaded: bool) -> float:
    """Return steps per second after the write-ahead log has come round once."""
    journal = Journal.create(path, disk, LoopClock(asyncio.get_running_loop()), {}, threaded=threaded)
    start_s = 0.0
    for number in range(WARM_STEPS + count):
        if number == WARM_STEPS:
            start_s = time.perf_counter()
        journal.record("intent", INTENT, action=f"steps/{number}")
        await journal.durable()
        journal.record("outcome", OUTCOME, action=f"steps/{number}")
    rate = count / (time.perf_counter() - start_s)
    await journal.close()
    return rate


def floor(path: Path, count: int) -> float:
    """Return records of a step's length appended to a plain file and synced with fdatasync each, per second."""
    with path.open("wb", buffering=0) as file:
        start_s = time.perf_counter()
        for _ in range(count):
            file.write(b"x" * 700)
            os.fdatasync(file.fileno())
        return count / (time.perf_counter() - start_s)


def median(measure: Callable[[int], float], repeats: int = 3) -> float:
    """Return the middle of a few measurements."""
    return sorted(measure(number) for number in range(repeats))[repeats // 2]


def test_steps_of_a_simulated_run(tmp_path: Path) -> None:
    """In virtual time, without syncs, thousands of steps are recorded a second."""

    def ours(number: int) -> float:
        work: Coroutine[Any, Any, float] = steps(tmp_path / f"{number}.sqlite", VirtualDisk(), 10_000, threaded=False)
        return run_virtual(work)

    rate = median(ours)
    print(f"\nsimulated steps/s {rate:,.0f} (two events each)")
    assert rate > 1000


def count_kind(state: int, event: Event) -> int:
    return state + event.schema


def test_recovery_of_a_long_run(tmp_path: Path) -> None:
    """A hundred thousand events are read, verified and folded in seconds."""
    path, disk = tmp_path / "journal.sqlite", VirtualDisk()
    run_virtual(steps(path, disk, 50_000 - WARM_STEPS, threaded=False))
    start_s = time.perf_counter()
    store = JournalStore.read(path, disk)
    counts = fold(store.events(), 0, {"intent": count_kind})
    store.close()
    took_s = time.perf_counter() - start_s
    print(f"\nrecovery: 100,000 events in {took_s:.2f} s ({path.stat().st_size / 1e5:.0f} B an event)")
    assert counts == 50_000
    assert took_s < 20


def test_telemetry(tmp_path: Path) -> None:
    """Noisy samples are written by the million and an hour of a channel is found in milliseconds."""
    path, disk, rng, count = tmp_path / "telemetry.sqlite", OsDisk(), np.random.default_rng(1), 250_000
    t_s = np.arange(count) * 0.1 + rng.normal(0.0, 1e-6, count)
    values = np.round(np.sin(t_s / 50.0) + rng.normal(0.0, 0.02, count), 3)

    async def write() -> float:
        telemetry = Telemetry(path, disk, threaded=False)
        start_s = time.perf_counter()
        for channel in range(8):
            telemetry.extend(f"channel {channel}", t_s, values)
        await telemetry.close()
        return 8 * count / (time.perf_counter() - start_s)

    rate = asyncio.run(write())
    start_s = time.perf_counter()
    file = TelemetryFile.read(path, disk)
    found = file.samples("channel 3", 10_000.0, 13_600.0)[0].size
    file.close()
    took_ms = 1e3 * (time.perf_counter() - start_s)
    size = path.stat().st_size / (8 * count)
    print(f"\ntelemetry: {rate / 1e6:.1f} M rows/s, {size:.1f} B a row, an hour at 10 Hz in {took_ms:.1f} ms")
    assert abs(found - 36_000) < 3
    assert rate > 1e5
