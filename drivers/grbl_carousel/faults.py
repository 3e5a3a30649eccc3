"""What GRBL's alarms and errors mean and what to do about them."""

POSITION_KEPT = frozenset({2, 4, 5})
"""Alarms that leave the count of steps as it was; after any other it is worth nothing until the board is homed."""
CRITICAL = frozenset({1, 2})
"""Alarms after which the board answers nothing but a reset."""
LOCKED = 9

_HOME = "Look at the carousel and the lift, then home the sampler."
_ALARMS: dict[int, tuple[str, str]] = {
    1: ("a limit switch was hit while moving", _HOME),
    2: (
        "the target is beyond the soft limits",
        "Compare positions and travel in the station with the board, then home.",
    ),
    3: ("it was reset while moving", _HOME),
    4: ("the probe was not as expected", "Look at the tube sensor."),
    5: ("the probe was not reached", "Look at the tube sensor."),
    6: ("homing was reset", _HOME),
    7: ("a door was opened while homing", _HOME),
    8: ("homing could not leave the switch", f"Look for a stuck limit switch. {_HOME}"),
    9: ("homing did not find the switch", f"Look at the limit switches and their cables. {_HOME}"),
}
_ERRORS: dict[int, tuple[str, str]] = {
    1: ("a word has no letter", "Check the cable."),
    2: ("a number cannot be read", "Check the cable."),
    3: ("unknown $ command", "This firmware is not GRBL 1.1."),
    8: ("it is not idle", "Wait until it stands."),
    LOCKED: ("it is locked after an alarm or a reset", _HOME),
    15: ("beyond its travel", "Compare positions and travel in the station with the board."),
    20: ("unsupported command", "This firmware is not GRBL 1.1."),
    22: ("no feed rate", "This firmware is not GRBL 1.1."),
}


def alarm_text(number: int) -> tuple[str, str]:
    """Return what an alarm means and what to do."""
    meaning, advice = _ALARMS.get(number, ("an alarm that is not known", _HOME))
    return f"alarm {number}, {meaning}", advice


def error_text(number: int) -> tuple[str, str]:
    """Return what an error means and what to do."""
    meaning, advice = _ERRORS.get(number, ("not known here", "Look the number up in the firmware's list."))
    return f"error {number}, {meaning}", advice
