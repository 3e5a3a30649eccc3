"""What a block leaves on the share: when, where, and that an independent reader understands it."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nmrglue.fileio import spinsolve

from simulators.magritek_spinsolve.folders import shared
from tests.simulators.magritek_spinsolve.host import BLOCK_S, Host, start

NAMES = {"data.1d", "spectrum.1d", "acqu.par", "protocol.par"}
WHOLE = 32 + 3 * 4 * 8192


def measured(host: Host, folder: str = "C:\\Data\\autosynth\\run\\block") -> Host:
    host.put_into(folder)
    host.send("<Set><Sample>tube 15</Sample></Set>" + start())
    host.rest()
    return host


def test_files_come_a_little_after_ready_and_the_data_in_two_steps() -> None:
    """At Ready nothing is seen; then half of the data; then everything."""
    host = Host()
    host.put_into("C:\\Data\\autosynth\\run\\block")
    host.send(start())
    host.wait(BLOCK_S)
    assert host.share == {}
    host.wait(0.25)
    assert {name: len(data) for name, data in host.share.items()} == {"run/block/data.1d": WHOLE // 2}
    host.wait(0.2)
    assert set(host.share) == {f"run/block/{name}" for name in NAMES}
    assert len(host.share["run/block/data.1d"]) == WHOLE


@pytest.mark.parametrize(
    ("folder", "seen"),
    [
        ("c:\\data\\AUTOSYNTH\\a\\b", "a/b"),
        ("C:/Data/autosynth/a", "a"),
        ("C:\\Data\\autosynth\\.\\a\\", "a"),
        ("C:\\Data\\autosynth", None),
        ("C:\\Data\\autosynth\\..\\a", None),
        ("D:\\Data\\autosynth\\a", None),
        ("C:\\Data\\auto", None),
        ("", None),
    ],
)
def test_only_what_is_below_the_shared_folder_is_seen(folder: str, seen: str | None) -> None:
    """Letters' case and kinds of slashes do not matter; nothing outside is ever shown."""
    assert shared(folder, "C:\\Data\\autosynth") == seen


def test_data_elsewhere_stay_unseen() -> None:
    """A block in another folder is measured and not found on the share."""
    assert measured(Host(), "D:\\elsewhere\\x").share == {}


def test_an_independent_reader_understands_the_folder(tmp_path: Path) -> None:
    """Frequency, width, nucleus and points come out of it, and the decay is the twin's, in the other sense."""
    host = measured(Host())
    for name, data in host.share.items():
        (tmp_path / Path(name).name).write_bytes(data)
    read: Callable[..., Any] = spinsolve.read
    guess: Callable[..., Any] = spinsolve.guess_udic
    parameters, values = read(str(tmp_path))
    axis = guess(parameters, values)[0]
    assert (axis["label"], axis["size"]) == ("31P", 8192)
    assert axis["obs"] == pytest.approx(80.2 * 0.404808)
    assert axis["sw"] == pytest.approx(8192 / 1.6)
    assert axis["car"] == pytest.approx(-5.0 * axis["obs"])
    assert values == pytest.approx(np.full(8192, 2.0 + 1.0j))
    acquired = parameters["acqu"]
    assert (acquired["Sample"], acquired["nrScans"], acquired["repTime"]) == ("tube 15", 64, 3000.0)
    assert acquired["CurrentTime"] == "2026-01-05T09:03:24.000000"
    spectrum, _ = read(str(tmp_path), "spectrum.1d")
    ppm = np.asarray(spectrum["spectrum"]["xaxis"])
    assert np.all(np.diff(ppm) > 0.0)
    assert (ppm[0] + ppm[-1]) / 2.0 == pytest.approx(-5.0, abs=0.02)


def test_the_header_says_how_long_the_file_is() -> None:
    """Eight little-endian words, the number of points the fifth; then the times, from zero on."""
    data = measured(Host()).share["run/block/data.1d"]
    words = struct.unpack("<8I", data[:32])
    assert (words[4:], len(data)) == ((8192, 1, 1, 1), WHOLE)
    times_s = np.frombuffer(data[32 : 32 + 4 * 8192], "<f4")
    assert times_s[:3] == pytest.approx(np.arange(3) * 1.6 / 8192)


@pytest.mark.parametrize(("acquisition", "points"), [("0.4", 2048), ("1.6", 8192), ("6.4", 32768)])
def test_points_follow_the_acquisition_time(acquisition: str, points: int) -> None:
    """A power of two next to time times bandwidth; the time is exactly what was asked."""
    host = Host()
    host.send(start(AcquisitionTime=acquisition, RepetitionTime="7"))
    host.rest()
    receiver = host.twin.decays[-1][2]
    assert receiver.points == points
    assert receiver.points * receiver.dwell_s == pytest.approx(float(acquisition))


def test_the_sample_is_what_was_in_the_magnet_half_way() -> None:
    """A tube is asked of the sampler in the middle of the block, with its nucleus, scans, times and pulse."""
    host = Host()
    host.send(start(PulseAngle="60"))
    host.rest()
    ((vessel, nucleus, receiver, scans, repetition_s, pulse_deg, t_s),) = host.twin.decays
    assert (vessel, nucleus, scans, repetition_s, pulse_deg) == ("tube", "31P", 64, 3.0, 60.0)
    assert t_s == pytest.approx(10.0 + BLOCK_S / 2.0)
    assert receiver.field_width_hz == pytest.approx(0.5 * 0.404808, rel=0.01)


def test_a_late_folder() -> None:
    """Everything comes that much later, Ready and Completed do not."""
    host = Host()
    host.face.inject(host.t_s, "folder_late", {"for": 90.0})
    host.put_into("C:\\Data\\autosynth\\x")
    host.send(start())
    host.wait(BLOCK_S + 60.0)
    assert host.share == {}
    host.wait(31.0)
    assert {Path(name).name for name in host.share} == NAMES


def test_a_truncated_block() -> None:
    """The second block's data stay half as long as their header says; the others are whole."""
    host = Host()
    host.face.inject(host.t_s, "fid_truncated", {"n": 2.0})
    for block in "abc":
        measured(host, f"C:\\Data\\autosynth\\{block}")
    sizes = [len(host.share[f"{block}/data.1d"]) for block in "abc"]
    assert sizes == [WHOLE, WHOLE // 2, WHOLE]
    assert host.share["b/data.1d"][:32] == host.share["a/data.1d"][:32]


def test_a_name_with_lines_and_quotes_stays_on_its_line() -> None:
    """What a host writes into the sample cannot make up another parameter."""
    host = Host()
    host.put_into("C:\\Data\\autosynth\\x")
    host.send("<Set><Sample>a\nnrScans = 1</Sample></Set>" + start())
    host.rest()
    lines = host.share["x/acqu.par"].decode().splitlines()
    assert 'Sample = "a nrScans = 1"' in lines
    assert [line for line in lines if line.startswith("nrScans")] == ["nrScans = 64"]
