from typing import Any

import numpy as np
import pytest

from simulators.device import Build, Face
from simulators.palmsens_emstat_pico.face import PicoFace, build
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = PicoFace
_BUILD: Build = build

CV = """e
var E
var I
set_pgstat_chan 0
set_pgstat_mode 2
set_max_bandwidth 400
set_range ba 100u
set_autoranging ba 1u 100u
set_e -100m
cell_on
wait 500m
meas_loop_cv E I -100m 100m -100m 50m 100m{option}
pck_start
pck_add E
pck_add I
pck_end
endloop
on_finished:
cell_off

"""


class Host:
    """Sends text and gathers timed lines."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        spec = {"options": {"noise_share": 0.0, "noise_v": 0.0, **options}, "vessel": "cell"}
        self.face = build("potentiostat", spec, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def send(self, text: str) -> str:
        self.face.receive(self.t_s, text.encode())
        return b"".join(answer for _, answer in self.face.collect(self.t_s)).decode()

    def wait(self, seconds: float) -> list[tuple[float, str]]:
        """Let time pass from wake-up to wake-up; return what came."""
        until_s = self.t_s + seconds
        frames = self.face.collect(self.t_s)
        while (wake_s := self.face.advance(self.t_s)) is not None and wake_s <= until_s:
            self.t_s = wake_s
            self.face.advance(self.t_s)
            frames += self.face.collect(self.t_s)
        self.t_s = until_s
        self.face.advance(self.t_s)
        frames += self.face.collect(self.t_s)
        return [(at_s, data.decode()) for at_s, data in frames]

    def lines(self, seconds: float) -> list[str]:
        return [line for _, line in self.wait(seconds)]


def decoded(line: str, index: int) -> float:
    """Return a package's value as the format says."""
    text = line[1:].strip("\n").split(";")[index]
    return (int(text[2:9], 16) - 0x8000000) * {"a": 1e-18, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, " ": 1.0}[
        text[9]
    ]


def test_idle_commands() -> None:
    """Version, serial number, script version, a register, and refusals with their codes."""
    host = Host()
    assert host.send("t\n") == "tespico1401#Jan 01 2024 12:00:00\nR*\n"
    assert host.send("i\n") == "iSIM24A001\n"
    assert host.send("v\n") == "v0104\n"
    assert host.send("S01FF\n") + host.send("G01\n") == "S\nGFF\n"
    assert [host.send(text) for text in ("G99\n", "S0601\n", "S01xy\n", "q\n", "Z\n", "r\n", "\n")] == [
        "G!0004\n",
        "S!0005\n",
        "S!0007\n",
        "q!0003\n",
        "Z!0006\n",
        "r!000C\n",
        "",
    ]


def test_a_cyclic_voltammogram_streams_at_its_rate() -> None:
    """Nine points from begin over both vertices and back, half a second apart, then the cell is off."""
    host = Host()
    assert host.send(CV.format(option="")) == "e\n"
    came = host.wait(10.0)
    text = [line for _, line in came]
    assert text[0] == "M0005\n"
    assert text[-2:] == ["*\n", "\n"]
    assert text[1] == "Pda20A1F00n;ba20A1F00f,10,201\n"
    assert [decoded(line, 0) for line in text[1:-2]] == pytest.approx(
        [-0.1, -0.05, 0.0, 0.05, 0.1, 0.05, 0.0, -0.05, -0.1], abs=1e-9
    )
    assert [decoded(line, 1) for line in text[1:-2]] == pytest.approx(
        [1e-6 * potential_v for potential_v in (-0.1, -0.05, 0.0, 0.05, 0.1, 0.05, 0.0, -0.05, -0.1)], abs=1e-14
    )
    assert [at_s for at_s, _ in came[1:-2]] == pytest.approx([11.001 + 0.5 * index for index in range(9)])
    assert {"cell_on": False, "running": False}.items() <= host.face.state().items()


def test_the_twin_is_asked_once_when_the_loop_starts() -> None:
    """The whole sweep's potentials, the time between points and the electrode go to the twin at the loop's start."""
    host = Host(area_cm2=0.2)
    host.send(CV.format(option=""))
    host.wait(10.0)
    vessel, potential_v, dt_s, electrode, t_s = host.twin.sweeps[0]
    assert len(host.twin.sweeps) == 1
    assert (vessel, len(potential_v), dt_s, electrode.area_cm2) == ("cell", 9, 0.5, 0.2)
    assert t_s == pytest.approx(10.501)


def test_several_scans_are_bracketed() -> None:
    """With nscans each scan is announced and ended; later scans do not repeat the start."""
    host = Host()
    host.send(CV.format(option=" nscans(2)"))
    kinds = [line[0] if line[0] == "P" else line.strip() for line in host.lines(20.0)]
    assert kinds == ["M0005", "C0000", *"P" * 9, "-", "C0001", *"P" * 8, "-", "*", ""]


def test_z_ends_after_the_point_under_way_and_cleans_up() -> None:
    """Z is acknowledged, the point comes, the loop ends, on_finished runs, an empty line closes."""
    host = Host()
    host.send(CV.format(option=""))
    host.wait(2.1)
    assert host.send("Z\n") == "Z\n"
    assert host.lines(5.0) == ["PdaAFAF080n;baAFAF080f,10,201\n", "*\n", "\n"]
    assert not host.face.state()["cell_on"]


def test_y_ends_the_measurement_loop_only() -> None:
    """After Y the script goes on behind the loop."""
    host = Host()
    host.send(CV.format(option="").replace("on_finished:", 'send_string "after"\non_finished:'))
    host.wait(2.1)
    assert host.send("Y\n") == "Y\n"
    assert host.lines(5.0)[1:] == ["*\n", "Tafter\n", "\n"]


@pytest.mark.parametrize("ending", ["Z\n", "Y\n", "h\n", "power"])
def test_points_that_are_only_printed_are_as_if_measured_one_by_one(ending: str) -> None:
    """A loop that does something between the points prints the same at the same times, also after a scan cut short."""
    came = []
    for loop in ("pck_start", "timer_start\npck_start"):
        host = Host(noise_share=1e-2, noise_v=1e-3)
        host.send(CV.format(option=" nscans(2)").replace("pck_start", loop))
        frames = host.wait(2.1)
        if ending == "power":
            host.face.power_cycle(host.t_s)
            host.t_s += 1.0
        else:
            assert host.send(ending) == ending
        frames += host.wait(20.0)
        host.send("H\n")
        frames += host.wait(20.0)
        host.send(CV.format(option="").replace("pck_start", loop))
        came.append(frames + host.wait(20.0))
    assert len(came[0]) > 15
    assert came[0] == came[1]


def test_halt_and_resume_shift_what_is_to_come() -> None:
    """While halted nothing comes; afterwards the points are late by the pause."""
    host = Host()
    host.send(CV.format(option=""))
    host.wait(2.0)
    host.send("h\n")
    assert host.lines(30.0) == []
    assert host.send("H\n") == "H\n"
    assert host.wait(1.0)[0][0] == pytest.approx(42.001)


def test_other_commands_are_refused_while_running() -> None:
    """The wrong mode is the answer to an idle command."""
    host = Host()
    host.send(CV.format(option=""))
    host.wait(1.0)
    assert host.send("t\n") == "t!0006\n"


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("set_pgstat_mode 2\nset_e 3000m\n", ["!000F: Line 2\n", "\n"]),
        ("set_pgstat_mode 9\n", ["!0021: Line 1\n", "\n"]),
        ("var E\nvar I\nmeas_loop_lsv E I 0 1 1m 1\nendloop\n", ["!0023: Line 3\n", "\n"]),
        ("var E\nvar I\nset_pgstat_mode 2\nmeas_loop_cv E I 0 2100m 0 1m 1\nendloop\n", ["!000F: Line 4\n", "\n"]),
        ("var E\nvar I\nset_pgstat_mode 2\nmeas_loop_lsv E I 0 1 -1m 1\nendloop\n", ["!001C: Line 4\n", "\n"]),
        ("var E\nset_pgstat_mode 2\ncell_on\nmeas_loop_ocp E 1 5\nendloop\n", ["!0014: Line 4\n", "\n"]),
        ("var E\nvar I\nset_pgstat_mode 2\nmeas_loop_lsv E I 0 1 1m 100\nendloop\n", ["!000D: Line 4\n", "\n"]),
    ],
)
def test_errors_while_running(script: str, answer: list[str]) -> None:
    """What the instrument refuses is named with code and line, and the script ends."""
    host = Host()
    assert host.send(f"e\n{script}\n") == "e\n"
    assert host.lines(1.0) == answer


def test_a_refused_sweep_still_switches_the_cell_off() -> None:
    """After an error the part behind on_finished runs."""
    host = Host()
    host.send(CV.format(option="").replace("I -100m 100m", "I -100m 2500m"))
    assert host.lines(5.0) == ["!000F: Line 11\n", "\n"]
    assert not host.face.state()["cell_on"]


def test_a_script_with_a_fault_is_refused_and_nothing_runs() -> None:
    """The parse error carries line and column."""
    host = Host()
    assert host.send("e\nvar E\ncell_onn\n\n") == "e!4001: Line 2, Col 1\n"
    assert not host.face.state()["running"]


def test_resynchronising_in_the_middle_of_a_script() -> None:
    """An empty line closes what was received, and Z ends it."""
    host = Host()
    host.send("e\nwait 100\n")
    assert host.send("\nZ\n") == "e\nZ\n"
    assert host.lines(0.1) == ["\n"]
    assert host.send("Z\n") == "Z!0006\n"


def test_resynchronising_in_the_middle_of_a_line() -> None:
    """The first Z is swallowed as a line of the script; the second attempt is heard."""
    host = Host()
    assert host.send("e\nwait 100\nwait 1" + "\nZ\n") == ""
    assert host.send("\nZ\n") == "e!4001: Line 3, Col 1\nZ!0006\n"


@pytest.mark.parametrize(
    ("resistance_ohm", "metadata"), [(1e6, ",10,203"), (0.9e4, ",12,203"), (1.05e4, ",18,203"), (1e9, ",14,203")]
)
def test_a_fixed_range_flags_what_it_cannot_read(resistance_ohm: float, metadata: str) -> None:
    """0.1 V over a resistance in the 8 uA range: fine, overload, nearly, underload."""
    host = Host()
    scale = {1e6: 0.1e-6, 0.9e4: 11e-6, 1.05e4: 7.8e-6, 1e9: 0.1e-9}[resistance_ohm]
    host.twin.resistance_ohm = 0.1 / scale
    script = (
        "e\nvar E\nvar I\nset_pgstat_mode 2\nset_range ba 8u\ncell_on\nmeas_loop_ca E I 100m 1 2\n"
        "pck_start\npck_add I\npck_end\nendloop\ncell_off\n\n"
    )
    host.send(script)
    packages = [line.strip() for line in host.lines(5.0) if line.startswith("P")]
    assert len(packages) == 2
    assert all(line.endswith(metadata) for line in packages)


def test_open_circuit_potential() -> None:
    """With the cell off the resting potential is read at the asked interval."""
    host = Host(ocp_v=0.123)
    host.send("e\nvar E\nset_pgstat_mode 2\nmeas_loop_ocp E 200m 1\npck_start\npck_add E\npck_end\nendloop\n\n")
    assert host.lines(2.0) == ["M000B\n", *["PabF54D4C0n\n"] * 5, "*\n", "\n"]


def test_loops_conditions_and_variables() -> None:
    """A counted loop with a condition sends what it should."""
    host = Host()
    host.send(
        "e\nvar n\nstore_var n 0i ja\nloop n < 3i\nadd_var n 1i\nif n == 2i\n"
        'send_string "two"\nelse\npck_start\npck_add n\npck_end\nendif\nendloop\n\n'
    )
    assert host.lines(1.0) == ["L\n", "Pja8000001i\n", "Ttwo\n", "Pja8000003i\n", "+\n", "\n"]


def test_loading_storing_and_running() -> None:
    """A loaded script runs on r and survives a power cycle only in the permanent memory."""
    host = Host()
    assert host.send('l\nsend_string "hello"\n\n') == "l\n"
    assert host.send("Fmscr\n") == "F\n"
    host.face.power_cycle(10.0)
    assert host.send("i\n") == ""
    host.t_s = 12.0
    assert host.send("r\n") == "r!000C\n"
    assert host.send("Lmscr\n") + host.send("r\n") == "L\nr\n"
    assert host.lines(1.0) == ["Thello\n", "\n"]


def test_power_loss_in_a_sweep_switches_the_cell_off() -> None:
    """Nothing more comes and the cell is off."""
    host = Host()
    host.send(CV.format(option=""))
    host.wait(3.0)
    host.face.power_cycle(host.t_s)
    assert {"cell_on": False, "running": False}.items() <= host.face.state().items()
    assert host.lines(20.0) == []


def test_a_hung_instrument_is_silent_with_its_cell_on() -> None:
    """Until the time is over nothing comes and nothing is heard; then the points are late."""
    host = Host()
    host.send(CV.format(option=""))
    host.wait(3.0)
    host.face.inject(host.t_s, "busy_forever", {"for": 60.0})
    assert host.send("Z\n") == ""
    assert host.lines(59.0) == []
    assert host.face.state()["cell_on"]
    assert host.lines(20.0)[-1] == "\n"


def test_an_idle_instrument_that_hangs_hears_nothing_for_a_while() -> None:
    """What is said meanwhile is lost."""
    host = Host()
    host.face.inject(host.t_s, "busy_forever", {"for": 60.0})
    assert host.send("i\n") == ""
    host.wait(61.0)
    assert host.send("i\n").startswith("i")


def test_a_reference_that_drifts_moves_the_scale() -> None:
    """Half an hour of 20 mV/h is ten millivolts in what the twin is asked for."""
    host = Host()
    host.face.inject(host.t_s, "drift", {"per_h": 0.02})
    host.wait(1800.0)
    host.send(CV.format(option=""))
    host.wait(1.0)
    assert host.twin.sweeps[-1][3].reference_offset_v == pytest.approx(0.01, abs=1e-4)


def test_an_old_instrument_glues_e_to_its_first_line() -> None:
    """With `glued` the answer is e without its line feed."""
    host = Host(glued=True)
    assert host.send(CV.format(option="")) == "e"


def test_a_vessel_is_needed() -> None:
    """Without a vessel there is nothing to measure."""
    with pytest.raises(ValueError, match="needs the vessel"):
        build("p", {"options": {}}, RecordingTwin(), np.random.default_rng(1))
