"""A folder as Magritek's Spinsolve writes it: `data.1d` (or `fid.1d`) with the decay, `acqu.par` with how it was taken.

A `.1d` file has eight little-endian 32-bit numbers (owner, format, version, type, four dimensions), then for N points N
times and N complex values as 32-bit floats. `acqu.par` has a `name = value` on each line, text in quotes.

Whether positive frequencies are higher or lower shifts is asked of `spectrum.1d`, the instrument's own transform on an
axis of shifts. Where that is missing or not whole, they are lower ones, as programs that draw raw decays have it.

Assumed, no instrument was at hand: points are the mean over the scans; `repTime` is in milliseconds, `acqDelay` in
microseconds; without them saturation is not corrected and the dead time is taken as zero.
"""

import struct
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

import numpy as np
from scipy import fft as transform_of

from autosynth.analysis.arrays import Array
from autosynth.analysis.nmr.fid import Complex, Fid
from autosynth.analysis.readers.limits import read_limited
from autosynth.errors import AnalysisError
from autosynth.files import lines_of

DATA = ("data.1d", "fid.1d")
SPECTRUM = "spectrum.1d"
PARAMETERS = "acqu.par"
HEADER = struct.Struct("<8I")
POINT_BYTES = 12
DWELL_REL = 0.01
"""Times in the file and the bandwidth may differ by so much: single precision, and a rounded bandwidth."""
UNTOLD_S = 2e-4
"""Standard uncertainty of a dead time that is not told: an assumption."""
CLEARLY = 0.1
"""The decay is not reversed when its spectrum correlates with the instrument's by so much more that way."""


def read_spinsolve(folder: Path) -> list[Fid]:
    """Read the one decay of a folder.

    Raises:
        InputError: a file cannot be read, is no regular file or has more than 256 MB.
        AnalysisError: the decay is cut or not one-dimensional, its times and the bandwidth disagree, or acqu.par lacks
            a number or is no such file.
    """
    path = next(folder / name for name in DATA if (folder / name).is_file())
    t_s, points = _decay(read_limited(path), path)
    known = _parameters(read_limited(folder / PARAMETERS), folder / PARAMETERS)
    where = folder / PARAMETERS
    bandwidth_hz = 1e3 * _number(known, "bandwidth", where)
    frequency_mhz = _number(known, "b1Freq", where)
    if not (bandwidth_hz > 0.0 and frequency_mhz > 0.0):
        raise AnalysisError(f"{where}: bandwidth and b1Freq are above zero")
    lowest_hz = _number(known, "lowestFrequency", where)
    step_s = float(t_s[-1] - t_s[0]) / (len(t_s) - 1)
    if step_s != 0.0 and not abs(step_s * bandwidth_hz - 1.0) <= DWELL_REL:
        raise AnalysisError(f"{path}: points are {step_s:.4g} s apart, but the bandwidth is {bandwidth_hz:.4g} Hz")
    carrier_ppm = (lowest_hz + bandwidth_hz / 2.0) / frequency_mhz
    spectrum = folder / SPECTRUM
    turned = not spectrum.is_file() or _reversed(
        points, read_limited(spectrum), spectrum, bandwidth_hz / frequency_mhz, carrier_ppm
    )
    fid = Fid(
        np.conj(points) if turned else points,
        1.0 / bandwidth_hz,
        1e-6 * _number(known, "acqDelay", where, 0.0),
        frequency_mhz,
        carrier_ppm,
        int(_number(known, "nrScans", where, 1.0)),
        known.get("rxChannel", "1H"),
        1e-3 * _number(known, "repTime", where, 0.0),
        known.get("Sample", ""),
        str(path),
        None if "acqDelay" in known else UNTOLD_S,
    )
    return [fid]


def _decay(content: bytes, path: Path) -> tuple[Array, Complex]:
    """Return times and complex points of a `.1d` file."""
    if len(content) < HEADER.size:
        raise AnalysisError(f"{path} has {len(content)} bytes: it ends within its header of {HEADER.size}")
    points, *others = HEADER.unpack_from(content)[4:]
    if points < 2 or any(each > 1 for each in others):
        shape = " x ".join(map(str, (points, *others)))
        raise AnalysisError(f"{path} holds {shape} points: it is no decay of one dimension")
    needed = HEADER.size + POINT_BYTES * points
    if len(content) < needed:
        raise AnalysisError(f"{path} is cut: {len(content)} of {needed} bytes, {points} points are announced")
    if len(content) > needed:
        raise AnalysisError(f"{path} has {len(content) - needed} bytes more than its {points} points take")
    values = np.frombuffer(content, dtype="<f4", offset=HEADER.size)
    pairs = values[points:].astype(np.float64).reshape(points, 2)
    return values[:points].astype(np.float64), pairs[:, 0] + 1j * pairs[:, 1]


def _reversed(points: Complex, content: bytes, path: Path, width_ppm: float, carrier_ppm: float) -> bool:
    """Tell whether the instrument's own spectrum is that of the conjugated decay."""
    try:
        shift_ppm, spectrum = _decay(content, path)
    except AnalysisError:
        return True
    mine = np.abs(transform_of.fftshift(transform_of.fft(points)))
    axis_ppm = transform_of.fftshift(transform_of.fftfreq(len(points))) * width_ppm
    theirs = np.abs(spectrum)
    plain, turned = (
        np.corrcoef(np.interp(sign * (shift_ppm - carrier_ppm), axis_ppm, mine), theirs)[0, 1] for sign in (1.0, -1.0)
    )
    return bool(turned > plain - CLEARLY)


def _parameters(content: bytes, path: Path) -> Mapping[str, str]:
    """Return the names and values of acqu.par, quotes removed."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines_of(content.decode("utf-8", errors="replace")), 1):
        name, sign, value = line.partition("=")
        if not line.strip():
            continue
        if not sign:
            raise AnalysisError(f"{path}:{number}: {line.strip()[:40]!r} is no `name = value`")
        found[name.strip()] = value.strip().strip('"')
    return found


def _number(known: Mapping[str, str], name: str, path: Path, otherwise: float | None = None) -> float:
    text = known.get(name)
    if text is None:
        if otherwise is None:
            raise AnalysisError(f"{path} does not tell {name}")
        return otherwise
    try:
        value = float(text)
    except ValueError as error:
        raise AnalysisError(f"{path}: {name} is {text[:40]!r}, not a number") from error
    if not isfinite(value):
        raise AnalysisError(f"{path}: {name} is {value}")
    return value
