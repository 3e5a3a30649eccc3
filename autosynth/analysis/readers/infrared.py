"""Infrared and visible spectra from files: JCAMP-DX, or a table of wavenumber or wavelength and absorbance.

Transmittance becomes absorbance. A unit that is not one of those here is refused, as is an axis that turns back, a
value that is no number, and a file that is cut; nothing is interpolated or smoothed.
"""

from pathlib import Path

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bands import Axis
from autosynth.analysis.infrared.spectrum import Spectrum
from autosynth.analysis.readers.columns import columns_of, place_of, read_text
from autosynth.analysis.readers.jcampdx import points_of, read_block
from autosynth.errors import AnalysisError

TYPES = {"INFRARED SPECTRUM", "UV/VIS SPECTRUM", "UV-VIS SPECTRUM", "UV/VISIBLE SPECTRUM"}
X_UNITS: dict[str, Axis] = {"1/CM": "wavenumber", "CM-1": "wavenumber", "NANOMETERS": "wavelength", "NM": "wavelength"}
Y_UNITS = {"ABSORBANCE": 0.0, "KUBELKA-MUNK": 0.0, "TRANSMITTANCE": 1.0, "%TRANSMITTANCE": 0.01, "%T": 0.01}
"""Unit of the ordinate -> what makes it a transmittance of 1; 0 where it is proportional to an amount already."""
AXES: dict[str, tuple[Axis, frozenset[str]]] = {
    "wavenumber": ("wavenumber", frozenset({"", "1/cm", "cm-1", "cm^-1", "cm⁻¹"})),
    "wavelength": ("wavelength", frozenset({"", "nm"})),
}
VALUES: dict[str, dict[str, float]] = {
    "absorbance": {"": 0.0, "1": 0.0, "au": 0.0, "a.u.": 0.0},
    "kubelka-munk": {"": 0.0, "1": 0.0},
    "transmittance": {"1": 1.0, "%": 0.01},
}


def read_spectrum(path: Path) -> Spectrum:
    """Read the spectrum that a file holds, axis ascending.

    Raises:
        InputError: the file cannot be read, is no regular file, or has more than 64 MB.
        AnalysisError: it is damaged, cut, of another kind, or in a unit that is not known; the message names the file
            and, where there is one, the line.
    """
    return spectrum_of(read_text(path), str(path))


def spectrum_of(text: str, file: str) -> Spectrum:
    """Return the spectrum that a text holds, as `read_spectrum` does; `file` is what messages call it.

    Raises:
        AnalysisError: see there.
    """
    return _jcamp(text, file) if text.lstrip().startswith("##") else _table(text, file)


def _jcamp(text: str, file: str) -> Spectrum:
    block = read_block(text, file)
    kind = block.text("DATATYPE").upper()
    if kind not in TYPES:
        raise AnalysisError(f"{block.place('DATATYPE')}: it holds no infrared or visible spectrum but {kind[:40]!r}")
    x_unit, y_unit = (block.text(label).upper().replace(" ", "") for label in ("XUNITS", "YUNITS"))
    if x_unit not in X_UNITS:
        raise AnalysisError(f"{block.place('XUNITS')}: XUNITS is {x_unit[:30]!r}, {' or '.join(X_UNITS)} is wanted")
    if y_unit not in Y_UNITS:
        raise AnalysisError(f"{block.place('YUNITS')}: YUNITS is {y_unit[:30]!r}, {' or '.join(Y_UNITS)} is wanted")
    axis, values = points_of(block)
    title = block.labels.get("TITLE", (0, ""))[1]
    return _spectrum(axis, values, X_UNITS[x_unit], Y_UNITS[y_unit], file, [], title)


def _table(text: str, file: str) -> Spectrum:
    table = columns_of(text, file)
    place = place_of(table.names, tuple(AXES), file)
    value = place_of(table.names, tuple(VALUES), file)
    kind, units = AXES[table.names[place]]
    if table.units[place].lower() not in units:
        raise AnalysisError(f"{file}: {table.names[place]} in {table.units[place]!r}, 1/cm or nm is wanted")
    scales = VALUES[table.names[value]]
    if table.units[value].lower() not in scales:
        known = ", ".join(repr(each) for each in scales)
        raise AnalysisError(f"{file}: {table.names[value]} in {table.units[value]!r}, one of {known} is wanted")
    scale = scales[table.units[value].lower()]
    lines = [line for line, _ in table.rows]
    return _spectrum(np.array(table.numbers(place)), np.array(table.numbers(value)), kind, scale, file, lines, "")


def _spectrum(
    axis: Array, values: Array, kind: Axis, scale: float, file: str, lines: list[int], title: str
) -> Spectrum:
    """Return the spectrum; `lines` are those of the points where the file has one for each."""

    def place(point: int) -> str:
        return f"{file}:{lines[point]}" if lines else f"{file}: point {point + 1}"

    if axis.min() <= 0.0:
        raise AnalysisError(f"{place(int(np.argmin(axis)))}: a {kind} of {axis.min():g} is none")
    turned = np.diff(axis) * np.sign(axis[-1] - axis[0]) <= 0.0
    if len(axis) < 2 or turned.any():
        raise AnalysisError(f"{place(int(np.argmax(turned)) + 1 if len(axis) > 1 else 0)}: the axis does not go on")
    if scale:
        dark = np.flatnonzero(values <= 0.0)
        if len(dark):
            raise AnalysisError(f"{place(int(dark[0]))}: a transmittance of {values[dark[0]]:g} has no absorbance")
        values = -np.log10(values) - np.log10(scale)
    ascending = axis[-1] > axis[0]
    order = slice(None) if ascending else slice(None, None, -1)
    return Spectrum(axis[order].copy(), values[order].copy(), kind, title, file)
