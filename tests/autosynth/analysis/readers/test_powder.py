"""Powder patterns as text: what is taken, and that everything else is refused with file and line."""

from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.readers.powder import LARGEST, parse_pattern, read_pattern
from autosynth.errors import AnalysisError, InputError

ROWS = [(1.0 + 0.01 * n, float(100 + n % 7), 10.0) for n in range(60)]


def text(separator: str = " ", columns: int = 2, head: str = "", line_end: str = "\n") -> str:
    return head + line_end.join(separator.join(f"{each:g}" for each in row[:columns]) for row in ROWS) + line_end


@pytest.mark.parametrize("separator", [" ", "\t", ",", "  ,  ", ";", "    "])
@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_read_however_they_are_parted(separator: str, columns: int) -> None:
    """Angles, intensities and, in a third column, standard uncertainties."""
    found = parse_pattern(text(separator, columns))
    assert np.allclose(found.two_theta_deg, [row[0] for row in ROWS])
    assert np.allclose(found.intensity, [row[1] for row in ROWS])
    assert (found.sd is not None) == (columns == 3)
    assert found.wavelength_angstrom is None


@pytest.mark.parametrize(
    ("comment", "wavelength"),
    [
        ("# wavelength = 0.45411", 0.45411),
        ("' Wavelength: 1.5406 Å", 1.5406),
        ("! lambda 0.154056 nm", 1.54056),
        ("// WAVELENGTH(A)=0.7093", 0.7093),
        ("# lambda1 = 1.5406", 1.5406),
        ("; recorded at 25 °C, sample 7", None),
        ("# a wave of 3", None),
    ],
)
def test_comments_may_tell_the_wavelength(comment: str, wavelength: float | None) -> None:
    """In the marks of several programs, in Å or nm; other numbers in comments are not taken for one."""
    assert parse_pattern(text(head=f"{comment}\n")).wavelength_angstrom == pytest.approx(wavelength)


def test_what_the_caller_says_overrides_the_file(tmp_path: Path) -> None:
    """The option's wavelength is taken; a byte order mark and Windows line ends change nothing."""
    path = tmp_path / "a.xy"
    path.write_text("\ufeff" + text(head="# wavelength 0.45411\n", line_end="\r\n"), encoding="utf-8")
    assert read_pattern(path, 0.7093).wavelength_angstrom == 0.7093
    assert read_pattern(path).wavelength_angstrom == 0.45411
    assert len(read_pattern(path).intensity) == 60


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("1.05 105", "1.05 nan", r"p\.xy:6: .* not all finite"),
        ("1.05 105", "inf 105", r"p\.xy:6: .* not all finite"),
        ("1.05 105", "1.05 1e999", r"p\.xy:6: .* not all finite"),
        ("1.05 105", "1.05 -5", r"p\.xy:6: an intensity of -5 is negative"),
        ("1.05 105", "1.03 105", r"p\.xy:6: 1\.03 degrees do not come after 1\.04"),
        ("1.05 105", "1.04 105", r"p\.xy:6: 1\.04 degrees do not come after 1\.04"),
        ("1.05 105", "1.05", r"p\.xy:6: 2 numbers are wanted, found 1: is the file cut"),
        ("1.05 105", "1.05 105 3", r"p\.xy:6: 2 numbers are wanted, found 3"),
        ("1.05 105", "1.05 1O5", r"p\.xy:6: two or three numbers are wanted, found '1\.05 1O5'"),
        ("1.05 105", "1.05,105,,", r"p\.xy:6: two or three numbers"),
        ("1 100", "1", r"p\.xy:1: 2 or 3 numbers are wanted, found 1"),
        ("1 100", "1 2 3 4 5 6 7", r"p\.xy:1: "),
        ("1 100", "-1 100", r"p\.xy: angles lie between 0 and 180"),
        ("1 100", "# wavelength 0.0\n1 100", r"p\.xy:1: a wavelength is above zero"),
        ("1 100", "# wavelength 45411\n1 100", r"p\.xy: a wavelength of 45411 Å is none"),
    ],
)
def test_what_is_no_pattern_is_refused_at_its_line(old: str, new: str, complaint: str) -> None:
    """Nothing is sorted, filled in or left out."""
    assert old in text()
    with pytest.raises(AnalysisError, match=complaint):
        parse_pattern(text().replace(old, new, 1), "p.xy")


def test_an_uncertainty_of_zero_is_refused() -> None:
    """It would outweigh every other point."""
    with pytest.raises(AnalysisError, match=r"p\.xye:6: a standard uncertainty of 0 is not above zero"):
        parse_pattern(text(columns=3).replace("1.05 105 10", "1.05 105 0"), "p.xye")


@pytest.mark.parametrize("content", ["", "# only a comment\n", "1 2\n2 3\n"])
def test_too_little_is_refused(content: str) -> None:
    """Nothing at all, or fewer points than a line has."""
    with pytest.raises(AnalysisError, match=r"p\.xy: .*(empty|too short)"):
        parse_pattern(content, "p.xy")


def test_files_that_are_none_or_too_large_are_refused(tmp_path: Path) -> None:
    """By path, before the first byte is read."""
    with pytest.raises(InputError, match=r"cannot read .*none\.xy"):
        read_pattern(tmp_path / "none.xy")
    with pytest.raises(InputError, match="is a folder"):
        read_pattern(tmp_path)
    large = tmp_path / "large.xy"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(InputError, match="at most 34 MB are read"):
        read_pattern(large)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A binary file is told by its first line."""
    path = tmp_path / "bad.xy"
    path.write_bytes(b"\x7fELF\x00\x01\xff" * 20)
    with pytest.raises(AnalysisError, match=r"bad\.xy:1: two or three numbers"):
        read_pattern(path)
