"""Infrared files written by hand in every form, and broken in every way."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.analysis.readers.infrared import read_spectrum
from autosynth.analysis.readers.ordinates import read_ordinates
from autosynth.errors import AnalysisError, InputError

VALUES = (100, 150, 250, 400, 400, 400, 390, 100, -20, 5)
"""Ordinates of the file in every form, from 1700 down to 1682 in steps of 2."""
HEAD = """##TITLE= aliquot 3
##JCAMP-DX= 4.24
##DATA TYPE= INFRARED SPECTRUM
##XUNITS= 1/CM
##YUNITS= ABSORBANCE
##XFACTOR= 1.0
##YFACTOR= 0.001
##FIRSTX= 1700
##LASTX= 1682
##NPOINTS= 10
##FIRSTY= 0.1
"""
AFFN = "##XYDATA= (X++(Y..Y))\n1700 100 150 250 400 400\n1690 400 390 100 -20 5\n##END=\n"
PAC = "##XYDATA= (X++(Y..Y))\n1700+100+150+250+400+400\n1690+400+390+100-20+5\n##END=\n"
SQZ = "##XYDATA= (X++(Y..Y))\n1700A00A50B50D00D00\n1690D00C90A00b0E\n##END=\n"
DIF = "##XYDATA= (X++(Y..Y))\n1700A00N0J00J50%\n1692D00%j0k90j20K5\n##END=\n"
DUP = "##XYDATA= (X++(Y..Y))\n1700A00N0J00J50%T\n1690D00j0k90j20K5\n1682E\n##END=\n"
PAIRS = (
    "##XYPOINTS= (XY..XY)\n1700,100 1698,150; 1696,250 1694,400\n1692,400 1690,400\n"
    "1688,390 1686,100 1684,-20 1682,5\n##END=\n"
)
TABLE = "wavenumber / 1/cm,absorbance\n" + "".join(f"{1700 - 2 * i},{v / 1000}\n" for i, v in enumerate(VALUES))


def written(tmp_path: Path, text: str, name: str = "file.dx") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("mark", ["\v", "\f", "\x85", "\u2028"])
def test_a_page_feed_or_a_separator_in_a_remark_ends_no_line(tmp_path: Path, mark: str) -> None:
    """Text pasted into a table's remark may hold them: what follows is still remark, and no row."""
    text = f"# pasted{mark}from a page\n{TABLE}"
    assert read_spectrum(written(tmp_path, text, "file.csv")).axis.size == len(VALUES)


@pytest.mark.parametrize("table", [AFFN, PAC, SQZ, DIF, DUP, PAIRS], ids=["affn", "pac", "sqz", "dif", "dup", "pairs"])
def test_every_form_holds_the_same_spectrum(tmp_path: Path, table: str) -> None:
    """Ten points from 1700 down, ascending once read."""
    found = read_spectrum(written(tmp_path, HEAD + table))
    assert found.axis.tolist() == [1682.0 + 2.0 * i for i in range(10)]
    assert found.absorbance == pytest.approx(np.array(VALUES[::-1]) / 1000.0)
    assert (found.kind, found.title) == ("wavenumber", "aliquot 3")


def test_a_table_holds_the_same_spectrum(tmp_path: Path) -> None:
    """With comma, semicolon or tab, comments and quotation marks, upwards or downwards."""
    for separator in (",", ";", "\t"):
        text = "# dried\n" + TABLE.replace(",", separator).replace("absorbance", '"Absorbance"')
        found = read_spectrum(written(tmp_path, text, "file.csv"))
        assert found.absorbance == pytest.approx(np.array(VALUES[::-1]) / 1000.0)
    visible = read_spectrum(written(tmp_path, "Wavelength [nm];Absorbance\n400;0.1\n401;0.2\n", "visible.csv"))
    assert visible.kind == "wavelength"


def test_transmittance_becomes_absorbance(tmp_path: Path) -> None:
    """A tenth of the light is absorbance 1, in either format."""
    table = "wavenumber (cm-1),transmittance (%)\n1600,10\n1602,1\n"
    assert read_spectrum(written(tmp_path, table, "t.csv")).absorbance == pytest.approx([1.0, 2.0])
    text = HEAD.replace("ABSORBANCE", "TRANSMITTANCE") + AFFN.replace("-20 5", "20 5")
    assert read_spectrum(written(tmp_path, text)).absorbance[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("##END=\n", "", "is cut: it does not end"),
        ("1690 400 390 100 -20 5\n", "", "is cut: 5 of 10 points"),
        ("100 150", "100", r"file\.dx:14: begins at 1690|is cut"),
        ("100 -20 5", "100 -20 5 7", r"file\.dx:14: more than the 10 points"),
        ("100 -20 5", "100 nan 5", r"file\.dx:14: 'nan"),
        ("1690 400", "1590 400", r"file\.dx:14: begins at 1590"),
        ("100 150 250", "100 ? 250", r"file\.dx:13: '\?"),
        ("1/CM", "MICROMETERS", r"file\.dx:4: XUNITS"),
        ("ABSORBANCE", "REFLECTANCE", r"file\.dx:5: YUNITS"),
        ("INFRARED SPECTRUM", "MASS SPECTRUM", r"file\.dx:3: it holds no infrared"),
        ("NPOINTS= 10", "NPOINTS= 99999999999", "NPOINTS is 1e"),
        ("NPOINTS= 10", "NPOINTS= ten", r"file\.dx:10: NPOINTS is 'ten'"),
        ("YFACTOR= 0.001", "YFACTOR= inf", r"file\.dx:7: YFACTOR"),
        ("YFACTOR= 0.001", "YFACTOR= 1e307", "no finite number"),
        ("100 -20 5", "100 1e999 5", "no finite number"),
        ("XFACTOR= 1.0", "XFACTOR= 0", r"file\.dx:13: begins at 0"),
        ("FIRSTY= 0.1", "FIRSTY= 0.9", r"file\.dx:11: FIRSTY"),
        ("##FIRSTX= 1700\n", "", "tells no FIRSTX"),
        ("LASTX= 1682", "LASTX= 1600", r"file\.dx:14: begins at 1690"),
        ("(X++(Y..Y))", "(R++(A..A))", "is not read"),
        ("##TITLE= aliquot 3", "##TITLE= all\n##BLOCKS= 2", "several blocks"),
        ("##NPOINTS= 10", "##NPOINTS= 10\n##NPOINTS= 11", "told twice"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """Whatever is announced and not so, cut, or of another kind."""
    assert old in HEAD + AFFN
    with pytest.raises(AnalysisError, match=complaint):
        read_spectrum(written(tmp_path, (HEAD + AFFN).replace(old, new)))


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (DIF.replace("1692D00", "1692D10"), r"file\.dx:14: begins with 410, the line before ends with 400"),
        (DIF.replace("A00N0", "N0N0"), r"file\.dx:13: begins with a difference"),
        (DUP.replace("%T", "%s9999999999"), r"file\.dx:13: more than the 10 points"),
        (DUP.replace("A00N0", "T00N0"), "nothing to repeat"),
        (PAIRS.replace("1682,5", "1682"), r"file\.dx:15: a place without a value"),
        (PAIRS.replace("1696,250 ", ""), "is cut: 9 of 10"),
        (PAIRS.replace("1696,250", "1699,250"), "the axis does not go on"),
    ],
)
def test_a_damaged_packed_table_is_refused(tmp_path: Path, table: str, complaint: str) -> None:
    """Check values, repeats without end, pairs without a partner."""
    with pytest.raises(AnalysisError, match=complaint):
        read_spectrum(written(tmp_path, HEAD + table))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("wavenumber / 1/cm", "wavenumber / THz", "wavenumber in 'THz'"),
        ("absorbance", "reflectance", "one column absorbance"),
        ("wavenumber / 1/cm,absorbance\n", "", "names of columns"),
        ("1696,0.25", "1696,nan", r"file\.csv:4: 'nan' is no finite number"),
        ("1696,0.25", "1696,1e999", r"file\.csv:4: '1e999' is no finite number"),
        ("1696,0.25", "1696,low", r"file\.csv:4: 'low' is no number"),
        ("1696,0.25", "1696", r"file\.csv:4: 2 cells are wanted, found 1"),
        ("1696,0.25", "1699,0.25", r"file\.csv:4: the axis does not go on"),
        ("1696,0.25", "1698,0.25", r"file\.csv:4: the axis does not go on"),
        ("absorbance", "transmittance / 1", r"file\.csv:10: a transmittance of -0\.02"),
        ("1682,0.005", "-5,0.005", r"file\.csv:11: a wavenumber of -5"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """Wrong units, values that are none, lines that are cut, an axis that turns back."""
    assert old in TABLE
    with pytest.raises(AnalysisError, match=complaint):
        read_spectrum(written(tmp_path, TABLE.replace(old, new), "file.csv"))


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "wavenumber,absorbance\n", "wavenumber,absorbance\n1,2\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing, comments only, a header only, one point only."""
    with pytest.raises(AnalysisError, match=r"empty|no row|does not go on"):
        read_spectrum(written(tmp_path, text, "file.csv"))


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    """Before anything of it is read."""
    with pytest.raises(InputError, match="cannot read"):
        read_spectrum(tmp_path / "none.dx")
    with (tmp_path / "large.dx").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError, match="at most 67 MB"):
        read_spectrum(tmp_path / "large.dx")


def packed(values: list[int]) -> str:
    """Return numbers in difference form with repeats left out, by another route than the reader's tables."""
    squeezed = "@ABCDEFGHI", "@abcdefghi"
    changes = "%JKLMNOPQR", "%jklmnopqr"

    def coded(number: int, letters: tuple[str, str]) -> str:
        digits = str(abs(number))
        return letters[number < 0][int(digits[0])] + digits[1:]

    return coded(values[0], squeezed) + "".join(coded(b - a, changes) for a, b in pairwise(values))


@settings(deadline=None)
@given(st.lists(st.integers(-(10**7), 10**7), min_size=2, max_size=60))
def test_differences_are_added_up(values: list[int]) -> None:
    """Any whole numbers come back from the packed form."""
    found, _ = read_ordinates([(1, f"100{packed(values)}")], "x", len(values))
    assert found == [float(each) for each in values]


@settings(deadline=None)
@given(st.text(alphabet="@ABIabJjkST09.+-%? \t", max_size=60), st.integers(1, 50))
def test_any_line_is_numbers_or_an_error(text: str, most: int) -> None:
    """Nothing else can come out, and never more points than were announced."""
    try:
        found, _ = read_ordinates([(1, f"1 {text}")], "x", most)
    except AnalysisError:
        return
    assert len(found) <= most
