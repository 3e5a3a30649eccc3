"""What the journal says of a stroke: its outcome, its settlement, a failed exchange; as plain data."""

from typing import Any

from autosynth.contracts.device import Outcome, Reconciliation, Verdict
from autosynth.contracts.repeat import Repeat
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
    }


def settlement(opened: OpenIntent, found: Reconciliation, by: str) -> Entry:
    """Return the entry of a stroke that was reconciled; a repeatable one that is unknown counts as not started."""
    repeatable = opened.intent.stroke.REPEAT is Repeat.REPEATABLE
    verdict = Verdict.NOT_STARTED if repeatable and found.verdict is Verdict.UNKNOWN else found.verdict
    return {
        "intent": opened.seq,
        "verdict": verdict.value,
        "state": dict(found.state),
        "reason": found.reason,
        "moved_ml": found.moved_ml,
        "low_ml": found.low_ml,
        "high_ml": found.high_ml,
        "moved_sd_ml": found.moved_sd_ml,
        "gain_rel_sd": found.gain_rel_sd,
        "by": by,
    }


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
