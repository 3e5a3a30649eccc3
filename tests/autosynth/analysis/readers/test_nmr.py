import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.analysis.nmr import Fid
from autosynth.analysis.readers.nmr import read_fids
from autosynth.errors import AnalysisError, InputError

POINTS, DWELL_S, FREQUENCY_MHZ, CARRIER_PPM, LINE_PPM = 512, 2e-4, 24.3, -6.0, -8.9
PARAMETERS = f"""Sample = "tube 3"
bandwidth = {1e-3 / DWELL_S}
b1Freq = {FREQUENCY_MHZ}
lowestFrequency = {CARRIER_PPM * FREQUENCY_MHZ - 0.5 / DWELL_S}
rxChannel = "31P"
nrScans = 64
repTime = 3000
acqDelay = 150
"""


def decay() -> np.ndarray:
    hertz = (LINE_PPM - CARRIER_PPM) * FREQUENCY_MHZ
    return np.asarray(np.exp((2j * np.pi * hertz - np.pi * 3.0) * DWELL_S * np.arange(POINTS)))


def one_dimensional(axis: np.ndarray, values: np.ndarray, points: int | None = None) -> bytes:
    head = struct.pack("<8I", 1, 2, 3, 504, points if points is not None else len(values), 1, 1, 1)
    pairs = np.column_stack((values.real, values.imag)).ravel()
    return head + np.concatenate((axis, pairs)).astype("<f4").tobytes()


def spinsolve(folder: Path, *, falling: bool = True, spectrum: bool = True, parameters: str = PARAMETERS) -> Path:
    """Write a folder; `falling`: positive frequencies are lower shifts in it."""
    points = np.conj(decay()) if falling else decay()
    (folder / "data.1d").write_bytes(one_dimensional(DWELL_S * np.arange(POINTS), points))
    (folder / "acqu.par").write_text(parameters, encoding="utf-8")
    if spectrum:
        shown = np.fft.fftshift(np.fft.fft(decay(), 2 * POINTS))
        ppm = CARRIER_PPM + np.fft.fftshift(np.fft.fftfreq(2 * POINTS, DWELL_S)) / FREQUENCY_MHZ
        (folder / "spectrum.1d").write_bytes(one_dimensional(ppm, shown))
    return folder


def strongest_ppm(fid: Fid) -> float:
    power = np.abs(np.fft.fft(fid.points, 8 * len(fid.points)))
    hertz = np.fft.fftfreq(len(power), fid.dwell_s)[int(np.argmax(power))]
    return float(fid.carrier_ppm + hertz / fid.frequency_mhz)


@pytest.mark.parametrize("falling", [True, False])
def test_a_spinsolve_folder_is_read(tmp_path: Path, falling: bool) -> None:
    """Whichever way frequencies run in the decay, the instrument's own spectrum tells where its line is."""
    (fid,) = read_fids(spinsolve(tmp_path, falling=falling))
    assert strongest_ppm(fid) == pytest.approx(LINE_PPM, abs=0.03)
    assert (fid.scans, fid.nucleus, fid.sample) == (64, "31P", "tube 3")
    assert fid.dwell_s == pytest.approx(DWELL_S)
    assert (fid.repetition_s, fid.dead_time_sd_s) == (3.0, None)
    assert fid.dead_time_s == pytest.approx(150e-6)
    assert np.allclose(fid.points, decay(), atol=1e-6)


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_without_a_spectrum_positive_frequencies_are_lower_shifts(tmp_path: Path, damage: str) -> None:
    """A spectrum that is missing or cut tells nothing; then the sense is that of programs in use."""
    spinsolve(tmp_path, spectrum=damage == "cut")
    if damage == "cut":
        (tmp_path / "spectrum.1d").write_bytes((tmp_path / "spectrum.1d").read_bytes()[:1000])
    assert strongest_ppm(read_fids(tmp_path)[0]) == pytest.approx(LINE_PPM, abs=0.03)


def test_what_acqu_par_leaves_open_is_told_as_open(tmp_path: Path) -> None:
    """Without a delay, a repetition time and a number of scans the decay has none, and a wide dead time."""
    short = "".join(
        line for line in PARAMETERS.splitlines(True) if not line.startswith(("nrScans", "repTime", "acqDelay"))
    )
    (fid,) = read_fids(spinsolve(tmp_path, parameters=short))
    assert (fid.scans, fid.repetition_s, fid.dead_time_s, fid.dead_time_sd_s) == (1, 0.0, 0.0, 2e-4)


def test_the_caller_may_know_better(tmp_path: Path) -> None:
    """Numbers given by the caller stand instead of the file's."""
    (fid,) = read_fids(spinsolve(tmp_path) / "data.1d", carrier_ppm=1.0, repetition_s=5.0, dead_time_s=1e-4, scans=8)
    assert (fid.carrier_ppm, fid.repetition_s, fid.dead_time_s, fid.scans) == (1.0, 5.0, 1e-4, 8)
    assert fid.dead_time_sd_s is None


@pytest.mark.parametrize(
    ("size", "complaint"),
    [
        (10, r"data\.1d has 10 bytes: it ends within its header of 32"),
        (32 + 12 * POINTS - 1, rf"data\.1d is cut: {32 + 12 * POINTS - 1} of {32 + 12 * POINTS} bytes, 512 points"),
        (32 + 12 * POINTS + 4, r"data\.1d has 4 bytes more than its 512 points take"),
    ],
)
def test_a_decay_of_the_wrong_length_is_refused(tmp_path: Path, size: int, complaint: str) -> None:
    """A cut header, a cut decay and bytes beyond it are told apart, with numbers."""
    content = (spinsolve(tmp_path) / "data.1d").read_bytes() + b"\0" * 4
    (tmp_path / "data.1d").write_bytes(content[:size])
    with pytest.raises(AnalysisError, match=complaint):
        read_fids(tmp_path)


def test_a_decay_of_two_dimensions_is_refused(tmp_path: Path) -> None:
    """A file that announces more than one dimension is no decay."""
    content = bytearray((spinsolve(tmp_path) / "data.1d").read_bytes())
    content[20:24] = struct.pack("<I", 4)
    (tmp_path / "data.1d").write_bytes(bytes(content))
    with pytest.raises(AnalysisError, match="512 x 4 x 1 x 1 points: it is no decay of one dimension"):
        read_fids(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("b1Freq", "b2Freq", r"acqu\.par does not tell b1Freq"),
        ("bandwidth = 5.0", "bandwidth = wide", r"bandwidth is 'wide', not a number"),
        ("bandwidth = 5.0", "bandwidth = 0", "bandwidth and b1Freq are above zero"),
        ("bandwidth = 5.0", "bandwidth = 10.0", "points are 0.0002 s apart, but the bandwidth is 1e.04 Hz"),
        ('rxChannel = "31P"', "rxChannel", r"acqu\.par:5: 'rxChannel' is no `name = value`"),
        ("nrScans = 64", "nrScans = 0", "above zero"),
    ],
)
def test_wrong_parameters_are_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    """What acqu.par lacks or has wrong is said with its name."""
    assert old in PARAMETERS
    with pytest.raises(AnalysisError, match=complaint):
        read_fids(spinsolve(tmp_path, parameters=PARAMETERS.replace(old, new)))


def test_missing_parameters_are_an_input_error(tmp_path: Path) -> None:
    """A folder without acqu.par cannot be read."""
    (spinsolve(tmp_path) / "acqu.par").unlink()
    with pytest.raises(InputError, match=r"cannot read .*acqu\.par"):
        read_fids(tmp_path)


def test_what_is_no_measurement_is_refused(tmp_path: Path) -> None:
    """A path that is not there and a folder of something else are input errors with advice."""
    with pytest.raises(InputError, match="there is no file or folder"):
        read_fids(tmp_path / "none")
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds no free induction decay .*Spinsolve holds data.1d"):
        read_fids(tmp_path)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """No content whatever of data.1d makes the reader fail in another way than by refusing."""
    folder = spinsolve(tmp_path_factory.mktemp("any"), spectrum=False)
    (folder / "data.1d").write_bytes(content)
    with pytest.raises(AnalysisError):
        read_fids(folder)


def jcamp(path: Path, *, points: int = POINTS, carrier: str = "##$O1= -145.8\n", kind: str = "NMR FID") -> Path:
    """Write a decay as real and imaginary pages."""
    values = np.round(decay() * 1e6)[:points]

    def page(number: int, name: str, numbers: np.ndarray) -> str:
        rows = "\n".join(f"{place} {int(value)}" for place, value in enumerate(numbers))
        return f"##PAGE= N={number}\n##DATA TABLE= (X++({name}..{name})), XYDATA\n{rows}\n"

    last_s = DWELL_S * (POINTS - 1)
    path.write_text(
        f"##TITLE= tube 3\n##JCAMP-DX= 5.01\n##DATA TYPE= {kind}\n##DATA CLASS= NTUPLES\n"
        f"##.OBSERVE FREQUENCY= {FREQUENCY_MHZ}\n##.OBSERVE NUCLEUS= ^31P\n##.AVERAGES= 16\n{carrier}"
        f"##NTUPLES= NMR FID\n##VAR_NAME= TIME, FID/REAL, FID/IMAG, PAGE NUMBER\n##SYMBOL= X, R, I, N\n"
        f"##VAR_TYPE= INDEPENDENT, DEPENDENT, DEPENDENT, PAGE\n##VAR_FORM= AFFN, AFFN, AFFN, AFFN\n"
        f"##VAR_DIM= {POINTS}, {POINTS}, {POINTS}, 2\n##UNITS= SECONDS, ARBITRARY UNITS, ARBITRARY UNITS,\n"
        f"##FACTOR= {DWELL_S}, 1e-6, 1e-6, 1\n##FIRST= 0, {values[0].real:.0f}, {values[0].imag:.0f}, 1\n"
        f"##LAST= {last_s}, {values[-1].real:.0f}, {values[-1].imag:.0f}, 2\n"
        f"{page(1, 'R', values.real)}{page(2, 'I', values.imag)}##END NTUPLES= NMR FID\n##END=\n",
        encoding="utf-8",
    )
    return path


def test_a_jcamp_decay_is_read(tmp_path: Path) -> None:
    """Real and imaginary pages, times, frequency, carrier and scans come out of JCAMP-DX."""
    (fid,) = read_fids(jcamp(tmp_path / "fid.dx"))
    assert strongest_ppm(fid) == pytest.approx(LINE_PPM, abs=0.03)
    assert (len(fid.points), fid.scans, fid.nucleus) == (POINTS, 16, "31P")
    assert fid.dwell_s == pytest.approx(DWELL_S)


def test_a_jcamp_file_needs_its_carrier(tmp_path: Path) -> None:
    """A file that does not tell its carrier is refused, or read with the caller's."""
    path = jcamp(tmp_path / "fid.jdx", carrier="")
    with pytest.raises(AnalysisError, match=r"\$O1"):
        read_fids(path)
    assert strongest_ppm(read_fids(path, carrier_ppm=CARRIER_PPM)[0]) == pytest.approx(LINE_PPM, abs=0.03)


def test_a_cut_jcamp_file_is_refused(tmp_path: Path) -> None:
    """Fewer points than announced are an error."""
    with pytest.raises(AnalysisError, match="is cut: 100 of 512 points"):
        read_fids(jcamp(tmp_path / "fid.dx", points=100))


def test_a_jcamp_spectrum_is_refused(tmp_path: Path) -> None:
    """What the vendor has transformed already is not taken for a decay."""
    with pytest.raises(AnalysisError, match="holds no free induction decay"):
        read_fids(jcamp(tmp_path / "fid.dx", kind="NMR SPECTRUM"))
