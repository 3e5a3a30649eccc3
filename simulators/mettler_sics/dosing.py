"""A dosing head over the pan: it prepares, lets powder fall at an even rate, and stops near its target.

It tells the twin once a dosing how much fell, at its end. Assumed: times, the rate, that a dosing in which powder fell
is counted however it ended, and that a head without flow gives up after a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

OK, TIMED_OUT, UNSTABLE, NO_FLOW, STOPPED = 0, 3, 6, 7, 8


class Powders(Protocol):
    """What a dosing head asks of the twin."""

    def powder_fall(self, doser: str, mass_mg: float, t0_s: float, t1_s: float) -> float:
        """Let powder fall and return what has."""
        ...

    def head(self, doser: str) -> Mapping[str, Any] | None:
        """Return the mounted head."""
        ...


@dataclass(slots=True)
class Job:
    """A dosing under way: what is to fall, what had fallen at `since_s`, and whether it flows since then."""

    target_mg: float
    begun_s: float
    flows_s: float
    since_s: float
    fallen_mg: float = 0.0
    flowing: bool = False
    fails_s: float = inf
    error: int = OK


class DosingBody:
    """One dosing head; masses in mg, `count` is of the mounted head."""

    def __init__(self, name: str, twin: Powders, prepare_s: float, flow_mg_s: float, patience_s: float) -> None:
        self.job: Job | None = None
        self.last_mg = 0.0
        self._name = name
        self._twin = twin
        self._prepare_s = prepare_s
        self._flow_mg_s = flow_mg_s
        self._patience_s = patience_s
        self._counts: dict[tuple[str, str], int] = {}
        self._left_mg = inf
        self._stuck_until_s = -inf

    def head(self) -> Mapping[str, Any] | None:
        """Return the mounted head, as the twin has it."""
        return self._twin.head(self._name)

    @property
    def count(self) -> int:
        """How many dosings the mounted head has counted."""
        return self._counts.get(self._key(), 0)

    def start(self, t_s: float, target_mg: float, unstable_s: float | None) -> None:
        """Begin a dosing of just `target_mg`; with `unstable_s` it gives up then, as the pan is not steady."""
        self.job = Job(target_mg, t_s, t_s + self._prepare_s, t_s)
        if unstable_s is not None:
            self.job.flows_s, self.job.fails_s, self.job.error = inf, unstable_s, UNSTABLE
        elif self._stuck_until_s > self.job.flows_s:
            self._hold(t_s, self._stuck_until_s)

    def fallen_mg(self, t_s: float) -> float:
        """Return what has fallen of the dosing under way."""
        job = self.job
        if job is None:
            return 0.0
        flowed_mg = self._flow_mg_s * max(t_s - job.since_s, 0.0) if job.flowing else 0.0
        return min(job.fallen_mg + flowed_mg, job.target_mg, self._left_mg)

    def next_s(self) -> float:
        """Return when something happens next of itself; infinite when nothing does."""
        job = self.job
        if job is None:
            return inf
        if not job.flowing:
            return min(job.fails_s, max(job.flows_s, self._stuck_until_s))
        return job.since_s + max(min(job.target_mg, self._left_mg) - job.fallen_mg, 0.0) / self._flow_mg_s

    def happen(self, t_s: float) -> int | None:
        """Let happen what happens at `t_s`; return how the dosing ended, None while it goes on."""
        job = self.job
        if job is None:
            return None
        if not job.flowing:
            if t_s >= job.fails_s:
                return self.end(t_s, job.error)
            job.flowing, job.since_s, job.fails_s = True, t_s, inf
            return None
        if self._left_mg < job.target_mg:
            self._hold(t_s, inf)
            return None
        return self.end(t_s, OK)

    def end(self, t_s: float, error: int) -> int:
        """End the dosing under way and tell the twin; the twin has the last word on what there was."""
        job, fell_mg = self.job, self.fallen_mg(t_s)
        self.job = None
        if job is not None and fell_mg > 0.0:
            asked_mg, first_s = fell_mg, min(job.flows_s, t_s)
            fell_mg = self._twin.powder_fall(self._name, asked_mg, first_s, t_s)
            self._left_mg -= fell_mg
            self._counts[self._key()] = self.count + 1
            error = NO_FLOW if error == OK and fell_mg < 0.98 * asked_mg else error
        self.last_mg = fell_mg
        return error

    def stick(self, t_s: float, for_s: float) -> None:
        """Let no powder flow for so long."""
        self._stuck_until_s = t_s + for_s
        self._hold(t_s, self._stuck_until_s)

    def leave(self, t_s: float, left_mg: float) -> None:
        """Let the head hold so much only from now on, what falls just now included."""
        fallen_mg = self.fallen_mg(t_s)
        if self.job is not None and self.job.flowing:
            self.job.fallen_mg, self.job.since_s = fallen_mg, t_s
        self._left_mg = fallen_mg + left_mg

    def _hold(self, t_s: float, until_s: float) -> None:
        """Stop the flow; it goes on at `until_s`, or the head gives up before."""
        job = self.job
        if job is None:
            return
        job.fallen_mg, job.since_s, job.flowing = self.fallen_mg(t_s), t_s, False
        job.fails_s, job.error = max(t_s, job.flows_s) + self._patience_s, NO_FLOW
        job.flows_s = max(job.flows_s, until_s)

    def _key(self) -> tuple[str, str]:
        head = self.head() or {}
        return str(head.get("substance", "")), str(head.get("lot", ""))
