"""What became of a stroke, judged from where the pump stands now; asks nothing and moves nothing.

A drive that lost power, initialisation or steps cannot say, and then only bounds are given: the plunger moves one way
in a stroke, so it has delivered between nothing and all of it. Who stands between the two ends of a stroke without an
error was terminated, by this process or by one before it that died before it could write so down, and may have lost
some steps in stopping: it is not trusted, and as how many is not published, one per cent of the full stroke is assumed
either way. A stroke turns no valve: where the valve stands elsewhere than before it, somebody has been at the pump, and
an empty syringe may be one that was initialised to waste.
"""

import math

from autosynth.contracts.device import Intent, Reconciliation, State, Verdict
from autosynth.contracts.stroke import HomePlunger, MovePlunger, TurnTo
from drivers.tecan_cavro.faults import POSITION_LOST, meaning
from drivers.tecan_cavro.options import Scale

TERMINATED_SLACK = 0.01
"""Assumed bound of steps lost by terminating, as a fraction of the full stroke."""


def settle(intent: Intent, now: State, scale: Scale) -> Reconciliation:
    """Return what the pump's present, standing state says of an intent.

    Raises:
        ValueError: the stroke is none of a pump's.
    """
    match intent.stroke:
        case MovePlunger():
            return _settle_move(intent, now, scale)
        case HomePlunger():
            return _settle_home(intent, now, scale)
        case TurnTo(port):
            return _settle_turn(intent, now, port)
        case other:
            raise ValueError(f"{other.VERB} is no stroke of a pump")


def _settle_move(intent: Intent, now: State, scale: Scale) -> Reconciliation:
    start, target, at = (_increments(state) for state in (intent.before, intent.expected, now))
    if _lost(now):
        reason = (
            f"{meaning(_error(now)) if _error(now) else 'it lost its position'}; the plunger is somewhere in the stroke"
        )
        return _unknown(now, reason, scale, (start - target) * scale.increment_ml, 0.0)
    if now.get("port") != intent.before.get("port"):
        reason = (
            f"the valve is at {now.get('port') or 'no port'} instead of port {intent.before.get('port')}, "
            "where the stroke was to be made: somebody else has moved or initialised the pump"
        )
        return _unknown(now, reason, scale, (start - target) * scale.increment_ml, 0.0)
    if at == target:
        return _moved(Verdict.DONE, now, f"the plunger stands at its target, {at} increments", scale, start - at)
    if at == start:
        return _moved(Verdict.NOT_STARTED, now, f"the plunger still stands at {at} increments", scale, 0)
    if min(start, target) < at < max(start, target):
        reason = f"the plunger stands at {at} increments, between {start} and {target} where it was terminated"
        slack = TERMINATED_SLACK * scale.options.stroke_increments
        return _moved(Verdict.PARTLY, {**now, "trusted": False}, reason, scale, start - at, slack)
    reason = f"the plunger stands at {at} increments, outside the stroke {start} to {target}: something else moved it"
    ends = ((start - target) * scale.increment_ml, (start - at) * scale.increment_ml)
    return _unknown(now, reason, scale, *ends)


def _settle_home(intent: Intent, now: State, scale: Scale) -> Reconciliation:
    known = _reliable(intent.before)
    start, at = _increments(intent.before), _increments(now)
    if _reliable(now) and at == 0:
        return _moved(Verdict.DONE, now, "the pump is initialised and empty", scale, start if known else 0)
    if known and _reliable(now) and at == start:
        return _moved(Verdict.NOT_STARTED, now, f"the plunger still stands at {at} increments", scale, 0)
    if intent.before.get("initialised") is False and _error(now) == _error(intent.before):
        return _moved(Verdict.NOT_STARTED, now, f"the pump still says: {meaning(_error(now))}", scale, 0)
    held_ml = start * scale.increment_ml if known else scale.full_ml
    reason = f"the pump did not finish initialising: {meaning(_error(now))}"
    return _unknown(now, reason, scale, 0.0, held_ml)


def _settle_turn(intent: Intent, now: State, port: str) -> Reconciliation:
    at = now.get("port")
    if at == port and now.get("initialised") is not False:
        return Reconciliation(Verdict.DONE, now, f"the valve is at port {port}")
    if at == intent.before.get("port"):
        return Reconciliation(Verdict.NOT_STARTED, now, f"the valve is still at port {at}")
    return Reconciliation(
        Verdict.PARTLY, now, f"the valve reports {at or 'no port'} on its way to {port}; nothing was moved"
    )


def _moved(
    verdict: Verdict, now: State, reason: str, scale: Scale, increments: int, slack: float = 0.0
) -> Reconciliation:
    moved_ml, slack_ml = increments * scale.increment_ml, slack * scale.increment_ml
    return Reconciliation(
        verdict,
        now,
        reason,
        moved_ml=moved_ml,
        low_ml=moved_ml - slack_ml,
        high_ml=moved_ml + slack_ml,
        moved_sd_ml=math.hypot(scale.calibration.stroke_sd_ml, slack_ml / math.sqrt(3)) if increments else 0.0,
        gain_rel_sd=scale.calibration.gain_rel_sd if increments else 0.0,
    )


def _unknown(now: State, reason: str, scale: Scale, *ends_ml: float) -> Reconciliation:
    low_ml, high_ml = min(0.0, *ends_ml), max(0.0, *ends_ml)
    return Reconciliation(
        Verdict.UNKNOWN,
        now,
        reason,
        moved_ml=(low_ml + high_ml) / 2,
        low_ml=low_ml,
        high_ml=high_ml,
        moved_sd_ml=(high_ml - low_ml) / math.sqrt(12),
        gain_rel_sd=scale.calibration.gain_rel_sd,
    )


def _lost(state: State) -> bool:
    return state.get("initialised") is False or _error(state) in POSITION_LOST


def _reliable(state: State) -> bool:
    return not _lost(state) and state.get("trusted") is not False


def _increments(state: State) -> int:
    return int(state["increments"] or 0)


def _error(state: State) -> int:
    return int(state["error"] or 0)
