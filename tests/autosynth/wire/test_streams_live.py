"""Serial, TCP and VISA streams against real sockets and pseudo-terminals, in real time."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from autosynth.clock import LoopClock
from autosynth.contracts.driver import LineSettings
from autosynth.errors import NotConnectedError
from autosynth.wire.bus import Bus
from autosynth.wire.serial import SerialStream
from autosynth.wire.stream import ByteStream
from autosynth.wire.tcp import TcpStream
from autosynth.wire.visa import VisaStream
from tests.autosynth.wire.fake_bench import LineFraming
from tests.autosynth.wire.pty_echo import PtyEcho

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]


class LineServer:
    """A TCP server that answers `re <line>` to every line with a question mark, and hangs up on `bye`."""

    def __init__(self) -> None:
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        while line := await reader.readline():
            if line == b"bye\n":
                break
            if b"?" in line:
                writer.write(b"re " + line)
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def line_server() -> AsyncIterator[LineServer]:
    lines = LineServer()
    server = await asyncio.start_server(lines.serve, "127.0.0.1", 0)
    lines.port = server.sockets[0].getsockname()[1]
    async with server:
        yield lines


async def converse(stream: ByteStream, times: int = 50) -> None:
    """Ask numbered questions and check that each has its own answer."""
    bus = Bus(stream, LoopClock(asyncio.get_running_loop()))
    lane = bus.lane("it", LineFraming())
    await bus.open()
    for i in range(times):
        assert await lane.exchange(b"q%d?\n" % i, deadline_s=5) == b"re q%d?\n" % i
    await lane.aclose()
    with pytest.raises(NotConnectedError):
        stream.write(b"x\n")


async def test_tcp_carries_exchanges() -> None:
    """Fifty questions over loopback come back in order, and closing is complete."""
    async with line_server() as server:
        await converse(TcpStream("127.0.0.1", server.port))


async def test_tcp_reports_a_hang_up_once_and_reconnects() -> None:
    """A closed connection fails the waiting command; `reconnect` makes a new one."""
    async with line_server() as server:
        bus = Bus(TcpStream("127.0.0.1", server.port), LoopClock(asyncio.get_running_loop()), quiet_s=0.01)
        lane = bus.lane("it", LineFraming())
        await bus.open()
        with pytest.raises(NotConnectedError, match="lost"):
            await lane.exchange(b"bye\n", deadline_s=5)
        await bus.reconnect()
        assert await lane.exchange(b"a?\n", deadline_s=5) == b"re a?\n"
        await lane.aclose()


async def test_tcp_to_nobody_is_not_connected() -> None:
    """A refused connection names host and port."""
    async with line_server() as server:
        port = server.port
    with pytest.raises(NotConnectedError, match=str(port)):
        await TcpStream("127.0.0.1", port).open(lambda _: None, lambda _: None)


async def test_visa_carries_exchanges() -> None:
    """PyVISA's socket resource asks fifty questions of an asyncio server."""
    async with line_server() as server:
        await converse(VisaStream(f"TCPIP0::127.0.0.1::{server.port}::SOCKET"))


async def test_visa_sends_several_lines_and_reads_the_one_answer() -> None:
    """Commands without a question are written and not read for."""
    async with line_server() as server:
        stream = VisaStream(f"TCPIP0::127.0.0.1::{server.port}::SOCKET")
        lane = (bus := Bus(stream, LoopClock(asyncio.get_running_loop()))).lane("it", LineFraming())
        await bus.open()
        await lane.send(b"silent\n")
        assert await lane.exchange(b"abort\noff\nstate?\n", deadline_s=5) == b"re state?\n"
        await lane.aclose()


async def test_visa_to_nobody_is_not_connected() -> None:
    """A resource that cannot be parsed or reached is NotConnectedError."""
    with pytest.raises(NotConnectedError, match="nonsense"):
        await VisaStream("nonsense").open(lambda _: None, lambda _: None)


async def test_serial_carries_exchanges_over_a_pty() -> None:
    """Fifty questions over a pseudo-terminal come back in order."""
    with PtyEcho() as echo:
        await converse(SerialStream(echo.name, LineSettings(230400)))


async def test_a_seven_bit_line_works_on_a_pty() -> None:
    """A pseudo-terminal opens 7E1 as 8N1, twice in a row, known by its place or declared."""
    with PtyEcho() as echo:
        for declared in (False, True):
            await converse(SerialStream(echo.name, LineSettings(9600, "7E1"), pty=declared), times=2)


async def test_a_serial_port_that_is_unplugged_fails_the_waiting_command() -> None:
    """Closing the far end is NotConnectedError, and the threads end."""
    with PtyEcho(mute=True) as echo:
        before = threading.active_count()
        bus = Bus(SerialStream(echo.name, LineSettings()), LoopClock(asyncio.get_running_loop()))
        lane = bus.lane("it", LineFraming())
        await bus.open()
        waiting = asyncio.create_task(lane.exchange(b"a?\n", deadline_s=30))
        await asyncio.to_thread(echo.heard.wait)
        echo.unplug()
        with pytest.raises(NotConnectedError, match="lost"):
            await waiting
        await lane.aclose()
        assert threading.active_count() <= before + 2  # the default executor keeps idle workers


async def test_a_serial_port_that_does_not_exist_is_not_connected() -> None:
    """The error names the port."""
    with pytest.raises(NotConnectedError, match="/dev/no-such-port"):
        await SerialStream("/dev/no-such-port", LineSettings()).open(lambda _: None, lambda _: None)


async def test_a_serial_port_belongs_to_one_opener() -> None:
    """A second exclusive opening of the same port is refused."""
    with PtyEcho() as echo:
        first = SerialStream(echo.name, LineSettings())
        await first.open(lambda _: None, lambda _: None)
        with pytest.raises(NotConnectedError):
            await SerialStream(echo.name, LineSettings()).open(lambda _: None, lambda _: None)
        await first.aclose()
