"""The benches that a campaign's runs are made on: a simulated one, anew for each run, or the station itself."""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autosynth.campaign.performer import Changed, RunOrder
from autosynth.campaign.vials import VialChange, renew
from autosynth.cli.recover import recover_folder
from autosynth.cli.run import RunRequest, report_of, run_real_station, run_simulated
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import ledger_inventory, utc_now
from autosynth.engine.run import RunEnd, new_run_id
from autosynth.errors import StateError
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from autosynth.station.mixture import Mixture

Ask = Callable[[str], str | None]
"""Asks a person at the terminal; None when there is nobody."""


class SimulatedBenches:
    """Each run has a bench of its own, in the state in which the last one left its bench, as if switched off between.

    So a run that was cut off begins again exactly as it began, and one seed gives one campaign, bit for bit.
    """

    simulated = True

    def __init__(self, request: RunRequest, speed: float | None, seed: int, inventory: Inventory) -> None:
        self._request = request
        self._speed = speed
        self._seed = seed
        self._inventory = inventory

    def inventory(self) -> Inventory:
        """Return what is where now."""
        return self._inventory.copy()

    def run_id(self, seed: int) -> str:
        """Return the id that a run's seed gives it."""
        return new_run_id(seed)

    def perform(self, order: RunOrder) -> RunEnd:
        """Make a run; raises as the engine does."""
        request = replace(self._request, seed=order.seed, runs=order.runs)
        end = run_simulated(request, order.inputs, self._speed)
        self._inventory = end.history.inventory.copy()
        return end

    def recover(self, run_id: str, folder: Path) -> RunEnd | None:
        """Return None: its bench died with its process."""
        del run_id, folder
        return None

    def change(self, change: VialChange, number: int) -> Changed:
        """Change vials as a simulated operator does: a little early or late by the seed."""
        chance = random.Random(f"{self._seed} vials {number}")
        renew(self._inventory, change)
        return Changed("simulated operator", change.likely_s * chance.uniform(0.8, 1.2))


class StationBench:
    """The station itself; its ledger knows what is where, and is corrected when a person has changed vials."""

    simulated = False

    def __init__(self, request: RunRequest, file: Path, who: str, ask: Ask) -> None:
        self._request = request
        self._file = file
        self._who = who
        self._ask = ask

    def inventory(self) -> Inventory:
        """Return what the station's ledger says is where."""
        return ledger_inventory(load_station(self._file), self._file)

    def run_id(self, seed: int) -> str:
        """Return a new id of the system's."""
        del seed
        return new_run_id(None)

    def perform(self, order: RunOrder) -> RunEnd:
        """Make a run; raises as the engine does."""
        settings = tuple(f"{name}={value}" for name, value in order.settings.items())
        request = replace(self._request, settings=settings, runs=order.runs)
        end = run_real_station(request, order.inputs, order.run)
        report_of(end.folder)
        return end

    def recover(self, run_id: str, folder: Path) -> RunEnd | None:
        """Go on with a run; None when nothing had moved before its process died; raises as `recover` does."""
        if not RunFolder(folder).journal.exists():
            return None
        quiet, leave = self._request.as_json, self._request.exit_when_held
        try:
            found = recover_folder(RunFolder(folder), plain=self._request.plain, quiet=quiet, leave_when_held=leave)
        except StateError as error:
            if "run it again" in str(error):
                return None
            raise
        report_of(found.end.folder)
        return found.end

    def change(self, change: VialChange, number: int) -> Changed | None:
        """Ask a person to change vials, and correct the ledger when they have."""
        began = time.monotonic()
        if self._ask(f"{change.prompt}. Enter when it is done") is None:
            return None
        station = load_station(self._file)
        with Ledger(ledger_path(self._file), utc_now) as ledger:
            if ledger.load(station) is None:
                ledger.opening_balance(Inventory.full(station), "declared in the station file")
            for place in change.places:
                ledger.correct(station, place, Mixture(), self._who, f"vials changed, {number}")
        return Changed(self._who, time.monotonic() - began)


def ask_at_terminal(prompt: str) -> str | None:
    """Ask a person; None when standard input is no terminal, or they leave."""
    if not sys.stdin.isatty():
        return None
    try:
        return input(f"{prompt}: ")
    except EOFError:
        return None
