"""What became of a stroke, judged from the pump's counter; asks nothing and moves nothing.

The counter counts what the motor was told to push since it was cleared. After a loss of power or a stall it proves
nothing, and only bounds are given: the pump pushes one way, so between nothing and all of it. A stroke that was
stopped, by the host or by the pump's own watchdog, has pushed what was counted, to the counter's last digit.
"""

import math

from autosynth.contracts.device import Intent, Reconciliation, State, Verdict
from autosynth.contracts.stroke_solid import ClearCounter
from drivers.new_era_ne1000.options import Scale


def settle(intent: Intent, now: State, scale: Scale) -> Reconciliation:
    """Return what the standing pump's counter says of an intent."""
    if isinstance(intent.stroke, ClearCounter):
        return _settle_clear(intent, now)
    start_ml, target_ml, at_ml = (_counted_ml(state) for state in (intent.before, intent.expected, now))
    planned_ml, step_ml = target_ml - start_ml, scale.step_ml
    if now.get("trusted") is False:
        return _unknown(now, "its counter is not to be trusted since it lost power or stalled", scale, planned_ml)
    if planned_ml < step_ml / 2:
        return _pushed(Verdict.DONE, now, f"it has counted {at_ml:.6g} mL, and nothing was to be pushed", scale, 0.0)
    if at_ml < start_ml - step_ml / 2:
        reason = f"it has counted {at_ml:.6g} mL, less than before the stroke: somebody has cleared its counter"
        return _unknown(now, reason, scale, planned_ml)
    if at_ml > target_ml + step_ml:
        reason = f"it has counted {at_ml:.6g} mL, more than the {target_ml:.6g} mL meant: somebody else has pushed"
        return _unknown(now, reason, scale, at_ml - start_ml)
    if at_ml >= target_ml - step_ml / 2:
        return _pushed(Verdict.DONE, now, f"it has counted to its target, {at_ml:.6g} mL", scale, at_ml - start_ml)
    if at_ml <= start_ml + step_ml / 2:
        return _pushed(Verdict.NOT_STARTED, now, f"it still counts {at_ml:.6g} mL", scale, 0.0)
    reason = f"it has counted {at_ml:.6g} mL, between {start_ml:.6g} and {target_ml:.6g} mL"
    return _pushed(Verdict.PARTLY, now, reason, scale, at_ml - start_ml)


def _settle_clear(intent: Intent, now: State) -> Reconciliation:
    if _counted_ml(now) == 0.0 and now.get("trusted") is True:
        return Reconciliation(Verdict.DONE, now, "it counts from zero")
    if all(now.get(key) == intent.before.get(key) for key in ("infused_ml", "trusted")):
        return Reconciliation(Verdict.NOT_STARTED, now, f"it still counts {_counted_ml(now):.6g} mL")
    return Reconciliation(Verdict.PARTLY, now, f"it counts {_counted_ml(now):.6g} mL; clearing it again is harmless")


def _pushed(verdict: Verdict, now: State, reason: str, scale: Scale, moved_ml: float) -> Reconciliation:
    slack_ml = scale.step_ml if verdict is Verdict.PARTLY else 0.0
    return Reconciliation(
        verdict,
        now,
        reason,
        moved_ml=moved_ml,
        low_ml=max(moved_ml - slack_ml, 0.0),
        high_ml=moved_ml + slack_ml,
        moved_sd_ml=math.hypot(scale.calibration.stroke_sd_ml, slack_ml / math.sqrt(3)) if moved_ml else 0.0,
        gain_rel_sd=scale.calibration.gain_rel_sd if moved_ml else 0.0,
    )


def _unknown(now: State, reason: str, scale: Scale, high_ml: float) -> Reconciliation:
    return Reconciliation(
        Verdict.UNKNOWN,
        now,
        reason,
        moved_ml=high_ml / 2,
        high_ml=high_ml,
        moved_sd_ml=high_ml / math.sqrt(12),
        gain_rel_sd=scale.calibration.gain_rel_sd,
    )


def _counted_ml(state: State) -> float:
    return float(state["infused_ml"] or 0.0)
