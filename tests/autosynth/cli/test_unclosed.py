"""A run that has ended, and a station's ledger that cannot take it over."""

import re
from pathlib import Path

import pytest

from autosynth.cli import run
from autosynth.cli.run import RunRequest, UnclosedError
from autosynth.engine.inputs import utc_now
from autosynth.engine.run import RunEnd
from autosynth.errors import JournalError
from autosynth.station.ledger import Ledger
from tests.autosynth.cli.calling import NOTHING, call, place


def test_a_run_is_told_as_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its summary and its own code, and then what is left to do; 2 would say that nothing was moved."""
    carried_out = run.carry_out

    def full(*arguments: object) -> None:
        message = "the ledger station.ledger.sqlite: database or disk is full"
        raise JournalError(message)

    monkeypatch.setattr(Ledger, "close_run", full)

    def unclosed(request: RunRequest) -> RunEnd:
        with Ledger(tmp_path / "station.ledger.sqlite", utc_now) as ledger:
            end = carried_out(request)
            with pytest.raises(UnclosedError) as raised:
                run._close(ledger, "r1", end)
        raise raised.value

    monkeypatch.setattr(run, "carry_out", unclosed)
    told = call("run", place(tmp_path, NOTHING), "--sim", "--runs", tmp_path / "runs", "--json")
    (folder,) = (tmp_path / "runs").iterdir()
    assert (told.code, told.json["state"]) == (0, "COMPLETE")
    assert "disk is full" in told.err
    assert "the run is COMPLETE" in told.err
    assert f"autosynth recover {folder}" in told.err


def test_a_run_that_could_not_begin_is_not_carried_out_by_a_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger has closed it, so nothing that it moved would be booked: it is run again instead."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    recipe = place(tmp_path, NOTHING)
    station = tmp_path / "station.yaml"
    station.write_text(re.sub(r"serial:\S+", f"serial:{tmp_path}/none", station.read_text(encoding="utf-8")), "utf-8")
    told = call("run", recipe, "--station", station, "--runs", tmp_path / "runs", "--plain")
    assert told.code != 0
    again = call("recover", "last", "--runs", tmp_path / "runs")
    assert (again.code, "nothing was moved: run it again" in again.err) == (2, True), (told.err, again.err)
