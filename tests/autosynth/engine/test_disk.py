"""A disk that stalls, fills or refuses never keeps a run from ending, and what it cost is on record."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.engine import run as engine_run
from autosynth.engine.control import Request
from autosynth.engine.machine import Command, RunState
from autosynth.engine.run import OpenRun, start
from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from autosynth.journal.telemetryfile import Block, TelemetryFile
from tests.autosynth.engine.bench_run import event_of, prepare


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
