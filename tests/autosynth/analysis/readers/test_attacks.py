"""Data files made to hang, to fill the memory or to be taken for what they are not: each is refused in words."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.readers.nmr import read_fids
from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.errors import AnalysisError, InputError

ACQUS = "##TITLE= x\n##$BF1= 400.0\n##$D= (0..2)\n0 1 0\n##$NS= 1\n##$TD= 128\n##$NUC1= <1H>\n##END=\n"
PARAMETERS = 'bandwidth = 5\nb1Freq = 24.3\nlowestFrequency = -2600\nrxChannel = "31P"\n'
JCAMP = "##TITLE= x\n##JCAMPDX= 5.0\n##DATA TYPE= NMR FID\n##XYDATA= (X++(Y..Y))\n0 A1S{count}\n##END=\n"


def bruker(folder: Path, acqus: str) -> Path:
    (folder / "acqus").write_text(acqus, encoding="ascii")
    (folder / "fid").write_bytes(np.ones(128, dtype="<i4").tobytes())
    return folder


def spinsolve(folder: Path, content: bytes, parameters: str = PARAMETERS) -> Path:
    (folder / "data.1d").write_bytes(content)
    (folder / "acqu.par").write_text(parameters, encoding="utf-8")
    return folder


def varian(folder: Path, head: tuple[int, ...], content: bytes) -> Path:
    (folder / "procpar").write_text("", encoding="ascii")
    (folder / "fid").write_bytes(struct.pack(">6i2h1i", *head) + content)
    return folder


def announced(points: int) -> bytes:
    return struct.pack("<8I", 1, 2, 3, 504, points, 1, 1, 1) + bytes(1200)


@pytest.mark.parametrize(
    ("acqus", "complaint"),
    [
        (ACQUS.replace("<1H>", "<1H"), r"acqus:7: '##\$NUC1= <1H' does not end"),
        (ACQUS.replace("(0..2)", "(0..999999999)"), r"acqus:3: .* does not end"),
        (ACQUS.replace("(0..2)", "(0..2"), r"acqus:3: .* does not end"),
        (ACQUS.replace("TD= 128", "TD= 99999999999"), "is cut"),
        (ACQUS.replace("TD= 128", "TD= many"), "cannot be read"),
    ],
)
def test_a_bruker_folder_cut_within_its_parameters_is_not_waited_for(
    tmp_path: Path, acqus: str, complaint: str
) -> None:
    """The library that reads it goes on looking for the end of a text or an array beyond the end of the file."""
    with pytest.raises(AnalysisError, match=complaint):
        read_fids(bruker(tmp_path, acqus))


def test_points_repeated_ten_billion_times_are_refused(tmp_path: Path) -> None:
    """A packed file of a hundred bytes would fill any memory; counts are added up before they are made."""
    path = tmp_path / "bomb.dx"
    for count in ("9999999999", "9" * 5000, "9999999 0 A1S" * 3 + "1"):
        path.write_text(JCAMP.format(count=count), encoding="ascii")
        with pytest.raises(AnalysisError, match="repeats points more than 16777216 times"):
            read_fids(path)


@pytest.mark.parametrize("points", [2**31, 2**32 - 1, 101, 99, 1, 0])
def test_a_header_that_lies_about_its_points_is_refused(tmp_path: Path, points: int) -> None:
    """Nothing is made room for before the file's size has been compared."""
    with pytest.raises(AnalysisError, match=r"is cut|bytes more than|no decay of one dimension"):
        read_fids(spinsolve(tmp_path, announced(points)))


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        ((1, 1, 2**31 - 1, 4, 0, 0, 0, 0, 0), "announces more than its blocks hold"),
        ((2**31 - 1, 1, 128, 4, 512, 540, 0, 0, 1), "is cut"),
        ((-1, 1, 128, 4, 512, 540, 0, 0, 1), "announces more than its blocks hold"),
    ],
)
def test_a_varian_header_that_lies_is_refused(tmp_path: Path, head: tuple[int, ...], complaint: str) -> None:
    """Blocks, traces and numbers have to fit into the file, and there is at least one of each."""
    with pytest.raises(AnalysisError, match=complaint):
        read_fids(varian(tmp_path, head, bytes(540)))


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-inf"])
@pytest.mark.parametrize("name", ["bandwidth", "b1Freq", "lowestFrequency", "nrScans", "repTime", "acqDelay"])
def test_numbers_that_are_none_are_refused(tmp_path: Path, name: str, value: str) -> None:
    """In whatever parameter they stand."""
    folder = spinsolve(tmp_path, announced(100), f"{PARAMETERS}{name} = {value}\n")
    with pytest.raises(AnalysisError, match=rf"acqu\.par: {name} is -?(nan|inf)"):
        read_fids(folder)


def refused_pipe(make: Callable[[Path], object], path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(InputError, match=r"is a pipe|no free induction decay|no file or folder"):
        make(path)


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX")
def test_a_pipe_among_data_files_is_not_waited_for(tmp_path: Path) -> None:
    """Whether it is named itself or lies in the folder where a part of the data is looked for."""
    refused_pipe(read_voltammograms, tmp_path / "scan.csv")
    refused_pipe(read_fids, tmp_path / "fid.dx")
    folder = tmp_path / "spinsolve"
    folder.mkdir()
    (folder / "data.1d").write_bytes(announced(100))
    refused_pipe(lambda path: read_fids(path.parent), folder / "acqu.par")


@pytest.mark.parametrize(
    "text",
    [
        "t,E,I\n0,0.1,1e-6\ninf,0.2,1e-6\n",
        "t,E,I\n0,0.1,1e-6\n1e999,0.2,1e-6\n",
        "E,I\n0.1,1e-6\n",
        "E,I\n0.1,1e-6\nnan,1e-6\n",
        "# SourceMeter points: source V, reading A, seconds; sign +1\n0.1,1e-6,nan\n",
    ],
)
def test_a_table_of_what_are_no_numbers_is_refused(tmp_path: Path, text: str) -> None:
    """Without a warning of arithmetic done on them."""
    path = tmp_path / "scan.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"finite|too short|not numbers"):
        read_voltammograms(path, rate_v_s=0.1)


def test_a_table_of_a_terabyte_is_not_read(tmp_path: Path) -> None:
    """Sparse as it is, it would be read in full; its size is looked at first."""
    path = tmp_path / "scan.csv"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError, match="at most 67 MB are read"):
        read_voltammograms(path)
