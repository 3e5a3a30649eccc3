"""`autosynth analyze` with libraries of bands and of adsorbates."""

from pathlib import Path

import numpy as np
import pytest

from tests.autosynth.analysis.infrared.rendering import drawn, library, rendered
from tests.autosynth.analysis.sorption.rendering import bet, pressures
from tests.autosynth.cli.calling import call

SPECIES = Path(__file__).parents[3] / "protocols" / "mof" / "species"
BANDS = ("--species", SPECIES / "bands.yaml")
GASES = ("--species", SPECIES / "adsorbates.yaml")


@pytest.fixture(name="aliquots")
def series(tmp_path: Path) -> Path:
    """A folder with tables of three aliquots: before, half way, done; numbers of files do not sort as text."""
    known, rng = library(), np.random.default_rng(2)
    bench = drawn(rng, known)
    folder = tmp_path / "aliquots"
    folder.mkdir()
    for number, alpha in ((0, 0.0), (9, 0.5), (10, 1.0)):
        spectrum = rendered(bench, rng, alpha=alpha)
        rows = zip(spectrum.axis.tolist(), spectrum.absorbance.tolist(), strict=True)
        lines = ["wavenumber / 1/cm,absorbance", *(f"{x:.1f},{a:.6f}" for x, a in rows)]
        (folder / f"block{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def aif(folder: Path) -> Path:
    p = pressures()
    rows = [f"{x:.8g} {n:.8g}" for x, n in zip(p.tolist(), bet(p, 10.0, 200.0).tolist(), strict=True)]
    head = (
        "data_x\n_exptl_adsorptive N2\n_exptl_temperature 77.4\n_units_temperature K\n_units_pressure relative\n"
        "_units_loading mmol/g\n\nloop_\n_adsorp_pressure\n_adsorp_amount\n"
    )
    path = folder / "sample.aif"
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_spectra_of_a_series_are_compared_with_the_first(aliquots: Path) -> None:
    """Half way is half by the first spectrum's ratio, surer than by the library's; at the end there is a limit."""
    found = call("analyze", aliquots, *BANDS, "--series", "--json")
    assert found.code == 0
    told = found.json["samples"]
    assert [Path(each["file"]).name for each in told] == ["block0.csv", "block9.csv", "block10.csv"]
    half = told[1]["quantities"]["residual_frac"]
    assert half["value"] == pytest.approx(0.5, abs=0.02)
    assert "upper" in told[2]["quantities"]["residual_frac"]
    assert {"ratio_1725_1426", "detection_limit", "acid_frac", "unknown_frac"} <= set(told[0]["quantities"])
    alone = call("analyze", aliquots / "block9.csv", *BANDS, "--json").json["samples"][0]
    assert alone["quantities"]["residual_frac"]["sd"] > 5 * half["sd"]


def test_the_tables_for_people_fit_eighty_columns(aliquots: Path) -> None:
    """Quantities, bands with their widths, and how good the fit is."""
    found = call("analyze", aliquots / "block9.csv", *BANDS, "--expect", "washed")
    assert found.code == 0
    assert {"residual_frac", "COO_Ru2", "maximum", "chi²"} <= set(found.out.split())
    assert max(len(line) for line in found.out.splitlines() if "/block" not in line) <= 80


def test_a_bad_spectrum_does_not_hide_the_good_one(aliquots: Path) -> None:
    """It is told with its name and line, the other is analysed, and the exit code is 2."""
    bad = aliquots / "block1.csv"
    bad.write_text("wavenumber / 1/cm,absorbance\n1700,0.1\n1702,\n", encoding="utf-8")
    found = call("analyze", bad, aliquots / "block0.csv", *BANDS, "--json")
    assert found.code == 2
    assert "block1.csv:3" in found.json["samples"][0]["error"]
    assert "quantities" in found.json["samples"][1]
    assert "block1.csv:3" in call("analyze", bad, *BANDS).err


def test_an_isotherm_tells_its_areas(tmp_path: Path) -> None:
    """A file or the folder it lies in; 10 mmol/g of nitrogen cover 976 m2/g."""
    path = aif(tmp_path)
    told = call("analyze", tmp_path, *GASES, "--json").json["samples"][0]
    assert told["quantities"]["bet_area"]["value"] == pytest.approx(975.6, abs=0.5)
    assert told["quantities"]["bet_area"]["unit"] == "m2/g"
    assert {"best", "windows", "flags"} <= set(told)
    shown = call("analyze", path, *GASES)
    assert shown.code == 0
    assert "bet_area" in shown.out
    assert "windows are admissible" in shown.out


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """A missing file, a folder without data, a damaged isotherm, a band that no library has."""
    empty = tmp_path / "empty"
    empty.mkdir()
    for library_ in (BANDS, GASES):
        found = call("analyze", tmp_path / "none.dx", empty, *library_)
        assert found.code == 2
        assert "none.dx" in found.err
        assert "holds no data file" in found.err
    bad = tmp_path / "bad.aif"
    bad.write_text("data_x\n", encoding="utf-8")
    assert call("analyze", bad, *GASES, "--json").json["samples"][0]["error"].startswith(str(bad))
    assert "no adsorption branch" in call("analyze", bad, *GASES).err
    assert "gold" in call("analyze", bad, *BANDS, "--expect", "gold").err
