"""Where a device is, as text or as a station file writes it; frozen, comparable, and opened elsewhere.

Text forms: `serial:/dev/ttyUSB0?baud=9600&framing=7E1`, `tcp:192.168.0.7:5025`, `memory:pump`,
`visa:TCPIP0::192.168.0.7::5025::SOCKET`. Mapping forms: `{serial: /dev/ttyUSB0, baud: 9600, framing: 7E1, pty: true}`,
`{tcp: "host:port"}`, `{visa: ...}`, `{memory: ...}`. `bus` names a bus that several devices share; without it the
target itself does. `folder` is where this computer sees what the instrument's own software writes; an instrument that
only writes has nothing else: `{folder: /mnt/ir}`, or `folder:/mnt/ir`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from autosynth.contracts.driver import LineSettings
from autosynth.errors import InputError, Problem

OPTIONS = ("baud", "framing", "pty", "bus", "folder")
_FRAMINGS = ("8N1", "8N2", "8E1", "7E1", "7O1")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class AddressKind(StrEnum):
    """How bytes get there; FOLDER: none do, files come from there."""

    SERIAL = "serial"
    TCP = "tcp"
    VISA = "visa"
    MEMORY = "memory"
    FOLDER = "folder"


PORTS = tuple(kind.value for kind in AddressKind if kind is not AddressKind.FOLDER)
"""Kinds that lead to a port."""


@dataclass(frozen=True, slots=True)
class Address:
    """A port: its kind, its name there, and what was written of how bytes travel on a serial line.

    `baud` and `framing` None mean the driver's own; devices with the same `bus` share one port and its lock. `pty`
    marks a simulator's pseudo-terminal, on which parity and seven bits do not work.
    """

    kind: AddressKind
    target: str
    baud: int | None = None
    framing: str | None = None
    bus: str = ""
    pty: bool = False
    folder: str = ""

    @property
    def port(self) -> str:
        """Return the name of the port: devices with the same one share a bus and its lock."""
        return self.bus or f"{self.kind.value}:{self.target}"

    def line(self, driver: LineSettings) -> LineSettings:
        """Return how bytes travel: as written, and as the driver has it where nothing is."""
        return replace(driver, baud=self.baud or driver.baud, framing=self.framing or driver.framing)

    def byte_s(self, driver: LineSettings) -> float:
        """Return the time one byte takes on the line, in seconds; zero where there is no line."""
        return 10.0 / self.line(driver).baud if self.kind is AddressKind.SERIAL else 0.0

    @property
    def host_port(self) -> tuple[str, int]:
        """Return host and port number of a TCP target."""
        host, _, number = self.target.rpartition(":")
        return host.strip("[]"), int(number)

    def __str__(self) -> str:
        written = {"baud": self.baud, "framing": self.framing, "pty": "true" if self.pty else None, "bus": self.bus}
        query = "&".join(f"{name}={value}" for name, value in written.items() if value)
        return f"{self.kind.value}:{self.target}" + (f"?{query}" if query and self.kind is AddressKind.SERIAL else "")


def parse_address(value: str | Mapping[str, Any]) -> Address:
    """Return the address that a text or mapping means.

    Raises:
        InputError: the kind is unknown, the target is missing or malformed, or an option is unknown or out of range.
    """
    if isinstance(value, str):
        kind, colon, rest = value.partition(":")
        if not colon:
            raise _wrong(f"{value!r} is not an address", "write serial:, tcp:, visa:, memory: or folder: and a name")
        target, _, query = rest.partition("?") if kind == AddressKind.SERIAL else (rest, "", "")
        return _build(kind, target, dict(parse_qsl(query, keep_blank_values=True)))
    kinds = [key for key in value if key in PORTS] or [key for key in value if key == AddressKind.FOLDER]
    if len(kinds) != 1:
        message = f"an address needs exactly one of {', '.join(PORTS)}, or a folder alone"
        raise _wrong(message, f"found {', '.join(value) or 'none'}")
    options = {key: option for key, option in value.items() if key != kinds[0]}
    return _build(kinds[0], str(value[kinds[0]] or ""), options)


def _build(kind: str, target: str, options: Mapping[str, Any]) -> Address:
    if kind not in list(AddressKind):
        raise _wrong(f"{kind!r} is not a kind of address", f"one of {', '.join(AddressKind)}")
    if not target:
        raise _wrong(f"the {kind} address has no target", "name the port after the colon")
    if kind == AddressKind.FOLDER:
        if options:
            raise _wrong(f"{next(iter(options))!r} is nothing of a folder", "or name its port: serial, tcp or visa")
        return Address(AddressKind.FOLDER, target, folder=target)
    if unknown := [key for key in options if key not in OPTIONS]:
        raise _wrong(f"unknown address option {unknown[0]!r}", f"known are {', '.join(OPTIONS)}")
    if kind == AddressKind.TCP:
        host, _, number = target.rpartition(":")
        if not host or not number.isdecimal() or len(number) > 5 or not 0 < int(number) < 65536:
            raise _wrong(f"{target!r} is not a TCP target", "write host:port with a port from 1 to 65535")
    bus, pty = str(options.get("bus", "")), _boolean(options.get("pty", False))
    folder = str(options.get("folder") or "")
    return Address(AddressKind(kind), target, _baud(options), _framing(options), bus, pty, folder)


def _baud(options: Mapping[str, Any]) -> int | None:
    if "baud" not in options:
        return None
    baud = str(options["baud"])
    if not baud.isdecimal() or len(baud) > 9 or int(baud) == 0:
        raise _wrong(f"baud {baud!r} is not a whole number above zero and below a thousand million", "for example 9600")
    return int(baud)


def _framing(options: Mapping[str, Any]) -> str | None:
    if "framing" not in options:
        return None
    framing = str(options["framing"]).upper()
    if framing not in _FRAMINGS:
        raise _wrong(f"framing {framing!r} is not known", f"one of {', '.join(_FRAMINGS)}")
    return framing


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _TRUTH:
        raise _wrong(f"pty: {value!r} is neither true nor false", "write true or false")
    return _TRUTH[str(value).lower()]


def _wrong(message: str, hint: str) -> InputError:
    return InputError(Problem(message, hint=hint, rule="address"))
