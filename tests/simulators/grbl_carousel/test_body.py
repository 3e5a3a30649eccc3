"""Where tubes really are: over the bore, in the magnet, broken, gone, and not where the board believes."""

import pytest

from simulators.grbl_carousel.profile import trapezoid
from tests.simulators.grbl_carousel.host import LOCKED, Host

DOWN, UP = b"G0 Z-100\n", b"G0 Z0\n"


def test_the_tube_over_the_bore_goes_in_and_comes_out() -> None:
    """With 24 places and the bore 12 on, place 3 under the needle puts tube 15 into the magnet."""
    host = Host().homed()
    host.say(b"G0 X30\n")
    assert host.face.state()["port"] == "3"
    host.say(DOWN)
    assert host.twin.insertions[-1][:2] == ("carousel", "tube_15")
    host.send(UP)
    assert host.twin.insertions[-1] == ("carousel", None, host.t_s)
    host.rest()
    assert host.face.state()["inserted"] is None


def test_half_way_down_is_not_in() -> None:
    """Only the lower end is in the magnet."""
    host = Host().homed()
    host.say(b"G0 Z-50\n")
    assert host.twin.insertions == []


def test_turning_with_the_lift_down_breaks_the_tube() -> None:
    """The twin is told at once, the place stays empty, and the sensor knows."""
    host = Host().homed()
    host.say(DOWN)
    began_s = host.t_s
    host.say(b"G0 X15\n")
    assert host.twin.smashed == [("tube_13", began_s)]
    assert host.face.state()["broken_tubes"] == [13]
    host.say(UP + b"G0 X0\n")
    assert "Pn" not in host.status()
    host.say(DOWN)
    assert host.face.state()["inserted"] is None


@pytest.mark.parametrize("line", [b"G0 X15 Z-50\n", b"G1 X15 F100\n"])
def test_turning_with_the_lift_half_down_breaks_it_too(line: bytes) -> None:
    """A tube that hangs in the bore does not survive."""
    host = Host().homed()
    host.say(b"G0 Z-50\n")
    host.say(line)
    assert host.twin.smashed


def test_the_needle_reaches_nothing_between_places() -> None:
    """Half a pitch on there is no tube under the needle and none over the bore."""
    host = Host().homed()
    host.say(b"G0 X7.5\n")
    assert host.face.state()["port"] is None
    assert "Pn" not in host.status()
    host.say(DOWN)
    assert host.twin.insertions == []


def test_no_tube_is_seen_where_none_stands() -> None:
    """A place without a line, or whose tube somebody took, shows no P; the lift then puts nothing in."""
    host = Host().homed()
    del host.twin.tubes["13"]
    assert "Pn" not in host.status()
    host.say(b"G0 X15\n")
    assert host.status()["Pn"] == "P"
    host.face.inject(host.t_s, "tube_missing", {"position": 14.0})
    assert "Pn" not in host.status()
    host.say(DOWN)
    assert host.twin.insertions == []


def test_without_a_sensor_nothing_is_seen() -> None:
    """`tube_sensor` off leaves the pin alone."""
    assert "Pn" not in Host(tube_sensor=False).homed().status()


@pytest.mark.parametrize("under_way", [False, True])
def test_lost_steps_stay_lost_until_homing(under_way: bool) -> None:
    """The board believes it arrived; the carousel is behind, in this move and all after it, until it is homed."""
    host = Host().homed()
    if under_way:
        host.send(b"G0 X300\n")
        host.wait(1.75)
        host.face.inject(host.t_s, "stall", {})
        host.rest()
    else:
        host.face.inject(host.t_s, "stall", {})
        host.say(b"G0 X300\n")
    assert host.status()["MPos"] == "300.000,0.000,0.000"
    assert host.at()[0] == pytest.approx(150.0)
    host.say(b"G0 X330\n")
    assert host.at()[0] == pytest.approx(180.0)
    host.homed()
    assert host.at() == (0.0, 0.0)


def test_a_motor_that_slips_while_homing_finds_no_switch() -> None:
    """Alarm 9, and the board stays locked."""
    host = Host(port=10)
    host.send(b"$H\n")
    host.wait(2.5)
    host.face.inject(host.t_s, "stall", {})
    assert host.rest() == b"ALARM:9\r\n"
    assert host.send(b"G0 X0\n") == b"error:9\r\n"
    host.homed()


def test_a_switch_met_out_of_turn_is_alarm_1_when_it_is_looked_at() -> None:
    """Having lost steps, the way back leads past the switch; with $21 on the board stops there and locks."""
    host = Host(hard_limits=True).homed()
    host.face.inject(host.t_s, "stall", {})
    host.say(b"G0 X300\n")
    assert host.say(b"G0 X15\n") == b"ok\r\nALARM:1\r\n"
    assert host.at()[0] == pytest.approx(-1.0, abs=1e-3)
    assert host.send(b"G0 X15\n") == b"error:9\r\n"


def test_a_board_that_resets_by_itself() -> None:
    """`homing_lost` in mid-move: it stops where it is, greets, and is locked."""
    host = Host().homed()
    host.send(b"G0 X300\n")
    host.wait(1.0)
    host.face.inject(host.t_s, "homing_lost", {})
    assert host.rest() == LOCKED
    assert host.at()[0] == pytest.approx(75.0)


def test_busy_for_a_while() -> None:
    """The board says Run, and a barrier waits until it is over."""
    host = Host().homed()
    host.face.inject(host.t_s, "busy_forever", {"for": 30.0})
    began_s = host.t_s
    assert host.send(b"G4 P0\n") == b""
    assert host.status()[""] == "Run"
    assert host.rest() == b"ok\r\n"
    assert host.t_s - began_s == pytest.approx(30.0)


def test_busy_for_ever_wakes_nobody() -> None:
    """Nothing will happen any more, and the board says so."""
    host = Host().homed()
    host.face.inject(host.t_s, "busy_forever", {})
    host.send(b"G4 P1\n")
    assert host.face.advance(host.t_s) is None
    assert host.status()[""] == "Run"


def test_unknown_faults_and_positions_are_refused() -> None:
    """A fault of another device, or a place that is not there."""
    host = Host()
    with pytest.raises(ValueError, match="overload"):
        host.face.inject(host.t_s, "overload", {})
    with pytest.raises(ValueError, match="99"):
        host.face.inject(host.t_s, "tube_missing", {"position": 99.0})


def test_a_carousel_turned_the_other_way_with_a_lift_that_counts_down() -> None:
    """Geometry is an option: pitch -10, eight places, the lift's upper end at 50, home half a turn off."""
    host = Host(pitch=-10.0, positions=8, magnet_offset=3, zero=5.0, up_z=50.0, down_z=0.0, travel_x=80.0).homed()
    assert host.at() == (5.0, 50.0)
    host.say(b"G0 X-15\nG0 Z0\n")
    assert host.face.state()["port"] == "3"
    assert host.face.state()["inserted"] == "tube_6"


def test_a_braked_move_covers_what_is_left_of_its_speed() -> None:
    """Braking takes v^2/2a; a move that would end sooner anyway just ends."""
    move = trapezoid(100.0, 10.0, 5.0, 0.0)
    assert move.ends_s == pytest.approx(12.0)
    assert move.at(6.0) == pytest.approx((50.0, 10.0))
    braked = move.braked(6.0, 5.0)
    assert (braked.length, braked.ends_s) == pytest.approx((60.0, 8.0))
    assert move.braked(11.0, 5.0) is move
    assert move.reaches_s(50.0) == pytest.approx(6.0, abs=1e-5)
