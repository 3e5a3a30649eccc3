"""A block's options: which contact is which input, and what the counts of which register mean."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from drivers.modbus.codec import STATIONS

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Contact:
    """A discrete input; `safe` is the bit that it has in its safe position (broken wires should not look safe)."""

    address: int
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    """An input register: value = counts * scale + offset, in the canonical unit; outside low..high it is broken."""

    address: int
    dimension: str
    scale: float
    offset: float
    signed: bool
    low: float
    high: float

    def value(self, counts: int) -> float:
        """Return the value of a register's sixteen bits."""
        return (counts - 0x10000 if self.signed and counts & 0x8000 else counts) * self.scale + self.offset


CONTACTS: Mapping[str, Contact] = {
    "lid_closed": Contact(0),
    "clamp_ok": Contact(1),
    "estop_ok": Contact(2),
    "balanced": Contact(3),
}
CHANNELS: Mapping[str, Channel] = {
    "jar_temperature": Channel(0, "temperature", 0.1, 0.0, True, -40.0, 200.0),
    "jar_pressure": Channel(1, "pressure", 0.1, 0.0, True, -100.0, 2000.0),
}
"""Tenths of a degree Celsius and of a kilopascal above the ambient pressure."""
_RANGES = {"temperature": (-273.15, 3000.0), "pressure": (-200.0, 1e6), "mass": (-1e9, 1e9), "speed": (-1e6, 1e6)}


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """How a block is set up."""

    address: int
    contacts: Mapping[str, Contact]
    channels: Mapping[str, Channel]
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]


def read_options(options: Mapping[str, Any]) -> BlockOptions:
    """Return a block's options; `inputs` and `channels` replace the defaults as a whole when they are given.

    Raises:
        OptionsError: one is missing, unknown or outside its range, or the block reads nothing.
    """
    reader = OptionReader(options)
    inputs, channels = reader.mapping("inputs"), reader.mapping("channels")
    read = BlockOptions(
        address=reader.integer("address", *STATIONS, 1),
        contacts=_contacts(inputs) if "inputs" in options else CONTACTS,
        channels=_channels(channels) if "channels" in options else CHANNELS,
        reply_s=reader.quantity("reply_time", "time", 0.05, 5.0, 0.3),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    if not read.contacts and not read.channels:
        raise OptionsError("inputs and channels are both empty: there is nothing to read")
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the block.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(inputs=tuple(options.contacts), channels=tuple(options.channels))


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated block needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {
        "address": options.address,
        "inputs": {name: asdict(contact) for name, contact in options.contacts.items()},
        "channels": {name: asdict(channel) for name, channel in options.channels.items()},
        **options.simulated,
    }


def _contacts(given: Mapping[str, Any]) -> Mapping[str, Contact]:
    return {name: _read("inputs", name, given, _contact) for name in given}


def _channels(given: Mapping[str, Any]) -> Mapping[str, Channel]:
    return {name: _read("channels", name, given, _channel) for name in given}


def _contact(reader: OptionReader) -> Contact:
    return Contact(reader.integer("address", 0, 0xFFFF), reader.flag("safe", True))


def _channel(reader: OptionReader) -> Channel:
    dimension = reader.choice("dimension", tuple(_RANGES))
    low, high = _RANGES[dimension]
    read = Channel(
        address=reader.integer("address", 0, 0xFFFF),
        dimension=dimension,
        scale=reader.quantity("scale", "number", -1e6, 1e6, 1.0),
        offset=reader.quantity("offset", "number", -1e9, 1e9, 0.0),
        signed=reader.flag("signed", True),
        low=reader.quantity("low", dimension, low, high),
        high=reader.quantity("high", dimension, low, high),
    )
    if read.scale == 0.0 or read.low >= read.high:
        raise OptionsError("its scale is zero or its range empty")
    return read


def _read(key: str, name: str, given: Mapping[str, Any], read: Callable[[OptionReader], Read]) -> Read:
    """Return one entry of a mapping; what is wrong with it is said with its name."""
    if not isinstance(given[name], Mapping):
        raise OptionsError(f"{key}: {name}: {given[name]!r} is not a mapping")
    reader = OptionReader(given[name])
    try:
        found = read(reader)
        reader.finish()
    except OptionsError as error:
        raise OptionsError(f"{key}: {name}: {error}") from error
    return found
