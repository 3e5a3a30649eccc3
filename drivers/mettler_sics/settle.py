"""What became of a dosing, judged from the pan before and after it and from the head's count of dosings.

What is on the pan decides how much fell; the count tells a dosing from something else that was put there. A balance
zeroes itself when it is switched on: unless this driver has begun the dosing, seen its end and heard of no loss of
power, a pan that shows about nothing may be one that lost its zero. Then the pan bounds nothing, as what fell before it
was zeroed is not on it any more; what a dosing may let fall does. A pan that shows more was not zeroed since.
"""

import math
from dataclasses import dataclass

from autosynth.contracts.device import Intent, Reconciliation, State, Verdict
from autosynth.contracts.stroke_solid import DosePowder
from drivers.mettler_sics.witness import Zero

COVERAGE = 4.0
"""Masses that differ by more than so many standard uncertainties are different."""
_OVERSHOOT = 1.1
"""A dosing of which nothing is known has let no more fall than so many times its upper limit (assumed)."""


@dataclass(frozen=True, slots=True)
class Scales:
    """What a comparison of two readings is worth; `zero`: what is known of the balance's since the first."""

    sd_mg: float
    zero_band_mg: float
    zero: Zero = Zero.UNKNOWN

    @property
    def difference_sd_mg(self) -> float:
        """Return the standard uncertainty of the difference of two readings."""
        return math.sqrt(2.0) * self.sd_mg


def settle_dose(intent: Intent, dose: DosePowder, now: State, scales: Scales) -> Reconciliation:
    """Return what the steady pan and the head say of an intent to dose."""
    before_mg, now_mg = _mass(intent.before), _mass(now)
    most_mg = _OVERSHOOT * dose.target_mg * (1.0 + dose.tolerance_frac)
    if before_mg is None or intent.before.get("stable") is False or now_mg is None:
        return _unknown(now, "the pan was not steady, or is out of range: nothing can be compared", most_mg)
    fell_mg, slack_mg = now_mg - before_mg, COVERAGE * scales.difference_sd_mg
    if scales.zero is Zero.LOST:
        return _unknown(now, f"the pan shows {now_mg:g} mg and has lost its zero with its power", most_mg)
    if scales.zero is Zero.UNKNOWN and abs(now_mg) <= scales.zero_band_mg:
        return _unknown(now, f"the pan shows {now_mg:g} mg: it may have lost its zero with its power", most_mg)
    count = _count(intent.before, now)
    wrong = _contradiction(dose, fell_mg, slack_mg, count)
    if wrong:
        return _unknown(now, wrong, max(most_mg, fell_mg + slack_mg))
    if abs(fell_mg) <= slack_mg and not count:
        return Reconciliation(
            Verdict.NOT_STARTED, now, f"the pan still shows {now_mg:g} mg and no dosing was counted", high_mg=slack_mg
        )
    within = abs(fell_mg - dose.target_mg) <= dose.tolerance_frac * dose.target_mg + slack_mg
    verdict = Verdict.DONE if within else Verdict.PARTLY
    counted = "" if count is None else f", dosings counted: {count}"
    reason = f"the pan shows {fell_mg:.6g} mg more, of {dose.target_mg:g} mg{counted}"
    return Reconciliation(
        verdict,
        now,
        reason,
        mass_mg=max(fell_mg, 0.0),
        low_mg=max(fell_mg - slack_mg, 0.0),
        high_mg=max(fell_mg, 0.0) + slack_mg,
        mass_sd_mg=scales.difference_sd_mg,
    )


def _contradiction(dose: DosePowder, fell_mg: float, slack_mg: float, count: int | None) -> str:
    """Return why pan and head cannot both be right about one dosing, "" when they can."""
    limit_mg = dose.target_mg * (1.0 + dose.tolerance_frac)
    if count is None and dose.target_mg <= 2.0 * slack_mg:
        return "so little powder is hardly seen on the pan, and the head counts no dosings"
    if count not in {None, 0, 1}:
        return f"the head has counted {count} dosings since: it was exchanged, or somebody else has dosed"
    if fell_mg < -slack_mg:
        return f"the pan shows {-fell_mg:.6g} mg less: something was taken from it, or its zero is lost"
    if fell_mg > limit_mg + slack_mg:
        return f"the pan shows {fell_mg:.6g} mg more, which is more than the dosing: something else was put there"
    if count == 0 and fell_mg >= dose.target_mg * (1.0 - dose.tolerance_frac) - slack_mg > slack_mg:
        return f"the pan shows {fell_mg:.6g} mg more, and the head has counted no dosing"
    return ""


def _count(before: State, now: State) -> int | None:
    """Return how many dosings the head has counted since, None where it does not say; a new head counts as less."""
    if before.get("head") != now.get("head"):
        return -1
    first, last = before.get("dosed"), now.get("dosed")
    return None if first is None or last is None else int(last) - int(first)


def _unknown(now: State, reason: str, most_mg: float) -> Reconciliation:
    return Reconciliation(
        Verdict.UNKNOWN, now, reason, mass_mg=most_mg / 2, high_mg=most_mg, mass_sd_mg=most_mg / math.sqrt(12)
    )


def _mass(state: State) -> float | None:
    mass_mg = state.get("mass_mg")
    return None if mass_mg is None else float(mass_mg)
