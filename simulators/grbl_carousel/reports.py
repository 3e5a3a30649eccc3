"""What the board prints: status reports and the answers to `$` queries."""

from dataclasses import dataclass

from simulators.grbl_carousel.gcode import BAD_NUMBER, HOMING_OFF, NEGATIVE, NOT_A_SETTING, NOT_IDLE, GrblError
from simulators.grbl_carousel.planner import BLOCKS
from simulators.grbl_carousel.settings import DIVISORS, LEAST, Settings
from simulators.grbl_carousel.settings import REPORT as MASK

__all__ = ["HOMING_OFF", "MASK", "Status", "answer", "status"]

RX_BYTES = 128
WCO_EVERY, OV_AT = 30, 1
HELP = "[HLP:$$ $# $G $I $N $x=val $Nx=line $J=line $SLP $C $X $H ~ ! ? ctrl-x]"
SYSTEMS = ("G54", "G55", "G56", "G57", "G58", "G59", "G28", "G30", "G92")


@dataclass(frozen=True, slots=True)
class Status:
    """What a report is made of; speed in units per minute."""

    state: str
    x: float
    z: float
    speed: float
    places: int
    pins: str


def status(now: Status, mask: int, count: int) -> str:
    """Return a report; offsets come with the first and each thirtieth, overrides with the one after."""
    fields = [now.state, f"{'M' if mask & 1 else 'W'}Pos:{now.x:.3f},0.000,{now.z:.3f}"]
    if mask & 2:
        fields.append(f"Bf:{now.places - 1 if now.places else 0},{RX_BYTES}")
    fields.append(f"FS:{now.speed:.0f},0")
    if now.pins:
        fields.append(f"Pn:{now.pins}")
    if count % WCO_EVERY == 0:
        fields.append("WCO:0.000,0.000,0.000")
    elif count % WCO_EVERY == OV_AT:
        fields.append("Ov:100,100,100")
    return f"<{'|'.join(fields)}>"


def answer(line: str, settings: Settings, modes: str, build: str, *, idle: bool) -> list[str]:
    """Return what a `$` line prints before its `ok`.

    Raises:
        GrblError: the line is refused.
    """
    if line == "$":
        return [HELP]
    if line == "$G":
        return [modes]
    if not idle:
        raise GrblError(NOT_IDLE)
    match line:
        case "$$":
            return settings.lines()
        case "$#":
            nothing = "0.000,0.000,0.000"
            return [*(f"[{name}:{nothing}]" for name in SYSTEMS), "[TLO:0.000]", f"[PRB:{nothing}:0]"]
        case "$I":
            return [f"[VER:1.1h.20190825:{build}]", f"[OPT:V,{BLOCKS - 1},{RX_BYTES}]"]
        case "$N":
            return ["$N0=", "$N1="]
        case _:
            _set(line, settings)
            return []


def _set(line: str, settings: Settings) -> None:
    number, equals, text = line[1:].partition("=")
    if not equals or not number.isascii() or not number.isdigit():
        raise GrblError(NOT_A_SETTING)
    try:
        value = float(text)
    except ValueError as error:
        raise GrblError(BAD_NUMBER) from error
    if not 0.0 <= value < 1e9:
        raise GrblError(NEGATIVE)
    if int(number) in DIVISORS and value < LEAST:
        raise GrblError(NEGATIVE)
    if not settings.put(int(number), value):
        raise GrblError(NOT_A_SETTING)
