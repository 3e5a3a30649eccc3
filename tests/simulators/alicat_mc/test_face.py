"""The simulated controller: frames, set-points, what is not for it, a lost supply, a loss of power; in bytes here."""

from typing import Any

import numpy as np
import pytest

from simulators.alicat_mc.face import AlicatFace, build
from simulators.device import Build, Face
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = AlicatFace
_BUILD: Build = build


class Host:
    """Says lines to a controller without noise."""

    def __init__(self, **options: Any) -> None:
        given = {"noise_frac": 0.0, **options}
        self.face = build("gas", {"options": given}, RecordingTwin(), np.random.default_rng(7))
        self.t_s = 10.0

    def ask(self, line: bytes) -> bytes:
        self.face.receive(self.t_s, line)
        said = b"".join(data for _, data in self.face.collect(self.t_s))
        self.t_s += 0.05
        return said


def test_a_letter_is_answered_with_a_frame() -> None:
    """Either case; another letter is another unit."""
    host = Host(full_scale=5.0, decimals=3, gas="Ar")
    assert host.ask(b"a\r") == b"A +014.70 +025.00 +000.000 +000.000 +000.000     Ar\r"
    assert (host.ask(b"B\r"), host.ask(b"A")) == (b"", b"")
    assert host.ask(b"\r").startswith(b"A ")


def test_the_flow_follows_the_set_point() -> None:
    """After a few time constants it is there."""
    host = Host()
    assert host.ask(b"AS 250\r").split()[3:6] == [b"+0000", b"+0000", b"+0250"]
    host.t_s += 2.0
    assert host.ask(b"A\r").split()[4] == b"+0250"


@pytest.mark.parametrize("line", [b"AS1001\r", b"AS-1\r", b"ASnan\r", b"AS\r", b"AXYZ\r"])
def test_what_it_does_not_take_is_refused(line: bytes) -> None:
    """Out of range, no number, unknown; the set-point is as it was."""
    host = Host()
    host.ask(b"AS100\r")
    assert host.ask(line) == b"?\r"
    assert host.face.state()["target_ml_min"] == 100.0


def test_a_lost_supply_lets_the_flow_die_and_comes_back() -> None:
    """The set-point stands meanwhile, so nothing but the flow tells."""
    host = Host()
    host.ask(b"AS500\r")
    host.t_s += 5.0
    host.face.inject(host.t_s, "supply_lost", {"for": 10.0})
    host.t_s += 3.0
    assert host.ask(b"A\r").split()[4:6] == [b"+0000", b"+0500"]
    host.t_s += 10.0
    assert host.ask(b"A\r").split()[4] == b"+0500"
    with pytest.raises(ValueError, match="knows no fault"):
        host.face.inject(host.t_s, "stall", {})


def test_a_set_point_outlives_a_loss_of_power_or_not_as_was_chosen() -> None:
    """It is deaf while it starts."""
    for keeps, left in ((True, 500.0), (False, 0.0)):
        host = Host(keeps=keeps)
        host.ask(b"AS500\r")
        host.face.power_cycle(host.t_s)
        assert host.ask(b"A\r") == b""
        host.t_s += 2.0
        assert host.ask(b"A\r") != b""
        assert host.face.state()["target_ml_min"] == left
