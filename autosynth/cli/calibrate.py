"""`autosynth calibrate`: a pump's gain and random error from weighed doses, written into the station file.

The doses are a run like any other, of a recipe made here: checked, journalled, held, recovered; balance readings are
what its operator steps ask for. What the journal says was moved is then held against what the balance says arrived.
"""

import csv
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from autosynth.analysis.gravimetry import Calibration, Density, WeighedDose, calibrate, water_density
from autosynth.cli.exits import Exit
from autosynth.cli.options import quantity, uncertain
from autosynth.cli.run import RunRequest, carry_out
from autosynth.cli.terminal import Terminal
from autosynth.cli.weighing import Balance, doses_of, recipe_of
from autosynth.contracts.calibration import PumpCalibration
from autosynth.engine.inputs import read_text, utc_now
from autosynth.engine.machine import RunState
from autosynth.engine.operator import Operator
from autosynth.errors import InputError, Problem, StateError
from autosynth.files import lines_of
from autosynth.station.calibrationtext import calibration_fields, with_calibration
from autosynth.station.drivers import device_limits
from autosynth.station.load import load_station, parse_station
from autosynth.station.model import DeviceSpec, Station
from autosynth.wire.bench import Bench

METHOD, WATER = "gravimetric", "water"
MOST_SHOWN = 200
"""So many lines that are wrong are told."""
LARGEST = 1e6
"""No dose has so many millilitres, grams or strokes."""
AMBIENT_SD_K = 1.0
"""Assumed of a temperature that is given without an uncertainty, or not at all."""


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What is to be calibrated, with what, and where the result goes."""

    station: Path
    device: str
    stock: str
    into: str
    volume_ml: float
    replicates: int
    density: Density
    balance_sd_g: float
    masses: Path | None
    out: Path | None
    runs: Path
    simulated: bool
    seed: int
    yes: bool


def calibrate_pump(request: CalibrationRequest) -> int:
    """Calibrate a pump and write the result; return 0, or 4 when the run did not come to its end.

    Raises:
        InputError: the station, the device, an option or the file of masses is wrong, or the doses cannot be made.
        AnalysisError: the readings tell no calibration.
    """
    spec = _pump(request)
    doses = _doses_from(request.masses) if request.masses else _weighed(request, spec)
    found = calibrate(doses, request.density, request.balance_sd_g)
    _show(doses, found, request, spec)
    stroke_sd = max(found.stroke_sd_ml, found.stroke_sd_sd_ml)
    relative = found.gain_sd / found.gain
    today = utc_now().date().isoformat()
    fresh = PumpCalibration(found.gain, relative, stroke_sd, today, len(doses), METHOD)
    _write(request, fresh)
    return Exit.COMPLETE


def _pump(request: CalibrationRequest) -> DeviceSpec:
    station = load_station(request.station)
    spec = station.devices.get(request.device)
    if spec is None:
        known = ", ".join(station.devices)
        raise InputError(Problem(f"the station has no device {request.device}", hint=f"it has {known}"))
    return spec


def _weighed(request: CalibrationRequest, spec: DeviceSpec) -> list[WeighedDose]:
    """Make the doses, have them weighed, and return them by the pump's nominal scale.

    Raises:
        StateError: the run did not come to its end: nothing is concluded from it.
    """
    station = load_station(request.station)
    text = recipe_of(request.device, request.stock, request.into, station, request.volume_ml, request.replicates)

    def balance(bench: Bench) -> Operator:
        return Balance(bench, request.into, request.density, request.balance_sd_g, request.seed)

    with tempfile.TemporaryDirectory(prefix="autosynth-calibrate-") as folder:
        recipe = Path(folder) / "calibration.yaml"
        recipe.write_text(text, encoding="utf-8")
        end = carry_out(
            RunRequest(
                recipe=recipe,
                station=request.station,
                settings=(),
                acknowledge=(),
                runs=request.runs,
                simulated=request.simulated,
                seed=request.seed if request.simulated else None,
                speed=None,
                faults=(),
                exit_when_held=False,
                plain=False,
                as_json=request.simulated,
                operator=balance if request.simulated else None,
            )
        )
    print(f"run folder {end.folder.path}")
    if end.state is not RunState.COMPLETE:
        msg = f"the run is {end.state.value}: nothing is concluded from it"
        raise StateError(msg)
    return doses_of(end.folder, end.history, spec.calibration.gain)


def _doses_from(path: Path) -> list[WeighedDose]:
    """Return the doses that a table lists: nominal_ml, mass_g and, if there are several to a dose, strokes.

    Raises:
        InputError: it is no such table; every line that is wrong is named.
    """
    try:
        rows = list(csv.DictReader(lines_of(read_text(path))))
    except csv.Error as error:
        raise InputError(Problem(f"{path} is no table: {error}", rule="masses")) from error
    doses: list[WeighedDose] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=2):
        try:
            doses.append(_dose(row))
        except (KeyError, TypeError, ValueError):
            hint = "the first line is nominal_ml,mass_g or nominal_ml,mass_g,strokes; the others are numbers"
            problems.append(Problem(f"{path}: line {number} is no weighed dose", hint=hint, rule="masses"))
    if problems or not rows:
        raise InputError(*(problems[:MOST_SHOWN] or [Problem(f"{path} holds no doses", rule="masses")]))
    return doses


def _dose(row: Mapping[str, str]) -> WeighedDose:
    """Return the dose of a row; ValueError for numbers that no balance and no pump can give."""
    dose = WeighedDose(float(row["nominal_ml"]), float(row["mass_g"]), int(row.get("strokes") or 1))
    if not (0.0 < dose.nominal_ml < LARGEST and abs(dose.mass_g) < LARGEST and 1 <= dose.strokes < LARGEST):
        raise ValueError(dose)
    return dose


def _show(doses: Sequence[WeighedDose], found: Calibration, request: CalibrationRequest, spec: DeviceSpec) -> None:
    table = Table("dose", "nominal", "mass", "delivered", "error", box=None, pad_edge=False)
    for number, (dose, volume) in enumerate(zip(doses, found.volumes_ml, strict=True), start=1):
        off = 100 * (volume / (found.gain * dose.nominal_ml) - 1.0)
        table.add_row(
            str(number), f"{dose.nominal_ml:.5f} mL", f"{dose.mass_g:.4f} g", f"{volume:.5f} mL", f"{off:+.2f} %"
        )
    out = Terminal()
    out.print(table)
    density = request.density
    out.print(f"density {density.value_g_ml:.5f} ± {density.sd_g_ml:.5f} g/mL, weighed in air")
    was = spec.calibration.gain
    out.print(f"gain {found.gain:.5f} ± {found.gain_sd:.5f} (was {was:.5f})")
    sd_ul, unsure_ul = 1e3 * found.stroke_sd_ml, 1e3 * found.stroke_sd_sd_ml
    out.print(f"random error of a stroke {sd_ul:.2g} ± {unsure_ul:.2g} uL")
    out.print("An open vessel loses about 1 mg of water a minute: cover it, and read the balance at once.")


def _write(request: CalibrationRequest, fresh: PumpCalibration) -> None:
    """Put the calibration into the station file, or into a copy, if that is wanted."""
    target = request.out or request.station
    fields: Mapping[str, str] = calibration_fields(fresh)
    print(f"calibration: {{{', '.join(f'{key}: {value}' for key, value in fields.items())}}}")
    if request.simulated and request.out is None:
        print("not written: it is that of a simulated pump")
        return
    if not (request.yes or request.out or _agreed(target)):
        print("not written")
        return
    text = with_calibration(read_text(request.station), str(request.station), request.device, fresh)
    parse_station(text, str(target))
    target.write_text(text, encoding="utf-8")
    print(f"written into {target}")


def _agreed(target: Path) -> bool:
    if not sys.stdin.isatty():
        print(f"nobody was asked whether to write it into {target}: add --yes")
        return False
    return input(f"Write it into {target}? [y/N] ").strip().lower() in {"y", "yes"}


def calibration_request(
    station: Path, device: str, stock: str, into: str, volume: str, replicates: int, temperature: str, density: str,
    balance: str, masses: Path | None, out: Path | None, runs: Path, *, simulated: bool, seed: int, yes: bool,
) -> CalibrationRequest:  # fmt: skip
    """Return the request that options mean.

    Raises:
        InputError: an option is no such quantity, or the liquid is not water and its density is not given.
    """
    bench = load_station(station)
    volume_ml = quantity("--volume", volume, "volume") if volume else _half_a_syringe_ml(bench, device)
    return CalibrationRequest(
        station, device, stock, into, volume_ml, replicates, _density(bench, stock, temperature, density),
        quantity("--balance", balance, "mass"), masses, out, runs, simulated, seed, yes,
    )  # fmt: skip


def _density(station: Station, stock: str, temperature: str, density: str) -> Density:
    if density:
        given = uncertain("--density", density, "density")
        return Density(given.value, given.sd)
    vessel = station.vessels.get(stock)
    if vessel is not None and vessel.solvent != WATER:
        message = f"{stock} is in {vessel.solvent}, whose density nobody knows here"
        raise InputError(Problem(message, hint="dose water, or give --density '0.7845 ± 0.0004 g/mL'", rule="option"))
    if not temperature:
        return water_density(station.ambient_c, AMBIENT_SD_K)
    given = uncertain("--temperature", temperature, "temperature")
    return water_density(given.value, given.sd or AMBIENT_SD_K)


def _half_a_syringe_ml(station: Station, device: str) -> float:
    """Return the dose that is weighed when none is given, rounded down to a microlitre: one stroke makes it."""
    syringe_ml = device_limits(station, device).syringe_ml if device in station.devices else None
    if syringe_ml is None:
        raise InputError(Problem(f"{device} is no pump with a syringe", hint="name one of the station's pumps"))
    return math.floor(500 * syringe_ml) / 1000
