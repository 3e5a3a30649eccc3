"""`autosynth settle` where the run's record or its folder is lost, renamed, or only out of reach."""

import shutil
from pathlib import Path

import apsw
import pytest

from autosynth.cli.run import _way_out
from autosynth.engine.inputs import utc_now
from autosynth.journal.store import JournalStore
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from tests.autosynth.cli.calling import NOTHING, Called, call, place

RUN = "s0000000"


@pytest.fixture(name="run")
def left_open(tmp_path: Path) -> Path:
    """The folder of a run that the ledger of `station.yaml`, above it, has open."""
    recipe = place(tmp_path, NOTHING)
    call("ledger", recipe.with_name("station.yaml"), "set", "SiW9", "40 mL", "--reason", "a test")
    call("run", recipe, "--sim", "--runs", tmp_path / "runs", "--json")
    (folder,) = (tmp_path / "runs").iterdir()
    with Ledger(ledger_path(tmp_path / "station.yaml"), utc_now) as ledger:
        ledger.open_run(RUN, folder)
    return folder


def settle(run: Path, name: str | Path, *options: str | Path) -> Called:
    return call("settle", name, "--runs", run.parent, "--reason", "lost", *options)


def test_what_is_advised_for_an_emptied_journal_works(run: Path) -> None:
    """`last` is known to the ledger by where it lies, though its journal says nothing."""
    (run / "journal.sqlite").write_bytes(b"")
    advised = settle(run, "last").err
    assert "--station STATION --from-ledger" in advised
    settled = settle(run, "last", "--station", run.parents[1] / "station.yaml", "--from-ledger")
    assert settled.code == 0, settled.err


def test_a_run_whose_folder_is_gone_is_settled_by_its_place_or_id(run: Path) -> None:
    """The path that the ledger holds is a name for it; who is refused a new run is told the command."""
    station = run.parents[1] / "station.yaml"
    assert f"recover {run}" in _way_out(RUN, run, station)
    shutil.rmtree(run)
    assert f"settle {RUN} --station {station} --from-ledger" in _way_out(RUN, run, station)
    assert f"autosynth settle {RUN} --station {station}" in settle(run, "nope", "--station", station).err
    assert "--from-ledger" in settle(run, run, "--station", station).err
    settled = settle(run, run, "--station", station, "--from-ledger")
    assert settled.code == 0, settled.err


def test_a_renamed_run_is_settled_from_its_record(run: Path) -> None:
    """Its record has its id, whatever its folder is called."""
    settled = settle(run, run.rename(run.with_name("renamed")))
    assert settled.code == 0, settled.err


def test_the_record_of_another_run_is_not_taken(run: Path) -> None:
    """A run of a similar name does not stand for one whose folder is gone."""
    station = run.parents[1] / "station.yaml"
    gone = run.with_name("gone")
    with Ledger(ledger_path(station), utc_now) as ledger:
        found = ledger.load(load_station(station))
        assert found is not None
        ledger.close_run(RUN, found, "COMPLETE")
        ledger.open_run("other", gone.with_name(f"{run.name}x"))
    refused = settle(run, run.name, "--station", station)
    assert refused.code == 2
    assert f"{run.name}x" in refused.err


def test_a_record_that_is_only_out_of_reach_is_not_given_up(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk mounted read-only wants another mount first."""

    def refused(*arguments: object, **options: object) -> None:
        raise apsw.ReadOnlyError

    monkeypatch.setattr(JournalStore, "_opened", refused)
    told = settle(run, "last").err
    assert "see to that first" in told
    assert told.index("see to that first") < told.index("--from-ledger")
