"""Durable strokes beside the bare disk and bluesky; recovery against the length of the journal. Printed, not judged.

bluesky journals nothing before it moves: its documents are appended to a file after the fact, here with one fsync each,
which is the most that can be asked of it. It is measured where it is installed (`pip install bluesky ophyd`).
"""

import asyncio
import importlib.util
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autosynth.clock import VirtualClock, run_real, run_virtual
from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.recorder import Recorder
from autosynth.journal.disk import OsDisk, VirtualDisk
from autosynth.journal.journal import Journal
from autosynth.journal.writer import Job, WriterThread
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_to_json
from autosynth.station.load import load_station
from tests.benchmarks.test_journal import INTENT, OUTCOME, WARM_STEPS, floor

STATION = Path(__file__).parents[1] / "stations" / "one_vessel.yaml"
STROKES, SLICES = 50, 10
"""Ours and the bare disk take turns, so many strokes each time: what else the disk has to do befalls both."""
BEFORE = {"target_c": None, "heating": False, "speed_rpm": 200.0, "stirring": True}
LENGTHS = (10_000, 30_000, 100_000)


def bluesky_moves(path: Path, count: int) -> float:
    """Return moves per second of bluesky's run engine, each read into a document that is synced."""
    import bluesky.plan_stubs as bps  # noqa: PLC0415 - a peer that may be missing
    from bluesky import RunEngine  # noqa: PLC0415
    from ophyd.sim import SynAxis  # noqa: PLC0415

    axis = SynAxis(name="axis")
    with path.open("w", encoding="utf-8") as file:

        def keep(name: str, document: Any) -> None:
            file.write(json.dumps([name, document], default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())

        def plan() -> Iterator[Any]:
            yield from bps.open_run()
            for position in range(count):
                yield from bps.mv(axis, position)
                yield from bps.trigger_and_read([axis])
            yield from bps.close_run()

        engine: Any = RunEngine({})
        engine.subscribe(keep)
        start_s = time.perf_counter()
        engine(plan())
        return count / (time.perf_counter() - start_s)


def switches(count: int) -> float:
    """Return seconds for two switches between threads: the journal's writer is given nothing to do, and has done it."""
    writer, loop = WriterThread("nothing"), asyncio.new_event_loop()
    start_s = time.perf_counter()
    for _ in range(count):
        writer.do(Job(lambda: None, lambda _: None, loop), 1.0)
    took_s = (time.perf_counter() - start_s) / count
    writer.end()
    writer.thread.join()
    loop.close()
    return took_s


async def in_turns(folder: Path, *, threaded: bool) -> tuple[float, float]:
    """Return durable strokes per second and plain syncs per second."""
    clock = VirtualClock(asyncio.get_running_loop())
    journal = Journal.create(folder / "journal.sqlite", OsDisk(), clock, {}, threaded=threaded)
    ours_s = plain_s = 0.0
    for number in range(-(WARM_STEPS // STROKES), SLICES):
        start_s = time.perf_counter()
        for _ in range(STROKES):
            journal.record("intent", INTENT, action="1")
            await journal.durable()
            journal.record("outcome", OUTCOME, action="1")
        if number >= 0:
            ours_s += time.perf_counter() - start_s
            plain_s += STROKES / floor(folder / "floor", STROKES)
    await journal.close()
    return SLICES * STROKES / ours_s, SLICES * STROKES / plain_s


def test_durable_strokes_beside_the_disk_and_bluesky(tmp_path: Path) -> None:
    """An intent synced before a stroke costs little more than the bare sync, inline and in the writer's thread."""
    print()
    for threaded in (False, True):
        name = "threaded" if threaded else "inline"
        (tmp_path / name).mkdir()
        rate, plain = run_real(in_turns(tmp_path / name, threaded=threaded))
        print(f"durable strokes, {name}: {rate:,.0f}/s, {rate / plain:.2f} of plain fdatasync ({plain:,.0f}/s)")
    print(f"a plain fdatasync takes {1e6 / plain:.0f} us, two switches between threads {1e6 * switches(2000):.0f} us")
    if importlib.util.find_spec("bluesky") is None or importlib.util.find_spec("ophyd") is None:
        pytest.skip("bluesky and ophyd are not installed: no peer measured")
    peer, plain = bluesky_moves(tmp_path / "documents.jsonl", STROKES * 4), floor(tmp_path / "floor", STROKES * 4)
    print(f"bluesky mv with a synced document each: {peer:,.0f}/s, {peer / plain:.2f} of plain fdatasync")


async def long_run(folder: RunFolder, count: int) -> None:
    """Write the journal of a run with so many events, a crash at its end."""
    station = load_station(STATION)
    clock = VirtualClock(asyncio.get_running_loop())
    journal = Journal.create(folder.journal, VirtualDisk(), clock, {}, threaded=False)
    recorder = Recorder(journal, History(station))
    recorder.record("run.opened", {"run": "long", "inventory": inventory_to_json(Inventory.full(station))})
    recorder.record("action.started", {"verb": "stir"}, "1")
    for number in range((count - 2) // 2):
        after = {**BEFORE, "speed_rpm": float(100 + number % 500)}
        stroke = {"verb": "set_speed", "arguments": {"speed_rpm": after["speed_rpm"]}}
        intent = {"device": "hotplate", "phase": "set", "stroke": stroke, "before": BEFORE, "expected": after}
        opened = recorder.record("intent", intent, "1")
        moved = {"moved_ml": 0.0, "moved_sd_ml": 0.0, "gain_rel_sd": 0.0, "note": ""}
        recorder.record("outcome", {"intent": opened.seq, "state": after, **moved}, "1")
        await clock.sleep(1.0)
    await recorder.durable()
    journal.abandon()


def test_recovery_against_the_length_of_the_journal(tmp_path: Path) -> None:
    """Every event is read, verified against its hash and the chain, and folded to the state the run had."""
    print()
    for count in LENGTHS:
        folder = RunFolder(tmp_path / str(count))
        folder.path.mkdir()
        run_virtual(long_run(folder, count))
        start_s = time.perf_counter()
        history = read_history(folder, load_station(STATION), VirtualDisk())
        took_s = time.perf_counter() - start_s
        print(f"recovery of {count:,} events: {took_s:.2f} s, {1e6 * took_s / count:.1f} us each")
        assert history.strokes == (count - 2) // 2
