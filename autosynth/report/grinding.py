"""How jars were milled, in sums: what `milling` is in a run's summary, and the line that people read of it."""

import math
from collections.abc import Mapping
from typing import Any

from autosynth.engine.history import History
from autosynth.units import format_quantity

UNSURE = 0.05
"""A time of milling that is less sure than this part of it is told with its uncertainty."""


def milling(history: History) -> dict[str, dict[str, Any]]:
    """Return by jar: time (s) with its uncertainty, energy (J/g), blocks, lowest and highest frequency (Hz)."""
    found: dict[str, dict[str, Any]] = {}
    for each in history.blocks:
        jar = str(each["vessel"])
        frequency_hz = float(each["frequency_hz"])
        total = found.setdefault(
            jar, {"milled_s": 0.0, "sd_s": 0.0, "energy_j_g": 0.0, "blocks": 0, "frequency_hz": [frequency_hz] * 2}
        )
        total["milled_s"] += float(each["ran_s"])
        total["sd_s"] = math.hypot(total["sd_s"], float(each["sd_s"]))
        total["energy_j_g"] += float(each["energy_j_g"])
        total["blocks"] += 1
        low_hz, high_hz = total["frequency_hz"]
        total["frequency_hz"] = [min(low_hz, frequency_hz), max(high_hz, frequency_hz)]
    return found


def milling_text(jar: str, total: Mapping[str, Any]) -> str:
    """Return "jar: milled 60.0 min at 30 Hz, 6030 J/g in 4 blocks"."""
    low_hz, high_hz = total["frequency_hz"]
    frequency = f"{low_hz:.4g}" if low_hz == high_hz else f"{low_hz:.4g} to {high_hz:.4g}"
    blocks = f"{total['blocks']} block{'s' if total['blocks'] > 1 else ''}"
    sd_s = total["sd_s"] if total["sd_s"] > UNSURE * total["milled_s"] else 0.0
    milled, energy = minutes(total["milled_s"], sd_s), joules(total["energy_j_g"])
    return f"{jar}: milled {milled} at {frequency} Hz, {energy} in {blocks}"


def minutes(t_s: float, sd_s: float = 0.0) -> str:
    """Return a time of milling in min, as millers count it; shorter than a minute in s."""
    if t_s < 60.0:
        return format_quantity(float(f"{t_s:.3g}"), "time", sd_s or None)
    return f"{t_s / 60:.1f} min" if not sd_s else f"{format_quantity(t_s / 60, 'number', sd_s / 60)} min"


def joules(energy_j_g: float) -> str:
    """Return an energy a gram."""
    return f"{float(f'{energy_j_g:.4g}'):g} J/g"


def verdicts(history: History) -> dict[str, dict[str, str]]:
    """Return the last verdict of each measurement that has one, and why."""
    return {
        name: {"verdict": str(last["verdict"]), "reason": str(last.get("reason", ""))}
        for name, rounds in history.measurements.items()
        if (last := rounds[-1]).get("verdict")
    }
