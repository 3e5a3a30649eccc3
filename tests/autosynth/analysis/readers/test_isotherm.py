"""Adsorption information files written by hand, whole and broken."""

from pathlib import Path

import pytest

from autosynth.analysis.readers.isotherm import is_isotherm, read_isotherm
from autosynth.errors import AnalysisError, InputError

TEXT = """data_sample
_audit_aif_version 'd546195'
_exptl_adsorptive N2
_exptl_temperature 77.0
_adsnt_material_id 'Ru2Cu4 batch 7'
_units_temperature K
_units_pressure kPa
_units_loading 'cm^3(STP) g^-1'

loop_
_adsorp_pressure
_adsorp_p0
_adsorp_amount
0.1 100.0 22.41397
1.0 100.0 224.1397   # a note
10 1e2 448.2794

loop_
_desorp_pressure
_desorp_amount
10 448
1 300
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.aif"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_adsorption_branch_is_read(tmp_path: Path) -> None:
    """Pressures become relative, loadings mmol/g; desorption is passed over."""
    path = written(tmp_path, TEXT)
    found = read_isotherm(path)
    assert found.pressure == pytest.approx([0.001, 0.01, 0.1])
    assert found.loading == pytest.approx([1.0, 10.0, 20.0])
    assert (found.adsorptive, found.temperature_k, found.title) == ("N2", 77.0, "Ru2Cu4 batch 7")
    assert is_isotherm(path)


@pytest.mark.parametrize("unit", ["'ml(STP) g-1'", "cm3(STP)/g", "'cm³(STP) g^-1'"])
def test_a_unit_has_many_spellings(tmp_path: Path, unit: str) -> None:
    """As instruments' makers write it."""
    assert read_isotherm(written(tmp_path, TEXT.replace("'cm^3(STP) g^-1'", unit))).loading[0] == pytest.approx(1.0)


def test_relative_pressures_need_no_saturation(tmp_path: Path) -> None:
    """Where the file says that they are relative; in kPa alone they are refused."""
    bare = TEXT.replace("_adsorp_p0\n", "").replace(" 100.0 ", " ").replace(" 1e2 ", " ").replace("10 448.", "11 448.")
    assert read_isotherm(written(tmp_path, bare.replace("kPa", "relative"))).pressure[-1] == 11.0
    assert read_isotherm(written(tmp_path, "_exptl_p0 100\n" + bare)).pressure[-1] == pytest.approx(0.11)
    with pytest.raises(AnalysisError, match="pressures in kpa without _adsorp_p0"):
        read_isotherm(written(tmp_path, bare))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("1.0 100.0 224.1397", "1.0 100.0", r"file\.aif:15: 3 values are wanted, found 2"),
        ("1.0 100.0 224.1397", "1.0 100.0 nan", r"file\.aif:15: 'nan', a finite number"),
        ("1.0 100.0 224.1397", "1.0 100.0 many", r"file\.aif:15: 'many'"),
        ("1.0 100.0 224.1397", "0.05 100.0 224.1397", r"file\.aif:15: the pressure does not rise"),
        ("'cm^3(STP) g^-1'", "cm3/g", "_units_loading is 'cm3/g'"),
        ("'cm^3(STP) g^-1'", "'cm^3(STP", r"file\.aif:8: .* does not end"),
        ("_exptl_adsorptive N2\n", "", "tells no _exptl_adsorptive"),
        ("_exptl_temperature 77.0\n", "", "tells no _exptl_temperature"),
        ("_units_temperature K", "_units_temperature F", "K or °C"),
        ("_adsorp_amount", "_adsorp_enthalpy", "no loop with _adsorp_amount"),
        ("_adsorp_pressure", "_adsorp_time", "has no _adsorp_pressure"),
        ("_audit_aif", "stray _audit_aif", r"file\.aif:2: .* belongs to no key"),
        ("10 1e2 448.2794\n", "10 0 448.2794\n", r"file\.aif:16: a saturation pressure of 0"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """Cut lines, values that are none, unknown units, missing keys."""
    assert old in TEXT
    with pytest.raises(AnalysisError, match=complaint):
        read_isotherm(written(tmp_path, TEXT.replace(old, new, 1)))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(InputError, match="cannot read"):
        read_isotherm(tmp_path / "none.aif")
