"""Addresses: text and mapping forms mean the same, and mistakes are named."""

from typing import Any

import pytest

from autosynth.contracts.driver import LineSettings
from autosynth.errors import InputError, NotConnectedError
from autosynth.wire.address import Address, AddressKind, parse_address
from autosynth.wire.ports import stream_at
from autosynth.wire.serial import SerialStream
from autosynth.wire.tcp import TcpStream
from autosynth.wire.visa import VisaStream

IKA = LineSettings(9600, "7E1", b" \r\n")


@pytest.mark.parametrize(
    ("text", "mapping", "expected"),
    [
        (
            "serial:/dev/ttyUSB0?baud=38400&framing=8E1",
            {"serial": "/dev/ttyUSB0", "baud": 38400, "framing": "8e1"},
            Address(AddressKind.SERIAL, "/dev/ttyUSB0", 38400, "8E1"),
        ),
        (
            "serial:/dev/pts/4?pty=true",
            {"serial": "/dev/pts/4", "pty": True},
            Address(AddressKind.SERIAL, "/dev/pts/4", pty=True),
        ),
        ("tcp:10.0.0.7:5025", {"tcp": "10.0.0.7:5025"}, Address(AddressKind.TCP, "10.0.0.7:5025")),
        (
            "visa:TCPIP0::10.0.0.7::5025::SOCKET",
            {"visa": "TCPIP0::10.0.0.7::5025::SOCKET"},
            Address(AddressKind.VISA, "TCPIP0::10.0.0.7::5025::SOCKET"),
        ),
        ("memory:pump", {"memory": "pump"}, Address(AddressKind.MEMORY, "pump")),
        ("folder:/mnt/ir", {"folder": "/mnt/ir"}, Address(AddressKind.FOLDER, "/mnt/ir", folder="/mnt/ir")),
    ],
)
def test_text_and_mapping_mean_the_same(text: str, mapping: dict[str, Any], expected: Address) -> None:
    """Both forms give the address, and it says itself in a form that is read again."""
    assert parse_address(text) == expected
    assert parse_address(mapping) == expected
    assert parse_address(str(expected)) == expected


def test_what_is_not_written_is_the_drivers() -> None:
    """Baud and framing each for itself; the terminator is never the station's."""
    assert parse_address("serial:/dev/x").line(IKA) == IKA
    assert parse_address("serial:/dev/x?baud=19200").line(IKA) == LineSettings(19200, "7E1", b" \r\n")
    assert parse_address("serial:/dev/x?framing=8N1").line(IKA) == LineSettings(9600, "8N1", b" \r\n")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("/dev/ttyUSB0", "not an address"),
        ("usb:x", "kind of address"),
        ("tcp:host", "TCP target"),
        ("tcp:host:70000", "TCP target"),
        ("tcp:host:50²", "TCP target"),
        (f"tcp:host:{'5' * 5000}", "TCP target"),
        ("serial:/dev/x?baud=96²", "baud"),
        (f"serial:/dev/x?baud={'9' * 5000}", "baud"),
        ("serial:", "no target"),
        ("serial:/dev/x?speed=3", "unknown address option"),
        ("serial:/dev/x?baud=fast", "baud"),
        ({"serial": "/dev/x", "framing": "9N1"}, "framing"),
        ({"serial": "/dev/x", "pty": "maybe"}, "pty"),
        ({"serial": "/dev/x", "tcp": "a:1"}, "exactly one"),
        ({}, "exactly one"),
        ({"folder": "/mnt/ir", "bus": "x"}, "'bus' is nothing of a folder"),
        ({"folder": None}, "folder address has no target"),
        ({"tcp": None}, "tcp address has no target"),
    ],
)
def test_a_wrong_address_is_an_input_error(value: str | dict[str, Any], complaint: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(InputError, match=complaint):
        parse_address(value)


def test_devices_on_one_port_share_its_name() -> None:
    """Two addresses with the same target or bus are the same port; a byte at 9600 baud takes 1.04 ms."""
    assert parse_address("serial:/dev/x").port == parse_address("serial:/dev/x?framing=7E1").port
    assert parse_address({"tcp": "a:1", "bus": "rack"}).port == "rack"
    assert parse_address("serial:/dev/x?baud=19200").byte_s(IKA) == pytest.approx(10 / 19200)
    assert parse_address("serial:/dev/x").byte_s(IKA) == pytest.approx(10 / 9600)
    assert parse_address("tcp:a:1").byte_s(IKA) == 0.0
    assert parse_address("tcp:[::1]:80").host_port == ("::1", 80)


def test_every_framing_of_an_address_is_one_the_serial_port_knows() -> None:
    """What parses can be opened."""
    for framing in ("8N1", "8N2", "8E1", "7E1", "7O1"):
        address = parse_address(f"serial:/dev/x?framing={framing}")
        assert isinstance(stream_at(address, IKA), SerialStream)
    assert isinstance(stream_at(parse_address("tcp:a:1"), IKA), TcpStream)
    assert isinstance(stream_at(parse_address("visa:GPIB::1::INSTR"), IKA), VisaStream)
    with pytest.raises(NotConnectedError, match="bench"):
        stream_at(parse_address("memory:pump"), IKA)
    with pytest.raises(NotConnectedError, match="files and no port"):
        stream_at(parse_address("folder:/mnt/ir"), IKA)
