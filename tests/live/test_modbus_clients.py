"""Modbus clients that others have written, unmodified, on a pseudo-terminal with a simulated drive and its block."""

import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient

from simulators.bench import open_bench
from simulators.serve import Server

minimalmodbus = import_module("minimalmodbus")
pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]
TOO_LONG_S = 20.0
DEVICES = {
    "mill": {
        "model": "delta_vfd",
        "address": "line",
        "options": {"address": 1, "guard": "block", "ramp_s": 1.0, "coast_s": 1.0},
    },
    "block": {"model": "modbus_block", "address": "line", "options": {"address": 2, "mill": "mill"}},
}


@contextmanager
def served(folder: Path, *faults: str) -> Generator[str]:
    """Serve drive and block on one line until the block ends; the line's terminal is given."""
    bench = open_bench({"schema": 1, "vessels": {}, "lines": [], "devices": DEVICES}, 1, faults)
    server = Server(bench, 1.0, folder, time.monotonic)
    with server.standing():
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server.targets()["line"].removeprefix("serial:")
        finally:
            server.end()
            thread.join()


def test_minimalmodbus_runs_and_stops_the_mill(tmp_path: Path) -> None:
    """Frequency, run, look, stop; the inputs and sensors of the other station; an exception by its name."""
    with served(tmp_path) as line:
        mill = minimalmodbus.Instrument(line, 1)
        mill.serial.baudrate, mill.serial.timeout = 9600, 1.0
        block = minimalmodbus.Instrument(mill.serial, 2)
        try:
            assert block.read_bits(0, 4, functioncode=2) == [1, 1, 1, 1]
            assert block.read_register(0, 1, functioncode=4, signed=True) == pytest.approx(22.0, abs=0.5)
            mill.write_register(0x2001, 30.0, 2, functioncode=6)
            mill.write_register(0x2000, 0x0012, functioncode=6)
            _until(lambda: mill.read_registers(0x2100, 5)[1:4] == [0x0503, 3000, 3000])
            mill.write_register(0x2000, 0x0001, functioncode=6)
            _until(lambda: mill.read_registers(0x2100, 5)[1:4] == [0x0500, 3000, 0])
            with pytest.raises(minimalmodbus.IllegalRequestError, match="data address"):
                mill.read_register(0x3000)
            with pytest.raises(minimalmodbus.NoResponseError):
                minimalmodbus.Instrument(mill.serial, 3).read_register(0x2100)
        finally:
            mill.serial.close()


def test_pymodbus_runs_the_mill_until_the_lid_opens(tmp_path: Path) -> None:
    """Its own client: several registers written at once, an external fault, and its reset refused while it lasts."""
    with served(tmp_path, "block:contact_open@position=1,t=4") as line:
        client = ModbusSerialClient(line, baudrate=9600, timeout=1.0, retries=1)
        assert client.connect()
        try:
            assert not client.write_registers(0x2000, [0x0012, 3000], device_id=1).isError()
            _until(lambda: client.read_holding_registers(0x2103, count=1, device_id=1).registers == [3000])
            _until(lambda: client.read_discrete_inputs(0, count=4, device_id=2).bits[0] is False)
            assert client.read_holding_registers(0x2100, count=1, device_id=1).registers == [8]
            client.write_register(0x2002, 2, device_id=1)
            _until(lambda: client.read_holding_registers(0x2103, count=1, device_id=1).registers == [0])
            assert client.read_holding_registers(0x2100, count=1, device_id=1).registers == [8]
            assert client.read_input_registers(0, count=1, device_id=1).exception_code == 1
        finally:
            client.close()  # type: ignore[no-untyped-call]


def _until(fact: Callable[[], bool]) -> None:
    end_s = time.monotonic() + TOO_LONG_S
    while not fact():
        assert time.monotonic() < end_s
