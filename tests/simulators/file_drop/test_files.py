"""Files say what was put in, as other programs read them: numbers come back, heads name units and instrument."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nmrglue.fileio import jcampdx

from drivers.file_drop.wholeness import fault
from tests.simulators.file_drop.exposing import ANGLES, BAND, SHOWN, WAVENUMBERS, ExposingBench

TECHNIQUES = "infrared diffraction uv_vis sorption composition mass"


def written(technique: str, suffixes: str = "", **more: Any) -> tuple[str, bytes]:
    """Return the file of a sample as it is when it is whole."""
    bench = ExposingBench({"techniques": technique, "suffixes": suffixes, "acquisition_s": 1.0})
    bench.put(0.0, technique, "run7-1", **more)
    path, content = bench.dropped(100.0)[-1]
    return path.removeprefix("device/"), content


def rows(content: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return columns of numbers."""
    return np.loadtxt(io.BytesIO(content), dtype=np.float64)


@pytest.mark.parametrize("technique", TECHNIQUES.split())
def test_every_technique_has_a_file_that_the_driver_calls_whole(technique: str) -> None:
    """Whose name is the sample's."""
    file, content = written(technique)
    assert file.startswith("run7-1.")
    assert fault(file, content) == ""


def test_a_spectrum_comes_back_from_jcamp(tmp_path: Path) -> None:
    """Another reader, made for resonances, finds the ordinates; each line's first abscissa is as counted out."""
    file, content = written("infrared")
    assert b"##DATA TYPE=INFRARED SPECTRUM\r\n" in content
    (tmp_path / file).write_bytes(content.replace(b"INFRARED SPECTRUM", b"NMR SPECTRUM"))
    labels, data = jcampdx.read(str(tmp_path / file))  # type: ignore[no-untyped-call]
    assert labels["NPOINTS"] == ["551"]
    np.testing.assert_allclose(data, BAND[::-1], atol=2e-9)
    lines = content.decode().splitlines()
    first, step = float(labels["FIRSTX"][0]), float(labels["DELTAX"][0])
    assert (first, step) == (1800.0, -2.0)
    counted = 0
    for line in lines[lines.index("##XYDATA=(X++(Y..Y))") + 1 : -1]:
        place, *ordinates = line.split()
        assert float(place) == pytest.approx(first + step * counted, abs=1e-5)
        counted += len(ordinates)
    assert counted == 551
    assert max(map(len, lines)) <= 80


def test_points_that_are_not_evenly_spaced_are_pairs() -> None:
    """What a reader could not count out is written out."""
    x = np.sort(np.random.default_rng(1).uniform(700.0, 1800.0, 20))
    _, content = written("infrared", x=x.tolist(), y=np.linspace(0.0, 1.0, 20).tolist())
    lines = content.decode().splitlines()
    pairs = [line.split(",") for line in lines[lines.index("##XYPOINTS=(XY..XY)") + 1 : -1]]
    np.testing.assert_allclose([float(place) for place, _ in pairs], x[::-1], atol=1e-6)
    assert next(int(value) for _, value in pairs) == 999_999_999


def test_a_pattern_has_counts_and_their_uncertainty() -> None:
    """And its head the wavelength, the twin's own if it says one."""
    _, content = written("diffraction", wavelength_angstrom=0.45411)
    assert b"# wavelength = 0.45411 A\n" in content
    table = rows(content)
    np.testing.assert_allclose(table[:, 0], ANGLES, atol=1e-5)
    np.testing.assert_allclose(table[:, 1], SHOWN["diffraction"]["y"], atol=1e-3)
    np.testing.assert_allclose(table[:, 2], np.sqrt(table[:, 1]), atol=1e-3)
    assert b"# wavelength = 1.54059 A\n" in written("diffraction", ".xy")[1]


def test_an_isotherm_is_an_adsorption_information_file() -> None:
    """With the names of the format's dictionary; pressures are absolute."""
    _, content = written("sorption", material="RuCu", mass_g=0.0512)
    text = content.decode()
    head, _, table = text.partition("_adsorp_amount\n")
    assert head.startswith("data_run7-1\n")
    assert head.endswith("loop_\n_adsorp_pressure\n_adsorp_p0\n")
    for line in (
        "_exptl_adsorptive 'N2'",
        "_units_pressure kPa",
        "_exptl_sample_mass 0.05120",
        "_units_loading 'cm3(STP) g-1'",
    ):
        assert f"\n{line}\n" in head
    numbers = rows(table.encode())
    np.testing.assert_allclose(numbers[:, 0] / numbers[:, 1], SHOWN["sorption"]["x"], rtol=1e-5)
    np.testing.assert_allclose(numbers[:, 2], SHOWN["sorption"]["y"], rtol=1e-5)


@pytest.mark.parametrize(("technique", "suffixes"), [("infrared", ".csv"), ("uv_vis", ".csv"), ("sorption", ".csv")])
def test_tables_have_a_head_and_two_columns(technique: str, suffixes: str) -> None:
    """Separated by commas."""
    file, content = written(technique, suffixes)
    head, *body = csv.reader(content.decode().splitlines())
    assert file == "run7-1.csv"
    assert len(head) == 2
    np.testing.assert_allclose([float(x) for x, _ in body], SHOWN[technique]["x"], rtol=1e-5)
    np.testing.assert_allclose([float(y) for _, y in body], SHOWN[technique]["y"], rtol=1e-6)


def test_contents_have_a_row_for_each_element() -> None:
    """With the standard deviation where the twin says one."""
    _, content = written("composition")
    assert content.decode().splitlines() == [
        "Sample,Element,Mean,SD,Unit",
        "run7-1,Ru,1.505,0.01505,mmol/g",
        "run7-1,Cu,3.01,0.0301,mmol/g",
    ]


def test_ascending_or_descending_gives_the_same_spectrum() -> None:
    """The software orders what the detector gives it."""
    up = written("infrared")[1]
    down = written("infrared", x=WAVENUMBERS[::-1].tolist(), y=BAND[::-1].tolist())[1]
    assert up == down
