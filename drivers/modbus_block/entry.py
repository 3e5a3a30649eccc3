"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.modbus.framing import ModbusFraming
from drivers.modbus_block.device import ModbusBlock
from drivers.modbus_block.options import limits, read_options, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder, which hears the block's address alone."""
    return ModbusFraming(read_options(options).address)


DRIVER = DriverEntry(
    kinds=("inputs", "sensor"),
    simulator="modbus_block",
    line=LineSettings(baud=9600, framing="8N1", terminator=b"", gap_s=0.005),
    limits=limits,
    framing=framing,
    build=ModbusBlock,
    verified="no hardware yet; every address and scale is an option",
    knows="actual: contacts and registers as the block reads them",
    sources="Modbus application protocol 1.1b3, functions 2 and 4",
    simulator_options=simulator_options,
)
