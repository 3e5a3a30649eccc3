"""`autosynth calibrate`: weighed doses on the simulated bench, readings from a file, and what is written where."""

import re
import shutil
from pathlib import Path

import pytest

from autosynth.engine.bench import open_simulated
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from tests.autosynth.cli.calling import Called, call

EXAMPLE = Path(__file__).parents[3] / "docs/examples/station.yaml"
ACETONE = ("--stock", "acetone", "--into", "vial", "--volume", "0.3 mL", "--density", "0.7845 ± 0.0004 g/mL")
WATER = ("--stock", "acetone", "--into", "vial", "--volume", "0.3 mL", "--temperature", "22 °C ± 0.5 °C")


@pytest.fixture
def station(tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path / "station.yaml"))


def calibrated(station: Path, *options: str | Path) -> Called:
    return call("calibrate", station, "pump", *options, "--runs", station.parent / "runs")


def gain_of(printed: str) -> tuple[float, float]:
    """Return the gain that was found and its standard uncertainty."""
    match = re.search(r"^gain ([0-9.]+) ± ([0-9.]+)", printed, re.MULTILINE)
    assert match is not None
    return float(match[1]), float(match[2])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_hidden_gain_of_the_simulated_pump_is_found(station: Path, seed: int) -> None:
    """Within three standard uncertainties, which are below a thousandth; the station's own file is left alone."""
    before = station.read_text()
    found = calibrated(station, *ACETONE, "--sim", "--seed", str(seed))
    assert found.code == 0
    described = load_station(station)
    bench = open_simulated(bench_description(described, Inventory.full(described)), seed, ())
    true_gain = float(bench.truth()["devices"]["pump"]["gain"])
    gain, sd = gain_of(found.out)
    assert abs(gain - true_gain) < 3 * sd
    assert sd < 1e-3
    assert "not written" in found.out
    assert station.read_text() == before


def test_what_was_found_is_written_and_used(station: Path) -> None:
    """A copy bears gain, date, replicates and method; a second calibration with it finds the same gain again."""
    copy = station.parent / "copy.yaml"
    first = calibrated(station, *ACETONE, "--sim", "--out", copy)
    written = load_station(copy).devices["pump"].calibration
    assert written.gain == pytest.approx(gain_of(first.out)[0], abs=1e-5)
    assert (written.replicates, written.method) == (10, "gravimetric")
    again = call("calibrate", copy, "pump", *ACETONE, "--sim", "--seed", "0", "--runs", station.parent / "runs")
    assert f"(was {written.gain:.5f})" in again.out
    assert gain_of(again.out)[0] == pytest.approx(written.gain, abs=3 * gain_of(again.out)[1])


def test_the_doses_are_a_run_with_a_journal(station: Path) -> None:
    """Every stroke of it is on record, and its report can be made."""
    calibrated(station, *ACETONE, "--sim", "--replicates", "3")
    shown = call("show", "last", "--verify", "--json", "--runs", station.parent / "runs").json
    assert (shown["state"], shown["verified"]) == ("COMPLETE", True)
    assert shown["title"] == "Calibration of pump"


def test_readings_of_a_file_move_nothing(station: Path) -> None:
    """A table of doses that were weighed before is enough; water's density comes from its temperature."""
    text = station.read_text().replace("solvent: acetone, volume: 250 mL", "solvent: water, volume: 250 mL")
    station.write_text(text)
    table = station.parent / "masses.csv"
    table.write_text("nominal_ml,mass_g\n0.5,0.4990\n0.5,0.4985\n0.5,0.4995\n0.5,0.4988\n")
    found = calibrated(station, *WATER, "--masses", table, "--yes")
    assert found.code == 0
    volume_ml = 0.49895 * (1 - 0.0012 / 8.0) / (0.99777 - 0.0012)  # mean weight, in air, at 22 °C
    assert gain_of(found.out)[0] == pytest.approx(volume_ml / 0.5, abs=3e-5)
    assert load_station(station).devices["pump"].calibration.replicates == 4
    assert not (station.parent / "runs").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--stock", "acetone", "--into", "vial"), "whose density nobody knows"),
        ((*ACETONE[:-1], "7 g"), "density"),
        (("--stock", "acetoen", "--into", "vial", "--density", "0.78 g/mL"), "did you mean acetone?"),
        (("--stock", "acetone", "--into", "vail", "--density", "0.78 g/mL"), "did you mean vial?"),
        ((*ACETONE, "--volume", "5"), "no unit"),
        ((*ACETONE, "--volume", "3 mL"), "vial"),
    ],
)
def test_wrong_options_say_what_is_wrong(station: Path, options: tuple[str, ...], said: str) -> None:
    """Exit 2 and a sentence; nothing has moved."""
    found = calibrated(station, *options, "--sim")
    assert (found.code, said in found.err) == (2, True), found.err


def test_another_device_than_a_pump_is_refused(station: Path) -> None:
    """A hotplate has no syringe, and what is not there is answered with what is."""
    refused = call("calibrate", station, "hotplate", *ACETONE[:4], *ACETONE[6:], "--sim")
    assert (refused.code, "no pump" in refused.err) == (2, True)
    missing = call("calibrate", station, "pmup", *ACETONE, "--sim")
    assert (missing.code, "it has pump" in missing.err) == (2, True)


def test_a_table_that_is_none_names_its_lines(station: Path) -> None:
    """Each line that is no dose is named; an empty table is one too."""
    table = station.parent / "masses.csv"
    table.write_text("nominal_ml,mass_g\n0.5,x\n0.5,0.4\n,\n")
    found = calibrated(station, *ACETONE, "--masses", table)
    assert found.code == 2
    assert "line 2" in found.err
    assert "line 4" in found.err
