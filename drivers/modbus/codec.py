"""Modbus RTU frames as pure values: address, function, data, and a CRC with its low byte first.

pymodbus makes and reads the PDUs and frames; neither its clients, its ports nor its clocks are used. An answer says
its station and its function, that to a write what was written, that to a question only how much was asked for. Source:
Modbus application protocol 1.1b3; Modbus over serial line 1.02.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadDiscreteInputsRequest, ReadDiscreteInputsResponse
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)

from autosynth.errors import GarbledReplyError

READ_INPUTS, READ_HOLDING, READ_REGISTERS, WRITE_REGISTER = 2, 3, 4, 6
FUNCTIONS = frozenset({READ_INPUTS, READ_HOLDING, READ_REGISTERS, WRITE_REGISTER})
"""What these drivers ask; their exceptions have the highest bit set."""
STATIONS = (1, 247)
EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "it cannot do what was asked",
    5: "acknowledged, not yet done",
    6: "busy",
}
PASSING = frozenset({4, 5, 6})
"""Exceptions of a station that may do later what it was asked for; the others say that the question is wrong."""
BEGUN = frozenset({4, 5})
"""Exceptions after which an order may have been carried out, or will be: it failed on the way, or takes its time."""
LONGEST = 256
_ANSWERS = DecodePDU(is_server=False)
_FRAMER = FramerRTU(_ANSWERS)


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer; `exception` is zero when it is none."""

    station: int
    function: int
    exception: int = 0
    registers: tuple[int, ...] = ()
    bits: tuple[bool, ...] = ()
    address: int = 0


def read_inputs(station: int, address: int, count: int) -> bytes:
    """Return the question for discrete inputs (function 2).

    Raises:
        ValueError: address or count is outside what Modbus has.
    """
    return _FRAMER.buildFrame(ReadDiscreteInputsRequest(dev_id=station, address=address, count=count))


def read_holding(station: int, address: int, count: int) -> bytes:
    """Return the question for holding registers (function 3); raises ValueError as `read_inputs` does."""
    return _FRAMER.buildFrame(ReadHoldingRegistersRequest(dev_id=station, address=address, count=count))


def read_registers(station: int, address: int, count: int) -> bytes:
    """Return the question for input registers (function 4); raises ValueError as `read_inputs` does."""
    return _FRAMER.buildFrame(ReadInputRegistersRequest(dev_id=station, address=address, count=count))


def write_register(station: int, address: int, value: int) -> bytes:
    """Return the command that writes one register (function 6).

    Raises:
        ValueError: the address or the value does not fit into sixteen bits.
    """
    if not 0 <= address <= 0xFFFF or not 0 <= value <= 0xFFFF:
        raise ValueError(f"register {address} or value {value} does not fit into sixteen bits")
    return _FRAMER.buildFrame(WriteSingleRegisterRequest(dev_id=station, address=address, registers=[value]))


def size(data: bytes) -> int | None:
    """Return how long the answer is that begins with `data`: 0 when that cannot be told yet, None for no answer."""
    if data[1] & 0x7F not in FUNCTIONS:
        return None
    kind = _ANSWERS.lookupPduClass(data)
    if kind is None:
        return None
    length = kind.calculateRtuFrameSize(data)
    return length if length <= LONGEST else None


def sound(frame: bytes) -> bool:
    """Tell whether a frame's sum is right."""
    return len(frame) >= FramerRTU.MIN_SIZE and FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big"))


def decode(frame: bytes) -> Answer:
    """Return what an answer frame says.

    Raises:
        GarbledReplyError: its sum is wrong, or it is no complete answer to what these drivers ask.
    """
    if not sound(frame) or size(frame) != len(frame):
        raise GarbledReplyError("this is not a Modbus answer with a right sum", received=frame)
    try:
        pdu = _ANSWERS.decode(frame[1:-2])
    except ModbusException as error:
        raise GarbledReplyError(f"no Modbus answer: {error}", received=frame) from error
    station, function = frame[0], frame[1] & 0x7F
    match pdu:
        case ExceptionResponse():
            return Answer(station, function, exception=pdu.exception_code)
        case ReadDiscreteInputsResponse() if len(frame) > 5:
            return Answer(station, function, bits=tuple(pdu.bits))
        case ReadHoldingRegistersResponse() if len(frame) > 5 and len(frame) % 2:  # function 4 is one, too
            return Answer(station, function, registers=_whole(pdu))
        case WriteSingleRegisterResponse():
            return Answer(station, function, registers=_whole(pdu), address=pdu.address)
        case _:
            raise GarbledReplyError("this answers nothing that was asked", received=frame)


def told(number: int) -> str:
    """Return an exception with its name."""
    return f"exception {number}, {EXCEPTIONS.get(number, 'unknown')}"


def _whole(pdu: ModbusPDU) -> tuple[int, ...]:
    registers: Sequence[int] = pdu.registers
    return tuple(int(each) for each in registers)
