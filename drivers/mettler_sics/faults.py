"""What the error numbers of a Quantos mean and what to do about them (Quantos command set)."""

from drivers.mettler_sics.codec import ERRORS, Answer

NOT_MOUNTED, JOB_RUNNING, NOT_ALLOWED = 1, 2, 5
_LOOK = "Look at the head and the vessel; reconcile the dosing before anything else."
_MEANINGS: dict[int, tuple[str, str]] = {
    NOT_MOUNTED: ("no dosing head is mounted", "Mount the head that the station names."),
    JOB_RUNNING: ("another job is running", "Wait for it, or stop it."),
    3: ("it took too long", _LOOK),
    4: ("not selected", "Choose the dosing method at the terminal of the balance."),
    NOT_ALLOWED: ("not allowed now", "Close the door, lock the head and leave the terminal's menus."),
    6: ("the weight is not stable", "Look for draughts, vibration and a vessel that touches."),
    7: ("the powder does not flow", f"It may be used up, wet or bridging. {_LOOK}"),
    8: ("stopped from outside", _LOOK),
    9: ("the safe position was not reached", "Look for something in the way of door or head."),
    10: ("this head is not allowed", "Mount the head that the station names."),
    11: ("the head has reached its limit of dosings", "Change the head."),
    12: ("the head has expired", "Change the head."),
    13: ("the sampler is blocked", "Look for what is in its way."),
}


def meaning(answer: Answer) -> str:
    """Return what an answer that refuses means."""
    if answer.code in ERRORS:
        return ERRORS[answer.code]
    if answer.code == "L":
        return "a wrong parameter"
    return f"error {answer.error}, {_MEANINGS.get(answer.error, ('not in the manual', ''))[0]}"


def advice(answer: Answer) -> str:
    """Return what to do about an answer that refuses."""
    if answer.code in ERRORS or answer.code == "L":
        return "Is it a Quantos, and its dosing switched on?"
    return _MEANINGS.get(answer.error, ("", "Look the number up in the manual."))[1]
