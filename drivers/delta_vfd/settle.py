"""What became of a start or a stop, judged from what the drive says now.

A drive counts no turns and remembers no commands. That a mill stands with the frequency of the start tells neither
that it never ran nor for how long: only its driver may know that the order to run was not sent or not obeyed.
"""

from autosynth.contracts.device import Intent, Reconciliation, State, Verdict
from autosynth.contracts.stroke_solid import StopMill

_SAME_HZ = 1e-6


def settle(intent: Intent, now: State, *, silence_s: float, ramp_s: float, unheard: bool) -> Reconciliation:
    """Return the verdict; `unheard` is the driver's own knowledge that no order to run has been obeyed since."""
    if isinstance(intent.stroke, StopMill):
        if not now["running"]:
            return Reconciliation(Verdict.DONE, now, "the mill is at rest")
        return Reconciliation(Verdict.NOT_STARTED, now, f"the mill still runs at {now['frequency_hz']} Hz")
    if now["running"] and now["remembers"] and _same(intent.expected, now):
        return Reconciliation(Verdict.DONE, now, f"the mill runs with its target at {now['target_hz']} Hz")
    if intent.before.get("remembers") and not now["remembers"]:
        why = "the drive lost its power"
    elif _as_before(intent, now) and (unheard or not _same(intent.expected, intent.before)):
        return Reconciliation(Verdict.NOT_STARTED, now, "the drive was not told the frequency of the start")
    elif unheard and not now["running"]:
        return Reconciliation(Verdict.NOT_STARTED, now, "the drive was told the frequency, but not to run")
    else:
        why = f"it is {'running' if now['running'] else 'at rest'} with its target at {now['target_hz']} Hz"
        why += f" and says {now['fault']}" if now["fault"] else ""
    bound = f"for at most {silence_s + ramp_s:g} s after the last word to it, and {ramp_s:g} s to rest"
    return Reconciliation(Verdict.UNKNOWN, now, f"{why}: if it ran, then {bound}")


def _as_before(intent: Intent, now: State) -> bool:
    """Tell whether the drive, with its memory kept, is as it was."""
    same = now["running"] == intent.before.get("running") and _same(intent.before, now)
    return bool(same and now["remembers"] and intent.before.get("remembers"))


def _same(one: State, other: State) -> bool:
    first, second = one.get("target_hz"), other.get("target_hz")
    if not isinstance(first, int | float) or not isinstance(second, int | float):
        return False
    return abs(first - second) <= _SAME_HZ
