"""What became of a setting, judged from what the plate says now.

That START_1 was heard cannot be asked: with the new setpoint but unknown heating the verdict is "partly", and the
setting, being absolute, may simply be made again.
"""

from autosynth.contracts.device import Intent, Reconciliation, State, Verdict
from autosynth.contracts.stroke import SetSpeed


def settle(intent: Intent, now: State) -> Reconciliation:
    """Return what the plate's present state says of an intent to stir or to heat."""
    keys = ("speed_rpm", "stirring") if isinstance(intent.stroke, SetSpeed) else ("target_c", "heating")
    wanted, before, present = ({key: state.get(key) for key in keys} for state in (intent.expected, intent.before, now))
    setting = keys[0]
    if present == wanted:
        return Reconciliation(Verdict.DONE, now, f"{setting} is {present[setting]}, as intended")
    if present == before:
        return Reconciliation(Verdict.NOT_STARTED, now, f"{setting} is still {present[setting]}")
    told = ", ".join(f"{key} {value}" for key, value in present.items())
    return Reconciliation(Verdict.PARTLY, now, f"the plate says {told}; setting it again is harmless")
