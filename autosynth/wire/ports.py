"""From an address to a stream: the one place that knows every kind of transport."""

from autosynth.contracts.driver import LineSettings
from autosynth.errors import NotConnectedError
from autosynth.wire.address import Address, AddressKind
from autosynth.wire.serial import SerialStream
from autosynth.wire.stream import ByteStream
from autosynth.wire.tcp import TcpStream


def stream_at(address: Address, line: LineSettings) -> ByteStream:
    """Return the stream, not yet open, for a port of this computer; `line` is the driver's, for serial ports only.

    Raises:
        NotConnectedError: a memory address, which only the simulated bench that it is on can open; or a folder.
    """
    match address.kind:
        case AddressKind.SERIAL:
            return SerialStream(address.target, address.line(line), pty=address.pty)
        case AddressKind.TCP:
            return TcpStream(*address.host_port)
        case AddressKind.VISA:
            from autosynth.wire.visa import VisaStream  # noqa: PLC0415 - its library loads slowly and few stations need it

            return VisaStream(address.target)
        case AddressKind.MEMORY:
            raise NotConnectedError(f"{address} is on a simulated bench, not on this computer")
        case AddressKind.FOLDER:
            raise NotConnectedError(f"{address} has files and no port")
