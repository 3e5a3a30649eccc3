"""How fast an abort reaches every device, and that neither a stalled disk nor a slow analysis delays what guards a run.

The second half runs in real time, with the journal's and the analyser's threads: they are held up until what has to
happen meanwhile has happened, so that nothing depends on the speed of the machine.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autosynth.analysis.species import load_library
from autosynth.clock import run_real
from autosynth.engine import voltammetric
from autosynth.engine.control import Request
from autosynth.engine.machine import Command, RunState
from autosynth.engine.run import OpenRun, RunEnd, start
from autosynth.errors import AnalysisError
from autosynth.journal.event import Event
from drivers.ika_ret.device import IkaHotplate
from tests.autosynth.engine.bench_run import BRANCHED, Lab, Match, Order, prepare, stroke_begins
from tests.autosynth.engine.host import PLATE, POTENTIOSTAT, PUMP, SELECTOR
from tests.autosynth.engine.test_disk import JournalStalls
from tests.autosynth.engine.test_interlocks import book

POM = Path(__file__).parents[3] / "protocols" / "pom"
HEAT = "- heat: {vessel: reactor, to: 35 °C, within: 60 min, tolerance: 2 K}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.8 mL, rate: 2 mL/min}\n"
SCAN = (
    "- measure: {voltammetry: {begin: 0 V, vertex1: -0.2 V, vertex2: 0 V, rate: 50 mV/s}, in: cell, as: cv, "
    "clean: false, scans_at_most: 1}\n"
)
SLOWEST_STOP_S = 1.5
"""The longest that a device of this bench takes to come to rest and to say so: a valve turns on to where it is."""
LIMIT_S = 60.0
"""A test in real time that takes longer has hung."""


@pytest.mark.parametrize(
    ("steps", "begins", "delay_s", "address", "stop"),
    [
        (DOSE, stroke_begins("pump", phase="dispense"), 1.0, PUMP, b"T"),
        (DOSE, stroke_begins("selector", "turn_to"), 0.1, SELECTOR, b"\x49"),
        (HEAT, stroke_begins("hotplate", "set_temperature"), 30.0, PLATE, b"STOP_1"),
        (SCAN, stroke_begins("potentiostat", "scan"), 3.0, POTENTIOSTAT, b"Z\n"),
    ],
    ids=["dosing", "turning", "heating", "scanning"],
)
def test_an_abort_reaches_every_device_within_half_a_second(
    tmp_path: Path, steps: str, begins: Match, delay_s: float, address: str, stop: bytes
) -> None:
    """Whatever goes on: its stop leaves the host at once, the rest follows, and the bench is safe soon after."""
    lab = prepare(tmp_path, steps, station=BRANCHED)
    end = lab.run(Order("abort", delay_s, after=begins))
    assert end.state is RunState.ABORTED
    at_s = {str(event.payload["to"]): event.t_s for event in lab.of_kind("state")}
    assert lab.host is not None
    told_s = min(sent.t_s for sent in lab.host.sent if sent.address == address and sent.t_s >= at_s["ABORTING"])
    stopped_s = next(s.t_s for s in lab.host.sent if s.address == address and s.t_s >= told_s and stop in s.data)
    assert stopped_s - at_s["ABORTING"] < 0.5
    assert at_s["ABORTED"] - at_s["ABORTING"] < 0.5 + SLOWEST_STOP_S
    assert end.truth is not None
    devices = end.truth["devices"]
    assert (devices["pump"]["moving"], devices["hotplate"]["heating"]) == (False, False)
    assert devices["potentiostat"]["cell_on"] is False


def in_real_time(lab: Lab, attend: Callable[[OpenRun], None], **changes: Any) -> RunEnd:
    """Run a plan on its bench in memory, in real time and with threads; a test that hangs is ended."""

    def opened(run: OpenRun) -> None:
        asyncio.get_running_loop().call_later(LIMIT_S, run.session.supervisor.leave)
        attend(run)  # not `lab.attend`: the journal belongs to its thread, and its disk is not to be looked at

    return run_real(start(replace(lab.setup, on_open=opened, virtual=False, leave_when_held=True, **changes)))


def questions(lab: Lab) -> int:
    """Return how often the hotplate was spoken to: every command feeds its watchdog."""
    assert lab.host is not None
    return sum(sent.address == PLATE for sent in lab.host.sent)


def test_a_stalled_disk_stops_neither_rules_nor_watchdog_feeding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be synced; the plate is fed all the same, and a sensor that goes too high switches it off."""
    disk = JournalStalls()
    lab = prepare(tmp_path, HEAT, station=BRANCHED, disk=disk)
    rules = book("heater_off", "heated", "vessel_temperature <= 40 °C", "heated: plan, vessel_temperature: sensor")
    too_hot, seen = asyncio.Event(), dict[str, Any]()
    read = IkaHotplate.read_temperature

    async def strange(self: IkaHotplate) -> float:
        return 50.0 if too_hot.is_set() else await read(self)

    async def look(run: OpenRun) -> None:
        await seen["heating"].wait()
        disk.goes_on.clear()
        before, recorded = questions(lab), run.session.recorder.journal.seq
        while questions(lab) < before + 4:
            await run.clock.sleep(0.2)
        too_hot.set()
        assert lab.host is not None
        while lab.host.truth()["devices"]["hotplate"]["heating"]:
            await run.clock.sleep(0.1)
        seen["stalled"] = not disk.goes_on.is_set()
        seen["recorded"] = run.session.recorder.journal.seq > recorded
        disk.goes_on.set()
        run.session.control.give(Request(Command.ABORT, "seen"))

    def attend(run: OpenRun) -> None:
        seen["heating"] = asyncio.Event()
        begins = stroke_begins("hotplate", "set_temperature")
        outcomes: list[int] = []

        def heard(event: Event) -> None:
            if begins(event):
                outcomes.append(event.seq)
            elif event.kind == "outcome" and event.payload["intent"] in outcomes:
                seen["heating"].set()

        run.on_event(heard)
        seen["task"] = asyncio.create_task(look(run))

    monkeypatch.setattr(IkaHotplate, "read_temperature", strange)
    try:
        end = in_real_time(lab, attend, rules=rules)
    finally:
        disk.goes_on.set()
    assert (seen["stalled"], seen["recorded"]) == (True, True)
    assert end.state is RunState.ABORTED
    assert any(each["what"] == "interlock" and each["rule"] == "TEST" for each in end.history.deviations)


def test_a_slow_analysis_stops_neither_rules_nor_watchdog_feeding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a fit takes its time the sensors are read, the plate is fed, and an abort ends the run."""
    lab = prepare(tmp_path, SCAN.replace("50 mV/s", "1 V/s"), station=BRANCHED)
    goes_on, seen = threading.Event(), dict[str, Any]()

    def slow(*given: object) -> object:
        seen["thread"] = threading.current_thread()
        seen["loop"].call_soon_threadsafe(seen["begun"].set)
        assert goes_on.wait(LIMIT_S)
        raise AnalysisError("it took too long")

    async def look(run: OpenRun) -> None:
        await seen["begun"].wait()
        before = questions(lab)
        while questions(lab) < before + 4:
            await run.clock.sleep(0.2)
        seen["fed"] = not goes_on.is_set()
        run.session.control.give(Request(Command.ABORT, "seen"))
        while run.session.control.state is not RunState.ABORTED:
            await run.clock.sleep(0.1)
        seen["aborted"] = not goes_on.is_set()
        goes_on.set()

    def attend(run: OpenRun) -> None:
        seen["loop"], seen["begun"] = asyncio.get_running_loop(), asyncio.Event()
        seen["task"] = asyncio.create_task(look(run))

    monkeypatch.setattr(voltammetric, "analyse", slow)
    try:
        end = in_real_time(lab, attend, library=load_library(POM / "species" / "pom_a.yaml"))
    finally:
        goes_on.set()
    assert seen["thread"] is not threading.main_thread()
    assert (seen["fed"], seen["aborted"]) == (True, True)
    assert end.state is RunState.ABORTED
