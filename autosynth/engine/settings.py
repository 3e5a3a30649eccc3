"""Whether a device still does what it was set to; who lost power or fell back does not, and says nothing of itself."""

from collections.abc import Mapping

from autosynth.contracts.device import State

_KEYS = {"set_speed": ("speed_rpm", 1.0), "set_temperature": ("target_c", 0.1), "set_flow": ("flow_target_ml_min", 0.5)}
"""The state's key that a verb sets, and how far the two may differ."""
_STANDS = 0.1
"""A motor that turns at less than this part of its setpoint stands."""


def settings_left(wanted: Mapping[str, float | None], state: State) -> str:
    """Return which settings a device has left, in words; a state that does not tell raises no suspicion."""
    lost: list[str] = []
    for verb, value in sorted(wanted.items()):
        key, tolerance = _KEYS[verb]
        if key not in state:
            continue
        found = state[key]
        if not isinstance(value, int | float) or not isinstance(found, int | float):
            differs = value is not found
        else:
            differs = abs(found - value) > tolerance
        if differs:
            lost.append(f"{key} is {found} instead of {value}")
    turning, speed = state.get("turning_rpm"), wanted.get("set_speed")
    if isinstance(turning, int | float) and speed and turning < _STANDS * speed:
        lost.append(f"it turns at {turning:g} rpm instead of {speed:g}")
    return "; ".join(lost)
