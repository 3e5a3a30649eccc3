"""The board as its manual describes it: lines answered in order, real-time bytes, alarms, power."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.device import Build, Face
from simulators.grbl_carousel.face import GrblFace, build
from tests.simulators.grbl_carousel.host import BANNER, LOCKED, Host
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = GrblFace
_BUILD: Build = build


def test_opening_the_port_resets_the_board() -> None:
    """After booting comes a blank line, the banner and the lock; what was sent meanwhile is lost."""
    host = Host()
    host.face.opened(host.t_s)
    assert host.send(b"$I\n") == b""
    assert host.wait(2.0) == LOCKED
    assert host.status()[""] == "Alarm"


def test_a_board_that_keeps_quiet_when_opened() -> None:
    """With `resets_on_open` off, opening the port does nothing, and a homed board stays homed."""
    host = Host(resets_on_open=False).homed()
    host.face.opened(host.t_s)
    assert host.rest() == b""
    assert host.status()[""] == "Idle"


def test_a_locked_board_moves_nothing_until_unlocked() -> None:
    """Motion is error 9, a jog error 8, settings can be read; `$X` unlocks where it stands."""
    host = Host(port=3)
    assert host.send(b"G0 X15\n") == b"error:9\r\n"
    assert host.send(b"$J=G91 X1 F100\n") == b"error:8\r\n"
    assert b"$110=6000.000\r\n" in host.send(b"$$\n")
    assert host.send(b"$X\n") == b"[MSG:Caution: Unlocked]\r\nok\r\n"
    assert host.say(b"G0 X15\n") == b"ok\r\n"
    assert host.at() == (45.0, 0.0)


def test_homing_takes_its_time_and_then_answers() -> None:
    """Lift first, then 30 degrees at 1500 a minute and the slow approach; the place under the needle is known."""
    host = Host(port=3)
    assert host.send(b"$H\n") == b""
    assert host.status()[""] == "Home"
    began_s = host.t_s
    assert host.rest() == b"ok\r\n"
    travel_s = 30.0 / 25.0 + 25.0 / 200.0
    locate_s = (1.0 / 1500.0 + 2.0 / 100.0) * 60.0
    assert host.t_s - began_s == pytest.approx(travel_s + 2 * locate_s)
    assert host.status() | {"WCO": "", "Ov": ""} == {
        "": "Idle",
        "MPos": "0.000,0.000,0.000",
        "FS": "0,0",
        "Pn": "P",
        "WCO": "",
        "Ov": "",
    }
    assert [turn[:2] for turn in host.twin.turns] == [("carousel", "3"), ("carousel", None), ("carousel", "1")]


def test_a_board_may_be_silent_while_it_homes() -> None:
    """With `quiet_homing` no status comes until homing is over."""
    host = Host(port=3, quiet_homing=True)
    assert host.send(b"$H\n") + host.send(b"?") == b""
    assert host.rest() == b"ok\r\n"


def test_ok_means_accepted_and_a_dwell_waits_for_the_end() -> None:
    """A move is acknowledged at once; `G4 P0` only when it is over, and so is what comes after it."""
    host = Host().homed()
    assert host.send(b"G90 G0 X30\nG4 P0\n$G\n") == b"ok\r\n"
    assert host.status()[""] == "Run"
    began_s = host.t_s
    assert host.rest().startswith(b"ok\r\n[GC:G0 G54 ")
    assert host.t_s - began_s == pytest.approx(2 * (30.0 / 200.0) ** 0.5)
    assert host.status()["MPos"] == "30.000,0.000,0.000"


def test_a_dwell_counts_from_the_end_of_motion() -> None:
    """`G4 P1.5` is answered one and a half seconds after the move."""
    host = Host().homed()
    began_s = host.t_s
    assert host.say(b"G0 X30\nG4 P1.5\n") == b"ok\r\nok\r\n"
    assert host.t_s - began_s == pytest.approx(2 * (30.0 / 200.0) ** 0.5 + 1.5)


def test_the_speed_is_the_feed_or_the_setting() -> None:
    """A long rapid runs at $110, a feed move at its F, and F above $112 is limited to it; all from rest to rest."""
    host = Host().homed()
    began_s = host.t_s
    host.say(b"G0 X300\n")
    assert host.t_s - began_s == pytest.approx(300.0 / 100.0 + 100.0 / 200.0)
    began_s = host.t_s
    host.say(b"G1 Z-50 F300\n")
    assert host.t_s - began_s == pytest.approx(50.0 / 5.0 + 5.0 / 100.0)
    began_s = host.t_s
    host.say(b"G1 Z0 F9000\n")
    assert host.t_s - began_s == pytest.approx(50.0 / 25.0 + 25.0 / 100.0)


def test_the_planner_takes_sixteen_blocks() -> None:
    """The seventeenth move waits for its `ok` until the first is done; sixteen have theirs at once."""
    host = Host().homed()
    lines = b"".join(b"G0X%d\n" % (n % 2 + 1) for n in range(17))
    assert host.send(lines) == b"ok\r\n" * 16
    assert host.rest() == b"ok\r\n"


def test_bytes_beyond_the_buffer_are_lost() -> None:
    """While a line waits 128 bytes are kept; the line that does not fit is not answered."""
    host = Host(port=3)
    host.send(b"$H\n")
    host.send(b"$G\n" * 60)
    assert host.rest().count(b"[GC:") == 42


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"", b"ok"),
        (b"(nothing) ; at all", b"ok"),
        (b"X", b"error:2"),
        (b"4", b"error:1"),
        (b"$%", b"error:3"),
        (b"$21=x", b"error:2"),
        (b"$999=1", b"error:3"),
        (b"G20", b"error:20"),
        (b"G2 X1", b"error:20"),
        (b"M6", b"error:20"),
        (b"G1 X1", b"error:22"),
        (b"G90.25 X1", b"error:23"),
        (b"G0 G1 X1", b"error:21"),
        (b"G90 G91", b"error:21"),
        (b"X1 X2", b"error:25"),
        (b"G4", b"error:28"),
        (b"G0 X1 Q1", b"error:36"),
        (b"G1 F-5", b"error:4"),
        (b"$J=X1", b"error:22"),
        (b"$J=F100", b"error:26"),
        (b"$J=G1 X1 F100", b"error:16"),
        (b"$J=X999 F100", b"error:15"),
        (b"G0 X" + b"1" * 90, b"error:14"),
    ],
)
def test_refusals(line: bytes, answer: bytes) -> None:
    """A line is answered once, by `ok` or its error, and a refused one moves nothing."""
    host = Host().homed()
    assert host.say(line + b"\n") == answer + b"\r\n"
    assert host.at() == (0.0, 0.0)


def test_modes_stay_and_absolute_moves_do_not_add_up() -> None:
    """`G91` adds until `G90`; `G53` is absolute in between; spelling and spaces do not matter."""
    host = Host().homed()
    assert host.say(b"g91 g0 x10\nX 10\n") == b"ok\r\nok\r\n"
    assert host.at() == (20.0, 0.0)
    host.say(b"G53 X5\nG90X15\nX15\n")
    assert host.at() == (15.0, 0.0)


def test_a_target_beyond_the_travel_is_alarm_2() -> None:
    """The soft limits stop the line: alarm 2 without an `ok`, and the position is kept."""
    host = Host().homed()
    host.say(b"G0 X30\n")
    assert host.say(b"G0 X361\n") == b"ALARM:2\r\n"
    assert host.say(b"G0 X0\n") == b"error:9\r\n"
    assert host.send(b"$X\n").endswith(b"ok\r\n")
    assert host.status()["MPos"] == "30.000,0.000,0.000"


def test_feed_hold_and_resume() -> None:
    """`!` brakes on the way, `~` goes on; the `ok` of the barrier comes after all of it."""
    host = Host().homed()
    host.send(b"G0 X300\nG4 P0\n")
    host.wait(1.0)
    host.send(b"!")
    assert host.status()[""] == "Hold:1"
    host.rest()
    assert host.status()[""] == "Hold:0"
    assert host.at()[0] == pytest.approx(0.5 * 200.0 * 0.5**2 + 100.0 * 0.5 + 0.5 * 100.0 * 0.5)
    assert host.say(b"~") == b"ok\r\n"
    assert host.at() == (300.0, 0.0)


def test_a_reset_in_motion_is_alarm_3() -> None:
    """The move stops dead, the alarm comes before the banner, and the board is locked."""
    host = Host().homed()
    host.send(b"G0 X300\nG4 P0\n")
    host.wait(1.0)
    assert host.send(b"\x18") == b"ALARM:3\r\n" + LOCKED
    assert host.rest() == b""
    assert host.at()[0] == pytest.approx(75.0)


def test_a_reset_while_homing_is_alarm_6() -> None:
    """Homing is not finished and the board is locked."""
    host = Host(port=3)
    host.send(b"$H\n")
    host.wait(0.5)
    assert host.send(b"\x18") == b"ALARM:6\r\n" + LOCKED
    assert host.rest() == b""


def test_a_reset_at_rest_locks_unless_the_firmware_keeps_its_state() -> None:
    """The page's board locks; one with `reset_locks` off only greets."""
    assert Host().homed().send(b"\x18") == LOCKED
    host = Host(reset_locks=False).homed()
    host.say(b"G0 X30\n")
    assert host.send(b"\x18") == BANNER
    assert host.status()["MPos"] == "30.000,0.000,0.000"


def test_a_jog_moves_and_can_be_cancelled() -> None:
    """A jog shows as such, refuses other motion meanwhile, and 0x85 ends it early without alarm."""
    host = Host().homed()
    assert host.send(b"$J=G91 X100 F600\n") == b"ok\r\n"
    assert host.status()[""] == "Jog"
    assert host.send(b"G0 X0\n") == b"error:9\r\n"
    host.wait(2.0)
    host.send(b"\x85")
    assert host.rest() == b""
    assert host.status()[""] == "Idle"
    assert host.at()[0] == pytest.approx(20.0, abs=0.5)
    assert host.say(b"G91 G0 X1\n") == b"ok\r\n"
    assert host.at()[0] == pytest.approx(21.0, abs=0.5)


def test_the_safety_door_holds() -> None:
    """0x84 shows as Door and `~` goes on."""
    host = Host().homed()
    host.send(b"G0 X300\n")
    host.send(b"\x84")
    host.rest()
    assert host.status()[""] == "Door:0"
    host.say(b"~")
    assert host.at() == (300.0, 0.0)


def test_queries_and_settings() -> None:
    """Build, offsets, modes and startup lines are printed; a changed setting stays, a power cycle included."""
    host = Host(build="sampler 7").homed()
    assert host.say(b"$I\n") == b"[VER:1.1h.20190825:sampler 7]\r\n[OPT:V,15,128]\r\nok\r\n"
    assert host.say(b"$#\n").count(b"0.000,0.000,0.000") == 10
    assert host.say(b"$N\n") == b"$N0=\r\n$N1=\r\nok\r\n"
    assert host.say(b"$\n").startswith(b"[HLP:")
    assert host.say(b"$110=1200\n") == b"ok\r\n"
    host.face.power_cycle(host.t_s)
    assert host.rest() == LOCKED
    assert b"$110=1200.000\r\n" in host.say(b"$$\n")
    host.say(b"$10=3\n")
    assert host.status()["Bf"] == "15,128"


def test_settings_cannot_be_read_in_motion() -> None:
    """`$$` while moving is error 8, `$G` is answered."""
    host = Host().homed()
    host.send(b"G0 X30\n")
    assert host.send(b"$$\n$G\n").startswith(b"error:8\r\n[GC:")


def test_offsets_and_overrides_come_now_and_then() -> None:
    """The first report after a reset bears WCO, the second Ov, and the thirty-first WCO again."""
    host = Host()
    reports = [set(host.status()) for _ in range(31)]
    assert [("WCO" in each, "Ov" in each) for each in reports[:3]] == [(True, False), (False, True), (False, False)]
    assert "WCO" in reports[30]


@pytest.mark.parametrize("moving", [False, True])
def test_power_lost(moving: bool) -> None:
    """The belief is lost, the truth stays where it was; homing finds it again."""
    host = Host().homed()
    host.say(b"G0 X30\n")
    if moving:
        host.send(b"G0 X300\n")
        host.wait(1.0)
    where = host.at()
    host.face.power_cycle(host.t_s)
    assert host.rest() == LOCKED
    assert host.at() == where
    assert host.status()["MPos"] == "0.000,0.000,0.000"
    assert where[0] == pytest.approx(105.0 if moving else 30.0)
    host.homed()
    assert host.at() == (0.0, 0.0)


@given(st.lists(st.integers(0, 40), max_size=8))
def test_lines_may_come_in_pieces_with_real_time_bytes_anywhere(cuts: list[int]) -> None:
    """However the stream is cut, lines are answered in order, and `?` within a line does not disturb it."""
    host = Host().homed()
    stream = b"G90 G?0 X3?0\n$G\nG4 P?0\n"
    pieces = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    heard = b"".join(host.send(stream[a:b]) for a, b in pairwise(pieces)) + host.rest()
    lines = [line for line in heard.split(b"\r\n") if not line.startswith(b"<")]
    assert heard.count(b"<") == 3
    assert [line[:4] for line in lines] == [b"ok", b"[GC:", b"ok", b"ok", b""]
    assert host.at() == (30.0, 0.0)


@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_any_bytes_are_survived(pieces: list[bytes], homed: bool) -> None:
    """Whatever comes, the board goes on, everything ends, and a reset brings it back."""
    host = Host(port=2)
    if homed:
        host.homed()
    for piece in pieces:
        host.send(piece)
        host.wait(0.3)
    host.rest()
    assert host.send(b"\x18").endswith(LOCKED)


@pytest.mark.parametrize("options", [{"pitch": 0.0}, {"positions": 0}, {"down_z": 0.0}, {"port": 25}, {"speed": 1}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    """A carousel without pitch, places, a way down or such a port is not built."""
    with pytest.raises(ValueError, match=r"carousel|port|option"):
        build("carousel", {"options": options}, RecordingTwin(), np.random.default_rng(1))
