"""The simulated balance and dosing head, line by line."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from simulators.mettler_sics.face import SicsFace, build
from tests.simulators.recording_twin import RecordingTwin

PAN_MG = 10000.0
HEAD = {"substance": "K2CO3 & <more>", "lot": "7", "left_mg": 500.0}
READY = {"quantos": True, "door": "closed", "pin": "locked", "spread": 0.0, "noise_mg": 0.0}


class Desk:
    """A balance on a desk, spoken to line by line."""

    def __init__(self, options: Mapping[str, Any], twin: RecordingTwin | None = None) -> None:
        self.twin = twin or RecordingTwin(loads_mg={"balance": PAN_MG}, heads={"balance": dict(HEAD)})
        self.face: SicsFace = build("balance", {"options": dict(options)}, self.twin, np.random.default_rng(3))
        self.t_s = 0.0

    def say(self, line: str, wait_s: float = 0.1) -> list[str]:
        """Say a line and return those that come within a while."""
        self.face.receive(self.t_s, f"{line}\r\n".encode())
        return self.wait(wait_s)

    def wait(self, wait_s: float) -> list[str]:
        """Let time pass and return the lines that come."""
        until_s, heard = self.t_s + wait_s, self.face.collect(self.t_s)
        while (next_s := self.face.advance(self.t_s)) is not None and next_s <= until_s:
            self.t_s = next_s
            self.face.advance(self.t_s)
            heard += self.face.collect(self.t_s)
        self.t_s = until_s
        self.face.advance(until_s)
        heard += self.face.collect(until_s)
        return [line for _, data in heard for line in data.decode("latin-1").split("\r\n") if line]


def test_it_weighs_at_once_and_when_it_is_stable() -> None:
    """A change on the pan needs its time."""
    desk = Desk({"noise_mg": 0.0})
    assert desk.say("S") == ["S S    10.0000 g"]
    desk.twin.loads_mg["balance"] = 20000.0
    assert desk.say("SI") == ["S D    20.0000 g"]
    assert desk.say("S") == []
    assert desk.wait(2.0) == ["S S    20.0000 g"]


def test_what_does_not_come_to_rest_in_time_is_busy() -> None:
    """And is stable again afterwards."""
    desk = Desk({"noise_mg": 0.0})
    desk.face.inject(0.0, "unsteady", {"for": 60.0})
    assert desk.say("S", 41.0) == ["S I"]
    desk.wait(30.0)
    assert desk.say("S") == ["S S    10.0000 g"]


def test_it_is_zeroed_and_says_its_number_when_power_comes() -> None:
    """Unasked, when it has started; before it is deaf."""
    desk = Desk({"noise_mg": 0.0, "serial": "B1"})
    desk.face.power_cycle(desk.t_s)
    assert desk.say("SI") == []
    assert desk.wait(3.0) == ['I4 A "B1"']
    desk.wait(3.0)
    assert desk.say("S") == ["S S     0.0000 g"]


def test_it_drifts_and_is_noisy() -> None:
    """Ten milligrams an hour; noise of its standard deviation."""
    desk = Desk({"noise_mg": 0.0, "unit": "mg"})
    desk.face.inject(0.0, "drift", {"per_h": 10.0})
    desk.wait(3600.0)
    assert desk.say("S") == ["S S    10010.0 mg"]
    noisy = Desk({"noise_mg": 0.5, "readability_mg": 0.01, "unit": "mg"})
    readings = [float(noisy.say("SI")[0].split()[2]) for _ in range(300)]
    assert np.std(readings) == pytest.approx(0.5, rel=0.15)


@pytest.mark.parametrize(
    ("options", "line", "answer"),
    [
        ({"capacity_mg": 5000.0}, "S", "S +"),
        ({}, "I2", 'I2 A "XPE205 220.0000 g"'),
        ({}, "QRA 61 1", "ES"),
        ({}, "what", "ES"),
        ({}, "x" * 300, "ES"),
        ({"quantos": True}, "QRD 2 3 7", "QRD 2 3 7 3 A"),
        ({"quantos": True}, "QRD 1 1 5 0.05", "QRD 1 1 5 L"),
        ({"quantos": True}, "QRD 1 1 5 50²", "QRD 1 1 5 L"),
        ({"quantos": True}, "QRD 1 1 99 1", "QRD 1 1 99 L"),
        ({"quantos": True}, "QRA 61 4", "QRA 61 4 I 5"),
        ({"quantos": True}, "QRA 61 1", "QRA 61 1 I 4"),
        ({"quantos": True}, "QRA 9", "QRA 9 L"),
    ],
)
def test_answers_are_those_of_the_manual(options: dict[str, Any], line: str, answer: str) -> None:
    """Overload, texts, errors."""
    assert Desk(options).say(line) == [answer]


def dosing(options: Mapping[str, Any] = READY) -> Desk:
    """Return a desk on which 50 mg begin to be dosed."""
    desk = Desk(options)
    assert desk.say("QRD 1 1 5 50") == ["QRD 1 1 5 A"]
    assert desk.say("QRA 61 1") == ["QRA 61 1 B"]
    return desk


def test_a_dosing_takes_its_time_and_says_twice() -> None:
    """The twin hears of it once, at the end."""
    desk = dosing()
    assert desk.say("SI") == ["S D    10.0000 g"]
    desk.wait(17.0)
    assert desk.say("QRD 2 4 11") == ["QRD 2 4 11 I 2"]
    assert float(desk.say("SI")[0].split()[2]) > 10.01
    assert desk.wait(20.0) == ["QRA 61 1 A"]
    assert [fall[1] for fall in desk.twin.falls] == [pytest.approx(50.0)]
    assert desk.face.state()["dosed"] == 1
    assert desk.say("S", 3.0) == ["S S    10.0500 g"]


def test_a_dosing_is_stopped_where_it_is() -> None:
    """Error 8 for it, done for the stop."""
    desk = dosing()
    desk.wait(17.0)
    assert desk.say("QRA 61 4") == ["QRA 61 4 B", "QRA 61 1 I 8", "QRA 61 4 A"]
    assert 10.0 < desk.twin.falls[0][1] < 40.0


@pytest.mark.parametrize(
    ("options", "error"),
    [({**READY, "door": "open"}, 5), ({**READY, "pin": "unlocked"}, 5)],
)
def test_nothing_is_dosed_with_the_door_open_or_the_pin_unlocked(options: Mapping[str, Any], error: int) -> None:
    """Not allowed now."""
    desk = Desk(options)
    desk.say("QRD 1 1 5 50")
    assert desk.say("QRA 61 1") == [f"QRA 61 1 I {error}"]


def test_door_and_pin_say_twice() -> None:
    """Between the two the door moves."""
    desk = Desk({"quantos": True})
    assert desk.say("QRA 60 7 2") == ["QRA 60 7 B"]
    assert desk.say("QRD 2 3 7") == ["QRD 2 3 7 9 A"]
    assert desk.wait(3.0) == ["QRA 60 7 A"]
    assert desk.say("QRD 2 3 7") == ["QRD 2 3 7 2 A"]
    assert desk.say("QRA 60 2 4", 2.0) == ["QRA 60 2 B", "QRA 60 2 A"]


def test_no_head_is_error_one() -> None:
    """For whatever needs one."""
    desk = Desk(READY, RecordingTwin(loads_mg={"balance": PAN_MG}))
    desk.say("QRD 1 1 5 50")
    for line, head in (("QRA 61 1", "QRA 61 1"), ("QRD 2 4 11", "QRD 2 4 11"), ("QRA 60 2 4", "QRA 60 2")):
        assert desk.say(line) == [f"{head} I 1"]


def test_a_head_describes_itself_in_xml() -> None:
    """What XML cannot hold is escaped."""
    lines = Desk(READY).say("QRD 2 4 11")
    assert (lines[0], lines[-1]) == ("QRD 2 4 11 B", "QRD 2 4 11 A")
    assert "<Substance>K2CO3 &amp; &lt;more&gt;</Substance>" in lines
    assert "<Content>0.00</Content>" in Desk(READY).say("QRD 2 4 12")


@pytest.mark.parametrize(
    ("fault", "values", "falls_mg"),
    [("head_empty", {"mg": 20.0}, 20.0), ("powder_stuck", {}, 0.0), ("unsteady", {}, 0.0)],
)
def test_dosings_that_fail_say_why(fault: str, values: dict[str, float], falls_mg: float) -> None:
    """Error 7 for powder, 6 for a pan that is not steady."""
    desk = Desk(READY)
    desk.face.inject(0.0, fault, values)
    desk.say("QRD 1 1 5 50")
    assert desk.say("QRA 61 1", 120.0) == ["QRA 61 1 B", f"QRA 61 1 I {6 if fault == 'unsteady' else 7}"]
    assert sum(fall[1] for fall in desk.twin.falls) == pytest.approx(falls_mg)


def test_power_lost_in_a_dosing_stops_it_without_a_word() -> None:
    """What had fallen has fallen."""
    desk = dosing()
    desk.wait(17.0)
    desk.face.power_cycle(desk.t_s)
    assert desk.wait(60.0) == ['I4 A "B000000001"']
    assert 10.0 < desk.twin.falls[0][1] < 50.0


def test_options_and_faults_are_refused_when_unknown() -> None:
    """With what is known; a balance without a head has no powder."""
    for options in ({"unit": "lb"}, {"no": 1}):
        with pytest.raises(ValueError, match=r"unit|unknown"):
            Desk(options)
    with pytest.raises(ValueError, match="known are drift, unsteady"):
        Desk({}).face.inject(0.0, "head_empty", {})
