"""Folders of Varian and Bruker by nmrglue: its dictionaries to the few numbers a decay needs, its troubles to ours.

Varian: positive frequencies are lower shifts, so decays are conjugated; the carrier follows from `rfl`, `rfp`, `sw`.
Bruker: the digital filter's group delay is removed, after which the dead time is taken as zero (the first-order phase
that is left is fitted); the carrier follows from `SF` of the first processing when it is there, else from `O1`.
Both vendors store the sum of the scans, which is divided by their number.
"""

import struct
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from nmrglue.fileio import bruker, varian

from autosynth.analysis.nmr.fid import Complex, Fid
from autosynth.analysis.readers.limits import check_parameters, read_limited
from autosynth.errors import AnalysisError

VARIAN_HEADER = struct.Struct(">6i2h1i")
FILTERED_DWELLS = 2.0
"""Standard uncertainty of the first point's time after a digital filter was removed, in dwell times: an assumption."""
TROUBLES = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    struct.error,
    ArithmeticError,
    MemoryError,
    RecursionError,
)
"""What nmrglue raises on damaged folders."""


def translated(path: Path, work: Callable[..., Any], *given: Any) -> Any:
    """Return what a reading by nmrglue gives; its warnings are dropped, since what they warn of is checked here.

    Raises:
        AnalysisError: it fails, for whatever reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work(*given)
    except TROUBLES as error:
        raise AnalysisError(f"{path} cannot be read: {type(error).__name__}: {error}") from error


def read_varian(folder: Path) -> list[Fid]:
    """Read the decays of a folder `*.fid`; an arrayed measurement gives one for each of its traces.

    Raises:
        AnalysisError: a file is damaged or cut, or procpar lacks a parameter.
    """
    for name in ("fid", "procpar"):
        read_limited(folder / name)
    blocks, traces, numbers, width, _, block_bytes = translated(folder, _varian_head, folder / "fid")
    if min(blocks, traces, numbers, width) < 1 or traces * numbers * width > block_bytes:
        raise AnalysisError(f"{folder / 'fid'}: its header announces more than its blocks hold")
    _whole(folder / "fid", VARIAN_HEADER.size + blocks * block_bytes)
    known, content = translated(folder, varian.read, str(folder))
    values = known["procpar"]

    def number(name: str, place: int = 0) -> float:
        every = values[name]["values"]
        return float(every[min(place, len(every) - 1)])

    def one(place: int, points: Complex) -> Fid:
        width_hz, frequency_mhz = number("sw"), number("reffrq")
        scans = max(int(number("nt", place)), 1)
        carrier_hz = width_hz / 2.0 - number("rfl") + number("rfp")
        return Fid(
            np.asarray(np.conj(points) / scans, dtype=np.complex128),
            1.0 / width_hz,
            1e-6 * (number("rof2") + number("alfa")),
            frequency_mhz,
            carrier_hz / frequency_mhz,
            scans,
            _isotope(str(values["tn"]["values"][0])),
            number("d1") + len(points) / width_hz,
            str(values["samplename"]["values"][0]) if "samplename" in values else "",
            f"{folder}#{place + 1}",
        )

    traces = np.atleast_2d(np.asarray(content, dtype=np.complex128))
    expected = int(translated(folder, number, "np")) // 2
    if traces.shape[1] != expected:
        raise AnalysisError(f"{folder} holds {traces.shape[1]} points, {expected} are announced")
    return [translated(folder, one, place, row) for place, row in enumerate(traces)]


def _varian_head(path: Path) -> tuple[int, ...]:
    """Return blocks, traces, numbers, bytes of a number, of a trace and of a block."""
    with path.open("rb") as file:
        return VARIAN_HEADER.unpack(file.read(VARIAN_HEADER.size))[:6]


def _whole(path: Path, needed: int) -> None:
    """Raise AnalysisError when a file is shorter than it must be."""
    size = translated(path, path.stat).st_size
    if size < needed:
        raise AnalysisError(f"{path} is cut: {size} of {needed} bytes")


def _isotope(name: str) -> str:
    """Return P31 as 31P."""
    letters = name.rstrip("0123456789")
    return name[len(letters) :] + letters


def read_bruker(folder: Path) -> list[Fid]:
    """Read the decay of one experiment's folder, digital filter removed.

    Raises:
        AnalysisError: a file is damaged or cut, has more than one dimension, or acqus lacks a parameter.
    """
    read_limited(folder / "fid")
    for path in (*folder.glob("acqu*"), *folder.glob("pdata/*/proc*")):
        check_parameters(path, read_limited(path))
    head = translated(folder, bruker.read_acqus_file, str(folder))["acqus"]
    announced = translated(folder, int, head.get("TD", 0))
    _whole(folder / "fid", announced * (8 if head.get("DTYPA") == 2 else 4))
    known, content = translated(folder, partial(bruker.read, read_pulseprogram=False), str(folder))
    if np.ndim(content) != 1:
        raise AnalysisError(f"{folder} holds {np.ndim(content)} dimensions, one is read")
    points = translated(folder, bruker.remove_digital_filter, known, content)
    return [translated(folder, _bruker, folder, known, np.asarray(points, dtype=np.complex128))]


def _bruker(folder: Path, known: Mapping[str, Any], points: Complex) -> Fid:
    acquired, processed = known["acqus"], known.get("procs", {})
    width_hz, scans = float(acquired["SW_h"]), max(int(acquired["NS"]), 1)
    zero_mhz = float(processed["SF"]) if "SF" in processed else float(acquired["BF1"])
    return Fid(
        points / scans,
        1.0 / width_hz,
        0.0,
        zero_mhz,
        1e6 * (float(acquired["SFO1"]) - zero_mhz) / zero_mhz,
        scans,
        str(acquired["NUC1"]),
        float(acquired["D"][1]) + len(points) / width_hz,
        str(acquired.get("SOLVENT", "")),
        str(folder),
        FILTERED_DWELLS / width_hz,
    )
