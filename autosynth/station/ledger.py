"""The station's ledger on disk: what is where, across runs, and who said so.

An append-only table: an opening balance, runs opened and closed, corrections by people. Each entry that changes what
is where carries the whole inventory, so the last of them is the present and every earlier state can be looked up. A
run that was opened and neither closed nor settled blocks the next: what it moved is not known here yet. Every entry
is one transaction, synced before the call returns.
"""

import json
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from autosynth.errors import InputError, JournalCorruptError, JournalError, LockedError, Problem, StateError
from autosynth.station.foundsolid import correct_solid, empty_jar, is_solid, solid_mg
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_from_json, inventory_to_json
from autosynth.station.ledgerentry import Entry
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station

SCHEMA = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, wall TEXT NOT NULL, run TEXT NOT NULL,
    who TEXT NOT NULL, why TEXT NOT NULL, detail TEXT NOT NULL, inventory TEXT
)"""


def ledger_path(station_file: Path) -> Path:
    """Return where the ledger of a station file lies: beside it, its name ending in .ledger.sqlite."""
    return station_file.with_name(f"{station_file.stem}.ledger.sqlite")


class Ledger:
    """The ledger of one station; close it, or use it as a context manager. One that is only read is not written to.

    Raises:
        JournalError: the file cannot be opened or is of a later version.
    """

    def __init__(self, path: Path, wall: Callable[[], datetime]) -> None:
        self._path = path
        self._wall = wall
        with self._translated():
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
            self._connection.execute("PRAGMA synchronous = FULL")
            version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in (0, SCHEMA):
                self._connection.close()
                raise JournalError(f"{path} has ledger schema {version}, this version reads {SCHEMA}")
            if version == 0:
                self._connection.execute(_TABLE)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def load(self, station: Station) -> Inventory | None:
        """Return what is where now, or None when there is no opening balance yet.

        Raises:
            InputError: the station no longer has a vessel, pump or line that holds something.
            JournalError: the file cannot be read.
            JournalCorruptError: its last inventory is none.
        """
        with self._translated():
            row = self._connection.execute(
                "SELECT seq, inventory FROM entries WHERE inventory IS NOT NULL ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        if row is None:
            return None
        with self._understood(row[0]):
            return inventory_from_json(json.loads(row[1]), station)

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, oldest first.

        Raises:
            JournalError: the file cannot be read.
            JournalCorruptError: an entry says nothing that can be understood; the message names it.
        """
        with self._translated():
            query = "SELECT seq, kind, wall, run, who, why, detail FROM entries ORDER BY seq"
            return tuple(map(self._entry, self._connection.execute(query)))

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        with self._understood(row[0]):
            return Entry.of_row(row)

    def open_runs(self) -> dict[str, str]:
        """Return the runs that were opened and neither closed nor settled: run id -> its folder.

        Raises:
            JournalError: the file cannot be read.
            JournalCorruptError: an entry says nothing that can be understood; the message names it.
        """
        runs: dict[str, str] = {}
        for entry in self.entries():
            if entry.kind == "opened":
                runs[entry.run] = entry.detail["folder"]
            elif entry.kind in ("closed", "settled"):
                runs.pop(entry.run, None)
        return runs

    def opening_balance(self, inventory: Inventory, who: str) -> None:
        """Begin (or begin anew) with what a person found to be where.

        Raises:
            LockedError: a run is open.
            InputError: `who` is empty.
            JournalError: the file cannot be written.
        """
        with self._transaction():
            self._refuse_open_run()
            self._append("opening", inventory, who=_said("who", who))

    def open_run(self, run_id: str, folder: Path, who: str = "") -> None:
        """Note that a run begins; from now on what is where is known to that run's journal only.

        Raises:
            LockedError: another run was left open; the message names it.
            JournalError: the file cannot be written.
        """
        with self._transaction():
            self._refuse_open_run()
            self._append("opened", None, run=run_id, who=who, detail={"folder": str(folder)})

    def close_run(self, run_id: str, inventory: Inventory, state: str) -> None:
        """Take over what a run left where; `state` is its final ISA-88 state.

        Raises:
            StateError: this run is not open.
            JournalError: the file cannot be written.
        """
        with self._transaction():
            self._require_open(run_id)
            self._append("closed", inventory, run=run_id, detail={"state": state})

    def settle(
        self, run_id: str, inventory: Inventory, who: str, why: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Close a run by a person's word: what is where after it, and on what grounds; `detail` goes on record too.

        Raises:
            StateError: this run is not open.
            InputError: `who` or `why` is empty.
            JournalError: the file cannot be written.
        """
        with self._transaction():
            self._require_open(run_id)
            self._append("settled", inventory, run=run_id, who=_said("who", who), why=_said("why", why), detail=detail)

    def correct(self, station: Station, vessel: str, found: Mixture, who: str, why: str) -> Inventory:
        """Replace what a vessel holds by what a person found in it, and return the inventory after that.

        Raises:
            LockedError: a run is open.
            StateError: there is no opening balance yet.
            InputError: `who` or `why` is empty, or the station has no such vessel.
            JournalError: the file cannot be written.
        """
        said = {"who": _said("who", who), "why": _said("why", why)}
        if vessel not in station.vessels:
            raise InputError(Problem(f"the station has no vessel {vessel!r}", rule="ledger"))
        with self._transaction():
            self._refuse_open_run()
            inventory = self.load(station)
            if inventory is None:
                raise StateError("the ledger has no opening balance yet: nothing can be corrected")
            detail = {"vessel": vessel, "before": inventory.content(vessel).to_json(), "after": found.to_json()}
            if vessel in station.jars:
                detail["solids"] = inventory.solids.jars[vessel].to_json()
            if vessel in station.jars and not found.volumes_ml:
                empty_jar(inventory, vessel)
            else:
                inventory.set_content(vessel, found)
            self._append("correction", inventory, **said, detail=detail)
        return inventory

    def correct_solid(self, station: Station, name: str, mass_mg: float, who: str, why: str) -> Inventory:
        """Replace the mass of a powder, or of what is in a jar, by what a person found; raises as `correct`."""
        said = {"who": _said("who", who), "why": _said("why", why)}
        if not is_solid(station, name):
            raise InputError(Problem(f"the station has no powder or jar {name!r}", rule="ledger"))
        with self._transaction():
            self._refuse_open_run()
            inventory = self.load(station)
            if inventory is None:
                raise StateError("the ledger has no opening balance yet: nothing can be corrected")
            detail = {"vessel": name, "before_mg": solid_mg(inventory, name), "after_mg": mass_mg}
            correct_solid(station, inventory, name, mass_mg)
            self._append("correction", inventory, **said, detail=detail)
        return inventory

    def copy_to(self, target: Path) -> None:
        """Write a copy to `target`: what a simulated run starts from.

        Raises:
            JournalError: it cannot be written.
        """
        with self._translated():
            copy = sqlite3.connect(target)
            try:
                self._connection.backup(copy)
            finally:
                copy.close()

    def _refuse_open_run(self) -> None:
        for run, folder in self.open_runs().items():
            raise LockedError(f"run {run} was left open ({folder}): recover it, or settle it, before anything else")

    def _require_open(self, run_id: str) -> None:
        if run_id not in self.open_runs():
            raise StateError(f"run {run_id} is not open in {self._path}")

    def _append(
        self,
        kind: str,
        inventory: Inventory | None,
        *,
        run: str = "",
        who: str = "",
        why: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        held = None if inventory is None else json.dumps(inventory_to_json(inventory))
        row = (kind, self._wall().isoformat(), run, who, why, json.dumps(dict(detail or {})), held)
        columns = "kind, wall, run, who, why, detail, inventory"
        self._connection.execute(f"INSERT INTO entries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """All or nothing, with nobody else writing meanwhile."""
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # the first error is told; of a full disk SQLite has rolled back itself
                    self._connection.rollback()
                raise

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(f"the ledger {self._path}: {error}") from error

    @contextmanager
    def _understood(self, seq: int) -> Generator[None]:
        try:
            yield
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
            how = "restore it from a copy; or move it away, and correct what a new one takes from the station file"
            msg = f"the ledger {self._path} is damaged: entry {seq} cannot be understood ({error!r}); {how}"
            raise JournalCorruptError(msg) from error


def _said(what: str, text: str) -> str:
    """Return the text of a person.

    Raises:
        InputError: it is empty.
    """
    if not text.strip():
        raise InputError(Problem(f"a ledger entry by a person needs {what}", rule="ledger"))
    return text.strip()
