"""Runs a plan in bounds: every branch that can be taken, every round that can come, joined where they meet.

Branches that run at once are taken one after another: they share no vessel, and stocks and wastes only add up. Loops
are followed round by round, so a plan with more rounds than can be followed is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autosynth.errors import InputError
from autosynth.language.expression import Condition, whole
from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.plan.decided import learn
from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST
from autosynth.plan.leaves_other import LEAVES
from autosynth.plan.state import ANY_LIQUID, State, hull, hull_of, join_all
from autosynth.plan.survey import Seen, Survey
from autosynth.plan.tree import DecisionBound, PlannedStep, VolumePoint
from autosynth.recipe.steps import Parallel, Repeat, Stop, When

MOST_STEPS = 100_000
"""Rounds of steps that one check follows."""


class Interpreter:
    """Follows one plan; what it has seen of each step stays in `seen`, by plan path."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._steps_left = MOST_STEPS
        vessels = survey.plan.station.vessels.items()
        self._followed = tuple(name for name, vessel in vessels if vessel.role in {"vessel", "waste"})
        self.seen: dict[str, Seen] = {}
        self.rounds: dict[str, tuple[int, int]] = {}
        """Path of a repeat -> its fewest and most rounds."""
        self.taken: dict[str, set[str]] = {}
        """Path of a when -> the blocks that can be taken."""
        self.decisions: dict[str, DecisionBound] = {}
        self._times = 1

    def run(self, steps: Sequence[PlannedStep], state: State) -> State | None:
        """Follow a block; None if it never comes to its end."""
        return self._sequence(steps, state, "")

    def _sequence(self, steps: Sequence[PlannedStep], state: State, number: str) -> State | None:
        now: State | None = state
        for planned in steps:
            if now is None or self._steps_left <= 0:
                return now
            now = self._step(planned, now, number)
        return now

    def _step(self, planned: PlannedStep, state: State, number: str) -> State | None:
        step = planned.step
        if isinstance(step, Repeat):
            return self._repeat(planned, step, state)
        if isinstance(step, When):
            return self._when(planned, step, state, number)
        if isinstance(step, Parallel):
            return self._parallel(planned, state, number)
        self._leaf(planned, state, number)
        return None if isinstance(step, Stop) else state

    def _leaf(self, planned: PlannedStep, state: State, number: str) -> None:
        self._steps_left -= 1
        if self._steps_left == 0:
            message = f"the plan has more than {MOST_STEPS} rounds of steps, which is more than can be followed"
            self._survey.findings.add("LOOP", message, planned.step.mark, "repeat less often, or split the recipe")
        self._survey.flow.volumes.clear()
        place = Place(planned.step.mark, planned.path, number)
        result = LEAVES[type(planned.step)](self._survey, planned.step, state, place)
        if result is LOST:
            self._lose(planned, state)
        bounds, span = result
        seen = self.seen.get(planned.path)
        if seen is None:
            seen = self.seen[planned.path] = Seen()
        seen.more(bounds, span)
        if planned.claims:
            self._note_volumes(seen, state)

    def _lose(self, planned: PlannedStep, state: State) -> None:
        """Conclude nothing more from what a step that could not be followed would have left."""
        self._survey.flow.blind = True
        for jar in planned.claims & state.jars.keys():
            state.jars[jar] = replace(state.jars[jar], followed=False)

    def _note_volumes(self, seen: Seen, state: State) -> None:
        """Note the volumes that were gone through, and all vessels: those of one round may be moved in another."""
        for name, volume in self._survey.flow.volumes.items():
            before = seen.moved.get(name)
            seen.moved[name] = volume if before is None else hull(before, volume)
        seen.looks.append(tuple(map(state.vessels.__getitem__, self._followed)))

    def _repeat(self, planned: PlannedStep, step: Repeat, state: State) -> State | None:
        """Leave after each round in which the condition can have held long enough, and at the cap."""
        cap = self._cap(step, state)
        if cap is None:
            return self._sequence(planned.blocks["steps"], state, "")
        fewest = cap if step.until is None else min(1 if step.undecided == "accept" else step.until.rounds, cap)
        self.rounds[planned.path] = (fewest, cap)
        exits: list[State | None] = []
        now: State | None = state
        number, outer = 0, self._times
        self._times *= cap
        while now is not None and number < cap and self._steps_left > 0:
            number += 1
            now = self._sequence(planned.blocks["steps"], now, f" (round {number} of {step.name})")
            if now is not None and step.until is not None:
                self._decision(planned, step.until, step.name, now)
                if number >= step.until.rounds or step.undecided == "accept":
                    exits.append(self._decided(now, step.until, sure=step.undecided != "accept"))
        self._times = outer
        exits.append(self._at_cap(step, now))
        return join_all(exits)

    def _at_cap(self, step: Repeat, state: State | None) -> State | None:
        """Return what goes on after the last round: all without a condition, a person's decision after a hold."""
        if step.until is None or state is None or step.at_cap == "accept":
            return state
        return None if step.at_cap == "stop" else self._decided(state, step.until, sure=True)

    def _cap(self, step: Repeat, state: State) -> int | None:
        self._survey.resolve.dominated(step.at_most, state, step.where("at_most"))
        try:
            return whole(step.at_most.number(self._survey.plan.parameters))
        except InputError as error:
            self._survey.findings.take(error, step.where("at_most"), "LOOP")
            return None

    def _when(self, planned: PlannedStep, step: When, state: State, number: str) -> State | None:
        verdict = self._survey.resolve.settled(step.condition, state)
        asked_again = step.condition.rounds > 1 and verdict is Truth.TRUE
        self._decision(planned, step.condition, "", state)
        exits: list[State | None] = []
        taken = self.taken.setdefault(planned.path, set())
        for block, excluded in (("then", Truth.FALSE), ("else", Truth.TRUE), ("undecided", None)):
            if (verdict is excluded and not asked_again) or (excluded is None and verdict is not Truth.UNDECIDED):
                continue
            if block == "undecided" and block not in planned.blocks:
                continue  # the run holds, and whoever restarts it takes the condition for false
            taken.add(block)
            entry = self._decided(state, step.condition, sure=True) if block == "then" else state.copy()
            exits.append(self._sequence(planned.blocks.get(block, ()), entry, number))
        return join_all(exits)

    def _parallel(self, planned: PlannedStep, state: State, number: str) -> State | None:
        """Branches one after another, each not knowing what the pumps moved last."""
        now: State | None = state
        before = {name: vessel.volume_ml for name, vessel in state.vessels.items()}
        pumps = self._survey.can.plumbing.pumps
        busy = [pump for pump in pumps if sum(_claims(block, pump) for block in planned.blocks.values()) > 1]
        for block in planned.blocks.values():
            if now is None:
                return None
            for pump in busy:
                now.last_liquid[pump] = frozenset({ANY_LIQUID})
            now = self._sequence(block, now, number)
        if now is not None:
            self._share(planned, before, now)
        return now

    def _share(self, planned: PlannedStep, before: Mapping[str, Interval], after: State) -> None:
        """Let every branch see what any of them may have brought to a vessel: a waste they share."""
        for path, seen in self.seen.items():
            if path.startswith(f"{planned.path}."):
                for vessel in seen.moved:
                    whole = hull(before[vessel], after.vessels[vessel].volume_ml)
                    seen.moved[vessel] = hull(seen.moved[vessel], whole)

    def _decided(self, state: State, condition: Condition, *, sure: bool) -> State:
        """Return a copy of the state in which the condition has been found true."""
        after = state.copy()
        if sure:
            learn(after, condition, self._survey.resolve.fixed)
        return after

    def _decision(self, planned: PlannedStep, condition: Condition, name: str, state: State) -> None:
        mark = condition.expression.mark or planned.step.mark
        self._survey.resolve.dominated(condition.expression, state, mark)
        if planned.path not in self.decisions and not condition.names() <= self._survey.plan.parameters.keys():
            self.decisions[planned.path] = DecisionBound(planned.path, name, condition.expression.text, self._times)

    def volumes(self) -> tuple[VolumePoint, ...]:
        """Return the volumes that each vessel goes through in each step that changes it, over all rounds."""
        return tuple(
            VolumePoint(path, name, Interval(volume.low, volume.high, "volume"))
            for path, seen in self.seen.items()
            for place, name in enumerate(self._followed)
            if name in seen.moved
            for volume in [hull_of([seen.moved[name], *(look[place].volume_ml for look in seen.looks)])]
        )


def _claims(block: Sequence[PlannedStep], device: str) -> bool:
    return any(device in step.claims or any(_claims(b, device) for b in step.blocks.values()) for step in block)
