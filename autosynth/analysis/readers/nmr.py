"""Files of a spectrometer, whatever its make, to free induction decays ready to analyse.

A folder of Spinsolve, Varian or Bruker, or a file of JCAMP-DX. Whatever a file leaves open can be given by the caller,
and is otherwise taken as told in each reader; nothing is read from spectra that the vendor has already processed.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autosynth.analysis.nmr.fid import Fid
from autosynth.analysis.readers.nmr_spinsolve import read_spinsolve
from autosynth.errors import InputError, Problem

JCAMP = {".dx", ".jdx", ".jcamp"}


def _varian(folder: Path) -> list[Fid]:
    from autosynth.analysis.readers.nmr_vendors import read_varian  # noqa: PLC0415 - its library loads slowly

    return read_varian(folder)


def _bruker(folder: Path) -> list[Fid]:
    from autosynth.analysis.readers.nmr_vendors import read_bruker  # noqa: PLC0415 - its library loads slowly

    return read_bruker(folder)


def _jcamp(path: Path, carrier_ppm: float | None) -> list[Fid]:
    from autosynth.analysis.readers.nmr_jcamp import read_jcamp  # noqa: PLC0415 - its library loads slowly

    return read_jcamp(path, carrier_ppm)


FOLDERS: tuple[tuple[tuple[str, ...], Callable[[Path], list[Fid]]], ...] = (
    (("data.1d",), read_spinsolve),
    (("fid.1d",), read_spinsolve),
    (("fid", "procpar"), _varian),
    (("fid", "acqus"), _bruker),
)
"""Files that tell whose folder it is."""


def read_fids(
    path: Path,
    *,
    carrier_ppm: float | None = None,
    repetition_s: float | None = None,
    dead_time_s: float | None = None,
    scans: int | None = None,
) -> list[Fid]:
    """Read every decay of a folder or file, in the order in which it holds them.

    Args:
        path: a folder as the instrument wrote it, a file in one, or a file of JCAMP-DX.
        carrier_ppm: the shift at zero frequency, instead of what the file tells.
        repetition_s: from pulse to pulse, instead of what the file tells.
        dead_time_s: from pulse to first point, instead of what the file tells.
        scans: of each decay, instead of what the file tells.

    Raises:
        InputError: there is no such path, or nothing in it that is known.
        AnalysisError: a file is damaged, cut, or lacks a number without which it means nothing.
    """
    given: dict[str, Any] = {
        "carrier_ppm": carrier_ppm,
        "repetition_s": repetition_s,
        "dead_time_s": dead_time_s,
        "scans": scans,
    }
    known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if dead_time_s is not None:
        known["dead_time_sd_s"] = None
    if path.suffix.lower() in JCAMP and path.is_file():
        return [replace(fid, **known) for fid in _jcamp(path, carrier_ppm)]
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise InputError(Problem(f"there is no file or folder {path}", rule="file"))
    for needed, reader in FOLDERS:
        if all((folder / name).is_file() for name in needed):
            return [replace(fid, **known) for fid in reader(folder)]
    every = sorted(each for each in folder.iterdir() if each.suffix.lower() in JCAMP)
    if every:
        return [replace(fid, **known) for each in every for fid in _jcamp(each, carrier_ppm)]
    hint = "a folder of Spinsolve holds data.1d, one of Varian fid and procpar, one of Bruker fid and acqus"
    raise InputError(Problem(f"{folder} holds no free induction decay that is known", None, hint, "file"))
