"""Commands to a run that lives and is not heard of."""

import os
from pathlib import Path

import pytest

from autosynth.cli.words import describe
from autosynth.engine.folder import RunFolder
from autosynth.journal.connection import own
from autosynth.journal.disk import OsDisk
from autosynth.journal.event import GENESIS, Event
from autosynth.journal.store import JournalStore
from autosynth.station.locks import locked_file, this_process
from tests.autosynth.cli.calling import NOTHING, call, place


@pytest.mark.skipif(os.name != "posix", reason="`kill` is of POSIX")
def test_a_run_without_its_control_file_lives(tmp_path: Path) -> None:
    """Who cannot be commanded here is named, with how to hold and abort it; recovery is not what it needs."""
    recipe = place(tmp_path, NOTHING)
    call("run", recipe, "--sim", "--runs", tmp_path / "runs", "--json")
    folder = RunFolder.find("last", tmp_path / "runs")
    written = own(folder.journal, OsDisk())
    with locked_file(recipe.with_name("station.yaml"), this_process("run s0000000 of recipe.yaml")):
        told = call("abort", "last", "--runs", tmp_path / "runs")
    with locked_file(recipe.with_name("station.yaml"), this_process("run r2 of recipe.yaml")):
        other = call("abort", "last", "--runs", tmp_path / "runs")
    written.close()
    assert "lives (a process of this computer)" in other.err
    assert "`kill" not in other.err
    assert told.code == 2
    assert f"{folder.path.name} lives (process {os.getpid()} on " in told.err
    assert f"`kill {os.getpid()}`" in told.err
    assert "Ctrl-C in its own terminal" in told.err
    assert "it takes no commands" in call("abort", "last", "--runs", tmp_path / "runs").err


def test_a_served_bench_is_not_written_over_a_live_run(tmp_path: Path) -> None:
    """`simulate --out` is refused while a process has the station of that file."""
    station = place(tmp_path, NOTHING).with_name("station.yaml")
    ready = tmp_path / "ready.yaml"
    with locked_file(ready, this_process("run r1")):
        told = call("simulate", station, "--out", ready)
    assert told.code == 2
    assert f"ready.yaml is used by process {os.getpid()}" in told.err
    assert not ready.exists()


def test_a_hold_without_a_reason_says_so() -> None:
    """A line that ends in a colon looks cut off."""
    said = {"from": "RUNNING", "to": "HOLDING", "command": "hold", "reason": "", "who": "ann"}
    assert describe(Event(1, 0.0, "state", None, 1, said, GENESIS), {}) == (
        "RUNNING -> HOLDING: no reason was given, by ann"
    )
    said["reason"] = "a smell"
    assert describe(Event(1, 0.0, "state", None, 1, said, GENESIS), {}) == "RUNNING -> HOLDING: a smell"


@pytest.mark.parametrize(
    ("what", "advised"),
    [("run 5e1f of recipe.yaml", "`autosynth abort 5e1f`"), ("recovery of 2026_dose_5e1f", "abort 2026_dose_5e1f`")],
)
def test_who_has_the_station_is_told_when_it_cannot_be_made_safe(
    tmp_path: Path, what: str, advised: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port that another process has is no matter of cables: abort that run, or kill its process first."""
    station = place(tmp_path, NOTHING).with_name("station.yaml")
    monkeypatch.setattr("autosynth.cli.safe.make_station_safe", lambda path: 5)
    with locked_file(station, this_process(what)):
        told = call("safe", station)
    assert told.code == 5
    assert advised in told.err
    assert f"kill process {os.getpid()} first" in told.err
    assert call("safe", station).err == ""


def test_a_run_that_never_began_is_not_recovered(tmp_path: Path) -> None:
    """Nothing was connected: it says so, instead of offering what is refused."""
    recipe = place(tmp_path, NOTHING)
    call("run", recipe, "--sim", "--runs", tmp_path / "runs", "--json")
    folder = RunFolder.find("last", tmp_path / "runs")
    cut = folder.path.with_name("cut")
    cut.mkdir()
    (cut / "station.yaml").write_bytes((folder.path / "station.yaml").read_bytes())
    source = JournalStore.read(folder.journal, OsDisk())
    copy = JournalStore.create(cut / "journal.sqlite", OsDisk(), source.meta)
    copy.append([next(source.rows())])
    source.abandon()
    copy.close()
    told = call("hold", "cut", "--runs", tmp_path / "runs")
    assert told.code == 2
    assert "before anything was connected or moved: run it again" in told.err
