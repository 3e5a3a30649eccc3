"""What a campaign does next when a run does not come to its planned end: declared beforehand, never guessed."""

from dataclasses import dataclass
from typing import Literal

from autosynth.engine.machine import RunState

Next = Literal["stop", "go on"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What follows a row whose run was held, stopped or aborted, or whose plan was refused at its time."""

    held: Next = "stop"
    stopped: Next = "stop"
    aborted: Next = "stop"
    refused: Next = "stop"
    change_s: float = 900.0
    """How long a change of vials likely takes, in seconds [assumed: a quarter of an hour]."""

    def goes_on(self, state: str) -> bool:
        """Say whether the next row follows one that ended so."""
        if state == RunState.COMPLETE.value:
            return True
        return getattr(self, state.lower(), "stop") == "go on"
