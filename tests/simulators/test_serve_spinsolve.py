"""A served spectrometer: its files appear in a folder, and a restart of its software hangs up on the client."""

import json
import os
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulators.bench import SimulatedBench
from simulators.serve import Server
from tests.simulators.magritek_spinsolve.host import HEAD, start

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="the server is POSIX")]
PATIENCE_S = 20.0
SPEED = 200.0


class Served:
    """Where the spectrometer and the bench's query port are."""

    def __init__(self, server: Server) -> None:
        self.port = int(server.targets()["nmr"].rpartition(":")[2])
        self._query = int(server.query.port.target.rpartition(":")[2])

    def ask(self, question: str) -> None:
        """Ask the bench and wait for its answer."""
        with socket.create_connection(("127.0.0.1", self._query), PATIENCE_S) as query, query.makefile("rb") as reader:
            query.sendall(question.encode() + b"\n")
            assert json.loads(reader.readline())

    def connect(self) -> socket.socket:
        """Connect."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)

    def hardware(self) -> bytes:
        """Ask what it is, on a new connection, until one is accepted: the port is being closed or is not back yet."""
        while True:
            try:
                with self.connect() as connection:
                    connection.sendall(f"{HEAD}<Message><HardwareRequest/></Message>".encode())
                    return until(connection, b"</Message>")
            except ConnectionError:
                self.ask("truth after 1")


@contextmanager
def served(folder: Path) -> Generator[Served]:
    """Serve one spectrometer with a tube in it until the block ends."""
    tube = {"capacity_ml": 1.2, "mixture": {"volumes_ml": {"water": 0.6}, "amounts_mol": {"P2W17": 3e-6}}}
    devices = {"nmr": {"model": "magritek_spinsolve", "address": "nmr", "vessel": "tube"}}
    bench = SimulatedBench({"devices": devices, "vessels": {"tube": tube}}, 1)
    server = Server(bench, SPEED, folder, time.monotonic)
    with server.standing():
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield Served(server)
        finally:
            server.end()
            thread.join()


def until(connection: socket.socket, what: bytes) -> bytes:
    """Read until something has come."""
    heard = b""
    while what not in heard:
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionResetError
        heard += piece
    return heard


def test_files_appear_and_a_restart_hangs_up(tmp_path: Path) -> None:
    """A block's files are whole on the disk after Completed; after the restart the same number answers again."""
    folder = "<Set><DataFolder><UserFolder>C:\\Data\\autosynth\\x</UserFolder></DataFolder></Set>"
    with served(tmp_path) as bench:
        with bench.connect() as connection:
            for body in (folder, start(Number="8")):
                connection.sendall(f"{HEAD}<Message>{body}</Message>".encode())
            until(connection, b"<Completed")
            bench.ask("truth after 1")
            sizes = {path.name: path.stat().st_size for path in (tmp_path / "files" / "nmr" / "x").iterdir()}
            assert sizes["data.1d"] == 32 + 12 * 8192
            assert set(sizes) == {"data.1d", "spectrum.1d", "acqu.par", "protocol.par"}
            bench.ask("fault nmr:power_cycle@t=0")
            assert connection.recv(4096) == b""
        assert b"SpinsolveSoftware" in bench.hardware()
