"""From a table of contents to the ratio of two elements."""

from pathlib import Path

import pytest

from autosynth.analysis.composition import Content, molar_ratio
from autosynth.analysis.readers.composition import read_composition
from autosynth.errors import AnalysisError

TABLE = "element,value,sd,unit\nCu 327.393,12.71,0.10,mg/L\nRu,10.107,0.10,mg/L\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "icp.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_tells_copper_over_ruthenium(tmp_path: Path) -> None:
    """12.71 mg/L of Cu (63.546) to 10.107 of Ru (101.07) are 2 to 1, sure to the root of both relative squares."""
    found = molar_ratio(read_composition(written(tmp_path, TABLE)), "Cu", "Ru")
    assert found.value == pytest.approx(2.0, abs=0.001)
    assert found.sd == pytest.approx(2.0 * ((0.1 / 12.71) ** 2 + (0.1 / 10.107) ** 2) ** 0.5, rel=1e-3)
    assert found.upper_bound is None


def test_units_of_one_kind_are_compared_and_repeats_averaged() -> None:
    """Two equal readings are surer by the root of two; amounts need no atomic mass."""
    one = [Content("Cu", 2.0, 0.1, "mmol/L"), Content("Ru", 1000.0, 1.0, "umol/L")]
    assert molar_ratio(one, "Cu", "Ru").value == pytest.approx(2.0)
    twice = [*one, Content("Cu", 2.0, 0.1, "mmol/L")]
    assert molar_ratio(twice, "Cu", "Ru").sd == pytest.approx(molar_ratio(one, "Cu", "Ru").sd / 2**0.5, rel=1e-3)


def test_an_element_that_is_hardly_there_has_a_limit() -> None:
    """Near zero the ratio is told with a one-sided bound; a divisor near zero allows none."""
    contents = [Content("Cu", 0.01, 0.02, "mg/L"), Content("Ru", 10.0, 0.1, "mg/L")]
    found = molar_ratio(contents, "Cu", "Ru")
    assert found.upper_bound == pytest.approx(found.value + 1.645 * found.sd)
    with pytest.raises(AnalysisError, match="allows no ratio Ru/Cu"):
        molar_ratio(contents, "Ru", "Cu")


def test_what_cannot_be_compared_is_refused() -> None:
    """A missing element, a solid with a solution, a name that is none."""
    copper = Content("Cu", 1.0, 0.1, "mg/L")
    with pytest.raises(AnalysisError, match="no content of Ru"):
        molar_ratio([copper], "Cu", "Ru")
    with pytest.raises(AnalysisError, match="g/L and in g/g"):
        molar_ratio([copper, Content("Ru", 1.0, 0.1, "mg/kg")], "Cu", "Ru")
    with pytest.raises(AnalysisError, match="is no element"):
        molar_ratio([copper, Content("Xx", 1.0, 0.1, "mg/L")], "Xx", "Cu")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("12.71", "nan", r"icp\.csv:2: 'nan' is no finite number"),
        ("0.10,mg/L\nRu", "0,mg/L\nRu", r"icp\.csv:2: an uncertainty of 0"),
        ("mg/L\nRu", "ppm\nRu", r"icp\.csv:2: a unit of 'ppm'"),
        ("Ru,", "ruthenium,", r"icp\.csv:3: 'ruthenium' is no element"),
        ("Ru,10.107,0.10,mg/L", "Ru,10.107", r"icp\.csv:3: 4 cells are wanted, found 2"),
        ("element,value,sd,unit", "element,value,unit", "4|3 cells|one column sd"),
        ("element", "metal", "one column element"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """Values that are none, units that are ambiguous, missing columns, cut lines."""
    assert old in TABLE
    with pytest.raises(AnalysisError, match=complaint):
        read_composition(written(tmp_path, TABLE.replace(old, new, 1)))
