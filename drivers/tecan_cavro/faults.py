"""What a Cavro pump's error codes mean and what to do about them (XCalibur manual, chapter 3)."""

NOT_INITIALISED, OVERLOAD, OVERFLOW = 7, 9, 15
POSITION_LOST = frozenset({1, NOT_INITIALISED, 8, OVERLOAD})
"""Errors after which the plunger's position cannot be trusted until the pump is initialised."""

_HOME = "Initialise the pump to waste (home) when that is safe for what is in the syringe."
_MEANINGS: dict[int, tuple[str, str]] = {
    1: ("initialisation failed", "Check syringe, valve and line for a blockage, then initialise again."),
    2: ("invalid command", "The pump is of another kind or firmware than the station says."),
    3: ("invalid operand", "Check dialect, ports and syringe in the station's options."),
    4: ("invalid command sequence, or a checksum error on C-series pumps", "Check cable and dialect."),
    5: ("fluid detection", "This pump should not have fluid detection; check the model."),
    6: ("EEPROM failure", "The pump needs service."),
    NOT_INITIALISED: ("not initialised, as after power came back", _HOME),
    8: ("CAN bus failure", "The pump needs service."),
    OVERLOAD: ("plunger overload: the plunger lost steps", f"Look for a closed path, blockage or pressure. {_HOME}"),
    10: ("valve overload", "Look for a stuck valve; the next valve command homes it again."),
    11: ("plunger move not allowed with the valve in bypass", "Turn the valve to a port first."),
    OVERFLOW: ("command overflow: it was still busy", "Wait until the pump is ready."),
}


def meaning(error: int) -> str:
    """Return what an error code means."""
    return _MEANINGS.get(error, ("not in the manual", ""))[0]


def advice(error: int) -> str:
    """Return what to do about an error code."""
    return _MEANINGS.get(error, ("", "Look the code up in the pump's manual."))[1]
