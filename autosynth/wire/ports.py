"""From an address to a stream: the one place that knows every kind of transport."""

from autosynth.contracts.driver import LineSettings
from autosynth.errors import NotConnectedError
from autosynth.wire.address import Address, AddressKind, parse_address
from autosynth.wire.memory import MemoryBench
from autosynth.wire.serial import SerialStream
from autosynth.wire.stream import ByteStream
from autosynth.wire.tcp import TcpStream
from autosynth.wire.visa import VisaStream


def stream_at(address: Address, memory: MemoryBench | None = None) -> ByteStream:
    """Return the stream for `address`, not yet open; memory addresses need the simulated bench they are on.

    Raises:
        NotConnectedError: a memory address without a bench.
    """
    match address.kind:
        case AddressKind.SERIAL:
            return SerialStream(address.target, address.line, pty=address.pty)
        case AddressKind.TCP:
            return TcpStream(*address.host_port)
        case AddressKind.VISA:
            return VisaStream(address.target)
        case AddressKind.MEMORY:
            if memory is None:
                message = f"{address} is on a simulated bench, and there is none"
                raise NotConnectedError(message)
            return memory.stream(address.target)


def real_stream(kind: str, target: str, line: LineSettings, *, pty: bool = False) -> ByteStream:
    """Return the stream, not yet open, for a port of this computer; `line` and `pty` matter to serial ports only.

    Raises:
        InputError: the kind is unknown or the target is malformed.
    """
    return stream_at(parse_address({kind: target, "baud": line.baud, "framing": line.framing, "pty": pty}))
