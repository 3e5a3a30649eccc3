"""A run as tables, for notebooks: what was measured, decided, delivered and moved, as pandas DataFrames.

Everything is read from the run folder when it is first asked for; nothing is written, and a run that is going on is
read as far as it has come. Columns have their units in their names; uncertainties are standard uncertainties.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

try:
    import pandas as pd
except ImportError as error:
    message = "tables need pandas: pip install 'autosynth[notebook]'"
    raise ImportError(message) from error

from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.journal.disk import OsDisk
from autosynth.journal.event import Event
from autosynth.journal.export import read_events
from autosynth.journal.telemetryfile import TelemetryFile
from autosynth.report.charges import with_jars
from autosynth.report.jartables import (
    BLOCK_COLUMNS,
    HAND_COLUMNS,
    POWDER_COLUMNS,
    WETTING_COLUMNS,
    block_rows,
    hand_rows,
    powder_rows,
    wetting_rows,
)
from autosynth.report.summary import delivered, vessels
from autosynth.station.load import load_station

EVENT_COLUMNS = ("seq", "t_s", "kind", "action", "payload")
MEASURED_COLUMNS = ("t_s", "action", "measurement", "round", "quantity", "value", "sd", "lower", "upper", "unit")
DECIDED_COLUMNS = ("t_s", "action", "name", "condition", "round", "of", "verdict", "values")
DELIVERED_COLUMNS = (
    "reagent",
    "doses",
    "planned_ml",
    "volume_ml",
    "sd_ml",
    "amount",
    "amount_sd",
    "unit",
    "planned_mg",
    "mass_mg",
    "mass_sd_mg",
)
VESSEL_COLUMNS = ("vessel", "volume_ml", "species", "amount_mol", "concentration_mol_l", "solid_mg")
TELEMETRY_COLUMNS = ("channel", "t_s", "value")
FIT_COLUMNS = ("action", "measurement", "technique", "file")
STROKE_COLUMNS = ("seq", "t_s", "action", "device", "verb", "verdict", "moved_ml", "moved_sd_ml")


class Run:
    """One run, read from its folder."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder.path
        self._files = folder
        self._recorded = tuple(read_events(folder.journal, OsDisk()))
        self._history = History(load_station(folder.path / "station.yaml"))
        for event in self._recorded:
            self._history.apply(event)

    @property
    def id(self) -> str:
        """Return the run's id."""
        return str(self._history.meta.get("run", ""))

    @property
    def title(self) -> str:
        """Return what the recipe is called."""
        return str(self._history.meta.get("title", ""))

    @property
    def state(self) -> str:
        """Return the ISA-88 state that it is in, or ended in."""
        return self._history.state.value

    @property
    def duration_s(self) -> float:
        """Return the time of its last event, s."""
        return self._history.t_s

    @property
    def report(self) -> Path | None:
        """Return the page for people, if it was written."""
        return self._files.report if self._files.report.exists() else None

    @cached_property
    def events(self) -> pd.DataFrame:
        """Return the journal: every event in order, its payload as a mapping."""
        rows = ((each.seq, each.t_s, each.kind, each.action, each.payload) for each in self._recorded)
        return _table(rows, EVENT_COLUMNS)

    @cached_property
    def strokes(self) -> pd.DataFrame:
        """Return every stroke with how it ended; `moved_ml` is what left a syringe (negative: was drawn in)."""
        return _table(_strokes(self._recorded), STROKE_COLUMNS)

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """Return every quantity of every measurement, a row each, with its uncertainty and one-sided limits."""
        rows = (
            (
                entry["t_s"], entry["action"], name, number, quantity, estimate.get("value"), estimate.get("sd"),
                estimate.get("lower"), estimate.get("upper"), estimate.get("unit", "1"),
            )
            for name, rounds in self._history.measurements.items()
            for number, entry in enumerate(rounds, start=1)
            for quantity, estimate in entry["quantities"].items()
        )  # fmt: skip
        return _table(rows, MEASURED_COLUMNS)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Return every decision: its condition, the values it was made on, and its verdict."""
        return _table(
            (tuple(each.get(column, "") for column in DECIDED_COLUMNS) for each in self._history.decisions),
            DECIDED_COLUMNS,
        )

    @cached_property
    def deliveries(self) -> pd.DataFrame:
        """Return what was delivered of each reagent, and what was planned."""
        rows = (
            (
                reagent, each["doses"], each["planned_ml"], each["volume_ml"], each["sd_ml"], each["amount"],
                each.get("sd"), each["unit"], each.get("planned_mg"), each.get("mass_mg"), each.get("mass_sd_mg"),
            )
            for reagent, each in with_jars(delivered(self._history), self._history).items()
        )  # fmt: skip
        return _table(rows, DELIVERED_COLUMNS)

    @cached_property
    def vessels(self) -> pd.DataFrame:
        """Return what the ledger says is in every vessel that holds something, a row a species (as charged)."""
        return _table(_contents(vessels(self._history)), VESSEL_COLUMNS)

    @cached_property
    def telemetry(self) -> pd.DataFrame:
        """Return every sensor reading; empty where none was kept."""
        return _table(self._readings(), TELEMETRY_COLUMNS)

    @cached_property
    def fits(self) -> pd.DataFrame:
        """Return which fitted curves were kept; `spectra` has the curves themselves."""
        rows = (
            (entry["action"], name, str(entry.get("technique", "voltammetry")), str(each["file"]))
            for name, rounds in self._history.measurements.items()
            for entry in rounds
            for each in entry.get("fits", ())
        )
        return _table(rows, FIT_COLUMNS)

    @cached_property
    def spectra(self) -> dict[str, pd.DataFrame]:
        """Return the kept curves of each fit by its file: measured, fitted, baseline, and each species' part."""
        return {str(file): pd.read_csv(self.folder / str(file), sep="\t") for file in self.fits["file"]}

    def curves(self, technique: str) -> dict[str, pd.DataFrame]:
        """Return the kept curves of one technique by file: "infrared", "diffraction", "sorption", "uv_vis", "nmr".

        Columns are the axis, signal, fit, baseline and each component (band, phase or model).
        """
        chosen = self.fits[self.fits["technique"] == technique]["file"]
        return {str(file): self.spectra[str(file)] for file in chosen}

    @cached_property
    def powders(self) -> pd.DataFrame:
        """Return every dose of powder: what was planned and weighed in, and the amount of what it is."""
        return _table(powder_rows(self._history), POWDER_COLUMNS)

    @cached_property
    def wettings(self) -> pd.DataFrame:
        """Return the liquid of every milling: planned, pushed, and per mass of solid (mL/g is µL/mg)."""
        return _table(wetting_rows(self._history), WETTING_COLUMNS)

    @cached_property
    def milling(self) -> pd.DataFrame:
        """Return every block of milling as it was booked: when, how fast, how long, and what it brought (J/g)."""
        return _table(block_rows(self._history), BLOCK_COLUMNS)

    @cached_property
    def hands(self) -> pd.DataFrame:
        """Return what people have done to jars, when and who."""
        return _table(hand_rows(self._history), HAND_COLUMNS)

    def _readings(self) -> Iterable[tuple[str, float, float]]:
        if not self._files.telemetry.exists():
            return
        file = TelemetryFile.read(self._files.telemetry, OsDisk())
        try:
            for channel in file.channels():
                times, values = file.samples(channel, float("-inf"), float("inf"))
                yield from ((channel, float(t_s), float(value)) for t_s, value in zip(times, values, strict=True))
        finally:
            file.close()

    def __repr__(self) -> str:
        return f"<Run {self.id}: {self.title}, {self.state} after {self.duration_s:.0f} s>"

    def _repr_html_(self) -> str:
        """Return the run for a notebook's cell: its heading, deliveries and last values."""
        newest = self.measurements.groupby(["measurement", "quantity"], sort=False).tail(1)
        parts = [
            ("Delivered", self.deliveries),
            ("Milling", self.milling),
            ("Last values", newest),
            ("Decisions", self.decisions),
        ]
        tables = "".join(
            f"<h4>{name}</h4>{table.to_html(index=False, float_format='{:.4g}'.format)}"
            for name, table in parts
            if len(table)
        )
        head = f"<b>{escape(self.title)}</b> {escape(self.id)}: {escape(self.state)} after {self.duration_s:.0f} s"
        return f"<div>{head}{tables}</div>"


def open_run(run: str, runs: Path) -> Run:
    """Return a run by its folder, its id, part of its name, or `last`.

    Raises:
        InputError: no run, or several, fit; or its station file no longer reads.
        JournalError, JournalCorruptError: its record cannot be read, or does not verify.
    """
    return Run(RunFolder.find(run, runs))


def _strokes(events: Iterable[Event]) -> Iterable[tuple[Any, ...]]:
    """Yield each intent with the last that is known of its outcome."""
    intents: dict[int, Event] = {}
    outcomes: dict[int, Mapping[str, Any]] = {}
    for event in events:
        if event.kind == "intent":
            intents[event.seq] = event
        elif event.kind in {"outcome", "settled"} and "intent" in event.payload:
            outcomes[int(event.payload["intent"])] = event.payload
    for seq, intent in intents.items():
        found = outcomes.get(seq)
        verdict = "open" if found is None else str(found.get("verdict", "done"))
        moved = (None, None) if found is None else (found.get("moved_ml"), found.get("moved_sd_ml"))
        yield (
            seq,
            intent.t_s,
            intent.action,
            intent.payload["device"],
            intent.payload["stroke"]["verb"],
            verdict,
            *moved,
        )


def _contents(held: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[Any, ...]]:
    for vessel, each in held.items():
        volume_ml = float(each["volume_ml"])
        amounts: Mapping[str, float] = each.get("amounts_mol", {})
        solid_mg = each.get("solid_mg")
        for species, amount_mol in amounts.items():
            yield vessel, volume_ml, species, amount_mol, _per_litre(amount_mol, volume_ml), solid_mg
        if not amounts:
            yield vessel, volume_ml, "", None, None, solid_mg


def _per_litre(amount_mol: float, volume_ml: float) -> float | None:
    return amount_mol / volume_ml * 1e3 if volume_ml > 0 else None


def _table(rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))
