from functools import reduce
from operator import xor
from typing import Any

import numpy as np
import pytest

from simulators.device import Build, Face
from simulators.tecan_cavro.face import CavroFace, build
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = CavroFace
_BUILD: Build = build

READY: dict[str, Any] = {"initialised": True, "port": 1, "gain_sd": 0.0}


class Host:
    """Sends DT or OEM frames and returns the answers."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        self.face = build("pump", {"options": options}, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def send(self, frame: bytes) -> bytes:
        self.face.receive(self.t_s, frame)
        return b"".join(data for _, data in self.face.collect(self.t_s))

    def dt(self, text: str) -> bytes:
        answer = self.send(f"/1{text}\r".encode())
        return answer[2:-3]

    def oem(self, text: str, sequence: int) -> bytes:
        frame = b"\x021" + bytes((sequence,)) + text.encode() + b"\x03"
        return self.send(frame + bytes((reduce(xor, frame),)))

    def rest(self) -> float:
        """Let everything end; return when it did."""
        while (wake_s := self.face.advance(self.t_s)) is not None:
            self.t_s = wake_s
        return self.t_s


def test_the_manuals_dt_examples() -> None:
    """Initialise answers busy, Q and ? answer in the manual's bytes."""
    host = Host(port=1, gain_sd=0.0)
    assert host.send(b"/1ZR\r") == b"/0@\x03\r\n"
    host.rest()
    assert host.send(b"/1Q\r") == b"/0`\x03\r\n"
    host.dt("A3000R")
    host.rest()
    assert host.send(b"/1?\r") == b"/0`3000\x03\r\n"


def test_answer_leaves_within_five_milliseconds() -> None:
    """The answer's first byte leaves a little after the last command byte."""
    host = Host(**READY)
    host.face.receive(10.0, b"/1Q\r")
    assert host.face.collect(10.0) == [(10.003, b"/0`\x03\r\n")]


@pytest.mark.parametrize(("speed", "seconds"), [(0, 1.25), (11, 4.30), (27, 60.0)])
def test_full_stroke_time_and_volume(speed: int, seconds: float) -> None:
    """A full stroke takes the manual's time and tells the twin once, with start and end."""
    host = Host(**READY)
    host.dt(f"S{speed}A3000R")
    assert pytest.approx(10.0 + seconds, abs=0.005) == host.rest()
    assert [("pump", -1.0, 10.0, host.t_s)] == host.twin.strokes


def test_true_gain_scales_what_flows_but_not_what_is_reported() -> None:
    """The commanded position is exact while the delivered volume carries the seeded gain."""
    host = Host(initialised=True, port=1, gain_sd=0.01)
    host.dt("A3000R")
    host.rest()
    gain = host.face.state()["gain"]
    assert gain != 1.0
    assert pytest.approx(-gain) == host.twin.strokes[0][1]
    assert host.dt("?") == b"`3000"


def test_position_grows_during_the_stroke_and_q_says_busy() -> None:
    """Half-way through S27 half the stroke is reported, and only Q says busy."""
    host = Host(**READY)
    host.dt("S27A3000R")
    host.t_s += 30.0
    assert host.dt("?") == b"`1500"
    assert host.dt("Q") == b"@"
    assert host.dt("A0R") == b"O"


def test_lower_case_moves_hide_their_busy_bit() -> None:
    """`a` reports ready while the plunger moves."""
    host = Host(**READY)
    host.dt("a3000R")
    assert host.dt("Q") == b"`"
    host.rest()
    assert host.dt("?") == b"`3000"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("q5R", b"b"), ("A3001R", b"c"), ("D1R", b"c"), ("I10R", b"c"), ("S41R", b"c"), ("P3151R", b"c")],
)
def test_immediate_errors_do_not_show_in_q(text: str, answer: bytes) -> None:
    """A bad command or operand is in the immediate answer only and moves nothing."""
    host = Host(**READY)
    assert answer == host.dt(text)
    assert host.dt("Q") == b"`"
    assert host.twin.strokes == []


def test_a_later_bad_operand_stops_the_string_there_and_shows_in_q() -> None:
    """The string runs up to the bad operand; the next valid command clears the error."""
    host = Host(**READY)
    assert host.dt("A100A9999A0R") == b"@"
    host.rest()
    assert host.dt("Q") == b"c"
    assert host.dt("?") == b"c100"
    host.dt("S11R")
    assert host.dt("Q") == b"`"


def test_moves_before_initialisation_are_refused() -> None:
    """Error 7 until Z has run, then none."""
    host = Host(port=1)
    assert host.dt("A100R") == b"g"
    assert host.dt("Q") == b"g"
    host.dt("ZR")
    assert host.dt("Q") == b"@"
    host.rest()
    assert host.dt("Q") == b"`"


def test_initialisation_empties_the_syringe_through_the_output_port() -> None:
    """Z goes to the output port, drives to the top at 500 half-increments a second, and ends at the input port."""
    host = Host(port=1, plunger_ml=0.5, gain_sd=0.0)
    host.dt("Z0,2,9R")
    ended_s = host.rest()
    (_, volume_ml, began_s, done_s) = host.twin.strokes[0]
    assert volume_ml == 0.5
    assert pytest.approx(6.0) == done_s - began_s
    assert [port for _, port, _ in host.twin.turns] == ["1", None, "9", None, "2"]
    assert pytest.approx((9 + 8 + 2) * 0.25 + 6.0 + 0.4) == ended_s - 10.0
    assert host.dt("?6") == b"`2"


def test_valve_rotates_the_way_it_is_told() -> None:
    """I goes up and O down through the ports, a quarter of a second each, closed in between."""
    host = Host(**READY)
    host.dt("I3R")
    assert pytest.approx(10.5) == host.rest()
    host.dt("O2R")
    assert pytest.approx(10.75) == host.rest()
    assert host.twin.turns[2:] == [("pump", "3", 10.5), ("pump", None, 10.5), ("pump", "2", 10.75)]


def test_terminate_stops_at_once_and_keeps_the_rest_of_the_string() -> None:
    """After T the plunger stays where it is, untrusted; R runs what was left."""
    host = Host(**READY)
    host.dt("S27A3000S11A0R")
    host.t_s += 30.0
    assert host.dt("T") == b"`"
    assert host.dt("?") == b"`1500"
    assert host.dt("?10") == b"`1"
    assert host.twin.strokes == [("pump", -0.5, 10.0, 40.0)]
    assert not host.face.state()["trusted"]
    host.dt("R")
    host.rest()
    assert host.dt("?") == b"`0"
    assert host.dt("F") == b"`0"


def test_a_string_without_r_waits_and_x_repeats() -> None:
    """A stored string runs on R, is replaced by the next, and X runs the last again."""
    host = Host(**READY)
    host.dt("P900")
    host.dt("P100")
    assert host.dt("?") == b"`0"
    assert host.dt("F") == b"`1"
    host.dt("R")
    host.rest()
    host.dt("X")
    host.rest()
    assert host.dt("?") == b"`200"


def test_speed_reports_keep_v_below_c_below_top() -> None:
    """?1 ?2 ?3 report what is in force."""
    host = Host(**READY)
    assert [host.dt(report) for report in ("?1", "?2", "?3")] == [b"`900", b"`1400", b"`900"]
    host.dt("V500R")
    assert [host.dt(report) for report in ("?1", "?2", "?3")] == [b"`500", b"`500", b"`500"]


def test_fine_positions_of_both_dialects() -> None:
    """N1 counts 24000 (XCalibur) or 48000 (XLP) a stroke over the same motor time."""
    for dialect, standard, fine in (("xcalibur", 3000, 24000), ("xlp", 6000, 48000)):
        host = Host(**READY, dialect=dialect)
        host.dt(f"A{standard}R")
        assert pytest.approx(14.30, abs=0.005) == host.rest()
        host.dt("N1R")
        assert f"`{fine}".encode() == host.dt("?")


def test_oem_frames_lock_out_dt_until_the_power_is_cycled() -> None:
    """Once an OEM frame has been seen DT commands get no answer."""
    host = Host(**READY)
    assert bytes.fromhex("02 30 60 03 51") == host.oem("Q", 0x32)
    assert host.send(b"/1Q\r") == b""
    host.face.power_cycle(host.t_s)
    host.t_s += 5.0
    assert host.send(b"/1Q\r") == b"/0g\x03\r\n"


def test_a_repeated_sequence_number_is_acknowledged_but_not_executed() -> None:
    """The repeat bit with the last number executes nothing, with another number it does."""
    host = Host(**READY)
    host.oem("P100R", 0x31)
    host.rest()
    assert bytes.fromhex("02 30 60 03 51") == host.oem("P100R", 0x39)
    host.rest()
    assert len(host.twin.strokes) == 1
    host.oem("P100R", 0x3A)
    host.rest()
    assert len(host.twin.strokes) == 2
    host.oem("P100R", 0x32)
    host.rest()
    assert len(host.twin.strokes) == 3


def test_a_bad_checksum_gets_no_answer() -> None:
    """A spoilt frame is silently dropped and moves nothing."""
    host = Host(**READY)
    assert host.send(bytes.fromhex("02 31 31 5A 52 03 08")) == b""
    assert host.rest() == 10.0


def test_group_addresses_execute_in_silence_and_strangers_are_ignored() -> None:
    """`_` and the pair's address move the pump without an answer; another pump's do nothing."""
    host = Host(**READY)
    assert host.send(b"/2A100R\r") == b""
    assert host.dt("?") == b"`0"
    assert host.send(b"/_A100R\r") == b""
    host.rest()
    assert host.send(b"/AA200R\r") == b""
    host.rest()
    assert host.dt("?") == b"`200"


def test_power_cycle_in_a_move_leaves_the_plunger_there_and_forgets_everything() -> None:
    """Half a stroke has flowed, the pump believes in position 0, is not initialised, and was deaf meanwhile."""
    host = Host(**READY)
    host.dt("S27A3000R")
    host.face.power_cycle(40.0)
    host.t_s = 40.5
    assert host.dt("Q") == b""
    host.t_s = 42.0
    assert [host.dt(text) for text in ("Q", "?", "?6")] == [b"g", b"g0", b"g0"]
    assert host.twin.strokes == [("pump", -0.5, 10.0, 40.0)]
    assert pytest.approx(0.5) == host.face.state()["plunger_ml"]


def test_no_path_is_an_overload_until_initialised_again() -> None:
    """Without a path nothing flows: error 9 once in Q, then 7, moves refused."""
    host = Host(**READY)
    host.twin.open = False
    host.dt("A3000R")
    assert host.rest() < 10.1
    assert host.dt("A10R") == b"i"
    assert host.dt("Q") == b"i"
    assert host.dt("Q") == b"g"
    assert host.dt("A10R") == b"g"
    assert host.twin.strokes == []
    host.twin.open = True
    host.dt("ZR")
    host.rest()
    assert host.dt("Q") == b"`"


def test_injected_stall_stops_the_plunger_where_it_was_told() -> None:
    """The plunger sticks as its reading passes 0.25 mL: what flowed stops there, the string is dropped."""
    host = Host(**READY)
    host.face.inject(10.0, "overload", {"at_ml": 0.25})
    host.dt("A3000A0R")
    host.rest()
    assert host.dt("Q") == b"i"
    assert pytest.approx([volume_ml for _, volume_ml, _, _ in host.twin.strokes]) == [-0.25]


def test_stall_in_the_middle_of_initialisation_is_error_1() -> None:
    """An initialisation that sticks has failed; the next one may succeed."""
    host = Host(port=1, plunger_ml=0.5)
    host.dt("W0R")
    host.face.inject(12.0, "stall", {})
    host.rest()
    assert host.dt("Q") == b"a"
    assert host.dt("A10R") == b"a"
    host.dt("W0R")
    host.rest()
    assert host.dt("Q") == b"`"


def test_busy_forever_refuses_everything_but_reports() -> None:
    """A pump stuck busy answers Q with busy and moves with error 15, for as long as it was told."""
    host = Host(**READY)
    host.face.inject(10.0, "busy_forever", {"for": 60.0})
    assert [host.dt(text) for text in ("Q", "A100R", "?")] == [b"@", b"O", b"`0"]
    host.t_s = 71.0
    assert host.dt("Q") == b"`"


def test_new_top_speed_in_a_move_begun_at_one_speed() -> None:
    """V on the fly changes the rest of a move whose start and top speed agree, and is refused otherwise."""
    host = Host(**READY)
    host.dt("v100V100A3000R")
    host.t_s += 30.0
    assert host.dt("V1000R") == b"@"
    assert pytest.approx(43.0) == host.rest()
    assert host.dt("?") == b"`3000"
    host.dt("V1400A0R")
    assert host.dt("V1000R") == b"C"


def test_delays_loops_and_halts() -> None:
    """M waits, g..G repeats, H waits for R."""
    host = Host(**READY)
    host.dt("gP100M500G3HP100R")
    host.rest()
    assert host.dt("?") == b"`300"
    assert host.dt("Q") == b"@"
    host.dt("R")
    host.rest()
    assert host.dt("?") == b"`400"


@pytest.mark.parametrize(
    "options", [{"colour": 1}, {"switch": 15}, {"dialect": "xp"}, {"plunger_ml": 2.0}, {"ports": "9"}]
)
def test_options_nobody_knows_are_refused(options: dict[str, Any]) -> None:
    """A wrong option is an error when the bench opens."""
    with pytest.raises(ValueError, match=r"option|switch|dialect|plunger"):
        Host(**options)
