"""Signals as commands."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.signals import commanded_by_signals
from tests.autosynth.engine.bench_run import prepare

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX does")


class Run:
    """Notes what it is told; can be held while it runs."""

    def __init__(self) -> None:
        self.running = True
        self.told: list[str] = []
        self.heard = asyncio.Event()

    def hold(self, reason: str) -> bool:
        held, self.running = self.running, False
        self.note(f"hold {held}")
        return held

    def abort(self, reason: str) -> None:
        self.note("abort")

    def end(self) -> None:
        self.note("end")

    def note(self, text: str) -> None:
        self.told.append(text)
        self.heard.set()

    async def sent(self, number: signal.Signals) -> None:
        """Send this process a signal and return when something was heard of it."""
        self.heard.clear()
        os.kill(os.getpid(), number)
        await self.heard.wait()


async def test_an_interrupt_holds_twice_aborts_and_a_restart_counts_anew() -> None:
    """The second interrupt in a row aborts; one after the run went on again holds."""
    run = Run()
    with commanded_by_signals(run.hold, run.abort, run.end):
        await run.sent(signal.SIGINT)
        run.running = True
        await run.sent(signal.SIGINT)
        await run.sent(signal.SIGINT)
    assert run.told == ["hold True", "hold True", "hold False", "abort"]


async def test_a_held_run_is_not_aborted_by_a_single_interrupt() -> None:
    """Whoever presses Ctrl-C at a run that is held already has to mean it."""
    run = Run()
    run.running = False
    with commanded_by_signals(run.hold, run.abort, run.end):
        await run.sent(signal.SIGINT)
        await run.sent(signal.SIGINT)
    assert run.told == ["hold False", "hold False", "abort"]


async def test_a_termination_and_a_closed_terminal_hold_and_leave() -> None:
    """Both hold first, then end; afterwards the former handlers are back."""
    run, before = Run(), signal.getsignal(signal.SIGTERM)
    with commanded_by_signals(run.hold, run.abort, run.end):
        await run.sent(signal.SIGTERM)
        await run.sent(signal.SIGHUP)
    assert run.told == ["hold True", "end", "hold False", "end"]
    assert before == signal.getsignal(signal.SIGTERM)


@pytest.mark.parametrize(("times", "state"), [(1, RunState.HELD), (2, RunState.ABORTED)])
def test_an_interrupt_holds_a_run_in_virtual_time_too(tmp_path: Path, times: int, state: RunState) -> None:
    """The run ends held and complete on record, not broken off in the middle of what it did; twice aborts."""
    lab = prepare(tmp_path, "- add: {reagent: SiW9, to: reactor, volume: 2 mL, rate: 1 mL/min}\n- wait: 60 min")

    def interrupt(_: float) -> None:
        for _time in range(times):
            os.kill(os.getpid(), signal.SIGINT)

    lab.at(30.0, interrupt)
    end = lab.run()
    assert end.state is state
    assert end.simulated_s < 120.0
    assert any("Ctrl-C" in event.payload["reason"] for event in lab.of_kind("state"))
    assert end.history.open_intents == {}
