"""What stands in the way of a recovery is said, moves nothing, and once it is out of the way the run goes on."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.live.processes import (
    DOSE_AND_WAIT,
    ONE_VESSEL,
    ROOT,
    SLOW_DOSE,
    LiveRun,
    Process,
    ServedBench,
    called,
)

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]
NO_DISK = (
    sys.executable,
    "-c",
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nfrom autosynth.cli.main import main; main()",
)
"""The command line where no file can be made longer, as on a full disk."""


def test_a_recovery_is_refused_until_its_record_is_whole_and_can_be_written(tmp_path: Path) -> None:
    """A missing log, an edited recipe and a full disk are each named, move nothing, and leave the run as it was.

    The bench can be made safe meanwhile, with no disk. The recipe's and the station's own files do not matter.
    """
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(SLOW_DOSE.read_text(encoding="utf-8"), encoding="utf-8")
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench, recipe=recipe) as run:
            bench.until_dosing()
            run.killed()
        recover: list[str | Path] = ["recover", "last", "--runs", run.runs]
        log, kept = run.folder / "journal.sqlite-wal", tmp_path / "kept"
        log.rename(kept)
        code, why = called(recover, tmp_path)
        assert (code, "journal.sqlite-wal is missing" in why, "put the file back" in why) == (2, True, True), why
        kept.rename(log)
        own = (run.folder / "recipe.yaml").read_text(encoding="utf-8")
        (run.folder / "recipe.yaml").write_text(own.replace("0.6 mL", "0.7 mL"), encoding="utf-8")
        code, why = called(recover, tmp_path)
        assert (code, "recipe.yaml in the run folder is not what the run began with" in why) == (2, True), why
        (run.folder / "recipe.yaml").write_text(own, encoding="utf-8")
        code, why = called(recover, tmp_path, NO_DISK)
        assert (code, "Traceback" in why) == (2, False), why
        code, output = called(["safe", bench.station], tmp_path, NO_DISK)
        assert (code, ": safe" in output) == (0, True), output
        assert bench.truth()["devices"]["hotplate"]["target_rpm"] == 200.0
        recipe.write_text("no recipe", encoding="utf-8")
        bench.station.write_text("no station", encoding="utf-8")
        code, output = called([*recover, "--json"], tmp_path)
        assert code == 0, output
        dose = json.loads(output.splitlines()[-1])["delivered"]["SiW9"]
        assert (dose["doses"], dose["volume_ml"]) == (1, pytest.approx(0.6))
        assert bench.reactor_ml() == pytest.approx(0.6, abs=3 * dose["sd_ml"])


def test_of_two_recoveries_at_once_one_wins(tmp_path: Path) -> None:
    """Both are started together: one goes on with the run, the other says who has it and moves nothing."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            bench.until_dosing()
            run.killed()
        arguments: list[str | Path] = ["recover", "last", "--runs", run.runs, "--plain"]
        with Process(arguments, tmp_path) as first, Process(arguments, tmp_path) as second:
            codes = [first.ended(), second.ended()]
            assert sorted(codes) == [0, 2]
            (refused,) = [each for each, code in zip((first, second), codes, strict=True) if code == 2]
        assert any("is used by process" in line for line in refused.lines)
        summary = run.summary()
        assert (summary["state"], summary["delivered"]["SiW9"]["doses"]) == ("COMPLETE", 1)
        assert bench.reactor_ml() == pytest.approx(0.6, abs=3 * summary["delivered"]["SiW9"]["sd_ml"])


def test_a_run_whose_host_died_before_it_had_the_station_is_run_again(tmp_path: Path) -> None:
    """A host that dies between its first event and the station's ledger has moved nothing, and blocks nobody."""
    told = tmp_path / "boundaries.json"
    told.write_text(json.dumps({"when": "after", "known": [], "most": 0, "wanted": ""}), encoding="utf-8")
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        runs = tmp_path / "runs"
        start: list[str | Path] = ["run", DOSE_AND_WAIT, "--station", bench.station, "--runs", runs]
        with Process(start, tmp_path, (sys.executable, ROOT / "tests/live/doomed.py", told)) as host:
            host.said("dies at: run.opened")
        code, why = called(["recover", "last", "--runs", runs], tmp_path)
        assert (code, "nothing was moved: run it again" in why) == (2, True), why
        with LiveRun(bench, recipe=DOSE_AND_WAIT) as run:
            run.said("-> RUNNING")
            run.tell("abort")
            assert run.ended() == 3


def test_a_disk_that_fills_up_holds_a_run_and_one_with_room_lets_it_go_on(tmp_path: Path) -> None:
    """Nothing is sent that is not on record; hold and safe states need no disk; afterwards all is delivered once."""
    resource = pytest.importorskip("resource")
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench) as run:
        bench.until_dosing()
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        assert "nothing was sent, the journal cannot be written" in run.said("-> HELD")
        strokes = bench.truth()["devices"]["pump"]["strokes"]
        assert bench.truth()["devices"]["hotplate"]["target_rpm"] == 200.0
        code, output = run.command("restart")
        assert code == 0, output
        run.said("-> HELD")  # there is no room yet
        assert bench.truth()["devices"]["pump"]["strokes"] == strokes
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        run.tell("restart")
        assert run.ended() == 0
        dose = run.summary()["delivered"]["SiW9"]
        assert (dose["doses"], dose["volume_ml"]) == (1, pytest.approx(0.6))
        assert bench.reactor_ml() == pytest.approx(0.6, abs=3 * dose["sd_ml"])


def test_an_older_copy_of_a_run_folder_is_not_gone_on_with(tmp_path: Path) -> None:
    """Put back after a death, or after the run's end, it would dose again: it is refused, and the newest goes on."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            run.said("-> RUNNING")
            older, newest = tmp_path / "older", tmp_path / "newest"
            shutil.copytree(run.folder, older)
            bench.until_dosing()
            run.killed()
        recover: list[str | Path] = ["recover", "last", "--runs", run.runs]
        run.folder.rename(newest)
        shutil.copytree(older, run.folder)
        code, why = called(recover, tmp_path)
        assert (code, "older copy, or was cut" in why) == (2, True), why
        shutil.rmtree(run.folder)
        newest.rename(run.folder)
        code, output = called(recover, tmp_path)
        assert code == 0, output
        shutil.rmtree(run.folder)
        shutil.copytree(older, run.folder)
        shutil.rmtree(tmp_path / "state" / "autosynth" / "runs")
        code, why = called(recover, tmp_path)
        assert (code, "as COMPLETE: this folder is an older copy" in why) == (2, True), why
        assert bench.reactor_ml() == pytest.approx(0.6, abs=0.01)
