"""What the journal says of a stroke: its outcome, its settlement, a failed exchange; as plain data."""

from typing import Any

from autosynth.contracts.device import Outcome, Reconciliation, Verdict
from autosynth.contracts.repeat import Repeat
from autosynth.contracts.stroke_solid import StartMill
from autosynth.engine.history import OpenIntent
from autosynth.errors import ExchangeError, NotConnectedError

Entry = dict[str, Any]


def outcome_entry(seq: int, outcome: Outcome) -> Entry:
    """Return the entry of a stroke that was made."""
    return {
        "intent": seq,
        "state": dict(outcome.state),
        "moved_ml": outcome.moved_ml,
        "moved_sd_ml": outcome.moved_sd_ml,
        "gain_rel_sd": outcome.gain_rel_sd,
        "note": outcome.note,
        **masses(mass_mg=outcome.mass_mg, mass_sd_mg=outcome.mass_sd_mg),
    }


def masses(**numbers: float) -> Entry:
    """Return what concerns powder, nothing when there is none."""
    return numbers if any(numbers.values()) else {}


def settlement(opened: OpenIntent, found: Reconciliation, by: str) -> Entry:
    """Return the entry of a stroke that was reconciled; a repeatable one that is unknown counts as not started.

    So does a mill that may have been started: how long it can have run is booked by the step that milled.
    """
    unknown = found.verdict is Verdict.UNKNOWN
    repeatable = opened.intent.stroke.REPEAT is Repeat.REPEATABLE
    verdict = Verdict.NOT_STARTED if unknown and (repeatable or _is_start(opened)) else found.verdict
    return {
        "intent": opened.seq,
        "verdict": verdict.value,
        **({"may_have_run": True} if unknown and _is_start(opened) else {}),
        "state": dict(found.state),
        "reason": found.reason,
        "moved_ml": found.moved_ml,
        "low_ml": found.low_ml,
        "high_ml": found.high_ml,
        "moved_sd_ml": found.moved_sd_ml,
        "gain_rel_sd": found.gain_rel_sd,
        "by": by,
        **masses(mass_mg=found.mass_mg, low_mg=found.low_mg, high_mg=found.high_mg, mass_sd_mg=found.mass_sd_mg),
    }


def _is_start(opened: OpenIntent) -> bool:
    """Tell whether a mill was to be started: how long it may have run is bounded, and nobody has to say."""
    return isinstance(opened.intent.stroke, StartMill)


def failure_entry(seq: int | None, error: ExchangeError) -> Entry:
    """Return the entry of a failed exchange with its bytes."""
    return {
        "intent": seq,
        "device": error.device,
        "error": type(error).__name__,
        "message": error.message,
        "sent": error.sent.hex(),
        "received": error.received.hex(),
        "advice": error.advice,
        "lost": isinstance(error, NotConnectedError),
    }
