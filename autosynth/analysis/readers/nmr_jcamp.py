"""A free induction decay in JCAMP-DX, as benchtop instruments export it: real and imaginary pages by nmrglue.

The carrier is `$O1` (Hz from 0 ppm); a file that does not tell it needs it from the caller. Positive frequencies are
taken as higher shifts, points as the mean of `.AVERAGES` scans, and the first time as the dead time: the format says
nothing of these.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nmrglue.fileio import jcampdx

from autosynth.analysis.nmr.fid import Fid
from autosynth.analysis.readers.limits import check_packed, read_limited
from autosynth.analysis.readers.nmr_vendors import translated
from autosynth.errors import AnalysisError


def read_jcamp(path: Path, carrier_ppm: float | None = None) -> list[Fid]:
    """Read the first decay of a file.

    Raises:
        AnalysisError: it is damaged, holds a spectrum or one page only, or does not tell times, frequency or carrier.
    """
    check_packed(path, read_limited(path))
    known, content = translated(path, jcampdx.read, str(path))
    if not isinstance(content, list) or len(content) < 2:
        raise AnalysisError(f"{path} holds no decay with a real and an imaginary page")
    if "FID" not in _text(known, "DATATYPE", "").upper().replace(" ", ""):
        raise AnalysisError(f"{path} holds no free induction decay but {_text(known, 'DATATYPE', 'something else')!r}")
    parts = [np.asarray(each, dtype=np.float64) for each in content[:2]]
    if len(parts[0]) != len(parts[1]):
        raise AnalysisError(f"{path} is cut: {len(parts[0])} real and {len(parts[1])} imaginary points")
    return [translated(path, _decay, path, known, parts, carrier_ppm)]


def _decay(path: Path, known: Mapping[str, Any], parts: Sequence[Any], carrier_ppm: float | None) -> Fid:
    points = parts[0] + 1j * parts[1]
    announced = int(float(_text(known, "VARDIM", str(len(points))).split(",")[0]))
    if announced != len(points):
        raise AnalysisError(f"{path} is cut: {len(points)} of {announced} points")
    frequency_mhz = float(_text(known, ".OBSERVEFREQUENCY"))
    first_s, last_s = (float(_text(known, name).split(",")[0]) for name in ("FIRST", "LAST"))
    if not last_s > first_s:
        raise AnalysisError(f"{path}: times run from {first_s} to {last_s}")
    carrier = float(_text(known, "$O1")) / frequency_mhz if carrier_ppm is None else carrier_ppm
    return Fid(
        np.asarray(points, dtype=np.complex128),
        (last_s - first_s) / (len(points) - 1),
        first_s,
        frequency_mhz,
        carrier,
        int(float(_text(known, ".AVERAGES", "1"))),
        _text(known, ".OBSERVENUCLEUS").replace("^", "").strip(),
        0.0,
        _text(known, "TITLE", ""),
        str(path),
    )


def _text(known: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    """Return the first value of a label; KeyError when it is missing and nothing else will do."""
    if name not in known and otherwise is not None:
        return otherwise
    return str(known[name][0]).strip()
