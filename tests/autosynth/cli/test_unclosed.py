"""A run that has ended, and a station's ledger that cannot take it over."""

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
