"""Whole files pass; cut, empty, foreign ones are told, and the message says what is wrong."""

import re

import pytest

from drivers.file_drop.wholeness import KINDS, fault
from tests.drivers.file_drop.texts import AIF, CSV, ICP, JCAMP, MZML, WHOLE, XY, XYE


@pytest.mark.parametrize("file", WHOLE)
def test_a_whole_file_has_no_fault(file: str) -> None:
    """Each kind, with either line end."""
    assert fault(file, WHOLE[file]) == ""


@pytest.mark.parametrize("file", WHOLE)
def test_a_file_cut_within_a_line_is_told(file: str) -> None:
    """Wherever its last line breaks off, however little is missing; JCAMP-DX and XML even at the end of a line."""
    content = WHOLE[file]
    for cut in range(1, len(content.rstrip())):
        part = content[:cut]
        if file.endswith(("dx", "jdx", "mzml")) or not part.endswith(b"\n"):
            assert fault(file, part), cut


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("a.dx", b"", "is empty"),
        ("a.dx", b" \r\n", "is empty"),
        ("a.dx", b"\x0a\x0a\xfe\xfe\x00\x01", "is no text"),
        ("a.dx", CSV, "does not begin with ##TITLE="),
        ("a.dx", JCAMP.replace(b"##XYDATA=(X++(Y..Y))", b"##NOTHING="), "has no data"),
        ("a.dx", JCAMP.replace(b"##END=\n", b""), "does not end with ##END="),
        ("a.dx", JCAMP + b"1790 3", "does not end with ##END="),
        ("b.xye", XY, "2 columns of numbers instead of 3"),
        ("b.xy", b"Sample;Unit\nRu;%\n", "no rows of numbers"),
        ("b.xye", XYE + b"3.406 11\n", "in line 5 '3.406 11' instead of 3 numbers"),
        ("b.xye", XYE + b"end of file\n", "in line 5 'end of file'"),
        ("c.csv", b"Wavelength (nm),Abs\n", "no row below its head"),
        ("c.csv", CSV + b"443\n", "1 instead of 2 columns"),
        ("c.csv", CSV + b"443,\n", "nothing in the last column"),
        ("c.csv", CSV + b'"443,0.4\n', "1 instead of 2 columns|cannot be read"),
        ("c.csv", b"one\ntwo\n", "one column only"),
        ("d.csv", ICP + b"run7,Cl,,,mg/kg\n", "no number in its last row"),
        ("e.aif", CSV, "does not begin with data_"),
        ("e.aif", AIF.replace(b"_adsorp_pressure", b"_other"), "no loop with _adsorp_pressure"),
        ("e.aif", AIF + b"20.2 101.3\n", "11 values for 3 columns"),
        ("e.aif", AIF + b"20.2 101.3 n.a.\n", "'n.a.' instead of a number"),
        ("e.aif", AIF[: AIF.index(b"0.02")], "no adsorption data"),
        ("f.mzml", CSV, "no whole XML"),
        ("f.mzml", b"<html><body/></html>\n", "begins with <html>"),
        ("f.mzml", MZML.replace(b"</mzML>", b""), "no whole XML"),
        ("f.mzml", b'<!DOCTYPE mzML [<!ENTITY a "b">]>' + MZML[MZML.index(b"<mzML") :], "document type or entities"),
        ("f.mzml", b"<mzML><run/></mzML>\n", "has no spectrum"),
        ("f.mzml", b"<mzML><spectrum><binary/></spectrum></mzML>\n", "spectra without data"),
        ("e.spa", CSV, "is none of .dx"),
        ("nothing", CSV, "is none of .dx"),
    ],
)
def test_what_is_wrong_is_said(file: str, content: bytes, complaint: str) -> None:
    """One thing for each file."""
    assert re.search(complaint, fault(file, content)), fault(file, content)


MARKS = (b"\x0b", b"\x0c", b"\x1c", b"\x1d", b"\x1e", b"\x85", b"\xc3\x85", b"\xe2\x80\xa8", b"\r")


@pytest.mark.parametrize("mark", MARKS)
def test_nothing_else_ends_a_line(mark: bytes) -> None:
    """A remark goes on after it, and so does a name in a table."""
    assert fault("b.xy", b"# measured" + mark + b"again\n" + XY) == ""
    assert fault("e.aif", AIF.replace(b"data_", b"# of" + mark + b"loop_ that is none\ndata_", 1)) == ""
    if mark != b"\r":
        assert fault("c.csv", CSV + b"443,0.4,of" + mark + b"x\n") == "has 3 instead of 2 columns in its last row"


def test_a_table_with_line_ends_of_old_is_not_taken_for_one_line() -> None:
    """Nobody writes it; it is told."""
    assert fault("b.xy", XY.replace(b"\n", b"\r")) == "has no rows of numbers"
    assert fault("b.xy", b"3.4 1\r3.5 2\r") == "breaks off in its last line"


@pytest.mark.parametrize("file", [each for each in WHOLE if b"\r" not in WHOLE[each]])
def test_a_line_may_end_in_two_characters(file: str) -> None:
    """Half of them is no end."""
    content = WHOLE[file].replace(b"\n", b"\r\n")
    assert fault(file, content) == ""
    assert file.endswith("dx") or fault(file, content[:-1]) == "breaks off in its last line"


def test_software_that_never_ends_its_last_line_can_be_lived_with() -> None:
    """Where the station says so; a row that is too short is still told."""
    assert fault("c.csv", CSV.rstrip()) == "breaks off in its last line"
    assert fault("c.csv", CSV.rstrip(), ended=False) == ""
    assert fault("c.csv", CSV + b"443", ended=False)


def test_a_mark_of_the_byte_order_is_no_part_of_the_text() -> None:
    """Exporters of one system put it there."""
    assert fault("a.dx", b"\xef\xbb\xbf" + JCAMP) == ""


def test_remarks_before_a_title_are_allowed() -> None:
    """JCAMP-DX has them after two dollar signs, anywhere."""
    assert fault("a.dx", b"$$ exported\n" + JCAMP + b"$$ end\n") == ""


def test_every_kind_has_a_whole_file_here() -> None:
    """None is left untried but another name of JCAMP-DX."""
    assert {f".{each.rpartition('.')[2]}" for each in WHOLE} == set(KINDS) - {".jcamp"}
