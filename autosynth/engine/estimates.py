"""What an analysis found, as a run records it, and how many scans more would make it sure.

JSON has no numbers that are not finite: what was not found, or is without bounds, is recorded as nothing at all, so
that a decision on it stays undecided. Nothing here analyses.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autosynth.analysis.estimate import Estimate

if TYPE_CHECKING:
    from autosynth.analysis.voltammetry import VoltammetryResult


def scans_needed(found: Mapping[str, Estimate], asked: Mapping[str, float], scans: int) -> int:
    """Return how many scans the asked uncertainties should take, if they fall as one over the root of the number.

    A change is asked of a first sample in vain, but the next one will be compared with it: the quantity itself gets
    the first sample's share of the uncertainty (one over the root of two). Another quantity that cannot be found does
    not keep us; at least one more scan is made while one is not sure, and an uncertainty without bounds asks for no
    more than that.
    """
    ratios: list[float] = []
    for name, sd in asked.items():
        itself = found.get(name.removeprefix("change "))
        estimate, wanted = (found[name], sd) if name in found else (itself, sd / 2**0.5)
        if estimate is not None and estimate.sd > wanted:
            ratios.append(estimate.sd / wanted if math.isfinite(estimate.sd) else 1.0)
    return max([scans, *(max(scans + 1, round(scans * ratio * ratio)) for ratio in ratios)])


def quantities_to_json(quantities: Mapping[str, Estimate]) -> dict[str, Any]:
    """Return estimates as the journal keeps them: a value or sd that is not finite is None, such a limit left out."""
    return {name: _estimate_to_json(each) for name, each in quantities.items()}


def result_to_json(result: "VoltammetryResult | None") -> dict[str, Any]:
    """Return the quantities and how well they fit; without a result there are no quantities."""
    if result is None:
        return {"quantities": {}}
    chi2 = finite(result.goodness.chi2_reduced)
    fit = {} if chi2 is None else {"chi2": chi2}
    return {"quantities": quantities_to_json(result.quantities), "flags": list(result.goodness.flags), **fit}


def used_files(measured: Mapping[str, Any]) -> list[str]:
    """Return the files that a recorded result was found in; an older record tells only which were made."""
    used: list[str] = measured.get("used") or [str(each["file"]) for each in measured["files"]]
    return list(used)


def _estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    limits = {"upper": finite(estimate.upper_bound), "lower": finite(estimate.lower_bound)}
    numbers = {"value": finite(estimate.value), "sd": finite(estimate.sd), "unit": estimate.unit}
    return {**numbers, **{name: limit for name, limit in limits.items() if limit is not None}}


def finite(number: float | None) -> float | None:
    """Return a number that JSON can say, None for any other."""
    return number if number is not None and math.isfinite(number) else None
