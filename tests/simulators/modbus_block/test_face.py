"""The simulated block: bits, counts, broken sensors, contacts that open; in bytes written here."""

from typing import Any

import numpy as np
import pytest

from simulators.device import Build, Face, Particular
from simulators.modbus import crc
from simulators.modbus_block.face import BlockFace, build
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = BlockFace
_PARTICULAR: type[Particular] = BlockFace
_BUILD: Build = build


class Host:
    """Says frames to a block on the jar of a mill, without noise."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin(jars={"mill": "jar"}, gauge_kpa=12.34)
        self.twin.bind_temperature("jar", lambda t_s: 31.26, 0.0)
        given = {"mill": "mill", "noise_k": 0.0, "noise_kpa": 0.0, **options}
        self.face = build("block", {"options": given}, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def ask(self, body: str) -> str:
        frame = b"\x01" + bytes.fromhex(body)
        self.t_s += 0.05
        self.face.receive(self.t_s, frame + crc(frame))
        self.t_s += 0.05
        self.face.advance(self.t_s)
        return b"".join(data for _, data in self.face.collect(self.t_s))[1:-2].hex()


def test_bits_and_counts() -> None:
    """Four contacts closed; tenths of a degree and of a kilopascal."""
    host = Host()
    assert host.ask("02 0000 0004") == "02010f"
    assert host.ask("04 0000 0002") == "0404" + f"{313:04x}" + f"{123:04x}"


def test_a_contact_opens_for_a_while_and_the_circuit_with_it() -> None:
    """The third of four is the emergency stop; the clamp is not wired."""
    host = Host()
    host.face.inject(host.t_s, "contact_open", {"position": 3.0, "for": 2.0})
    assert (host.ask("02 0000 0004"), host.twin.circuit("block").closed) == ("02010b", False)
    host.face.inject(host.t_s, "contact_open", {"position": 2.0})
    host.t_s += 3.0
    assert (host.ask("02 0000 0004"), host.twin.circuit("block").closed) == ("02010d", True)


def test_polarity_scale_and_sign_are_options() -> None:
    """A contact whose open bit is one; whole kelvins below zero as two's complement."""
    channel = {"address": 7, "dimension": "temperature", "scale": 1.0, "offset": 50.0, "signed": True}
    host = Host(inputs={"lid_closed": {"address": 5, "safe": False}}, channels={"jar": channel})
    assert host.ask("02 0005 0001") == "020100"
    assert host.ask("04 0007 0001") == "0402" + f"{0x10000 - 19:04x}"


def test_a_broken_sensor_reads_full_scale_for_a_while() -> None:
    """And is itself again afterwards."""
    host = Host()
    host.face.inject(host.t_s, "sensor_broken", {"position": 2.0, "for": 1.0})
    assert host.ask("04 0000 0002") == "0404" + f"{313:04x}7fff"
    host.t_s += 1.0
    assert host.ask("04 0001 0001") == "0402" + f"{123:04x}"


def test_a_jar_is_warmed_and_filled_by_its_faults() -> None:
    """The twin does it, to the jar that stands in the mill."""
    host = Host()
    host.face.inject(host.t_s, "jar_hot", {"by": 10.0})
    host.face.inject(host.t_s, "jar_gas", {"by": 100.0})
    assert host.twin.mishaps == [("warm", "jar", 10.0), ("gas", "jar", 100.0)]
    with pytest.raises(ValueError, match="no jar"):
        Host(mill="").face.check("jar_hot", {"by": 10.0})


def test_without_a_jar_the_sensors_feel_the_room() -> None:
    """Ambient temperature, no pressure."""
    host = Host(mill="")
    assert host.ask("04 0000 0002") == "0404" + f"{220:04x}0000"


@pytest.mark.parametrize("body", ["02 0000 0005", "04 0002 0001"])
def test_what_is_not_there_is_refused(body: str) -> None:
    """Illegal data address."""
    assert Host().ask(body)[2:] == "02"


def test_nothing_can_be_written() -> None:
    """It has functions 2 and 4 alone."""
    assert (Host().ask("06 0000 0001"), Host().ask("03 0000 0001")) == ("8601", "8301")


@pytest.mark.parametrize(
    ("fault", "values"),
    [("contact_open", {"position": 5.0}), ("contact_open", {"position": 1.5}), ("sensor_broken", {"position": 0.0})],
)
def test_faults_that_have_nothing_to_befall_are_refused(fault: str, values: dict[str, float]) -> None:
    """The message says what is there."""
    with pytest.raises(ValueError, match="1 "):
        Host().face.check(fault, values)


def test_a_circuit_of_contacts_that_are_not_there_is_refused() -> None:
    """It would never open."""
    with pytest.raises(ValueError, match="hood"):
        Host(circuit=["hood"])
