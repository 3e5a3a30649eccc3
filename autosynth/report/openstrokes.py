"""Strokes whose outcome is open: within which bounds they have moved liquid or let powder fall, and so what was dosed.

A stroke is open from its intent to its outcome. Where its instrument was asked and cannot say, the bounds are those of
its answer; where it could not be asked, anything between the two ends of the stroke may have moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.engine.actionrecord import ActionRecord, Moved
from autosynth.engine.choices import between_ends
from autosynth.engine.history import History
from autosynth.report.deeds import mass
from autosynth.units import format_quantity

NOT_ASKED = "its instrument could not be asked yet"


@dataclass(frozen=True, slots=True)
class OpenStroke:
    """One stroke of open outcome: `intent` is its number; at least and at most so much liquid or powder has moved.

    `decide` tells that its instrument cannot say, and a person has to.
    """

    intent: int
    action: str
    phase: str
    device: str
    verb: str
    reason: str
    decide: bool
    low_ml: float
    high_ml: float
    low_mg: float
    high_mg: float

    @property
    def moves(self) -> bool:
        """Return whether anything may have moved."""
        return any((self.low_ml, self.high_ml, self.low_mg, self.high_mg))


def open_strokes(history: History) -> list[OpenStroke]:
    """Return the strokes of open outcome, in the order in which they were begun."""
    found: list[OpenStroke] = []
    for seq, opened in sorted(history.open_intents.items()):
        told: Mapping[str, Any] | None = history.unknown.get(seq)
        bounds = between_ends(opened, NOT_ASKED) if told is None else None
        found.append(
            OpenStroke(
                intent=seq,
                action=opened.action,
                phase=opened.phase,
                device=opened.intent.device,
                verb=opened.intent.stroke.VERB,
                reason=str(told["reason"]) if told is not None else NOT_ASKED,
                decide=told is not None,
                **{key: _bound(told, bounds, key) for key in ("low_ml", "high_ml", "low_mg", "high_mg")},
            )
        )
    return found


def _bound(told: Mapping[str, Any] | None, bounds: object, key: str) -> float:
    return float(getattr(bounds, key) if told is None else told.get(key, 0.0))


def with_bounds(entry: dict[str, Any], strokes: list[OpenStroke], per: float, key: str = "volume_ml") -> dict[str, Any]:
    """Return a delivery with the bounds of what open strokes may have added to it; as it is without such strokes.

    `per` is the amount (in the delivery's unit) of a mL, or a mg, that was delivered; `key` is "volume_ml" or
    "mass_mg". The bounds are `low` and `high` in its unit, and `low_ml`, `high_ml` or `low_mg`, `high_mg`.
    """
    unit = key.rpartition("_")[2]
    ends = [(getattr(each, f"low_{unit}"), getattr(each, f"high_{unit}")) for each in strokes]
    low, high = sum(min(each) for each in ends), sum(max(each) for each in ends)
    if not low and not high:
        return entry
    low, high = entry[key] + low, entry[key] + high
    return {**entry, f"low_{unit}": low, f"high_{unit}": high, "low": per * low, "high": per * high}


def range_text(low: float, high: float, dimension: str) -> str:
    """Return "0 to 120 µL": both ends in the unit of the larger, to three digits."""
    number, _, unit = format_quantity(high or low, dimension).partition(" ")
    share = 0.0 if not float(number) else low / (high or low)
    return f"{float(f'{share * float(number):.3g}'):g} to {float(f'{float(number):.3g}'):g} {unit}"


def amount_text(delivered: Mapping[str, Any]) -> str:
    """Return the amount (mol) of a delivery; the range that open strokes leave it."""
    if "high" in delivered:
        return range_text(delivered["low"], delivered["high"], "amount")
    return format_quantity(delivered["amount"], "amount", delivered.get("sd"))


def much_text(delivered: Mapping[str, Any]) -> str:
    """Return the mass of a delivery that was weighed, else its volume; the range that open strokes leave it."""
    if "high_mg" in delivered:
        return range_text(1e-3 * delivered["low_mg"], 1e-3 * delivered["high_mg"], "mass")
    if "high_ml" in delivered:
        return range_text(delivered["low_ml"], delivered["high_ml"], "volume")
    if "mass_mg" in delivered:
        return mass(delivered["mass_mg"], delivered["mass_sd_mg"])
    return format_quantity(delivered["volume_ml"], "volume", delivered["sd_ml"])


def moved_text(record: ActionRecord, phase: str, opened: list[OpenStroke]) -> str:
    """Return the liquid that left a syringe in a phase of an action; the range that open strokes leave it."""
    moved = record.moved.get(phase, Moved())
    entry: dict[str, Any] = {"volume_ml": moved.volume_ml, "sd_ml": moved.sd_ml}
    mine = [each for each in opened if (each.action, each.phase) == (record.action, phase)]
    told = with_bounds(entry, mine, 1.0)
    return much_text(told) if moved.volume_ml or "high_ml" in told else "nothing"
