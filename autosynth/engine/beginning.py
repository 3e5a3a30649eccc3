"""What a recovery must know of a run's beginning: when it was, and from which texts.

How long ago a run began is told by the clock that counts from the computer's start, which nobody sets; only after a
new start of the computer by the time of day. It refuses to go on from texts that are not those the run began with.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from autosynth.clock import boot_id, since_boot_s
from autosynth.errors import InputError, Problem


def began(wall: datetime) -> dict[str, str]:
    """Return marks of the present moment for a journal's meta data; `wall` is its time of day."""
    return {"started": wall.isoformat(), "boot": boot_id(), "since_boot_s": repr(since_boot_s())}


def elapsed_s(meta: Mapping[str, str], wall: datetime, last_s: float) -> float:
    """Return for how long a run has been going on, in seconds, and never less than its last event's `last_s`."""
    if meta.get("boot") and meta["boot"] == boot_id():
        passed_s = since_boot_s() - float(meta["since_boot_s"])
    else:
        passed_s = (wall - datetime.fromisoformat(meta["started"])).total_seconds()
    return max(passed_s, last_s)


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()


def require_same(texts: Mapping[str, str], digests: Mapping[str, str]) -> None:
    """Refuse texts that differ from those of `digests`; names that it does not have are not looked at.

    Raises:
        InputError: a file of the run folder was edited since the run began; all are named.
    """
    hint = "put it back as it was, or settle the run; another recipe is another run"
    changed = [name for name, text in texts.items() if digests.get(name, digest(text)) != digest(text)]
    if changed:
        message = "in the run folder is not what the run began with"
        raise InputError(*(Problem(f"{name} {message}", hint=hint, rule="recover") for name in changed))
