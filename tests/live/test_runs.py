"""A recipe over pseudo-terminals and TCP, in real time, against a bench in another process."""

import json
import os
import signal
from pathlib import Path

import pytest

from autosynth.engine.inputs import utc_now
from autosynth.station.ledger import Ledger, ledger_path
from tests.live.processes import ONE_VESSEL, ROOT, SLOW_DOSE, LiveRun, ServedBench, called

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]


def test_a_served_bench_gives_the_amounts_of_the_bench_in_memory(tmp_path: Path) -> None:
    """With one seed, two processes and one process deliver the same, in the record and in truth."""
    code, output = called(
        ["run", SLOW_DOSE, "--station", ONE_VESSEL, "--sim", "--seed", "3", "--runs", "memory", "--json"], tmp_path
    )
    assert code == 0, output
    memory = json.loads(output.splitlines()[-1])
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            assert run.ended() == 0
            summary = run.summary()
        assert memory["delivered"] == summary["delivered"]
        assert memory["vessels"] == summary["vessels"]
        assert bench.reactor_ml() == pytest.approx(memory["truth"]["vessels"]["reactor"]["volume_ml"], abs=1e-9)
        bench.signal(signal.SIGTERM)
        assert bench.ended() == 0


def test_a_run_killed_in_the_middle_of_a_dose_is_recovered(tmp_path: Path) -> None:
    """After SIGKILL the pump goes on; `recover` settles the dose by asking it, goes on, and settles the ledger."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            bench.until_dosing()
            run.killed()
        died_s = run.times_s()[-1]
        refused, why = called(["run", SLOW_DOSE, "--station", bench.station, "--runs", run.runs], tmp_path)
        assert (refused, "recover it" in why) == (2, True), why
        code, output = called(["recover", "last", "--runs", run.runs, "--json"], tmp_path)
        assert code == 0, output
        summary = json.loads(output.splitlines()[-1])
        dose = summary["delivered"]["SiW9"]
        assert summary["state"] == "COMPLETE"
        assert dose["volume_ml"] == pytest.approx(0.6)
        assert dose["doses"] == 1
        assert bench.reactor_ml() == pytest.approx(0.6, abs=3 * dose["sd_ml"])
        assert run.times_s() == sorted(run.times_s())
        assert run.times_s("recovered")[0] > died_s  # the time the host was dead counts
        again, nothing = called(["recover", "last", "--runs", run.runs], tmp_path)
        assert (again, "nothing to recover" in nothing) == (2, True), nothing
        with Ledger(ledger_path(bench.station), utc_now) as ledger:
            assert ledger.open_runs() == {}


def test_a_run_that_nobody_recovers_is_settled(tmp_path: Path) -> None:
    """After SIGKILL a person may say what became of the stroke: the station is free, and the run is never recovered."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            bench.until_dosing()
            run.killed()
        settle: list[str | Path] = ["settle", "last", "--runs", run.runs, "--reason", "cell weighed"]
        refused, why = called(settle, tmp_path)
        assert (refused, "Say what to book for it: --settle" in why) == (2, True), why
        code, output = called([*settle, "--settle", "estimate"], tmp_path)
        assert code == 0, output
        with Ledger(ledger_path(bench.station), utc_now) as ledger:
            assert ledger.open_runs() == {}
        never, settled = called(["recover", "last", "--runs", run.runs], tmp_path)
        assert (never, "settled this run" in settled) == (2, True), settled


def test_pulled_cables_hold_and_a_restart_goes_on(tmp_path: Path) -> None:
    """Both cables go in the middle of a dose: Held until they are back, and nothing is done twice."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        bench.until_dosing()
        bench.ask("fault pump:unplug@t=0")
        bench.ask("fault hotplate:unplug@t=0")
        run.said("-> HELD")
        run.tell("restart")
        run.said("-> HELD")  # nothing is back yet
        bench.ask("fault pump:unplug@t=0,for=0")
        bench.ask("fault hotplate:unplug@t=0,for=0")
        code, output = run.command("restart")
        assert code == 0, output
        assert run.ended() == 0
        dose = run.summary()["delivered"]["SiW9"]
        assert dose["volume_ml"] == pytest.approx(0.6)
        assert bench.reactor_ml() == pytest.approx(0.6, abs=3 * dose["sd_ml"])


@pytest.mark.soak
def test_the_smoke_recipe_runs_over_every_transport(tmp_path: Path) -> None:
    """Two pumps on one bus, valve, hotplate and potentiostat complete the smoke recipe of the POM bench."""
    with ServedBench(ROOT / "protocols/pom/station.yaml", tmp_path, speed=20.0) as bench:
        with LiveRun(bench, recipe=ROOT / "protocols/pom/smoke.yaml") as run:
            assert run.ended() == 0
            assert run.summary()["delivered"]["acetone"]["volume_ml"] == pytest.approx(0.5)
        assert not bench.truth()["spilled"]
