"""The simulated NE-1000, byte by byte."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from simulators.new_era_ne1000.face import NewEraFace, build
from simulators.new_era_ne1000.frames import check_sum, packet
from simulators.new_era_ne1000.settings import number, shown
from tests.simulators.recording_twin import RecordingTwin

SAFE = {"safe_s": 200, "alarm": "", "gain_sd": 0.0, "diameter_mm": 14.57}


class Desk:
    """A pump on a desk; `say` speaks in Safe mode, `plainly` in Basic mode."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.twin = RecordingTwin()
        self.face: NewEraFace = build("pump", {"options": dict(options)}, self.twin, np.random.default_rng(3))
        self.t_s = 0.0

    def raw(self, data: bytes, wait_s: float = 0.1) -> bytes:
        """Send bytes and return those that come within a while."""
        self.face.receive(self.t_s, data)
        heard = self.face.collect(self.t_s)
        until_s = self.t_s + wait_s
        while (next_s := self.face.advance(self.t_s)) is not None and next_s <= until_s:
            self.t_s = next_s
            self.face.advance(self.t_s)
            heard += self.face.collect(self.t_s)
        self.t_s = until_s
        self.face.advance(until_s)
        return b"".join(data for _, data in [*heard, *self.face.collect(until_s)])

    def say(self, command: str, wait_s: float = 0.1) -> str:
        """Say a command as a packet and return the text of the packets that answer."""
        heard, texts = self.raw(packet(f"0{command}"), wait_s), []
        while heard:
            length = heard[1] + 1
            texts.append(heard[2 : length - 3].decode())
            assert heard[:length] == packet(texts[-1])
            heard = heard[length:]
        return " ".join(texts)

    def push(self, volume: str = "1.000", rate: str = "6.000MM") -> None:
        """Begin to push."""
        for command in ("VOLML", f"VOL{volume}", f"RAT{rate}", "DIRINF"):
            assert self.say(command) == "00S"
        assert self.say("RUN") == "00I"


def test_packets_are_those_of_the_manual() -> None:
    """The sum of an alarm, of a start, and of leaving the Safe mode."""
    assert packet("00A?S") == bytes.fromhex("02 09 30 30 41 3F 53 75 A7 03")
    assert packet("0RUN") == bytes.fromhex("02 08 30 52 55 4E 44 07 03")
    assert check_sum(b"SAF0") == 0x5543


def test_the_basic_mode_ends_lines_with_cr_and_answers_without() -> None:
    """Blanks and capital letters do not matter; other addresses are not answered."""
    desk = Desk({"alarm": ""})
    assert desk.raw(b"0 dia 26.59\r") == b"\x0200S\x03"
    assert desk.raw(b"DIA\r") == b"\x0200S26.59\x03"
    assert desk.raw(b"7DIA\r") == b""
    assert desk.raw(packet("0SAF10")) == packet("00S")
    assert Desk({"alarm": "", "packets_in_basic": False}).raw(packet("0SAF10")) == b""


def test_an_alarm_stands_once_in_the_place_of_an_answer() -> None:
    """And what was said is not carried out."""
    desk = Desk({**SAFE, "alarm": "R"})
    assert [desk.say("VOL2.000"), desk.say("VOL")] == ["00A?R", "00S0.000ML"]


def test_it_stops_at_its_volume_and_counts() -> None:
    """A tenth of a millilitre a second."""
    desk = Desk(SAFE)
    desk.push()
    assert desk.say("DIS", 4.9).startswith("00II0.010W0.000ML")
    assert float(desk.say("DIS", 10.0)[4:9]) == pytest.approx(0.5, abs=0.002)
    assert desk.say("DIS") == "00SI1.000W0.000ML"
    assert [stroke[1] for stroke in desk.twin.strokes] == [pytest.approx(1.0)]
    assert [desk.say("CLDINF"), desk.say("DIS")] == ["00S", "00SI0.000W0.000ML"]


def test_the_first_stop_pauses_and_the_second_ends() -> None:
    """What is paused goes on to its volume; what has ended begins anew."""
    desk = Desk(SAFE)
    desk.push()
    desk.say("", 3.0)
    assert [desk.say("STP"), desk.say("RUN", 20.0)] == ["00P", "00I"]
    assert desk.say("DIS") == "00SI1.000W0.000ML"
    desk.say("RUN", 3.0)
    assert [desk.say("STP"), desk.say("STP"), desk.say("STP")] == ["00P", "00S", "00S?NA"]
    desk.say("RUN", 20.0)
    assert float(desk.say("DIS")[4:9]) == pytest.approx(2.3, abs=0.02)


def test_its_watchdog_stops_it_and_says_so() -> None:
    """Unasked, and once more in the place of an answer."""
    desk = Desk({**SAFE, "safe_s": 3})
    desk.push()
    assert desk.say("", 5.0) == "00I 00A?T"
    assert desk.say("DIS") == "00A?T"
    assert 0.3 < float(desk.say("DIS")[4:9]) < 0.35


def test_power_takes_its_counter_and_gives_an_alarm() -> None:
    """Settings stay; what had been pushed has been pushed."""
    desk = Desk(SAFE)
    desk.push()
    desk.say("", 3.0)
    desk.face.power_cycle(desk.t_s)
    assert desk.say("") == ""
    assert desk.say("", 2.0) == "00A?R"
    assert [desk.say("DIS"), desk.say("DIS"), desk.say("VOL")] == ["00A?R", "00SI0.000W0.000ML", "00S1.000ML"]
    assert 0.3 < desk.twin.strokes[0][1] < 0.35


@pytest.mark.parametrize("at", [{}, {"at_ml": 0.4}])
def test_a_plunger_that_sticks_is_an_alarm(at: dict[str, float]) -> None:
    """The motor counts a moment longer than it pushes."""
    desk = Desk(SAFE)
    desk.face.inject(0.0, "stall", at)
    desk.push()
    assert desk.say("", 10.0) == "00I 00A?S"
    pushed_ml = sum(stroke[1] for stroke in desk.twin.strokes)
    assert pushed_ml == pytest.approx(at.get("at_ml", 0.0), abs=1e-6)
    assert desk.face.state()["infused_ml"] == pytest.approx(pushed_ml + 0.05, abs=0.002)


def test_a_closed_path_is_a_stall() -> None:
    """At once."""
    desk = Desk(SAFE)
    desk.twin.open = False
    desk.push()
    assert desk.say("", 2.0) == "00I 00A?S"


def test_volumes_go_astray_unnoticed() -> None:
    """It drifts, it leaks: the counter is as ever."""
    desk = Desk(SAFE)
    desk.face.inject(0.0, "drift", {"per_h": 0.1})
    desk.face.inject(0.0, "leak", {"share": 0.2})
    desk.t_s = 3600.0
    desk.push()
    desk.say("", 20.0)
    assert desk.twin.strokes[0][1] == pytest.approx(1.1, rel=1e-3)
    assert desk.twin.mishaps == [("leak", "pump", 0.2)]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("XYZ", "00S?"),
        ("RAT9999.MM", "00S?OOR"),
        ("RAT", "00S1.000MM"),
        ("DIA0.05", "00S?OOR"),
        ("DIA14.571", "00S?OOR"),
        ("VOL12345", "00S?OOR"),
        ("DIRUP", "00S?OOR"),
        ("DIR", "00SINF"),
        ("PHN42", "00S?OOR"),
        ("PHN", "00S01"),
        ("FUN", "00SRAT"),
        ("SAF256", "00S?OOR"),
        ("SAF", "00S200"),
        ("VER", "00SNE1000V3.928"),
        ("CLD", "00S?OOR"),
    ],
)
def test_answers_and_errors(command: str, answer: str) -> None:
    """Unknown, out of range, or the value."""
    assert Desk(SAFE).say(command) == answer


@pytest.mark.parametrize("command", ["DIA10.00", "VOL1.000", "DIRWDR", "CLDINF", "RAT1.000UM", "RUN"])
def test_what_cannot_be_changed_while_it_runs(command: str) -> None:
    """Not applicable now; the rate's number alone can."""
    desk = Desk(SAFE)
    desk.push()
    assert desk.say(command) == "00I?NA"
    assert desk.say("RAT3.000", 1.0) == "00I"


def test_bad_packets_are_told_and_broken_ones_forgotten() -> None:
    """After half a second."""
    desk = Desk(SAFE)
    good = packet("0")
    assert desk.raw(good[:-2] + b"\x00\x03") == packet("00S?COM")
    assert desk.raw(good[:3], 1.0) == b""
    assert desk.raw(good) == packet("00S")


def test_numbers_have_four_digits() -> None:
    """In and out."""
    assert [number(text) for text in ("9999", "1.234", ".5", "12.345", "1.2345", "", ".", "1e3")] == [
        9999.0,
        1.234,
        0.5,
        None,
        None,
        None,
        None,
        None,
    ]
    assert [shown(value) for value in (0.0, 1.23456, 12.3456, 123.456, 1234.56)] == [
        "0.000",
        "1.235",
        "12.35",
        "123.5",
        "1235.",
    ]


def test_options_and_faults_are_refused_when_unknown() -> None:
    """With what is known."""
    for options in ({"address": 100}, {"no": 1}):
        with pytest.raises(ValueError, match=r"address|unknown"):
            Desk(options)
    with pytest.raises(ValueError, match="known are drift, leak, stall"):
        Desk({}).face.inject(0.0, "overload", {})
