"""`autosynth watch`: another process's run, told from its journal and its control channel."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from autosynth.cli.stage import Stage
from autosynth.cli.watch import Attached, follow_pictured
from autosynth.clock import VirtualClock, run_virtual
from autosynth.engine.folder import RunFolder
from autosynth.engine.machine import RunState
from tests.autosynth.cli.calling import DOSE, call, place

ASKS = """\
autosynth: 1
title: A question
needs: {reactor: stirred_vessel}
steps:
  - operator: {prompt: Weigh the jar, likely: 1 min, enter: {name: jar, unit: g, min: 1 g, max: 9 g}}
  - note: it was weighed
"""
POSIX = pytest.mark.skipif(os.name != "posix", reason="the processes are talked to with signals")


def ran(folder: Path, recipe: str = DOSE) -> Path:
    """Run a recipe in virtual time and return where its folder is."""
    runs = folder / "runs"
    assert call("run", place(folder, recipe), "--sim", "--runs", runs, "--json").code == 0
    return runs


def test_a_finished_run_is_told_from_its_beginning(tmp_path: Path) -> None:
    """Its lines are those of the log, then how it ended; nothing is waited for."""
    runs = ran(tmp_path)
    found = call("watch", "last", "--runs", runs)
    lines = found.out.splitlines()
    assert found.code == 0
    assert "IDLE -> RUNNING" in found.out
    assert any("stir reactor 400 rpm" in line for line in lines)
    assert lines[-1].split(": ")[1].startswith("COMPLETE after 0:0")


def test_a_finished_run_is_drawn_as_its_own_terminal_showed_it(tmp_path: Path) -> None:
    """The last picture has the state, the vessels and the last lines, in eighty columns."""
    folder = RunFolder.find("last", ran(tmp_path))
    out = io.StringIO()
    console = Console(file=out, width=80, height=24, force_terminal=True, highlight=False, color_system=None)

    async def draw() -> None:
        with Stage(console, transient=False) as stage:
            await follow_pictured(Attached(folder), VirtualClock(asyncio.get_running_loop()), stage)

    run_virtual(draw())
    shown = out.getvalue()
    assert "COMPLETE" in shown
    assert "reactor" in shown
    assert "add SiW9" in shown


def test_a_run_that_does_not_exist_is_told(tmp_path: Path) -> None:
    """Exit 2 and a sentence."""
    found = call("watch", "last", "--runs", tmp_path)
    assert (found.code, "no run called" in found.err) == (2, True)


def test_the_plan_is_that_of_the_folder(tmp_path: Path) -> None:
    """A station that was changed since has no say: the copies in the folder have."""
    runs = ran(tmp_path)
    (tmp_path / "station.yaml").write_text("station: 2\n")
    attached = Attached(RunFolder.find("last", runs))
    events = [event.kind for event in attached.fresh()]
    assert events[0] == "run.opened"
    assert attached.plan().recipe.title == "One dose"
    assert attached.history.state is RunState.COMPLETE
    assert list(attached.fresh()) == []


@POSIX
@pytest.mark.live
def test_a_question_of_another_process_is_answered(tmp_path: Path) -> None:
    """A run that waits for a value goes on when it is given from here, and the watcher leaves at its end."""
    runs, recipe = tmp_path / "runs", place(tmp_path, ASKS)
    command = [sys.executable, "-c", "from autosynth.cli.main import main; main()"]
    asking = ["run", str(recipe), "--sim", "--speed", "100", "--runs", str(runs), "--plain"]
    with subprocess.Popen([*command, *asking], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert any("operator" in line for line in run.stdout)
        _answered(RunFolder.find("last", runs))
        seen = subprocess.run(
            [*command, "watch", "last", "--runs", str(runs)], capture_output=True, text=True, check=True, timeout=100
        )
        assert run.wait(100) == 0
    assert "note: it was weighed" in seen.stdout
    assert "COMPLETE after" in seen.stdout


async def _asked(attached: Attached) -> dict[str, str]:
    """Return the open questions, once there are any."""
    questions: dict[str, str] = {}
    while not questions:
        await attached.ask()
        questions = dict(attached.status()["questions"])
    return questions


def _answered(folder: RunFolder) -> None:
    """Answer the open question of a live run through what the watcher holds."""

    async def answer() -> None:
        attached = Attached(folder)
        action = next(iter(await _asked(attached)))
        attached.handle({"command": "answer", "action": action, "who": "a test", "value": 5.0})
        while attached.status()["questions"]:
            await attached.ask()

    asyncio.run(answer())


@POSIX
@pytest.mark.live
def test_leaving_changes_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends the watching with 0 while the run goes on."""
    runs, recipe = tmp_path / "runs", place(tmp_path, ASKS)
    command = [sys.executable, "-c", "from autosynth.cli.main import main; main()"]
    asking = ["run", str(recipe), "--sim", "--speed", "1", "--runs", str(runs), "--plain"]
    with subprocess.Popen([*command, *asking], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout is not None
            assert any("operator" in line for line in run.stdout)
            watching = [*command, "watch", "last", "--runs", str(runs)]
            with subprocess.Popen(watching, stdout=subprocess.PIPE, text=True) as watcher:
                try:
                    assert watcher.stdout is not None
                    assert any("operator" in line for line in watcher.stdout)
                    watcher.send_signal(signal.SIGINT)
                    assert "it goes on" in watcher.stdout.read()
                    assert watcher.wait(100) == 0
                finally:
                    watcher.kill()
            assert run.poll() is None
            run.send_signal(signal.SIGTERM)
            run.wait(100)
        finally:
            run.kill()
