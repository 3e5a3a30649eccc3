"""A file of voltammetry, whatever instrument wrote it, to voltammograms ready to analyse."""

from pathlib import Path

import numpy as np

from autosynth.analysis.readers.emstat import is_emstat, read_emstat
from autosynth.analysis.readers.scan import RawScan
from autosynth.analysis.readers.sourcemeter import is_sourcemeter, read_sourcemeter
from autosynth.analysis.readers.table import read_table
from autosynth.analysis.voltammetry.trace import Electrode, Voltammogram
from autosynth.errors import AnalysisError, InputError, Problem
from autosynth.files import read_within

LARGEST = 64 * 1024 * 1024
"""Bytes; a scan of a hundred thousand points has a tenth of it."""


def read_voltammograms(
    path: Path,
    *,
    rate_v_s: float | None = None,
    reference_offset_v: float = 0.0,
    electrode: Electrode | None = None,
    temperature_c: float = 25.0,
) -> list[Voltammogram]:
    """Read every scan of a raw EmStat file, the points of a SourceMeter, or a table of t, E, I.

    Args:
        path: the file.
        rate_v_s: scan rate; needed when the file tells no times.
        reference_offset_v: E on the instrument's scale minus E on the library's.
        electrode: area and resistance; a 3 mm disc when None.
        temperature_c: of the cell.

    Raises:
        InputError: the file cannot be read, is no regular file, or has more than 64 MB.
        AnalysisError: it holds no scan, or neither it nor the caller tells the rate.
    """
    try:
        text = read_within(path, LARGEST).decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(Problem(f"cannot read {path}: {error.strerror}")) from error
    scans = scans_of(text)
    return [voltammogram(scan, rate_v_s, reference_offset_v, electrode or Electrode(), temperature_c) for scan in scans]


def scans_of(text: str) -> list[RawScan]:
    """Return the scans of a text, whichever of the three kinds it is.

    Raises:
        AnalysisError: it holds none, or is not wholly of its kind.
    """
    if is_sourcemeter(text):
        return [read_sourcemeter(text)]
    return read_emstat(text) if is_emstat(text) else [read_table(text)]


def voltammogram(
    scan: RawScan, rate_v_s: float | None, reference_offset_v: float, electrode: Electrode, temperature_c: float
) -> Voltammogram:
    """Return a raw scan as a voltammogram on the library's scale; without times, the rate gives them."""
    t_s = scan.t_s
    if not scan.has_time:
        if rate_v_s is None:
            raise AnalysisError("the file tells no times: give the scan rate")
        if len(t_s) < 2 or not np.isfinite(scan.potential_v).all():
            raise AnalysisError(
                "the scan is too short, or has potentials that are not numbers: the rate tells no times"
            )
        t_s = t_s * float(np.median(np.abs(np.diff(scan.potential_v)))) / rate_v_s
    return Voltammogram(t_s, scan.potential_v - reference_offset_v, scan.current_a, temperature_c, electrode=electrode)
