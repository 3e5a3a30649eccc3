"""The drivers' ears: whatever comes is a frame, a value, or an error of `autosynth.errors`; memory is bounded.

Every frame that a framing lets through is put to every parser of its driver, since a doubled or late answer meets the
parser of another question.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, reduce
from operator import xor
from random import Random

from pymodbus.framer import FramerRTU

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import ExchangeError, GarbledReplyError
from autosynth.wire.lane import Framing
from drivers.alicat_mc import codec as alicat
from drivers.alicat_mc.framing import AlicatFraming
from drivers.delta_vfd import reading as drive
from drivers.delta_vfd.registers import BLOCK, MAPS
from drivers.genogrinder_2010 import codec as grinder
from drivers.grbl_carousel import codec as grbl
from drivers.grbl_carousel.faults import alarm_text, error_text
from drivers.grbl_carousel.framing import GrblFraming
from drivers.ika_ret import codec as ika
from drivers.ika_ret.framing import NamurFraming
from drivers.keithley_2450 import codec as keithley
from drivers.keithley_2450.framing import LineFraming
from drivers.magritek_spinsolve import codec as spinsolve
from drivers.magritek_spinsolve.course import Course, parse_notification
from drivers.magritek_spinsolve.document import body
from drivers.magritek_spinsolve.framing import XmlFraming
from drivers.mettler_sics import codec as sics
from drivers.mettler_sics.document import parse_head
from drivers.mettler_sics.faults import advice, meaning
from drivers.mettler_sics.framing import SicsFraming
from drivers.modbus import codec as modbus
from drivers.modbus.framing import ModbusFraming
from drivers.modbus_block.options import CHANNELS
from drivers.new_era_ne1000 import codec as new_era
from drivers.new_era_ne1000.framing import NewEraFraming
from drivers.palmsens_emstat_pico.faults import fault_number, refusal
from drivers.palmsens_emstat_pico.framing import MethodScriptFraming
from drivers.palmsens_emstat_pico.identity import parse_identity
from drivers.palmsens_emstat_pico.output import ScriptOutput
from drivers.runze_sv06 import codec as runze
from drivers.runze_sv06.framing import RunzeFraming
from drivers.tecan_cavro import codec as cavro
from drivers.tecan_cavro.framing import DtFraming, OemFraming
from tests.fuzz.batches import Batch
from tests.fuzz.conversations import spoken
from tests.fuzz.mutation import chunks, mutated

SCAN = Voltammetry(0.0, 0.2, -0.1, 0.1, 0.1, 1e-4)
Parser = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Ear:
    """How a driver listens: framings, the parsers of what they let through, and the most bytes they may keep."""

    framings: Sequence[Callable[[], Framing]]
    parsers: Callable[[], Sequence[Parser]]
    frames: Sequence[bytes]
    most: int
    sealed: Callable[[bytes], bytes] = bytes
    """Gives a bent frame the right checksum, so that it gets past the framing."""


def _whole_answer(text: bytes) -> bytes:
    frame = b"\x020" + text + b"\x03"
    return frame + bytes((reduce(xor, frame),))


def _pico() -> Sequence[Parser]:
    output = ScriptOutput(SCAN, 1.0, "device")

    def heard(frame: bytes) -> None:
        output.take(frame)
        for name in ("points", "overloads", "gaps"):
            if getattr(output, name) < 0:
                raise ValueError(f"{name} below zero")
        output.news()

    return (heard, fault_number, partial(refusal, device="device", sent=b""), lambda f: parse_identity(f, f, "device"))


def _spinsolve() -> Sequence[Parser]:
    course = Course()
    course.begin("C:\\Data\\1", "1D EXTENDED+")
    parsers: Sequence[Parser] = (
        lambda frame: course.hear(parse_notification(body(frame))),
        lambda frame: spinsolve.parse_hardware(body(frame)),
        lambda frame: spinsolve.parse_protocols(body(frame)),
        lambda frame: spinsolve.parse_estimate(body(frame)),
        lambda frame: spinsolve.parse_widths(body(frame)),
        lambda frame: spinsolve.parse_text(body(frame), "Sample"),
    )
    return parsers


def _grbl() -> Sequence[Parser]:
    return (
        lambda frame: error_text(grbl.parse_answer(frame)),
        lambda frame: grbl.parse_status(frame).at_mm("Z"),
        grbl.parse_settings,
        grbl.parse_version,
        grbl.parse_inches,
        lambda frame: alarm_text(grbl.parse_alarm(frame)),
    )


def _alicat() -> Sequence[Parser]:
    return (alicat.decode, alicat.refused, partial(alicat.decode_version, unit="A"))


def _ika() -> Sequence[Parser]:
    return (ika.decode_text, ika.decode_echo, *(partial(ika.decode_value, channel=each) for each in ika.Channel))


def _keithley() -> Sequence[Parser]:
    return (
        keithley.parse_count,
        keithley.parse_switch,
        keithley.parse_running,
        keithley.parse_error,
        partial(keithley.parse_identity, device="device"),
        *(partial(keithley.parse_points, count=count, sign=-1.0, limit_a=1e-4) for count in (1, 4)),
    )


def _cavro() -> Sequence[Parser]:
    return (cavro.decode_answer, lambda frame: cavro.decode_number(cavro.decode_answer(frame)))


def _sics() -> Sequence[Parser]:
    def refused(frame: bytes) -> None:
        answer = sics.answer_to(frame, sics.START)
        meaning(answer)
        advice(answer)

    return (
        sics.parse_reading,
        sics.parse_answer,
        sics.restarted,
        parse_head,
        refused,
        *(partial(sics.parse_text, command=each) for each in ("I2", "I4")),
    )


def _new_era() -> Sequence[Parser]:
    def data(parse: Callable[[str], object]) -> Parser:
        return lambda frame: parse(new_era.decode_answer(frame).data)

    return tuple(data(parse) for parse in (new_era.parse_dispensed, new_era.parse_quantity, new_era.parse_version))


def _checked(frame: bytes) -> bytes:
    return frame[:-3] + new_era.crc(frame[2:-3]) + frame[-1:] if len(frame) > 5 else frame


def _drive() -> Sequence[Parser]:
    def heard(frame: bytes) -> None:
        registers = modbus.decode(frame).registers
        if len(registers) == BLOCK:
            drive.parse(MAPS["delta_el"], registers)
            drive.parse(MAPS["delta_ed"], registers, registers[-1])

    return (heard,)


def _block() -> Sequence[Parser]:
    def heard(frame: bytes) -> None:
        for counts in modbus.decode(frame).registers:
            for channel in CHANNELS.values():
                channel.value(counts)

    return (heard,)


def _summed(frame: bytes) -> bytes:
    """Give a frame the sum that pymodbus works out."""
    return frame[:-2] + FramerRTU.compute_CRC(frame[:-2]).to_bytes(2, "big")


EARS: Mapping[str, Ear] = {
    "alicat_mc": Ear(
        (AlicatFraming,), _alicat, (*spoken("alicat_mc", "<"), b"?\r", b"A +1 +2 +3 +4 +5 N2 MOV HLD\r"), 201
    ),
    "delta_vfd": Ear((partial(ModbusFraming, 1),), _drive, spoken("delta_vfd", "<"), modbus.LONGEST, _summed),
    "genogrinder_2010": Ear(
        (grinder.LineFraming,),
        lambda: (grinder.decode_text, grinder.decode_status),
        (b"Standby\r", b"Running Sample\r", b"Parameters Set\r", b"Unlocking\r\n", b"Run Complete\r"),
        200,
    ),
    "grbl_carousel": Ear(
        (GrblFraming,), _grbl, (*spoken("grbl_carousel", "<"), b"ALARM:1\r\n", b"error:15\r\n"), 1 << 15
    ),
    "ika_ret": Ear((NamurFraming,), _ika, (*spoken("ika_ret", "<"), b"-1.5 2 \r \n"), 201),
    "keithley_2450": Ear(
        (LineFraming,),
        _keithley,
        (*spoken("keithley_2450", "<"), b"1.0E-1,9.9E+37,0.5\n", b"7\n", b"RUNNING;RUNNING;3\n", b'-222,"x"\n'),
        1 << 20,
    ),
    "magritek_spinsolve": Ear((XmlFraming,), _spinsolve, spoken("magritek_spinsolve", "<"), 4 << 20),
    "mettler_sics": Ear(
        (SicsFraming,),
        _sics,
        (*spoken("mettler_sics", "<"), b"S D -0.0012 g\r\n", b"QRA 61 1 I 7\r\n", b"S S Error 5b\r\n"),
        1 << 15,
    ),
    "new_era_ne1000": Ear((NewEraFraming,), _new_era, spoken("new_era_ne1000", "<"), 65, _checked),
    "modbus_block": Ear(
        (partial(ModbusFraming, 1), partial(ModbusFraming, 17)),
        _block,
        spoken("modbus_block", "<"),
        modbus.LONGEST,
        _summed,
    ),
    "palmsens_emstat_pico": Ear(
        (MethodScriptFraming,), _pico, (*spoken("palmsens_emstat_pico", "<"), b"e!4001: Line 1, Col 1\n"), 4096
    ),
    "runze_sv06": Ear(
        (RunzeFraming,),
        lambda: (runze.decode,),
        spoken("runze_sv06", "<"),
        runze.LENGTH,
        lambda frame: frame[:6] + runze.checksum(frame[:6]),
    ),
    "tecan_cavro": Ear(
        (OemFraming, DtFraming),
        _cavro,
        (*spoken("tecan_cavro", "<"), _whole_answer(b"`3000"), _whole_answer(b"@"), b"/0`12\x03\r\n"),
        303,
        lambda frame: frame[:-1] + bytes((reduce(xor, frame[:-1], 0),)),
    ),
}


def listen(ear: Ear, chance: Random, inputs: int) -> None:
    """Let a driver hear so many bent frames, one after another on one line.

    Raises:
        Exception: what is no error of an exchange, or a framing that keeps more than it may.
    """
    framing, parsers = chance.choice(ear.framings)(), ear.parsers()
    for _ in range(inputs):
        data = mutated(chance, ear.frames)
        for piece in chunks(chance, ear.sealed(data) if chance.random() < 0.5 else data):
            framing.feed(piece)
            _drain(framing, parsers)
            _bounded(framing, ear.most)
        if chance.random() < 0.05:
            framing.reset()


def _drain(framing: Framing, parsers: Sequence[Parser]) -> None:
    while True:
        try:
            frame = framing.next()
        except GarbledReplyError as error:
            str(error)
            continue
        if frame is None:
            return
        if not frame.data:
            raise ValueError("an empty frame")
        for parse in parsers:
            with suppress(ExchangeError):
                parse(frame.data)


def _bounded(framing: Framing, most: int) -> None:
    kept = sum(len(value) for value in vars(framing).values() if isinstance(value, bytearray))
    if kept > most:
        raise MemoryError(f"{type(framing).__name__} keeps {kept} bytes, at most {most} are allowed")


BATCHES: Mapping[str, Batch] = {name: partial(listen, ear) for name, ear in EARS.items()}
