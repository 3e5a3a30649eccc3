"""What a person may book for a stroke of which the instrument cannot say what became, and how they say it.

A stroke is named by the number of its intent's event, as the hold's reason and `show` tell it. Nothing is booked for a
stroke that nobody named: two of them are two decisions.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.device import Reconciliation, Verdict
from autosynth.contracts.stroke_solid import DosePowder
from autosynth.engine.history import OpenIntent
from autosynth.errors import StateError

CHOICES = ("estimate", "done", "none")
"""What a person may book for a stroke of unknown outcome: the middle of the bounds, all of it, nothing."""


OVERSHOOT = 1.1
"""A dosing of which nothing is known has let no more fall than so many times its upper limit [assumed]."""


def choose(unknown: Mapping[str, Any], choice: str) -> Reconciliation:
    """Turn the settlement of an unknown stroke into what a person decided, one of CHOICES.

    The uncertainty of an estimate is that of a uniform distribution between the bounds.
    """
    low_ml, high_ml = float(unknown["low_ml"]), float(unknown["high_ml"])
    low_mg, high_mg = float(unknown.get("low_mg", 0.0)), float(unknown.get("high_mg", 0.0))
    share = 12**-0.5 if choice == "estimate" else 0.0
    return Reconciliation(
        Verdict.PARTLY,
        unknown["state"],
        f"booked as {choice!r}: {unknown['reason']}",
        moved_ml=_chosen(low_ml, high_ml, choice),
        low_ml=low_ml,
        high_ml=high_ml,
        moved_sd_ml=abs(high_ml - low_ml) * share,
        mass_mg=_chosen(low_mg, high_mg, choice),
        low_mg=low_mg,
        high_mg=high_mg,
        mass_sd_mg=abs(high_mg - low_mg) * share,
    )


def _chosen(low: float, high: float, choice: str) -> float:
    most, least = max(low, high, key=abs), min(low, high, key=abs)
    return {"estimate": (low + high) / 2, "done": most, "none": least}[choice]


def between_ends(opened: OpenIntent, reason: str) -> Reconciliation:
    """Return what is known of a stroke that nobody can be asked about: anything between its two ends may have moved."""
    stroke, before = opened.intent.stroke, opened.intent.before
    moved_ml = -_way_ml(opened, "plunger_ml") or _way_ml(opened, "infused_ml")
    low_ml, high_ml = min(moved_ml, 0.0), max(moved_ml, 0.0)
    fell_mg = OVERSHOOT * stroke.target_mg * (1.0 + stroke.tolerance_frac) if isinstance(stroke, DosePowder) else 0.0
    return Reconciliation(
        Verdict.UNKNOWN,
        before,
        reason,
        moved_ml / 2,
        low_ml=low_ml,
        high_ml=high_ml,
        mass_mg=fell_mg / 2,
        high_mg=fell_mg,
    )


def _way_ml(opened: OpenIntent, key: str) -> float:
    """Return by how much a stroke was to change what an instrument counts; nothing where it does not count that."""
    before, expected = opened.intent.before.get(key), opened.intent.expected.get(key)
    if isinstance(before, int | float) and isinstance(expected, int | float):
        return float(expected) - float(before)
    return 0.0


def named_choices(text: str, unknown: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Return {intent number: choice} for `unknown` strokes from words such as "none" (only one is open) or "42=none".

    Raises:
        StateError: a word is no choice, names a stroke that is not open, or an open stroke has no choice or two.
    """
    found: dict[int, str] = {}
    for word in text.replace(",", " ").split():
        number, choice = _named(word, unknown)
        if choice not in CHOICES:
            raise StateError(f"{word!r} is no choice: it is one of {', '.join(CHOICES)}. {_wanted(unknown)}".strip())
        if number not in unknown:
            raise StateError(f"stroke {number} is not open and unknown: nothing is booked for it. {_wanted(unknown)}")
        if number in found:
            raise StateError(f"stroke {number} is given two choices")
        found[number] = choice
    missing = {number: each for number, each in unknown.items() if number not in found}
    if missing:
        raise StateError(_wanted(missing))
    return found


def _named(word: str, unknown: Mapping[int, Mapping[str, Any]]) -> tuple[int, str]:
    number, equals, choice = word.partition("=")
    if equals and number.isdecimal() and len(number) < 20:
        return int(number), choice
    if not equals and len(unknown) == 1:
        return next(iter(unknown)), word
    if word not in CHOICES:
        return 0, word
    if not unknown:
        raise StateError("no stroke is of unknown outcome: there is nothing to settle")
    raise StateError(f"{word!r} is for one stroke, and {len(unknown)} are open. {_wanted(unknown)}")


def _wanted(unknown: Mapping[int, Mapping[str, Any]]) -> str:
    """Return what is to be said of strokes that nothing is booked for yet."""
    return " ".join(
        f"Stroke {number}: {each['reason']}; {bounds_text(each)}. "
        f"Say what to book for it: --settle {number}={'|'.join(CHOICES)}."
        for number, each in unknown.items()
    )


def bounds_text(unknown: Mapping[str, Any]) -> str:
    """Return within which bounds liquid has moved, or powder fallen."""
    if unknown.get("high_mg"):
        return f"between {unknown['low_mg']:.4g} and {unknown['high_mg']:.4g} mg fell"
    return f"between {unknown['low_ml']:.4g} and {unknown['high_ml']:.4g} mL moved"
