"""The bench's server: pseudo-terminals and sockets that come and go while the bench goes on."""

import json
import os
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from selectors import DefaultSelector
from typing import Any

import pytest
import serial

from simulators.bench import SimulatedBench
from simulators.outlet import BUFFER_BYTES
from simulators.serve import Server, serve
from simulators.tcp_port import TcpPort
from tests.simulators.parrot import build

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]
PATIENCE_S = 20.0


class Served:
    """A server of parrots in a thread: `polly` on a serial port, `jack` on TCP."""

    def __init__(self, server: Server) -> None:
        self.polly = server.targets()["polly"].removeprefix("serial:")
        host, _, port = server.targets()["jack"].removeprefix("tcp:").rpartition(":")
        self.jack = (host, int(port))
        self._query = server.query.port.target.rpartition(":")[2]

    def ask(self, *questions: str) -> dict[str, Any]:
        """Ask on one connection and return the last answer."""
        with (
            socket.create_connection(("127.0.0.1", int(self._query)), PATIENCE_S) as sock,
            sock.makefile("rb") as reader,
        ):
            for question in questions:
                sock.sendall(question.encode() + b"\n")
                answer: dict[str, Any] = json.loads(reader.readline())
        return answer

    def lines(self, device: str) -> int:
        """Return how many chunks a parrot has heard, a little later."""
        return int(self.ask("truth after 1")["devices"][device]["lines"])

    def until_heard(self, device: str, count: int) -> None:
        """Return when a parrot has heard so many chunks."""
        while self.lines(device) < count:
            pass


@contextmanager
def served(folder: Path, speed: float = 50.0, baud: int = 9600, faults: tuple[str, ...] = ()) -> Generator[Served]:
    """Serve two parrots until the block ends."""
    devices = {
        "polly": {"model": "parrot", "options": {"baud": baud}},
        "jack": {"model": "parrot", "options": {"kind": "tcp"}},
    }
    bench = SimulatedBench({"devices": devices, "vessels": {}}, 1, faults, {"parrot": build})
    server = Server(bench, speed, folder, time.monotonic)
    with server.standing():
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield Served(server)
        finally:
            server.end()
            thread.join()


def terminal(name: str) -> int:
    """Open a terminal as bare as can be: nothing is flushed or set."""
    return os.open(name, os.O_RDWR | os.O_NOCTTY)


def line_from(fd: int) -> bytes:
    """Read to the next CR."""
    found = b""
    while not found.endswith(b"\r"):
        found += os.read(fd, 1)
    return found


def test_a_client_that_dies_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    """Replies to a client that never read them, or was gone, are not heard by the client after it."""
    with served(tmp_path) as bench:
        first = terminal(bench.polly)
        os.write(first, b"unread\r")
        bench.until_heard("polly", 1)
        os.write(first, b"gone\r")
        os.close(first)
        bench.until_heard("polly", 2)
        second = terminal(bench.polly)
        os.write(second, b"mine\r")
        assert line_from(second) == b">mine\r"
        os.close(second)
        assert bench.ask("truth")["devices"]["polly"]["events"] == ["opened", "opened"]


def test_bytes_take_their_time(tmp_path: Path) -> None:
    """At 300 baud a line of four bytes and its answer of five cannot come sooner than nine bytes take."""
    with served(tmp_path, speed=1.0, baud=300) as bench, serial.Serial(bench.polly, timeout=PATIENCE_S) as port:
        began_s = time.monotonic()
        port.write(b"abc\r")
        assert port.read(5) == b">abc\r"
        assert time.monotonic() - began_s > 9 * 10 / 300


def test_a_pulled_cable_ends_the_conversation_and_comes_back_under_its_name(tmp_path: Path) -> None:
    """A client reads its end and cannot write, the name is gone; plugged in again, the same name and number answer."""
    with served(tmp_path) as bench:
        terminal_fd, connection = terminal(bench.polly), socket.create_connection(bench.jack, PATIENCE_S)
        bench.ask("fault polly:unplug@t=0", "fault jack:unplug@t=0", "truth after 1")
        assert os.read(terminal_fd, 1) == b""
        with pytest.raises(OSError, match="Input/output"):
            os.write(terminal_fd, b"?")
        assert connection.recv(1) == b""
        os.close(terminal_fd)
        connection.close()
        assert not Path(bench.polly).exists()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(bench.jack, PATIENCE_S)
        bench.ask("fault polly:unplug@t=0,for=0", "fault jack:unplug@t=0,for=0", "truth after 10")
        with serial.Serial(bench.polly, timeout=PATIENCE_S) as port:
            port.write(b"back\r")
            assert port.read(6) == b">back\r"
        with socket.create_connection(bench.jack, PATIENCE_S) as again:
            again.sendall(b"back\r")
            assert again.recv(6) == b">back\r"


def test_the_newest_client_has_the_socket(tmp_path: Path) -> None:
    """A second connection ends the first."""
    with served(tmp_path) as bench, socket.create_connection(bench.jack, PATIENCE_S) as first:
        first.sendall(b"one\r")
        assert first.recv(5) == b">one\r"
        with socket.create_connection(bench.jack, PATIENCE_S) as second:
            second.sendall(b"two\r")
            assert second.recv(5) == b">two\r"
            assert first.recv(1) == b""


def test_the_bench_goes_on_with_nobody_there(tmp_path: Path) -> None:
    """What was to happen later happens although the client has gone, and is in time for the next one."""
    with served(tmp_path) as bench:
        with serial.Serial(bench.polly) as port:
            port.write(b"wake 20\r")
            bench.until_heard("polly", 1)
        with serial.Serial(bench.polly, timeout=PATIENCE_S) as port:
            assert port.read(6) == b"awake\r"


def test_a_client_that_does_not_read_costs_bounded_memory() -> None:
    """What neither socket nor buffer takes is dropped and counted."""

    class Deaf:
        def opened(self) -> None: ...
        def left(self) -> None: ...
        def heard(self, data: bytes) -> None: ...

    selector = DefaultSelector()
    port = TcpPort(selector, Deaf())
    port.plug()
    host, _, number = port.target.removeprefix("tcp:").rpartition(":")
    with socket.create_connection((host, int(number)), PATIENCE_S) as client:
        for key, mask in selector.select(PATIENCE_S):
            key.data(mask)
        for _ in range(64):
            port.send(bytes(BUFFER_BYTES // 4))
        assert port.dropped > 0
        assert client.recv(10) == bytes(10)
        port.pull()
    selector.close()


def test_questions_that_make_no_sense_are_answered(tmp_path: Path) -> None:
    """Unknown words, devices, times and faults get an error, and the port lives on."""
    with served(tmp_path) as bench:
        assert "known" in bench.ask("tell me")["error"]
        assert "parrot" not in bench.ask("fault parrot:unplug@t=0")
        assert "polly" in bench.ask("fault parrot:unplug@t=0")["error"]
        assert "it has drop_reply" in bench.ask("fault polly:melt@t=0")["error"]
        assert "error" in bench.ask("truth after lunch")
        assert "error" in bench.ask("truth before 3")
        assert bench.ask("nonsense", "truth")["t_s"] > 0.0


def test_a_speed_that_is_none_is_refused(tmp_path: Path) -> None:
    """Zero, negative and enormous speeds are ValueError before anything is served."""
    for speed in (0.0, -1.0, 1e9):
        with pytest.raises(ValueError, match="speed"):
            serve({"devices": {}, "vessels": {}}, 1, (), speed, str(tmp_path), lambda targets, query: None)
