"""Commands to a live run: from another terminal, and from the keyboard or the system."""

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from autosynth.errors import StateError
from tests.live.processes import DOSE_AND_WAIT, ONE_VESSEL, LiveRun, Recovery, ServedBench, called

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]


def test_hold_restart_pause_resume_and_stop_from_another_terminal(tmp_path: Path) -> None:
    """Each command is obeyed and answered; the dose in flight is finished first; a stopped run exits with 3."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench, recipe=DOSE_AND_WAIT) as run:
        bench.until_dosing()
        code, output = run.command("hold", "--reason", "coffee")
        assert (code, ": HOLDING" in output) == (0, True), output
        assert "coffee" in run.said("-> HELD")
        assert bench.reactor_ml() > 0.5  # a stroke in flight is never cut by Hold
        assert bench.truth()["devices"]["hotplate"]["target_rpm"] == pytest.approx(200.0)
        with pytest.raises(StateError, match="cannot pause a run that is HELD"):
            run.tell("pause")
        for command, state in (("restart", "-> RUNNING"), ("pause", "-> PAUSED"), ("resume", "-> RUNNING")):
            run.tell(command)
            run.said(state)
        code, output = run.command("stop")
        assert (code, ": STOPPING" in output) == (0, True), output
        assert run.ended() == 3
        assert run.summary()["state"] == "STOPPED"
        code, why = run.command("hold")
        assert (code, "is STOPPED: it takes no commands" in why) == (2, True), why


def test_a_station_serves_one_run_at_a_time_and_its_channel_one_owner(tmp_path: Path) -> None:
    """A second run, and `devices`, are refused by name; the control file is the owner's; a wrong token is nobody."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench, recipe=DOSE_AND_WAIT) as run:
        run.said("-> RUNNING")
        control = run.folder / "control.json"
        assert stat.S_IMODE(control.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
        second, why = called(["run", DOSE_AND_WAIT, "--station", bench.station, "--runs", run.runs], tmp_path)
        assert (second, "is used by process" in why) == (2, True), why
        second, why = called(["devices", bench.station], tmp_path)
        assert (second, "is used by process" in why) == (2, True), why
        assert len(list(run.runs.iterdir())) == 1  # nothing was begun
        own = control.read_text(encoding="utf-8")
        control.write_text(json.dumps({**json.loads(own), "token": "guess"}), encoding="utf-8")
        with pytest.raises(StateError, match="token"):
            run.tell("abort")
        assert run.summary()["state"] == "RUNNING"
        control.write_text(own, encoding="utf-8")
        code, output = run.command("abort")
        assert code == 0, output
        assert run.ended() == 3
        assert not control.exists()


def test_an_interrupt_holds_and_a_second_one_aborts(tmp_path: Path) -> None:
    """Ctrl-C lets the stroke end and holds; after a restart the same again, but twice cuts it and exits with 3."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        run.said("-> RUNNING")
        run.signal(signal.SIGINT)
        run.said("-> HELD")
        run.tell("restart")
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
            assert run.ended() == 4
            assert run.summary()["state"] == "HELD"
        with Recovery(run) as recovery:
            run.tell("restart")
            assert recovery.ended() == 0
        summary = run.summary()
        assert summary["state"] == "COMPLETE"
        assert bench.reactor_ml() == pytest.approx(0.6, abs=3 * summary["delivered"]["SiW9"]["sd_ml"])
