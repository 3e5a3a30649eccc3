"""What a person may book for a stroke of which the instrument cannot say what became."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.device import Reconciliation, Verdict

CHOICES = ("estimate", "done", "none")
"""What a person may book for a stroke of unknown outcome: the middle of the bounds, all of it, nothing."""


def choose(unknown: Mapping[str, Any], choice: str) -> Reconciliation:
    """Turn the settlement of an unknown stroke into what a person decided, one of CHOICES.

    The uncertainty of an estimate is that of a uniform distribution between the bounds.
    """
    low_ml, high_ml = float(unknown["low_ml"]), float(unknown["high_ml"])
    most, least = max(low_ml, high_ml, key=abs), min(low_ml, high_ml, key=abs)
    return Reconciliation(
        Verdict.PARTLY,
        unknown["state"],
        f"booked as {choice!r}: {unknown['reason']}",
        moved_ml={"estimate": (low_ml + high_ml) / 2, "done": most, "none": least}[choice],
        low_ml=low_ml,
        high_ml=high_ml,
        moved_sd_ml=abs(high_ml - low_ml) / 12**0.5 if choice == "estimate" else 0.0,
    )
