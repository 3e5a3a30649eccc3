"""Samples come back bit for bit by channel and time; memory stays flat; nobody waits and nobody fails."""

import math
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import JournalCorruptError, JournalError
from autosynth.journal.block import pack, unpack
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.disk import VirtualDisk
from autosynth.journal.telemetry import Telemetry
from autosynth.journal.telemetryfile import Block, TelemetryFile

PATH = Path("/run/telemetry.sqlite")


@given(st.lists(st.floats(width=64), max_size=300))
def test_a_block_gives_back_every_bit(numbers: list[float]) -> None:
    """Packing and unpacking changes nothing, NaN and signed zero included."""
    values = np.array(numbers, dtype=np.float64)
    assert unpack(pack(values)).tobytes() == values.tobytes()


@pytest.mark.parametrize("block", [b"", b"no block", pack(np.ones(4))[:-5], zlib.compress(b"12345")])
def test_bytes_that_are_no_block_are_refused(block: bytes) -> None:
    """Cut or alien bytes are not read as samples."""
    with pytest.raises(ValueError, match="not a block"):
        unpack(block)


@pytest.mark.parametrize("threaded", [False, True], ids=["inline", "threaded"])
async def test_samples_are_found_by_channel_and_time(tmp_path: Path, threaded: bool) -> None:
    """A range query gives exactly the samples of its channel between its ends, across blocks."""
    path, disk = tmp_path / "telemetry.sqlite", VirtualDisk()
    telemetry = Telemetry(path, disk, threaded=threaded, block_samples=7)
    for number in range(100):
        telemetry.add("hotplate.temperature_c", 0.5 * number, 20.0 + number)
        telemetry.add("cell.current_a", 0.5 * number, math.nan)
    await telemetry.close()
    file = TelemetryFile.read(path, disk)
    t_s, values = file.samples("hotplate.temperature_c", 10.0, 12.0)
    channels = file.channels()
    nothing = file.samples("unknown", 0.0, 1e9)[0].size
    file.close()
    assert (t_s.tolist(), values.tolist()) == ([10.0, 10.5, 11.0, 11.5, 12.0], [40.0, 41.0, 42.0, 43.0, 44.0])
    assert (channels, nothing) == (("cell.current_a", "hotplate.temperature_c"), 0)


async def test_old_samples_are_written_without_a_full_block(tmp_path: Path) -> None:
    """Once a sample is older than the flush time all channels go to the file, for a live view to read."""
    path, disk = tmp_path / "telemetry.sqlite", VirtualDisk()
    telemetry = Telemetry(path, disk, threaded=False, flush_s=10.0)
    telemetry.add("a", 0.0, 1.0)
    telemetry.add("b", 9.9, 2.0)
    held = telemetry.held_samples
    telemetry.add("b", 10.0, 3.0)
    file = TelemetryFile.read(path, disk)
    found = [file.samples(name, 0.0, 99.0)[1].tolist() for name in ("a", "b")]
    file.close()
    await telemetry.close()
    assert (held, telemetry.held_samples, found) == (2, 0, [[1.0], [2.0, 3.0]])


async def test_many_samples_at_once_keep_their_order(tmp_path: Path) -> None:
    """Arrays added after single samples come after them, cut into blocks."""
    path, disk = tmp_path / "telemetry.sqlite", VirtualDisk()
    telemetry = Telemetry(path, disk, threaded=False, block_samples=100, flush_s=1e9)
    telemetry.add("a", 0.0, -1.0)
    telemetry.extend("a", np.arange(1.0, 251.0), np.arange(250.0))
    telemetry.extend("a", np.empty(0), np.empty(0))
    with pytest.raises(ValueError, match=r"a: \(2,\) times and \(1,\) values"):
        telemetry.extend("a", np.zeros(2), np.zeros(1))
    await telemetry.close()
    file = TelemetryFile.read(path, disk)
    t_s, values = file.samples("a", 0.0, 1e9)
    file.close()
    assert (t_s.tolist(), values.tolist()) == (list(range(251)), [-1.0, *range(250)])


async def test_a_run_goes_on_in_the_same_file(tmp_path: Path) -> None:
    """Opening the telemetry of a recovered run adds to it."""
    path, disk = tmp_path / "telemetry.sqlite", VirtualDisk()
    for number in (1.0, 2.0):
        telemetry = Telemetry(path, disk, threaded=False)
        telemetry.add("a", number, number)
        await telemetry.close()
    file = TelemetryFile.read(path, disk)
    found = file.samples("a", 0.0, 9.0)[1].tolist()
    file.close()
    assert found == [1.0, 2.0]


async def test_a_stalled_disk_makes_nobody_wait_and_memory_stays_flat() -> None:
    """While the disk hangs, samples beyond the limit are discarded, oldest first, and every one is counted."""
    disk = CrashDisk()
    telemetry = Telemetry(PATH, disk, threaded=True, block_samples=50, waiting_samples=1000)
    disk.stall()
    peak = 0
    for number in range(20_000):
        telemetry.add("a", 0.0, float(number))
        peak = max(peak, telemetry.held_samples)
    disk.release()
    await telemetry.close(60.0)
    written = _written(disk)
    assert peak <= 1000 + 50
    assert len(written) + telemetry.lost_samples == 20_000
    assert written[-1000:] == [float(number) for number in range(19_000, 20_000)]


async def test_a_stalled_disk_is_left_behind_at_the_end() -> None:
    """Closing waits for a hanging disk no longer than it was told to."""
    disk = CrashDisk()
    telemetry = Telemetry(PATH, disk, threaded=True)
    disk.stall()
    telemetry.add("a", 0.0, 1.0)
    await telemetry.close(0.01)
    disk.release()
    await telemetry.close(60.0)
    assert _written(disk) == [1.0]


@pytest.mark.parametrize("threaded", [False, True], ids=["inline", "threaded"])
async def test_a_full_disk_stops_nothing_and_is_told(threaded: bool) -> None:
    """Samples that cannot be written are counted and the reason kept; nothing is raised."""
    disk = CrashDisk()
    telemetry = Telemetry(PATH, disk, threaded=threaded)
    disk.capacity_bytes = 0
    telemetry.add("a", 0.0, 1.0)
    await telemetry.close(60.0)
    assert (telemetry.lost_samples, "the disk is full" in telemetry.trouble) == (1, True)


async def test_memory_is_flat_however_long_the_run(tmp_path: Path) -> None:
    """Ten times as many samples need no more memory."""
    telemetry = Telemetry(tmp_path / "telemetry.sqlite", VirtualDisk(), threaded=False, block_samples=512, flush_s=1e9)
    tracemalloc.start()
    peaks: list[int] = []
    for samples in (5_000, 50_000):
        tracemalloc.reset_peak()
        for number in range(samples):
            telemetry.add("abcd"[number % 4], float(number), 0.1 * number)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    await telemetry.close()
    assert peaks[1] < 1.5 * peaks[0] + 100_000


def test_a_damaged_block_is_refused_by_name(tmp_path: Path) -> None:
    """A block whose bytes were changed is not read as samples."""
    path, disk = tmp_path / "telemetry.sqlite", VirtualDisk()
    file = TelemetryFile.create(path, disk)
    values = np.arange(50.0)
    file.write([Block("a", values, values), Block("empty", np.empty(0), np.empty(0))])
    file.close()
    path.write_bytes(path.read_bytes().replace(pack(values), b"x" * len(pack(values))))
    file = TelemetryFile.read(path, disk)
    with pytest.raises(JournalCorruptError, match="a block of a is damaged"):
        file.samples("a", 0.0, 99.0)
    file.close()


def test_a_run_without_telemetry_says_so(tmp_path: Path) -> None:
    """Reading where there is no file is refused."""
    with pytest.raises(JournalError):
        TelemetryFile.read(tmp_path / "telemetry.sqlite", VirtualDisk()).channels()


def test_blocks_of_a_slow_signal_are_small() -> None:
    """Regular times and a rounded reading take less than 8 bytes a sample, both columns together."""
    count = 4096
    t_s = np.linspace(0.0, 409.5, count)
    values = np.round(25.0 + np.sin(t_s / 50.0), 2)
    assert len(pack(t_s)) + len(pack(values)) < 8 * count


def _written(disk: CrashDisk) -> list[float]:
    file = TelemetryFile.read(PATH, disk)
    try:
        found: list[float] = file.samples("a", 0.0, 1e9)[1].tolist()
        return found
    finally:
        file.close()
