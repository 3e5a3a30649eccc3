"""The SCPI that a scan needs, built and parsed; no line of it is sent from here.

Sources: Model 2450 reference manual 2450-901-01 Rev. B, section 6: source lists and list sweeps (the same pages in the
2461 manual, 6-101 to 6-128), trace buffers (6-107 to 6-112), trigger state (6-166), error queue. A list is sent in
parts of at most 100 values and holds at most 2500. A reading beyond the range is 9.9e37. In its normal off state the
output is a source of 0 V, so the high-impedance off state is what disconnects a cell.
"""

import math
from collections.abc import Sequence

from autosynth.contracts.device import Identity
from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.errors import GarbledReplyError, IdentityError
from drivers.keithley_2450.options import KeithleyOptions
from drivers.keithley_2450.staircase import Timing

LIST_PART = 100
BUFFER = '"defbuffer1"'
COUNT = f"TRAC:ACT? {BUFFER}"
STATE = "TRIG:STAT?"
OUTPUT = "OUTP?"
ERROR = "SYST:ERR?"
IDENTITY = "*IDN?"
LANGUAGE = "*LANG?"
OFF = ("ABOR", "OUTP OFF")
START = "INIT"
_OVERFLOW = 1e37
_ELEMENTS = 3
_COUNT_DIGITS = 9
"""A buffer holds millions of readings at most."""
_ACTIVE = ("RUNNING", "WAITING", "BUILDING", "ABORTING")
_OFF_STATES = {"high_impedance": "HIMP", "normal": "NORM", "zero": "ZERO", "guard": "GUAR"}


def set_up(method: Voltammetry, levels_v: Sequence[float], timing: Timing, options: KeithleyOptions) -> list[str]:
    """Return the commands that prepare a scan, output off, from reset to the loaded sweep."""
    largest_v = max(map(abs, levels_v))
    commands = [
        "*RST",
        "*CLS",
        'SENS:FUNC "CURR"',
        f"SENS:CURR:RSEN {'ON' if options.sense == '4-wire' else 'OFF'}",
        f"SENS:CURR:RANG {number(method.current_range_a)}",
        f"SENS:CURR:NPLC {number(timing.cycles)}",
        "SOUR:FUNC VOLT",
        f"SOUR:VOLT:RANG {number(largest_v)}",
        f"SOUR:VOLT:ILIM {number(method.current_range_a)}",
        f"SOUR:VOLT:READ:BACK {options.readback.upper()}",
    ]
    if options.off_state in _OFF_STATES:
        commands.append(f"OUTP:VOLT:SMOD {_OFF_STATES[options.off_state]}")
    commands.append(f"TRAC:CLE {BUFFER}")
    for start in range(0, len(levels_v), LIST_PART):
        values = ",".join(number(options.sign * level_v) for level_v in levels_v[start : start + LIST_PART])
        commands.append(f"SOUR:LIST:VOLT{':APP' if start else ''} {values}")
    commands.append(f"SOUR:SWE:VOLT:LIST 1, {number(timing.delay_s)}, {method.scans}, OFF, {BUFFER}")
    return commands


def switch_on(begin_v: float, options: KeithleyOptions) -> list[str]:
    """Return the commands that put the cell on its begin potential."""
    return [f"SOUR:VOLT {number(options.sign * begin_v)}", "OUTP ON"]


def fetch(first: int, last: int) -> str:
    """Return the question for points `first` to `last`, counted from 1."""
    return f"TRAC:DATA? {first}, {last}, {BUFFER}, SOUR, READ, REL"


def message(*commands: str) -> bytes:
    """Return commands as bytes, each on its own line."""
    return "".join(f"{command}\n" for command in commands).encode("ascii")


def number(value: float) -> str:
    """Return a number with microvolt resolution and without noise of binary fractions."""
    return f"{round(value, 12):.8g}"


def raw_header(sign: float) -> bytes:
    """Return the line that says what the bare numbers of a kept scan are, and which way round the cell was wired."""
    return f"# SourceMeter points: source V, reading A, seconds; sign {sign:+.0f}\n".encode("ascii")


def parse_points(reply: bytes, count: int, sign: float, limit_a: float) -> list[Point]:
    """Return `count` points; `sign` turns potential and current, `limit_a` is where the source stops following.

    Raises:
        GarbledReplyError: the reply holds something else.
    """
    try:
        values = [float(text) for text in reply.decode("ascii").split(",")]
    except ValueError as error:
        what = "not numbers"
        raise GarbledReplyError(what, received=reply) from error
    if len(values) != _ELEMENTS * count:
        what = f"{len(values)} numbers instead of {_ELEMENTS * count}"
        raise GarbledReplyError(what, received=reply)
    triples = zip(values[0::3], values[1::3], values[2::3], strict=True)
    return [_point(source_v, reading_a, t_s, sign, limit_a) for source_v, reading_a, t_s in triples]


def _point(source_v: float, reading_a: float, t_s: float, sign: float, limit_a: float) -> Point:
    if not abs(reading_a) < _OVERFLOW:
        return Point(t_s, sign * source_v, math.nan, overload=True)
    return Point(t_s, sign * source_v, sign * reading_a, overload=abs(reading_a) >= 0.999 * limit_a)


def parse_count(reply: bytes) -> int:
    """Return a whole number.

    Raises:
        GarbledReplyError: it is none.
    """
    text = reply.strip()
    if not text.isdigit() or len(text) > _COUNT_DIGITS:
        what = "not a count"
        raise GarbledReplyError(what, received=reply)
    return int(text)


def parse_switch(reply: bytes) -> bool:
    """Return whether an output is on.

    Raises:
        GarbledReplyError: it is neither on nor off.
    """
    states = {b"0": False, b"1": True, b"OFF": False, b"ON": True}
    if reply.strip().upper() not in states:
        what = "neither on nor off"
        raise GarbledReplyError(what, received=reply)
    return states[reply.strip().upper()]


def parse_running(reply: bytes) -> bool:
    """Return whether the trigger model is at work: `RUNNING;...` or `IDLE;IDLE;9`.

    Raises:
        GarbledReplyError: it is no state.
    """
    word = reply.split(b";")[0].strip().decode("ascii", "replace").upper()
    if not word.isalpha():
        what = "not a state of the trigger model"
        raise GarbledReplyError(what, received=reply)
    return word in _ACTIVE


def parse_error(reply: bytes) -> str:
    """Return one entry of the error queue, empty when there is none: `0,"No error;0;0 0"`.

    Raises:
        GarbledReplyError: it is no entry.
    """
    code, comma, text = reply.decode("ascii", "replace").strip().partition(",")
    try:
        value = int(code)
    except ValueError as error:
        what = "not an entry of the error queue"
        raise GarbledReplyError(what, received=reply) from error
    if not comma:
        what = "not an entry of the error queue"
        raise GarbledReplyError(what, received=reply)
    return f"{value} {text.strip().strip(chr(34))}" if value else ""


def parse_identity(reply: bytes, device: str) -> Identity:
    """Return who answers to `*IDN?`.

    Raises:
        GarbledReplyError: it is no identity.
        IdentityError: it is not a SourceMeter of this family.
    """
    parts = [part.strip() for part in reply.decode("ascii", "replace").strip().split(",")]
    if len(parts) != 4:
        what = "not an answer to *IDN?"
        raise GarbledReplyError(what, device, message(IDENTITY), reply)
    maker, model = parts[0], parts[1].removeprefix("MODEL ")
    if "KEITHLEY" not in maker.upper() or not model.startswith(("2450", "2460", "2461")):
        what = f"{maker} {model} is not a Keithley 2450"
        raise IdentityError(what, device, message(IDENTITY), reply)
    return Identity(f"Keithley {model}", parts[2], parts[3])
