"""mzML read: whole files give their spectrum, all others an error that names them and says what is wrong."""

import base64
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.readers.mzml import LARGEST, read_mass_spectrum, spectrum_of
from autosynth.errors import AnalysisError, InputError
from tests.drivers.file_drop.texts import MZML

BOMB = base64.b64encode(zlib.compress(bytes(1 << 24))).decode()
LAUGHS = b'<!DOCTYPE mzML [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
TITLE = '"MS:1000796" name="spectrum title"'
NUMPRESS = '"MS:1002312" name="MS-Numpress linear prediction compression"'
SPECTRUM = MZML[MZML.index(b"      <spectrum ") : MZML.index(b"    </spectrumList>")]


def edited(*pairs: tuple[str, str]) -> bytes:
    text = MZML.decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def binary(index: int) -> str:
    return MZML.decode().split("<binary>")[index + 1].partition("<")[0]


def test_a_spectrum_is_read() -> None:
    """Points, mode, and where they come from."""
    found = spectrum_of(MZML, "a.mzml")
    assert (found.mode, found.source) == ("profile", "a.mzml")
    np.testing.assert_array_equal(found.mz, [3900.0, 3900.5, 3901.0, 3901.5])
    np.testing.assert_array_equal(found.intensity, [1.0, 12.0, 30.0, 7.0])


def test_profiles_over_the_same_places_are_added() -> None:
    """Twice the same scan is twice the intensity."""
    found = spectrum_of(MZML.replace(SPECTRUM, SPECTRUM + SPECTRUM.replace(b"scan=1", b"scan=2")), "a.mzml")
    np.testing.assert_array_equal(found.intensity, [2.0, 24.0, 60.0, 14.0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no whole mzML"),
        (b"<html/>", "begins with <html>"),
        (MZML[:-20], "no whole mzML"),
        (b"Wavelength,Abs\n440,0.5\n", "no whole mzML"),
        (LAUGHS + MZML[MZML.index(b"<mzML") :], "document type or entities"),
        (edited(('name="ms level" value="1"', 'name="ms level" value="2"')), "no MS1 spectrum"),
        (MZML.replace(SPECTRUM, b""), "no MS1 spectrum"),
        (edited(('"MS:1000128" name="profile spectrum"', TITLE)), "does not say whether"),
        (edited(('"MS:1000514" name="m/z array"', '"MS:1000786" name="non-standard data array"')), "without m/z array"),
        (edited((binary(1), base64.b64encode(struct.pack("<3f", 1, 2, 3)).decode())), "other than the 4 points"),
        (edited(('defaultArrayLength="4"', 'defaultArrayLength="999999999"')), "at most"),
        (edited((binary(0), "%%%")), "m/z array"),
        (edited((binary(0), BOMB), ('"MS:1000576" name="no compression"', '"MS:1000574" name="zlib compression"')),
         "other than the 4 points"),
        (edited(('"MS:1000576" name="no compression"', NUMPRESS)), "packed as"),
        (MZML.replace(SPECTRUM, SPECTRUM + SPECTRUM.replace(b"scan=1", b"scan=2").replace(binary(0).encode(),
         base64.b64encode(struct.pack("<4d", 1, 2, 3, 4)))), "over different m/z"),
        (MZML.replace(SPECTRUM, SPECTRUM * 2001), "more than 2000 spectra"),
    ],
)  # fmt: skip
def test_what_is_no_spectrum_is_refused_by_name(content: bytes, message: str) -> None:
    """Truncated, foreign, hostile: an error that names the file, never another kind of error."""
    with pytest.raises(AnalysisError, match=message) as found:
        spectrum_of(content, "run7.mzml")
    assert "run7.mzml" in str(found.value)


def test_a_file_cut_anywhere_is_refused() -> None:
    """At every hundredth byte."""
    for cut in range(0, len(MZML.rstrip()), 97):
        with pytest.raises(AnalysisError):
            spectrum_of(MZML[:cut], "run7.mzml")


def test_a_file_that_is_not_there_or_too_large_is_bad_input(tmp_path: Path) -> None:
    """Both before anything is parsed."""
    with pytest.raises(InputError, match=r"none\.mzml"):
        read_mass_spectrum(tmp_path / "none.mzml")
    large = tmp_path / "large.mzml"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises((InputError, AnalysisError), match=r"large\.mzml"):
        read_mass_spectrum(large)
