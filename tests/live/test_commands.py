"""Commands to a live run: from another terminal, and from the keyboard or the system."""

import os
import signal
from pathlib import Path

import pytest

from tests.live.processes import ONE_VESSEL, LiveRun, Recovery, ServedBench

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]


def test_hold_restart_pause_resume_and_stop_from_another_terminal(tmp_path: Path) -> None:
    """Each command is obeyed and answered; the dose in flight is finished first; a stopped run exits with 3."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        bench.until_dosing()
        code, output = run.command("hold", "--reason", "coffee")
        assert (code, True) == (0, "HOLD" in output or "HELD" in output), output
        assert "coffee" in run.said("-> HELD")
        assert bench.reactor_ml() > 0.5  # a stroke in flight is never cut by Hold
        assert bench.truth()["devices"]["hotplate"]["target_rpm"] == pytest.approx(200.0)
        code, why = run.command("pause")
        assert (code, True) == (2, "cannot pause a run that is HELD" in why), why
        for command, state in (("restart", "-> RUNNING"), ("pause", "-> PAUSED"), ("resume", "-> RUNNING")):
            assert run.command(command)[0] == 0
            run.said(state)
        assert run.command("stop")[0] == 0
        assert run.ended() == 3
        assert run.summary()["state"] == "STOPPED"
        code, why = run.command("hold")
        assert (code, True) == (2, "no live run" in why), why


def test_an_interrupt_holds_and_a_second_one_aborts(tmp_path: Path) -> None:
    """Ctrl-C lets the dose end and holds; after a restart the same again, but twice cuts it and exits with 3."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        run.said("-> RUNNING")
        run.signal(signal.SIGINT)
        run.said("-> HELD")
        assert run.command("restart")[0] == 0
        bench.until_dosing()
        run.signal(signal.SIGINT)
        run.said("-> HOLDING")
        run.signal(signal.SIGINT)
        run.said("-> ABORTED")
        assert run.ended() == 3
        truth = bench.truth()
        assert not truth["devices"]["pump"]["moving"]
        assert truth["vessels"]["reactor"]["volume_ml"] < 0.55


def test_a_terminated_run_holds_leaves_and_can_be_recovered(tmp_path: Path) -> None:
    """SIGTERM holds and exits with 4; `recover` finds it Held, and a restart completes it."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            bench.until_dosing()
            run.signal(signal.SIGTERM)
            assert run.ended() == 4, run.lines
            assert run.summary()["state"] == "HELD"
        with Recovery(run) as recovery:
            assert run.command("restart")[0] == 0
            assert recovery.ended() == 0, recovery.lines
        assert bench.reactor_ml() == pytest.approx(0.7, abs=3 * run.summary()["delivered"]["SiW9"]["sd_ml"])
