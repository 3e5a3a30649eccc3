"""Makes the rows of a campaign, one after the other, and records each step before and after it is taken.

Whoever opens the record again after a crash goes on from it: a row that has ended is not made again, a run that was
cut off is recovered with its instruments, and one whose simulated bench died with it begins again as it began.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.outcome import outcome
from autosynth.campaign.performer import Performer, RunOrder
from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import Progress
from autosynth.campaign.standing import REFUSED, RowRecord, Standing, State
from autosynth.campaign.vials import VialChange, changes_for, lacks_places, used_places
from autosynth.engine.inputs import Inputs
from autosynth.engine.machine import FINAL
from autosynth.engine.run import RunEnd
from autosynth.errors import AutosynthError, InputError
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_to_json

MOST_SEEDS = 1000
"""So many rows of a campaign, and campaigns of a row, have seeds of their own."""

Prepare = Callable[[Mapping[str, str], Inventory], Inputs]
"""From a row's settings and what is where to its plan with all it was made from."""
Tell = Callable[[str, Standing], None]
"""Told of everything worth a line."""


Judge = Callable[[Mapping[str, str], RunEnd], Mapping[str, Any]]
"""From a row's settings and its run's end to the values of the campaign's objectives and limits."""


class Chooser(Protocol):
    """Chooses the next rows when all that are known have been made."""

    def choose(self, standing: Standing) -> list[dict[str, Any]]:
        """Return rows as the record keeps them (name, settings, suggestion); none when there is nothing more to do.

        Raises:
            InputError: what has been measured so far does not allow a choice.
        """
        ...

    def finished(self, standing: Standing) -> str:
        """Return why there is nothing more to choose; empty while there is, or when only the rows are used up."""
        ...


@dataclass(frozen=True, slots=True)
class Crew:
    """What a campaign is made with."""

    folder: CampaignFolder
    progress: Progress
    performer: Performer
    prepare: Prepare
    policy: Policy
    tell: Tell
    judge: Judge
    chooser: Chooser | None = None


class Running:
    """One process's hold on a campaign."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._record = crew.progress.record
        self._made = 0

    @property
    def standing(self) -> Standing:
        """Return where the campaign stands."""
        return self._crew.progress.standing

    def go(self, at_most: int | None = None) -> State:
        """Make rows until all are made, `at_most` have been, or something stands against it; return where it stands.

        Raises:
            AutosynthError: a run could not be begun, or be recovered; that is on record, and nothing was moved.
        """
        self._state(State.RUNNING)
        underway = self.standing.underway
        if underway is not None and not self._taken_up(underway):
            return self.standing.state
        while (row := self._next()) is not None:
            if self._crew.folder.pause.exists() or (at_most is not None and self._made >= at_most):
                self._crew.folder.pause.unlink(missing_ok=True)
                self._state(State.PAUSED, f"before row {row.name}")
                return State.PAUSED
            if not self._make(row):
                return self.standing.state
            self._made += 1
        chooser = self._crew.chooser
        self._state(State.COMPLETE, "" if chooser is None else chooser.finished(self.standing))
        return State.COMPLETE

    def _next(self) -> RowRecord | None:
        """Return the next row to make; chosen, when all that are known have been made; raises as the chooser does."""
        waiting = self.standing.waiting
        if not waiting and self._crew.chooser is not None:
            try:
                rows = self._crew.chooser.choose(self.standing)
            except InputError as error:
                self._state(State.HELD, f"nothing can be chosen: {_first(error)}")
                raise
            if rows:
                self._record("rows.added", {"source": "suggestion", "rows": rows})
            waiting = self.standing.waiting
        return waiting[0] if waiting else None

    def _state(self, state: State, reason: str = "") -> None:
        if self.standing.state is not state or reason:
            self._record("campaign.state", {"to": state.value, "reason": reason})
            self._told(f"{state.value}{f': {reason}' if reason else ''}")

    def _told(self, text: str) -> None:
        self._crew.tell(text, self.standing)

    def _taken_up(self, row: RowRecord) -> bool:
        """Go on with a run that was cut off; say whether the campaign goes on."""
        attempt = row.attempts[-1]
        self._record("campaign.recovered", {"row": row.name, "run": attempt.run})
        folder = self._crew.folder.run(attempt.run)
        if self._crew.performer.simulated or folder is None:
            why = "its simulated bench died with it" if folder is not None else "nothing was recorded or moved"
            return self._lost(row, why)
        self._told(f"row {row.name}: recovering run {attempt.run}")
        try:
            end = self._crew.performer.recover(attempt.run, folder)
        except AutosynthError as error:
            self._state(State.HELD, f"row {row.name} cannot be recovered: {_first(error)}")
            raise
        return self._lost(row, "nothing was moved") if end is None else self._ended(row, end)

    def _lost(self, row: RowRecord, why: str) -> bool:
        """Note that a run will not go on and nothing of it counts: its row is made from its beginning."""
        self._record("row.lost", {"row": row.name, "run": row.attempts[-1].run, "why": why})
        self._told(f"row {row.name}: begun again, {why}")
        return True

    def _make(self, row: RowRecord) -> bool:
        """Make one row; say whether the campaign goes on."""
        self._settle_change()
        try:
            inputs = self._inputs(row)
            if lacks_places(inputs.plan):
                if not self._changed(self._changes(inputs)):
                    return False
                inputs = self._inputs(row)
            inputs.plan.require_accepted()
        except InputError as error:
            return self._refused(row, error)
        number = list(self.standing.rows).index(row.name)
        seed = run_seed(int(self.standing.opening["seed"]), number, len([a for a in row.attempts if a.state != "lost"]))
        run = self._crew.performer.run_id(seed)
        self._record("row.started", {"row": row.name, "run": run, "seed": seed})
        self._told(f"row {row.name}: run {run}")
        order = RunOrder(row.name, run, seed, row.settings, self._crew.folder.runs, inputs)
        try:
            end = self._crew.performer.perform(order)
        except AutosynthError as error:
            self._record("row.lost", {"row": row.name, "run": run, "why": str(error)})
            self._state(State.HELD, f"row {row.name} could not be begun: {_first(error)}")
            raise
        return self._ended(row, end)

    def _inputs(self, row: RowRecord) -> Inputs:
        return self._crew.prepare(row.settings, self._crew.performer.inventory())

    def _changes(self, inputs: Inputs) -> tuple[VialChange, ...]:
        used = used_places(self._crew.performer.inventory(), inputs.plan.station)
        return changes_for(inputs.plan, used, self._crew.policy.change_s)

    def _changed(self, changes: tuple[VialChange, ...]) -> bool:
        """Have vials changed; False, and held, when nobody is there to do it."""
        for change in changes:
            number = len(self.standing.changes) + 1
            self._record("vials.asked", change.to_json())
            self._told(f"vials: {change.prompt}")
            done = self._crew.performer.change(change, number)
            if done is None:
                self._state(State.HELD, f"it needs a person: {change.prompt}; when it is done, recover")
                return False
            self._book_change(change, done.who, done.took_s)
        return True

    def _book_change(self, change: VialChange, who: str, took_s: float) -> None:
        told = {**change.to_json(), "who": who, "took_s": took_s, "number": len(self.standing.changes) + 1}
        self._record("vials.changed", {**told, **self._held()})

    def _settle_change(self) -> None:
        """Book a change of vials that the station's ledger knows and the record does not: it died in between."""
        asked = self.standing.asked
        if asked is None or self._crew.performer.simulated:
            return
        change, inventory = VialChange.from_json(asked), self._crew.performer.inventory()
        if not any(inventory.volume_ml(place) > 0 for place in change.places):
            self._book_change(change, "as the station's ledger says", 0.0)

    def _held(self) -> dict[str, Any]:
        """Return what is where, of a simulated bench alone: a station has its ledger."""
        performer = self._crew.performer
        return {"inventory": inventory_to_json(performer.inventory())} if performer.simulated else {}

    def _refused(self, row: RowRecord, error: InputError) -> bool:
        problems = [str(problem) for problem in error.problems]
        self._record("row.refused", {"row": row.name, "problems": problems})
        return self._goes_on(row, REFUSED, problems[0] if problems else "")

    def _ended(self, row: RowRecord, end: RunEnd) -> bool:
        """Record how a run came to rest; say whether the campaign goes on."""
        if end.state not in FINAL and not self._crew.performer.simulated:
            self._state(State.HELD, f"row {row.name} is held: {end.history.hold_reason}")
            return False
        told = {"row": row.name, "run": row.attempts[-1].run, **outcome(end), **self._held()}
        told["objectives"] = dict(self._crew.judge(row.settings, end))
        self._record("row.ended", told)
        self._told(f"row {row.name}: {end.state.value}")
        return self._goes_on(row, end.state.value, end.history.hold_reason)

    def _goes_on(self, row: RowRecord, state: str, reason: str) -> bool:
        """Do what was declared for a row that ended so."""
        if self._crew.policy.goes_on(state):
            return True
        self._state(State.HELD, f"row {row.name} is {state}: {reason}")
        return False


def run_seed(campaign: int, row: int, attempts: int) -> int:
    """Return the seed of a run: of a campaign's seed, the row's number and how often the row was made before."""
    return (campaign * MOST_SEEDS + row) * MOST_SEEDS + attempts


def _first(error: AutosynthError) -> str:
    return str(error).partition("\n")[0]
