"""What the alarms and errors of an NE-1000 mean and what to do about them (manual, chapters on communication)."""

TIMED_OUT = "T"
COUNTER_LOST = frozenset("RSEO")
"""Alarms after which what was counted is not what was pushed."""

_CLEAR = "Find out what was pushed, then let it count from zero."
_ALARMS: dict[str, tuple[str, str]] = {
    "R": ("it lost its power", _CLEAR),
    "S": ("it stalled", f"Look for a closed path, a blockage, or a syringe at its end. {_CLEAR}"),
    TIMED_OUT: ("its own watchdog stopped it: the host was silent for too long", "Push the rest."),
    "E": ("its program is wrong", _CLEAR),
    "O": ("its program's phase does not exist", _CLEAR),
}
_ERRORS: dict[str, tuple[str, str]] = {
    "?": ("unknown command", "The pump is of another kind or firmware than the station says."),
    "NA": ("not applicable now", "Is it running, or under manual control?"),
    "OOR": ("out of its range", "Check syringe, diameter and rates in the station's options."),
    "COM": ("it received a bad packet", "Check the cable."),
    "IGN": ("ignored, as something else began at the same time", "Look at the pump."),
}


def alarm_text(alarm: str) -> str:
    """Return what an alarm means."""
    return _ALARMS.get(alarm, (f"alarm {alarm}, which is not in the manual", ""))[0]


def alarm_advice(alarm: str) -> str:
    """Return what to do about an alarm."""
    return _ALARMS.get(alarm, ("", _CLEAR))[1]


def error_text(error: str) -> str:
    """Return what an error means."""
    return _ERRORS.get(error, (f"error {error}, which is not in the manual", ""))[0]


def error_advice(error: str) -> str:
    """Return what to do about an error."""
    return _ERRORS.get(error, ("", "Look the error up in the pump's manual."))[1]
