"""Long runs with a reading a second: memory stays flat, every reading is kept, and the record verifies."""

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

from autosynth.engine.machine import RunState
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.store import JournalStore
from autosynth.journal.telemetryfile import TelemetryFile
from tests.autosynth.engine.bench_run import BRANCHED, prepare

STEPS = """
- heat: {vessel: reactor, to: 30 °C, within: 60 min, tolerance: 2 K}
- wait: {for: HOURS h, tolerance: 10 min}
"""
HOUR_S = 3600.0
GROWTH_BLOCKS = 3000
"""So many allocated blocks more may there be at the end: some hundred kilobytes, far less than one reading a second."""


def endure(folder: Path, hours: int) -> tuple[int, int]:
    """Run for so many hours and return the memory blocks allocated after the first tenth and shortly before the end."""
    disk = CrashDisk()
    lab = prepare(folder, STEPS.replace("HOURS", str(hours)), station=BRANCHED, disk=disk)
    blocks: list[int] = []

    def count(_: float) -> None:
        gc.collect()
        blocks.append(sys.getallocatedblocks())

    early_s, late_s = max(0.1 * hours, 1.5) * HOUR_S, (hours - 0.1) * HOUR_S
    lab.at(early_s, count)
    lab.at(late_s, count)
    assert lab.host is not None
    end = lab.run(patience_s=(hours + 2) * HOUR_S, bench=lab.host.bench)  # the host remembers every byte
    assert end.state is RunState.COMPLETE
    assert end.history.deviations == []
    times, _ = TelemetryFile.read(end.folder.telemetry, disk).samples("reactor.temperature_c", 0.0, late_s)
    assert np.all(np.diff(times) < 2.0)
    assert times.size > 0.98 * late_s
    store = JournalStore.read(end.folder.journal, disk)
    store.check()
    store.abandon()
    return blocks[0], blocks[1]


def test_hours_of_readings_keep_memory_flat(tmp_path: Path) -> None:
    """Three hours; what the disk of the test itself keeps is bytes of few blocks."""
    early, late = endure(tmp_path, 3)
    assert late - early < GROWTH_BLOCKS


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_a_week_of_readings_keeps_memory_flat(tmp_path: Path) -> None:
    """Seven days of virtual time."""
    early, late = endure(tmp_path, 168)
    print(f"\na week with a reading a second: {early:,} blocks of memory in the first day, {late:,} at its end")
    assert late - early < GROWTH_BLOCKS
