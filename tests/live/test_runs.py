"""A recipe over pseudo-terminals and TCP, in real time, against a bench in another process."""

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from tests.live.processes import ONE_VESSEL, ROOT, TWO_MINUTES, LiveRun, ServedBench, called

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]


def test_a_served_bench_gives_the_amounts_of_the_bench_in_memory(tmp_path: Path) -> None:
    """With one seed, two processes and one process deliver the same, in the record and in truth."""
    code, output = called(
        ["run", TWO_MINUTES, "--station", ONE_VESSEL, "--sim", "--seed", "3", "--runs", "memory", "--json"], tmp_path
    )
    assert code == 0, output
    memory = json.loads(output.splitlines()[-1])
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            assert run.ended() == 0, run.lines
            summary = run.summary()
        assert memory["delivered"] == summary["delivered"]
        assert memory["vessels"] == summary["vessels"]
        assert bench.reactor_ml() == pytest.approx(memory["truth"]["vessels"]["reactor"]["volume_ml"], abs=1e-9)
        bench.signal(signal.SIGTERM)
        assert bench.ended() == 0


def test_every_kind_of_device_runs_over_its_own_transport(tmp_path: Path) -> None:
    """The smoke recipe of the POM bench completes: two pumps on one bus, valve, hotplate and potentiostats."""
    with ServedBench(ROOT / "protocols/pom/station.yaml", tmp_path, speed=20.0) as bench:
        with LiveRun(bench, recipe=ROOT / "protocols/pom/smoke.yaml") as run:
            assert run.ended() == 0, run.lines
            summary = run.summary()
        assert summary["state"] == "COMPLETE"
        assert summary["delivered"]["acetone"]["volume_ml"] == pytest.approx(0.5)
        assert not bench.truth()["spilled"]


def test_a_run_killed_in_the_middle_of_a_dose_is_recovered(tmp_path: Path) -> None:
    """After SIGKILL the pump goes on, `recover` settles the dose by asking it, and both doses are there once."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            bench.until_dosing()
            run.killed()
            refused, why = called(
                ["run", TWO_MINUTES, "--station", bench.station, "--runs", run.runs, "--json"], tmp_path
            )
            assert (refused, True) == (2, "recover" in why), why
            code, output = called(["recover", "last", "--runs", run.runs, "--json"], tmp_path)
            assert code == 0, output
            summary = json.loads(output.splitlines()[-1])
            again, nothing = called(["recover", "last", "--runs", run.runs], tmp_path)
            assert (again, True) == (2, "nothing to recover" in nothing), nothing
        delivered = summary["delivered"]["SiW9"]
        assert summary["state"] == "COMPLETE"
        assert delivered["volume_ml"] == pytest.approx(0.7)
        assert delivered["doses"] == 2
        assert bench.reactor_ml() == pytest.approx(0.7, abs=3 * delivered["sd_ml"])
        code, output = called(["run", TWO_MINUTES, "--station", bench.station, "--runs", run.runs, "--json"], tmp_path)
        assert code == 0, output  # the ledger was settled
        assert bench.reactor_ml() == pytest.approx(1.4, abs=6 * delivered["sd_ml"])


def test_a_pulled_cable_holds_and_a_restart_goes_on(tmp_path: Path) -> None:
    """The pump's cable goes in the middle of a dose: Held; plugged in again and restarted, nothing is dosed twice."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        bench.until_dosing()
        bench.ask("fault pump:unplug@t=0")
        run.said("-> HELD")
        bench.ask("fault pump:unplug@t=0,for=0")
        code, output = run.command("restart")
        assert code == 0, output
        assert run.ended() == 0, run.lines
        delivered = run.summary()["delivered"]["SiW9"]
        assert bench.reactor_ml() == pytest.approx(0.7, abs=3 * delivered["sd_ml"])
        assert delivered["volume_ml"] == pytest.approx(0.7)


def test_the_sensor_that_falls_silent_holds_and_comes_back(tmp_path: Path) -> None:
    """Without the hotplate's cable the run holds by itself; plugged in and restarted, it stirs and completes."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        bench.until_dosing()
        bench.ask("fault hotplate:unplug@t=0")
        run.said("-> HELD")
        bench.ask("fault hotplate:unplug@t=0,for=0")
        code, output = run.command("restart")
        assert code == 0, output
        assert run.ended() == 0, run.lines


def test_a_station_serves_one_run_at_a_time_and_its_channel_one_owner(tmp_path: Path) -> None:
    """A second run, and `devices`, are refused by name; the control file is the owner's; a wrong token is nobody."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        run.said("-> RUNNING")
        control = run.folder / "control.json"
        assert stat.S_IMODE(control.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
        second, why = called(["run", TWO_MINUTES, "--station", bench.station, "--runs", run.runs], tmp_path)
        assert (second, True) == (2, "is used by process" in why), why
        second, why = called(["devices", bench.station], tmp_path)
        assert (second, True) == (2, "is used by process" in why), why
        own = control.read_text(encoding="utf-8")
        control.write_text(json.dumps({**json.loads(own), "token": "guess"}), encoding="utf-8")
        code, why = run.command("abort")
        assert (code, True) == (2, "token" in why), why
        control.write_text(own, encoding="utf-8")
        assert run.command("abort")[0] == 0
        assert run.ended() == 3
        assert not control.exists()
