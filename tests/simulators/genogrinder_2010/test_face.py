"""The simulated Geno/Grinder: locking, mixing, unlocking, complete; stops, power, errors; in bytes written here."""

from typing import Any

import numpy as np
import pytest

from simulators.device import Build, Face
from simulators.genogrinder_2010.face import GrinderFace, build
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = GrinderFace
_BUILD: Build = build


class Host:
    """Says frames and returns the texts that answer them."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        self.face = build("mill", {"options": options}, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def ask(self, frame: str) -> str:
        self.face.receive(self.t_s, frame.encode() + b"\r")
        return self.heard()

    def heard(self) -> str:
        return b"".join(data for _, data in self.face.collect(self.t_s)).decode().strip()

    def wait(self, for_s: float) -> None:
        until_s = self.t_s + for_s
        while (wake_s := self.face.advance(self.t_s)) is not None and wake_s <= until_s:
            self.t_s = wake_s
        self.t_s = until_s
        self.face.advance(self.t_s)


def test_a_run_of_its_own_length() -> None:
    """The start is answered once it is locked; then it mixes, comes to rest, unlocks and says that it is complete."""
    host = Host(ratio=2.0)
    assert (host.ask("*01*"), host.ask("*02,010,1500*")) == ("Standby", "Parameters Set")
    assert (host.ask("*04*"), host.ask("*01*")) == ("", "Locking")
    host.wait(3.1)
    assert host.heard() == "Running Sample"
    assert host.ask("*01*") == "Mixing"
    host.wait(9.0)
    assert host.twin.shakes[0][1:3] == (0.0, 50.0)
    host.wait(1.5)
    assert host.ask("*01*") == "Unlocking"
    host.wait(8.0)
    assert (host.ask("*01*"), host.twin.shakes[-1][1:3]) == ("Run Complete", (50.0, 0.0))


@pytest.mark.parametrize(("answers", "text"), [(True, "Unlocking"), (False, "")])
def test_a_stop_ends_a_run(answers: bool, text: str) -> None:
    """Whether it is answered is an option, as nobody knows."""
    host = Host(answers_stop=answers)
    host.ask("*04*")
    host.wait(8.0)
    host.heard()
    assert host.ask("*06*") == text
    host.wait(8.0)
    assert host.ask("*01*") == "Run Complete"


def test_power_and_errors() -> None:
    """Power is forgotten at standby; an error stays until it is cleared and lets nothing start."""
    host = Host()
    host.ask("*04*")
    host.wait(8.0)
    host.face.power_cycle(host.t_s)
    assert host.ask("*01*") == ""
    host.wait(3.0)
    assert host.ask("*01*") == "Standby"
    host.face.inject(host.t_s, "drive_fault", {})
    assert (host.ask("*04*"), host.ask("*01*"), host.ask("*05*")) == ("", "Error", "Standby")


@pytest.mark.parametrize("frame", ["*02,10,1500*", "*02,000,1500*", "*02,010,1800*", "*02*", "*99*", "01", "*", "**"])
def test_what_it_does_not_know_is_not_answered(frame: str) -> None:
    """Assumed."""
    assert Host().ask(frame) == ""
