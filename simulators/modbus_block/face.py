"""A block's discrete inputs and input registers on a Modbus RTU line, and its contacts and sensors on the bench.

Sensors are on the jar that stands in a mill, or in a vessel that has its own. A broken one reads 7FFF, as common
transmitters do (general knowledge).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.modbus import NO_ADDRESS, NO_FUNCTION, READ_INPUTS, READ_REGISTERS, Place, RefusalError, Station
from simulators.modbus_block.contacts import Contacts
from simulators.options import read_options

BROKEN = 0x7FFF
INPUTS: Mapping[str, Any] = {
    name: {"address": address, "safe": True}
    for address, name in enumerate(("lid_closed", "clamp_ok", "estop_ok", "balanced"))
}
CHANNELS: Mapping[str, Any] = {
    "jar_temperature": {"address": 0, "dimension": "temperature", "scale": 0.1, "offset": 0.0, "signed": True},
    "jar_pressure": {"address": 1, "dimension": "pressure", "scale": 0.1, "offset": 0.0, "signed": True},
}
WIRED = ("lid_closed", "estop_ok")
"""What is wired to a drive unless the options say otherwise, as far as it is there."""


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description.

    Attributes:
        inputs: Name -> {"address", "safe"}; None for the usual four.
        channels: Name -> {"address", "dimension", "scale", "offset", "signed"}; None for the usual two.
        mill: The device in which the jar stands; "" for no jar.
        vessel: The jar or autoclave that the sensors are in, wherever it stands; "" for what stands in the mill.
        circuit: Names of the contacts that are wired to a drive; None for lid and emergency stop.
        noise_k, noise_kpa: Standard deviations of a reading.
    """

    address: int = 1
    baud: int = 9600
    inputs: Any = None
    channels: Any = None
    mill: str = ""
    vessel: str = ""
    circuit: Any = None
    noise_k: float = 0.05
    noise_kpa: float = 0.05
    reply_delay_s: float = 0.005
    boot_s: float = 0.5


class BlockFace:
    """One block on its bus."""

    faults = frozenset({"contact_open", "sensor_broken", "jar_hot", "jar_gas"})
    functions = frozenset({READ_INPUTS, READ_REGISTERS})

    def __init__(self, name: str, options: Options, twin: Twin, rng: np.random.Generator) -> None:
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._twin = twin
        self._rng = rng
        self._inputs: Mapping[str, Any] = INPUTS if options.inputs is None else options.inputs
        self._channels: Mapping[str, Any] = CHANNELS if options.channels is None else options.channels
        wired = [each for each in WIRED if each in self._inputs] if options.circuit is None else options.circuit
        self._contacts = Contacts(tuple(self._inputs), wired, twin.circuit(name))
        self._station = Station(Place(options.address, options.baud, options.reply_delay_s), self)
        self._broken_until_s: dict[str, float] = {}
        self._deaf_until_s = 0.0

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; a frame is answered when the silence after it is over."""
        self.advance(t_s)
        if t_s >= self._deaf_until_s:
            self._station.receive(t_s, data)

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        return self._station.collect()

    def advance(self, t_s: float) -> float | None:
        """Answer what was asked and close contacts by `t_s`; return when the next of it is due."""
        times = [each for each in (self._contacts.advance(t_s), self._station.advance(t_s)) if each is not None]
        return min(times, default=None)

    def read(self, t_s: float, function: int, address: int) -> int:
        """Return a contact's bit or a sensor's counts."""
        of = self._inputs if function == READ_INPUTS else self._channels
        name = next((each for each, spec in of.items() if spec["address"] == address), None)
        if name is None:
            raise RefusalError(NO_ADDRESS)
        if function == READ_INPUTS:
            return int(self._contacts.closed(name) == bool(of[name].get("safe", True)))
        if t_s < self._broken_until_s.get(name, -inf):
            return BROKEN
        return self._counts(of[name], self._sensed(of[name]["dimension"], t_s))

    def write(self, t_s: float, address: int, value: int) -> None:
        """Refuse: nothing can be written here."""
        raise RefusalError(NO_FUNCTION)

    def _jar(self, t_s: float) -> str | None:
        if self._options.vessel:
            return self._options.vessel
        return self._twin.jar_at(self._options.mill, t_s) if self._options.mill else None

    def _sensed(self, dimension: str, t_s: float) -> float | None:
        """Return what a sensor on the jar feels, in degrees Celsius or kilopascals; None for another dimension."""
        jar = self._jar(t_s)
        chance = float(self._rng.standard_normal())
        if dimension == "temperature":
            return self._twin.temperature(jar, t_s) + self._options.noise_k * chance
        if dimension == "pressure":
            real_kpa = 0.0 if jar is None else self._twin.pressure_kpa(jar, t_s)
            return real_kpa + self._options.noise_kpa * chance
        return None

    def _counts(self, spec: Mapping[str, Any], value: float | None) -> int:
        """Return a value as the register has it, or what stands for none."""
        signed = bool(spec.get("signed", True))
        low, high = (-0x8000, BROKEN) if signed else (0, 0xFFFF)
        if value is None:
            return BROKEN
        counts = round((value - float(spec.get("offset", 0.0))) / float(spec.get("scale", 1.0)))
        return min(max(counts, low), high) & 0xFFFF

    def power_cycle(self, t_s: float) -> None:
        """Lose and regain power: contacts and sensors are as they are."""
        self.advance(t_s)
        self._station.forget()
        self._deaf_until_s = t_s + self._options.boot_s

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this block."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Open a contact or break a sensor (`for` so long), or let the jar that stands in the mill be warmer or fuller.

        Raises:
            ValueError: for a fault not in `faults`, or without such a contact or channel.
        """
        self.advance(t_s)
        self.check(fault, values)
        for_s = values.get("for", inf)
        place = int(values.get("position", 1.0)) - 1
        if fault == "contact_open":
            self._contacts.open(t_s, self._contacts.names[place], for_s)
        elif fault == "sensor_broken":
            self._broken_until_s[tuple(self._channels)[place]] = t_s + for_s
        elif (jar := self._jar(t_s)) is not None:
            change = self._twin.warm if fault == "jar_hot" else self._twin.gas
            change(jar, values["by"], t_s)

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Refuse a fault that has nothing to befall: contacts and channels count from 1 in their order.

        Raises:
            ValueError: there is no such fault, contact, channel or mill.
        """
        if fault not in self.faults:
            raise ValueError(f"a block knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        if fault.startswith("jar_") and not (self._options.mill or self._options.vessel):
            raise ValueError(f"{fault}: this block watches no mill, and so no jar")
        known = {"contact_open": self._contacts.names, "sensor_broken": tuple(self._channels)}.get(fault)
        position = values.get("position", 1.0)
        if known is not None and position not in range(1, len(known) + 1):
            numbered = ", ".join(f"{number} {name}" for number, name in enumerate(known, 1)) or "none"
            raise ValueError(f"{fault}: there is no position {position:g}; those are {numbered}")

    def state(self) -> dict[str, Any]:
        """Return which contacts are closed."""
        return {name: self._contacts.closed(name) for name in self._contacts.names}


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> BlockFace:
    """Build a block with every contact closed.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    return BlockFace(name, read_options(Options, spec.get("options", {})), twin, rng)
