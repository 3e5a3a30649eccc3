"""What became of a stroke, judged from where the sampler stands now; asks nothing and moves nothing.

The motors have no feedback, so this is the board's count of steps: a carousel turned by hand is not seen. A board that
was reset has lost it, and then the stroke is to be made again once the sampler is homed: no stroke moves liquid.
"""

from autosynth.contracts.device import Intent, Reconciliation, State, Verdict
from autosynth.contracts.stroke import HomeSampler

_PLACES = ("port", "inserted")


def settle(intent: Intent, now: State) -> Reconciliation:
    """Return what the sampler's present, standing state says of an intent."""
    homing = isinstance(intent.stroke, HomeSampler)
    if not now["trusted"]:
        if homing:
            return Reconciliation(Verdict.NOT_STARTED, now, "its position is not trusted, so it is still to be homed")
        reason = "its position is not trusted after a reset or an alarm; home it, then make the stroke; no liquid moved"
        return Reconciliation(Verdict.PARTLY, now, reason)
    where = f"the carousel is at {now['port'] or 'no position'}, the lift is {_lift(now)}"
    if all(now[key] == intent.expected.get(key) for key in _PLACES):
        return Reconciliation(Verdict.DONE, now, where)
    if homing or all(now[key] == intent.before.get(key) for key in _PLACES):
        return Reconciliation(Verdict.NOT_STARTED, now, where)
    return Reconciliation(Verdict.PARTLY, now, f"{where}: on its way; no liquid moved")


def _lift(state: State) -> str:
    if state["inserted"] is None:
        return "between its ends"
    return "down" if state["inserted"] else "up"
