"""The ledger survives, blocks after a run left open, and says who changed what and why."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autosynth.errors import InputError, JournalCorruptError, JournalError, LockedError, StateError
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_to_json
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.mixture import Mixture
from tests.autosynth.station.small_bench import small_bench

STATION = small_bench()


def wall() -> datetime:
    """Return a fixed time of day."""
    return datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return ledger_path(tmp_path / "bench.yaml")


def used() -> Inventory:
    """Return an inventory after a stroke."""
    inventory = Inventory.full(STATION)
    inventory.turn("pump", "1")
    inventory.displace("pump", -0.3)
    return inventory


def test_ledger_lies_beside_its_station(path: Path) -> None:
    """The name of the ledger is the station file's."""
    assert path.name == "bench.ledger.sqlite"


def test_fresh_ledger_knows_nothing(path: Path) -> None:
    """Without an opening balance there is no inventory."""
    with Ledger(path, wall) as ledger:
        assert ledger.load(STATION) is None


def test_run_leaves_its_inventory(path: Path) -> None:
    """What a closed run left is there for the next process."""
    with Ledger(path, wall) as ledger:
        ledger.open_run("r1", Path("runs/r1"))
        ledger.close_run("r1", used(), "complete")
    with Ledger(path, wall) as ledger:
        inventory = ledger.load(STATION)
        assert inventory is not None
        assert inventory_to_json(inventory) == inventory_to_json(used())
        assert [(entry.kind, entry.run) for entry in ledger.entries()] == [("opened", "r1"), ("closed", "r1")]
        assert ledger.entries()[1].detail == {"state": "complete"}
        assert ledger.entries()[0].wall == "2026-11-01T12:00:00+00:00"


def test_run_left_open_blocks_the_next(path: Path) -> None:
    """A run that neither closed nor was settled is named, also by another process, and nothing else is written."""
    with Ledger(path, wall) as ledger:
        ledger.open_run("r1", Path("runs/r1"))
    with Ledger(path, wall) as ledger:
        with pytest.raises(LockedError, match="r1"):
            ledger.open_run("r2", Path("runs/r2"))
        with pytest.raises(LockedError, match="r1"):
            ledger.opening_balance(used(), "Ada")
        assert ledger.open_runs() == {"r1": str(Path("runs/r1"))}
        assert len(ledger.entries()) == 1


def test_settled_run_blocks_no_longer(path: Path) -> None:
    """A person may say what is where after a run that is lost."""
    with Ledger(path, wall) as ledger:
        ledger.open_run("r1", Path("runs/r1"))
        ledger.settle("r1", used(), "Ada", "weighed all bottles")
        ledger.open_run("r2", Path("runs/r2"))
        assert ledger.open_runs() == {"r2": str(Path("runs/r2"))}
        assert (ledger.entries()[1].who, ledger.entries()[1].why) == ("Ada", "weighed all bottles")


def test_only_an_open_run_can_be_closed(path: Path) -> None:
    """Closing twice, or what was never opened, is refused."""
    with Ledger(path, wall) as ledger:
        ledger.open_run("r1", Path("runs/r1"))
        ledger.close_run("r1", used(), "complete")
        with pytest.raises(StateError, match="r1 is not open"):
            ledger.close_run("r1", used(), "complete")


def test_correction_says_who_why_and_what_was_before(path: Path) -> None:
    """A correction replaces one vessel's content and keeps the old one on record."""
    found = Mixture({"acetone": 45.0}, {"SiW9": 4.5e-4})
    with Ledger(path, wall) as ledger:
        ledger.opening_balance(Inventory.full(STATION), "Ada")
        ledger.correct(STATION, "A", found, "Grace", "bottle weighed after a leak")
        inventory = ledger.load(STATION)
        assert inventory is not None
        assert inventory.content("A") == found
        entry = ledger.entries()[-1]
        assert (entry.kind, entry.who, entry.why) == ("correction", "Grace", "bottle weighed after a leak")
        assert entry.detail["before"]["volumes_ml"] == {"acetone": 50.0}


@pytest.mark.parametrize(("who", "why"), [("", "leak"), ("Ada", "  ")])
def test_correction_without_who_or_why_is_refused(path: Path, who: str, why: str) -> None:
    """Nobody changes the ledger anonymously or without a reason."""
    with Ledger(path, wall) as ledger:
        ledger.opening_balance(Inventory.full(STATION), "Ada")
        with pytest.raises(InputError, match="needs wh"):
            ledger.correct(STATION, "A", Mixture(), who, why)
        assert len(ledger.entries()) == 1


def test_correction_needs_a_balance_and_a_vessel(path: Path) -> None:
    """Without an opening balance, and for a vessel that is not there, nothing is corrected."""
    with Ledger(path, wall) as ledger:
        with pytest.raises(StateError, match="no opening balance"):
            ledger.correct(STATION, "A", Mixture(), "Ada", "leak")
        with pytest.raises(InputError, match="no vessel 'oven'"):
            ledger.correct(STATION, "oven", Mixture(), "Ada", "leak")


def test_copy_is_complete_and_independent(path: Path, tmp_path: Path) -> None:
    """A simulated run's copy has the balance, and what is written to it stays there."""
    target = tmp_path / "copy.sqlite"
    with Ledger(path, wall) as ledger:
        ledger.opening_balance(used(), "Ada")
        ledger.copy_to(target)
        with Ledger(target, wall) as copy:
            copy.open_run("sim", tmp_path)
        assert len(ledger.entries()) == 1


def test_ledger_of_a_later_version_is_refused(path: Path) -> None:
    """A file that this version cannot understand is not touched."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalError, match="schema 99"):
        Ledger(path, wall)


def test_file_that_is_no_ledger_is_refused(path: Path) -> None:
    """A damaged file is an error that names it."""
    path.write_bytes(b"this is no database, and long enough to be looked at" * 40)
    with pytest.raises(JournalError, match=r"bench\.ledger\.sqlite"):
        Ledger(path, wall)


def test_failed_entry_leaves_nothing_behind(path: Path) -> None:
    """An entry that fails on its way is rolled back, and the ledger goes on working."""
    clock = iter([wall()])
    with Ledger(path, lambda: next(clock)) as ledger:
        ledger.open_run("r1", Path("runs/r1"))
        with pytest.raises(StopIteration):
            ledger.close_run("r1", used(), "complete")
    with Ledger(path, wall) as ledger:
        assert list(ledger.open_runs()) == ["r1"]
        ledger.close_run("r1", used(), "complete")
        assert ledger.open_runs() == {}


@pytest.mark.parametrize("detail", ["nonsense", "{}", "[]", '{"folder": 3}', "[" * 5000])
def test_a_damaged_entry_is_named(path: Path, detail: str) -> None:
    """What cannot be understood is refused with its number and what to do, not passed on as a fault of ours."""
    with Ledger(path, wall) as ledger:
        ledger.open_run("r1", Path("runs/r1"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE entries SET detail = ?", (detail,))
    with Ledger(path, wall) as ledger, pytest.raises(JournalCorruptError, match=r"entry 1 .*restore it from a copy"):
        ledger.open_runs()


@pytest.mark.parametrize("inventory", ["nonsense", "{}", '{"schema": 1, "vessels": 7}'])
def test_a_damaged_inventory_is_named(path: Path, inventory: str) -> None:
    """Nothing is taken from it."""
    with Ledger(path, wall) as ledger:
        ledger.opening_balance(used(), "a test")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE entries SET inventory = ?", (inventory,))
    with Ledger(path, wall) as ledger, pytest.raises((JournalCorruptError, InputError)):
        ledger.load(STATION)


def test_a_full_disk_is_told_as_such(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite rolls back by itself then; that there is nothing left to roll back does not hide why."""
    with Ledger(path, wall) as ledger:
        ledger.open_run("r1", Path("runs/r1"))

        def full(*arguments: object, **options: object) -> None:
            ledger._connection.execute("ROLLBACK")
            message = "database or disk is full"
            raise sqlite3.OperationalError(message)

        monkeypatch.setattr(ledger, "_append", full)
        with pytest.raises(JournalError, match="is full"):
            ledger.close_run("r1", used(), "complete")
        assert ledger.open_runs() == {"r1": str(Path("runs/r1"))}


def test_a_ledger_is_read_where_nothing_can_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at it needs no more than to read; to write is refused with the reason."""
    with Ledger(path, wall) as ledger:
        ledger.opening_balance(used(), "a test")
    real = sqlite3.connect

    def readonly(place: Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(f"{place.as_uri()}?mode=ro", uri=True, **options)
        return connection

    monkeypatch.setattr(sqlite3, "connect", readonly)
    with Ledger(path, wall) as ledger:
        assert ledger.load(STATION) is not None
        with pytest.raises(JournalError, match="readonly"):
            ledger.open_run("r1", Path("runs/r1"))
