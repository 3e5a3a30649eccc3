"""An instrument writes one file after the other, each after its time, in growing pieces; faults change files."""

import itertools

import pytest

from simulators.bench import SimulatedBench
from simulators.device import Filing, Handled
from simulators.file_drop.face import build
from tests.simulators.file_drop.exposing import ExposingBench
from tests.simulators.recording_twin import RecordingTwin

OPTIONS = {"techniques": "infrared uv_vis", "acquisition_s": 100.0, "writing_s": 4.0, "pieces": 5}


def test_a_file_comes_after_its_time_and_grows() -> None:
    """Nothing before, then the same path again with more in it, and nothing after."""
    bench = ExposingBench(OPTIONS)
    assert bench.bench.advance(10.0) is None
    bench.put(10.0, "infrared", "run7-ir-1")
    assert bench.bench.advance(10.0) == 110.0
    assert bench.dropped(109.9) == []
    pieces = bench.dropped(200.0)
    assert [path for path, _ in pieces] == ["device/run7-ir-1.dx"] * 5
    contents = [content for _, content in pieces]
    assert all(after.startswith(before) and len(after) > len(before) for before, after in itertools.pairwise(contents))
    assert contents[-1].rstrip().endswith(b"##END=")
    assert bench.bench.advance(200.0) is None


def test_pieces_come_at_their_times() -> None:
    """Somebody who looks meanwhile sees it grow."""
    bench = ExposingBench(OPTIONS)
    bench.put(0.0, "infrared", "a")
    sizes = [len(bench.dropped(t_s)[-1][1]) for t_s in (100.0, 101.0, 102.0, 103.0, 104.0)]
    assert sizes == sorted(set(sizes))
    assert bench.dropped(105.0) == []


def test_one_sample_is_measured_after_the_other() -> None:
    """The second waits for its turn, whatever it is."""
    bench = ExposingBench(OPTIONS)
    bench.put(0.0, "infrared", "a")
    bench.put(20.0, "uv_vis", "b")
    assert bench.bench.state("device", 50.0) == {
        "measuring": "a.dx",
        "waiting": ["b.csv"],
        "writing": None,
        "files": 0,
    }
    assert {path for path, _ in bench.dropped(150.0)} == {"device/a.dx"}
    assert {path for path, _ in bench.dropped(210.0)} == {"device/b.csv"}


def test_lost_power_loses_the_measurement() -> None:
    """What was written of a file stays, and no more of it comes."""
    bench = ExposingBench(OPTIONS, ["device:power_cycle@t=102"])
    bench.put(0.0, "infrared", "a")
    bench.put(1.0, "infrared", "b")
    written = bench.dropped(1000.0)
    assert len(written) == 3
    bench.put(1000.0, "infrared", "c")
    assert bench.dropped(1200.0)[-1][0] == "device/c.dx"


@pytest.mark.parametrize(
    ("fault", "late_s", "ending", "binary"),
    [
        ("file_late@for=30", 30.0, True, False),
        ("file_truncated@n=1", 0.0, False, False),
        ("file_foreign@n=1", 0.0, False, True),
        ("file_truncated@n=2", 0.0, True, False),
    ],
)
def test_faults_change_one_file(fault: str, late_s: float, ending: bool, binary: bool) -> None:
    """Late, cut short, or of some maker's own format; the next one is as it should be."""
    bench = ExposingBench(OPTIONS, [f"device:{fault}"])
    bench.put(0.0, "infrared", "a")
    assert bench.dropped(99.0 + late_s) == []
    content = bench.dropped(110.0 + late_s)[-1][1]
    assert content.rstrip().endswith(b"##END=") is ending
    assert (b"\0" in content) is binary
    if "n=2" not in fault:
        bench.put(200.0, "infrared", "b")
        assert bench.dropped(400.0)[-1][1].rstrip().endswith(b"##END=")


def test_it_has_no_wire() -> None:
    """Nobody connects, and no reply or cable can fail; its address says so."""
    devices = {"ir": {"model": "file_drop"}, "plate": {"model": "ika_ret"}}
    bench = SimulatedBench({"devices": devices}, 1)
    assert bench.addresses()["ir"] == {"devices": ["ir"], "kind": "folder", "baud": 0, "framing": ""}
    with pytest.raises(ValueError, match="no address 'ir' to connect to on this bench; it has plate"):
        bench.connect("ir", 0.0)
    for fault in ("drop_reply@n=1", "unplug@t=1"):
        with pytest.raises(ValueError, match="ir has no wire"):
            SimulatedBench({"devices": devices}, 1, [f"ir:{fault}"])
    bench.suffer("ir:power_cycle@t=1", 0.0)


def test_it_is_handed_samples_and_writes_files() -> None:
    """As the bench finds out by what it can do."""
    face = build("ir", {"options": {}}, RecordingTwin(), None)  # type: ignore[arg-type]
    assert isinstance(face, Handled)
    assert isinstance(face, Filing)


@pytest.mark.parametrize(
    "options",
    [
        {"techniques": "alchemy"},
        {"techniques": ""},
        {"pattern": "a"},
        {"pattern": "../{name}"},
        {"acquisition_s": 0.0},
        {"pieces": 0},
        {"suffixes": ".xye"},
        {"no such": 1},
    ],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    """An experiment nobody could make is not begun."""
    with pytest.raises(ValueError, match=r"."):
        build("ir", {"options": options}, RecordingTwin(), None)  # type: ignore[arg-type]


def test_what_cannot_be_measured_here_is_refused() -> None:
    """A twin that shows another technique, or nothing, is wrong, and it is said."""
    bench = ExposingBench(OPTIONS)
    with pytest.raises(ValueError, match="sorption cannot be measured here"):
        bench.put(0.0, "sorption", "a")
    with pytest.raises(ValueError, match="nothing to show"):
        bench.put(0.0, "infrared", "a", y=[])
