"""A block of contacts and sensors as DigitalInput and Sensor; it moves nothing and can be asked as often as one likes.

A register says nothing of its sensor but a number: what lies outside the range that the station gives is a broken or
unplugged sensor and is refused. Contacts are discrete inputs (function 2), values come from input registers (function
4).
"""

from collections.abc import Collection, Mapping

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Reconciliation, State
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.sensing import DigitalInput, Sensor
from autosynth.contracts.stroke import AnyStroke
from autosynth.errors import ArgumentError, DeviceRefusedError
from autosynth.units import format_quantity
from autosynth.wire.lane import Wire
from drivers.modbus.station import Line, Station
from drivers.modbus_block.options import read_options

_MOST = 100
"""Neighbours are read in one question of at most so many."""


class ModbusBlock:
    """One block on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self.name = settings.name
        self.inputs = tuple(self._options.contacts)
        self.channels: Mapping[str, str] = {name: each.dimension for name, each in self._options.channels.items()}
        line = Line(self._options.address, self._options.reply_s, self._options.retries)
        self._station = Station(settings.name, line, wire, clock)

    async def connect(self) -> Identity:
        """Read everything once, broken or not; a block cannot say what it is."""
        await self.read_state()
        await self._registers()
        return Identity(model="")

    async def read_state(self) -> State:
        """Return every contact as it is now."""
        return dict(await self.read_inputs())

    async def read_inputs(self) -> Mapping[str, bool]:
        """Return every contact as it is now, True in its safe position."""
        contacts = self._options.contacts
        bits: dict[int, bool] = {}
        for first, count in _runs({each.address for each in contacts.values()}):
            bits |= dict(enumerate(await self._station.inputs(first, count), first))
        return {name: bits[each.address] == each.safe for name, each in contacts.items()}

    async def read_values(self) -> Mapping[str, float]:
        """Return every channel in the canonical unit of its dimension; see `Sensor`."""
        registers = await self._registers()
        found: dict[str, float] = {}
        for name, channel in self._options.channels.items():
            value = channel.value(registers[channel.address])
            if not channel.low <= value <= channel.high:
                shown = [format_quantity(each, channel.dimension) for each in (value, channel.low, channel.high)]
                message = f"{name} reads {shown[0]}, outside {shown[1]} to {shown[2]}"
                raise DeviceRefusedError(message, self.name, advice="Look for a broken or unplugged sensor.")
            found[name] = value
        return found

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Refuse every stroke: nothing here moves; see `Device.expect`."""
        raise ArgumentError(f"{stroke.VERB} is no stroke of a block of inputs", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Refuse every stroke as `expect` does."""
        self.expect(state, stroke)
        return 0.0

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Refuse every intent as `expect` does."""
        self.expect(intent.before, intent.stroke)
        raise ArgumentError("it makes no strokes", self.name)

    async def make_safe(self) -> None:
        """Do nothing: nothing here moves."""

    async def aclose(self) -> None:
        """Give the wire up."""
        await self._station.aclose()

    async def _registers(self) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for first, count in _runs({each.address for each in self._options.channels.values()}):
            found |= dict(enumerate(await self._station.registers(first, count), first))
        return found


def _runs(addresses: Collection[int]) -> list[tuple[int, int]]:
    """Return neighbours as first address and count."""
    runs: list[tuple[int, int]] = []
    for address in sorted(addresses):
        if runs and address == sum(runs[-1]) and runs[-1][1] < _MOST:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((address, 1))
    return runs


_inputs: type[DigitalInput] = ModbusBlock
_sensor: type[Sensor] = ModbusBlock
