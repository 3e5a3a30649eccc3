"""A disk that stalls, fills or refuses never keeps a run from ending, and what it cost is on record."""

import asyncio
import errno
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from autosynth.engine import run as engine_run
from autosynth.engine.control import Request
from autosynth.engine.folder import RunFolder
from autosynth.engine.machine import Command, RunState
from autosynth.engine.run import OpenRun, start
from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from autosynth.journal.telemetryfile import Block, TelemetryFile
from tests.autosynth.engine.bench_run import BRANCHED, Order, event_of, prepare


class JournalStalls(CrashDisk):
    """A disk on which, from a moment on, the journal's writer thread alone hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()
        self.goes_on.set()

    def before_sync(self) -> None:
        if threading.current_thread().name.startswith("journal "):
            self.goes_on.wait()
        super().before_sync()


async def test_a_run_ends_although_its_disk_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In real time a run that was aborted while nothing can be synced ends with an error that names the journal."""
    monkeypatch.setattr(engine_run, "DISK_S", 0.5)
    disk = JournalStalls()
    lab = prepare(tmp_path, "- wait: 10 min\n", disk=disk)
    running = event_of("state", to="RUNNING")

    def opened(run: OpenRun) -> None:
        def seen(event: Event) -> None:
            if running(event):
                disk.goes_on.clear()
                asyncio.get_running_loop().call_soon(run.session.control.give, Request(Command.ABORT, "test"))

        run.on_event(seen)

    try:
        with pytest.raises(JournalError, match=r"journal\.sqlite: the disk has not confirmed event"):
            await start(replace(lab.setup, on_open=opened, virtual=False))
    finally:
        disk.goes_on.set()


def test_lost_sensor_readings_are_a_deviation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose telemetry could not be written completes, and its journal says how many readings are missing."""

    def refuse(self: TelemetryFile, blocks: Sequence[Block]) -> None:
        text = "telemetry.sqlite: the disk is full"
        raise JournalError(text)

    monkeypatch.setattr(TelemetryFile, "write", refuse)
    disk = CrashDisk()
    end = prepare(tmp_path, "- wait: 1 min\n", disk=disk).run()
    store = JournalStore.read(end.folder.journal, disk)
    (lost,) = [event.payload for event in store.events() if event.kind == "deviation"]
    store.abandon()
    assert end.state is RunState.COMPLETE
    assert lost["samples"] >= 60
    assert (lost["what"], lost["reason"]) == ("sensor readings lost", "telemetry.sqlite: the disk is full")


MEASURE = (
    "- measure: {voltammetry: {begin: 0 V, vertex1: -0.2 V, vertex2: 0 V, rate: 1 V/s}, in: cell, as: cv, "
    "clean: false, scans_at_most: 2}\n"
)


def full_disk(stream: int) -> None:
    """Refuse a sync as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_holds_a_measurement_and_the_scan_is_not_made_again(tmp_path: Path) -> None:
    """A scan that cannot be written holds with the reason; after a restart what was measured is written."""
    lab = prepare(tmp_path, MEASURE, station=BRANCHED, disk=CrashDisk())
    running, held = event_of("state", to="RUNNING"), event_of("state", to="HELD")
    with pytest.MonkeyPatch.context() as patch:

        def happens(event: Event) -> None:
            if running(event) and not lab.of_kind("action.started"):
                patch.setattr(os, "fsync", full_disk)
            elif held(event) and len([each for each in lab.events if held(each)]) == 2:
                patch.undo()

        lab.watchers.append(happens)
        end = lab.run(Order("restart", 30.0, after=held), Order("restart", 100.0, after=held))
    reasons = [event.payload["reason"] for event in lab.of_kind("state") if event.payload["to"] == "HOLDING"]
    scans = [event.action for event in lab.of_kind("intent") if event.payload["stroke"]["verb"] == "scan"]
    (measured,) = lab.of_kind("measured")
    assert (end.state, scans) == (RunState.COMPLETE, ["1/scan1", "1/scan2"])
    assert len(reasons) == 2
    assert all("scan1.txt cannot be written (No space left on device)" in reason for reason in reasons)
    assert sorted(path.name for path in (end.folder.path / "data").rglob("*")) == ["1_cv", "scan1.txt", "scan2.txt"]
    for file in measured.payload["files"]:
        assert file["sha256"] == sha256((end.folder.path / file["file"]).read_bytes()).hexdigest()


def test_a_full_disk_ends_in_a_clear_state_when_the_run_is_stopped(tmp_path: Path) -> None:
    """Who stops a run that is held for a full disk ends it, without the scan on record."""
    lab = prepare(tmp_path, MEASURE, station=BRANCHED, disk=CrashDisk())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full_disk)
        end = lab.run(Order("stop", 30.0, after=event_of("state", to="HELD")))
    assert end.state is RunState.STOPPED
    assert [event.action for event in lab.of_kind("action.done")] == []


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves what was there before, and nothing under another name."""
    folder = RunFolder.create(tmp_path, "test", "s1", datetime(2026, 1, 1, tzinfo=UTC))
    kept, digest = folder.keep_data("1", "cv", "scan1.txt", b"eM0005\n")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(JournalError, match=r"scan1\.txt cannot be written"):
        folder.keep_data("1", "cv", "scan1.txt", b"eM")
    assert (kept, digest) == ("data/1_cv/scan1.txt", sha256(b"eM0005\n").hexdigest())
    assert (folder.path / kept).read_bytes() == b"eM0005\n"
    assert [path.name for path in (folder.path / kept).parent.iterdir()] == ["scan1.txt"]


def test_runs_begun_in_the_same_second_have_their_own_folders(tmp_path: Path) -> None:
    """The second of a name is numbered, the name itself still means the first, and `last` the newest."""
    when = datetime(2026, 1, 1, tzinfo=UTC)
    first, second = (RunFolder.create(tmp_path, "test", "s1", when) for _ in range(2))
    for folder in (first, second):
        (folder.path / "journal.sqlite").touch()
    assert [folder.path.name for folder in (first, second)] == [
        "20260101T000000_test_s1",
        "20260101T000000_test_s1_002",
    ]
    assert RunFolder.find(first.path.name, tmp_path) == first
    assert RunFolder.find("last", tmp_path) == second


async def test_in_real_time_scans_are_synced_beside_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is slow to sync a scan cannot keep the loop, and with it watchdogs and holds, waiting."""
    threads: list[threading.Thread] = []

    def noted(stream: int) -> None:
        threads.append(threading.current_thread())

    monkeypatch.setattr(os, "fsync", noted)
    lab = prepare(tmp_path, MEASURE, station=BRANCHED, disk=CrashDisk())
    end = await start(replace(lab.setup, virtual=False))
    assert end.state is RunState.COMPLETE
    assert threads
    assert threading.current_thread() not in threads
