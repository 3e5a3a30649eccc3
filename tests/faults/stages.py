"""What the faults strike: short recipes on the benches of the protocol, and when each device is in which state.

Solvent only where nothing is measured, so that no chemistry costs time. A plan is made once and played many times.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from autosynth.analysis.lines import load_lines
from autosynth.engine.run import RunSetup
from tests.autosynth.engine import milling_bench
from tests.autosynth.engine.bench_run import prepare

PROTOCOLS = Path(__file__).parents[2] / "protocols"
POM, POTS = PROTOCOLS / "pom", PROTOCOLS / "nanoparticles"
MILLING = Path(__file__).parents[1] / "stations"
DOSE = "- add: {reagent: acetone, to: reactor, volume: 0.8 mL, rate: 5 mL/min}\n"
REST = "- wait: {for: 20 s, tolerance: 3 h}\n"
SCAN = (
    "- measure: {voltammetry: {begin: 0 V, vertex1: -0.4 V, vertex2: 0 V, step: 10 mV, rate: 100 mV/s, range: 1 mA, "
    "quiet: 5 s}, of: reactor, sample: SAMPLE, in: cell, as: NAME, species: [Mn_free], scans_at_most: 1}\n"
)
BLOCK = (
    "- measure: {nmr: {nucleus: 31P, scans: 8, repetition: 2 s, acquisition: 1.6 s}, of: reactor, sample: 0.6 mL, "
    "in: tubes, as: p31, species: [lanthanide], scans_at_most: 8, until: {ML2: 0.1 %}}\n"
)
SWEPT = """\
- stir: {vessel: pot, speed: 800 rpm}
- add: {reagent: water, to: pot, volume: 2 mL, rate: 5 mL/min}
- sweep: {vessel: pot, gas: N2, flow: 800 mL/min}
- add: {reagent: hydride, to: pot, volume: 0.5 mL, rate: 0.5 mL/min}
- wait: {for: 20 s, tolerance: 3 h}
"""
"""Borohydride under a sweep: what watches the sweep is at work."""
SAID = {"H2-DOSE": "bottle and quench stand open under the hood", "H2-STOCK": "made ten minutes ago"}
"""What only a person knows of it."""
AWAITED = milling_bench.MEASURE.replace("infrared: {}", "infrared: {wait: 20 min}")
SOLVENT = "needs: {reactor: stirred_vessel}\nreagents: {acetone: {}}"
MEASURED = "needs: {reactor: stirred_vessel, cell: measuring_cell}\nreagents: {acetone: {}}"


@dataclass(frozen=True, slots=True)
class Stage:
    """A recipe on a station, with the library that its analysis needs."""

    station: str
    head: str
    steps: str
    library: str = ""
    folder: Path = POM
    vessel: str = "reactor"
    """Which vessel's content is compared with the ledger's."""


STAGES: Mapping[str, Stage] = {
    "doses": Stage(
        "station.yaml",
        SOLVENT,
        DOSE
        + "- stir: {vessel: reactor, speed: 300 rpm}\n- heat: {vessel: reactor, to: 30 °C, within: 5 min}\n"
        + DOSE
        + REST
        + DOSE,
    ),
    "emstat": Stage("station.yaml", MEASURED, DOSE + REST + SCAN.replace("SAMPLE", "0.4 mL").replace("NAME", "cv")),
    "sourcemeter": Stage(
        "station.yaml", MEASURED, DOSE + DOSE + REST + SCAN.replace("SAMPLE", "1 mL").replace("NAME", "cv")
    ),
    "nmr": Stage(
        "station_nmr.yaml",
        "needs: {reactor: stirred_vessel, tubes: nmr_tube_rack}\nreagents: {P2W17: {}}",
        "- add: {reagent: P2W17, to: reactor, volume: 4 mL, rate: 10 mL/min}\n" + REST + BLOCK,
        "pom_b.yaml",
    ),
    "milling": Stage("milling.yaml", milling_bench.HEAD, milling_bench.DOSE + milling_bench.SHORT, folder=MILLING),
    "swept": Stage(
        "station.yaml",
        "needs: {pot: swept_pot}\nreagents: {water: {}, hydride: {species: NaBH4}}",
        SWEPT,
        folder=POTS,
        vessel="pot",
    ),
    "files": Stage("milling.yaml", milling_bench.HEAD, milling_bench.DOSE + AWAITED, folder=MILLING),
}


@cache
def staged(name: str) -> RunSetup:
    """Return what a run of a stage is started from; bench and folder are each cell's own."""
    stage = STAGES[name]
    station = stage.folder / stage.station
    with tempfile.TemporaryDirectory() as folder:
        if name == "sourcemeter":
            text = station.read_text(encoding="utf-8").replace("roles: {cell: cell,", "roles: {cell: cell_2,")
            station = Path(folder) / stage.station
            station.write_text(text, encoding="utf-8")
        lab = prepare(Path(folder), stage.steps, station=station, head=stage.head, acknowledgements=SAID)
    lab.plan.require_accepted()
    return replace(lab.setup, library=load_lines(POM / "species" / stage.library) if stage.library else None)


@dataclass(frozen=True, slots=True)
class Moment:
    """A device in a state: in which stage it is, and how its truth shows it.

    Attributes:
        after: The action that has to be under way or done, by its number in the recipe.
        still_s: For how long it has to have been so.
        of: The device whose truth shows it, when that is another.
    """

    stage: str
    shown: Callable[[Mapping[str, Any]], bool]
    after: str
    still_s: float = 0.0
    of: str = ""


Truth = Mapping[str, Any]
START, IDLE, MOVING, ACQUIRING, MILLS, DOSES = "start", "idle", "moving", "acquiring", "milling", "dosing"
SETS, SWEEPS = "setting", "sweeping"


def _off(truth: Truth) -> bool:
    return not truth["heating"] and not truth["stirring"]


def _rests(truth: Truth) -> bool:
    return not truth["running"] and truth["jar_hz"] == 0.0


def _mills(truth: Truth) -> bool:
    return bool(truth["running"] and truth["jar_hz"] > 29.0)


MOMENTS: Mapping[tuple[str, str], Moment] = {
    ("pump", IDLE): Moment("doses", lambda truth: not truth["moving"] and truth["initialised"], "5", 1.0),
    ("pump", MOVING): Moment("doses", lambda truth: truth["moving"] and truth["port"] == "9", "4", 2.0),
    ("selector", IDLE): Moment("sourcemeter", lambda truth: not truth["turning"] and truth["homed"], "3", 1.0),
    ("selector", MOVING): Moment("sourcemeter", lambda truth: truth["turning"], "4", 0.3),
    ("hotplate", IDLE): Moment("doses", _off, "1", 1.0),
    ("hotplate", MOVING): Moment("doses", lambda truth: truth["heating"] and truth["stirring"], "4", 2.0),
    ("potentiostat", IDLE): Moment("emstat", lambda truth: not truth["running"], "2", 1.0),
    ("potentiostat", ACQUIRING): Moment("emstat", lambda truth: truth["running"] and truth["cell_on"], "3", 7.0),
    ("smu", IDLE): Moment("sourcemeter", lambda truth: not truth["sweeping"], "3", 1.0),
    ("smu", ACQUIRING): Moment("sourcemeter", lambda truth: truth["sweeping"], "4", 2.0),
    ("carousel", IDLE): Moment("nmr", lambda truth: truth["state"] == "Idle" and truth["inserted"], "3", 1.0),
    ("carousel", MOVING): Moment("nmr", lambda truth: truth["state"] == "Run", "3", 0.3),
    ("spinsolve", IDLE): Moment("nmr", lambda truth: truth["running"] is None, "2", 1.0),
    ("spinsolve", ACQUIRING): Moment("nmr", lambda truth: bool(truth["running"]), "3", 5.0),
    ("mill", IDLE): Moment("milling", _rests, "1", 1.0),
    ("mill", MILLS): Moment("milling", _mills, "2", 5.0),
    ("guard", IDLE): Moment("milling", _rests, "1", 1.0, "mill"),
    ("guard", MILLS): Moment("milling", _mills, "2", 5.0, "mill"),
    ("balance", IDLE): Moment("milling", lambda truth: not truth["dosing"], "1", 30.0),
    ("balance", DOSES): Moment("milling", lambda truth: truth["dosing"], "1", 15.0),
    ("feed", IDLE): Moment("milling", lambda truth: truth["status"] in "SP", "1", 1.0),
    ("feed", MOVING): Moment("milling", lambda truth: truth["status"] == "I", "2", 3.0),
    ("sweep", IDLE): Moment("swept", lambda truth: truth["target_ml_min"] == 0.0, "2", 1.0),
    ("sweep", SETS): Moment("swept", lambda truth: truth["target_ml_min"] == 800.0, "3"),
    ("sweep", SWEEPS): Moment("swept", lambda truth: truth["target_ml_min"] == 800.0, "4", 20.0),
    ("infrared", IDLE): Moment("files", lambda truth: truth["measuring"] is None, "1", 1.0),
    ("infrared", ACQUIRING): Moment("files", lambda truth: truth["measuring"] is not None, "2", 100.0),
}
"""(device, state) -> when it is so."""
