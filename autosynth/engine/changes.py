"""What has changed in a sample since it was last measured in the same way, and how sure that is.

Two spectra of one tube share what the library leaves open: relaxation times and shares of lines are as wrong in one as
in the other. What is left is noise, which the two do not share, and as much of the rest as the part itself has changed.
"""

from collections.abc import Mapping
from math import hypot, sqrt
from typing import Any

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.nmr import NmrResult
from autosynth.engine.estimates import finite

SAME = ("cell", "nucleus")
SAME_PULSES = ("repetition_s", "acquisition_s", "pulse_deg")


def noise_of(result: NmrResult, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run records of a spectrum for the next one: how it was pulsed, and the noise of each quantity."""
    known = ((name, finite(result.forecast.noise_sd(name))) for name in result.forecast.gradients)
    return {**{key: asked[key] for key in SAME_PULSES}, "sd": {name: sd for name, sd in known if sd is not None}}


def changes(result: NmrResult, asked: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Estimate]:
    """Return `change <quantity>` for all that both spectra tell; none where the last was not of the same sample."""
    if before is None or "noise" not in before or any(asked[key] != before.get(key) for key in SAME):
        return {}
    if any(asked[key] != before["noise"].get(key) for key in SAME_PULSES):
        return {}
    found: dict[str, Estimate] = {}
    for name in result.forecast.gradients:
        then, now = before["quantities"].get(name), result.quantities.get(name)
        noise_then = before["noise"]["sd"].get(name)
        if then is None or now is None or noise_then is None or then["value"] is None:
            continue
        moved, noise = now.value - float(then["value"]), result.forecast.noise_sd(name)
        common = sqrt(max(now.sd**2 - noise**2, 0.0)) / max(abs(now.value), now.sd, 1e-12)
        sd = hypot(noise, float(noise_then), common * moved)
        found[f"change {name}"] = Estimate(moved, sd, now.unit)
    return found
