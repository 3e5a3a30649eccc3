"""The settings a host may write and ask back, as data: how they are spelt, of which kind, within which bounds."""

from dataclasses import dataclass
from typing import Literal

from simulators.keithley_2450.body import RANGES_A, Settings
from simulators.keithley_2450.scpi import ILLEGAL, MISSING, NOT_ALLOWED, ScpiError, choice, number, switch

SOURCE_RANGES_V = (0.02, 0.2, 2.0, 20.0, 200.0)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of the settings: a number with bounds, a switch, a range (the smallest that holds it), or a word."""

    field: str
    kind: Literal["number", "switch", "range", "word"] = "number"
    low: float = 0.0
    high: float = 0.0
    ranges: tuple[float, ...] = ()
    turns_off: str = ""
    words: tuple[str, ...] = ()


PARAMETERS = {
    "SOURce[1]:VOLTage:RANGe": Parameter("source_range_v", "range", -200, 200, SOURCE_RANGES_V, "source_autorange"),
    "SOURce[1]:VOLTage:RANGe:AUTO": Parameter("source_autorange", "switch"),
    "SOURce[1]:VOLTage:ILIMit[:LEVel]": Parameter("limit_a", low=1e-9, high=1.05),
    "SOURce[1]:VOLTage:DELay": Parameter("delay_s", low=0, high=10000, turns_off="auto_delay"),
    "SOURce[1]:VOLTage:DELay:AUTO": Parameter("auto_delay", "switch"),
    "SOURce[1]:VOLTage:READ:BACK": Parameter("readback", "switch"),
    "OUTPut[1]:VOLTage:SMODe": Parameter("off_state", "word", words=("NORMal", "HIMPedance", "ZERO", "GUARd")),
    "SENSe[1]:CURRent[:DC]:RANGe[:UPPer]": Parameter("sense_range_a", "range", 0, 1.05, RANGES_A, "sense_autorange"),
    "SENSe[1]:CURRent[:DC]:RANGe:AUTO": Parameter("sense_autorange", "switch"),
    "SENSe[1]:CURRent[:DC]:NPLCycles": Parameter("nplc", low=0.01, high=10),
    "SENSe[1]:CURRent[:DC]:RSENse": Parameter("remote_sense", "switch"),
}


def write(settings: Settings, parameter: Parameter, texts: tuple[str, ...]) -> None:
    """Set a parameter.

    Raises:
        ScpiError: for a missing, superfluous or wrong value.
    """
    if len(texts) != 1:
        raise ScpiError(NOT_ALLOWED if texts else MISSING)
    if parameter.kind == "switch":
        setattr(settings, parameter.field, switch(texts[0]))
        return
    if parameter.kind == "word":
        setattr(settings, parameter.field, choice(texts[0], parameter.words))
        return
    value = number(texts[0], parameter.low, parameter.high)
    if parameter.kind == "range":
        fitting = [full for full in parameter.ranges if abs(value) <= full * 1.05]
        if not fitting:
            raise ScpiError(ILLEGAL)
        value = fitting[0]
    setattr(settings, parameter.field, value)
    if parameter.turns_off:
        setattr(settings, parameter.turns_off, False)


def read(settings: Settings, parameter: Parameter) -> str:
    """Write a parameter out as the answer to its query."""
    value = getattr(settings, parameter.field)
    if parameter.kind == "word":
        return str(value)
    return str(int(value)) if parameter.kind == "switch" else f"{value:.6E}"
