"""Live rules: judged before every stroke and once a second, they stop what they say and hold the run.

A rule trips when it does not certainly hold: a sensor that is silent or stale trips it too, and so does a rule that
cannot be judged. What has tripped is latched, and acts again while its condition stands; only a person resets it, by a
restart, and that is refused while the condition stands. These are not safety functions in the sense of the standards:
those are hard-wired.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial

from autosynth.clock import Clock
from autosynth.contracts.stroke import AnyStroke
from autosynth.engine.control import INTERLOCK, Control, Request
from autosynth.engine.guards import Guard, guards, stopped_by
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.situations import STALE_S, Situations
from autosynth.errors import AutosynthError
from autosynth.plan.families import Families
from autosynth.plan.live import Present, Situation, broken, concerns
from autosynth.plan.rulebook import Rulebook
from autosynth.plan.tree import Plan
from autosynth.station.model import VesselSpec

PERIOD_S = 1.0
FRESH_S = 2.5
"""So long after something was done every sensor has been read anew."""
WAIT_S = 0.5
"""How often a sensor that has nothing to say is looked at again."""

AGAIN_S = 10.0
"""How often a rule whose condition stands stops again what goes on all the same."""
ATTEMPTS = 3
"""How often devices are told to stop before that is given up and recorded."""

MOVING = frozenset({RunState.RUNNING, RunState.RESTARTING})
"""Strokes begin in these states."""

Stop = Callable[[str, Sequence[str]], Awaitable[Sequence[str]]]
"""Stops devices at once, for a reason; returns which could not be told."""


Tell = Callable[[VesselSpec], Situation]
"""Tells what is, or would be, the case with a vessel."""


class Interlocks:
    """The live rules of one run; `lost` names the devices that cannot be read before a restart connects them."""

    def __init__(
        self,
        plan: Plan,
        book: Rulebook,
        recorder: Recorder,
        control: Control,
        clock: Clock,
        situations: Situations,
        stop: Stop,
        lost: Callable[[], Sequence[str]],
    ) -> None:
        self._plan = plan
        self._book = book
        self._families = Families(plan, book)
        self._recorder = recorder
        self._control = control
        self._clock = clock
        self._situations = situations
        self._stop = stop
        self._lost = lost
        self._guards = guards(plan, book)
        self._latched: set[Guard] = set()
        self._due: list[Guard] = []
        self._acting: dict[Guard, asyncio.Future[None]] = {}
        """Stops that are being told, beside the judging: a silent device keeps no other rule waiting."""
        self._acted_s: dict[Guard, float] = {}
        self._untold: set[Guard] = set()
        """Those whose devices did not hear the last time."""
        self._unjudged: set[Guard] = set()

    @property
    def kept_cold(self) -> frozenset[str]:
        """Return the vessels whose heater a rule has switched off: until a restart no safe state heats them."""
        latched = {guard.vessel.name for guard in self._latched if guard.rule.action == "heater_off"}
        return frozenset(latched | self._recorder.history.cooled)

    async def run(self) -> None:
        """Look once a second until cancelled; returns at once when no rule has anything to watch here."""
        try:
            while self._guards:
                await self._clock.sleep(PERIOD_S)
                self.look()
        finally:
            for task in self._acting.values():
                task.cancel()
            await asyncio.gather(*self._acting.values(), return_exceptions=True)

    def look(self) -> None:
        """Judge every rule now, each by itself, and do what those that trip ask for."""
        if self._control.state in {RunState.IDLE, *FINAL}:
            return
        for guard in self._guards:
            try:
                self._judge(guard)
            except Exception as error:  # a defect of ours must not keep the others from being judged
                self._defect(error)
        self._act()

    async def permit(self, device: str, stroke: AnyStroke) -> bool:
        """Judge the rules of the vessels that a stroke concerns, as if it were made; False: held, it may not begin.

        A sensor that has nothing to say yet, as after a lost port, is waited for as long as a reading may be old; a
        hold or an end of the run is not made to wait for it.
        """
        concerned = [each for each in self._guards if self._situations.touches(device, each.vessel)]
        return await self._permitted(concerned, lambda vessel: self._situations.with_stroke(vessel, device, stroke))

    async def permit_hands(self, vessel: str, doing: str) -> bool:
        """Judge the rules of a vessel as if hands did this to it; False: held, they are not asked to.

        What was read before the last thing that hands did says nothing of now, so a reading is waited for.
        """
        concerned = [each for each in self._guards if each.vessel.name == vessel]
        if concerned and doing == "open":
            await self._clock.sleep(FRESH_S)
        return await self._permitted(concerned, lambda spec: self._situations.with_hands(spec, doing))

    async def _permitted(self, concerned: Sequence[Guard], situation: Tell) -> bool:
        """Judge rules when the sensors that tell their facts have been read, or are late."""
        until_s = self._clock.now() + STALE_S
        while concerned:
            if self._control.state not in MOVING:
                return False
            found = {each: self._trouble(each, situation) for each in concerned}
            silent = [each for each, trouble in found.items() if trouble and self._unread(each)]
            if not silent or self._clock.now() >= until_s:
                permitted = self._all_permitted(found)
                self._act()
                return permitted
            await self._clock.sleep(WAIT_S)
        return True

    def _unread(self, guard: Guard) -> bool:
        return self._situations.unread(guard.vessel, guard.rule.facts.keys() - guard.attested)

    def obstacle(self) -> str:
        """Return which conditions stand against a restart, with the settings that it would bring back.

        Facts that a lost device would tell stand against none: a restart connects it, and no stroke that its rule is
        about begins before they have been read.
        """
        standing: list[str] = []
        lost = frozenset(self._lost())
        for guard in self._guards:
            if guard.rule.action != "note" and (trouble := self._trouble(guard, partial(self._restored, lost))):
                standing.append(guard.reason(trouble))
        return "; ".join(standing)

    def _restored(self, lost: frozenset[str], vessel: VesselSpec) -> Situation:
        found = self._situations.restored(vessel)
        return replace(found, awaited=found.awaited | self._situations.untold(vessel, lost))

    def restarted(self) -> None:
        """Forget what had tripped: a person has restarted the run, and no condition stood."""
        self._latched.clear()
        self._untold.clear()
        self._acted_s.clear()
        self._situations.restarted()

    def _all_permitted(self, found: Mapping[Guard, str]) -> bool:
        for guard, trouble in found.items():
            if trouble:
                self._trip(guard, trouble)
        return not any(trouble and guard.rule.action != "note" for guard, trouble in found.items())

    def _judge(self, guard: Guard) -> None:
        cold = guard.vessel.name in self.kept_cold
        trouble = self._trouble(guard, partial(self._situations.now, cold=cold))
        if trouble:
            self._trip(guard, trouble)
        elif guard.rule.action == "note":
            self._latched.discard(guard)  # a remark is made each time anew

    def _trouble(self, guard: Guard, tell: Tell) -> str:
        """Return why a rule does not hold in a situation, or that it cannot be judged, which trips it; else nothing."""
        try:
            situation = tell(guard.vessel)
            scope = Present(self._plan.station, self._book, self._families, guard.vessel, situation)
            excused = guard.attested | situation.awaited
            trouble = broken(guard.rule, scope, excused) if concerns(guard.rule, scope) else ""
        except Exception as error:  # a defect of ours: the rule does not certainly hold
            trouble = f"{guard.rule.says}; it cannot be judged: {type(error).__name__}: {error}"
            if guard not in self._unjudged:
                self._unjudged.add(guard)
                self._fault(error)
        else:
            self._unjudged.discard(guard)
        return trouble

    def _trip(self, guard: Guard, trouble: str) -> None:
        """Latch, record, close the gate; what a device is to do follows at once."""
        if guard in self._latched:
            if self._acts_again(guard):
                self._due.append(guard)
            if guard.rule.action not in {"note", "abort"} and self._control.machine.allows(Command.HOLD):
                self._control.hold(guard.reason(trouble), who=INTERLOCK)
            return
        self._latched.add(guard)
        told = {"rule": guard.rule.id, "vessel": guard.vessel.name, "does": guard.rule.action, "reason": trouble}
        with suppress(AutosynthError):  # no disk: it trips all the same
            self._recorder.record("deviation", {"what": "interlock", **told})
        if guard.rule.action == "note":
            return
        if guard.rule.action == "abort" and self._control.machine.allows(Command.ABORT):
            self._control.give(Request(Command.ABORT, guard.reason(trouble), INTERLOCK))
            return
        self._due.append(guard)
        self._control.hold(guard.reason(trouble), who=INTERLOCK)

    def _acts_again(self, guard: Guard) -> bool:
        """Say whether what a rule has stopped is to be stopped again: it did not hear, or goes on all the same."""
        if guard in self._acting or self._clock.now() - self._acted_s.get(guard, self._clock.now()) < AGAIN_S:
            return False
        return any(
            guard in self._untold or self._situations.goes_on(guard.vessel, each)
            for each in stopped_by(guard, self._plan.plumbing)
        )

    def _act(self) -> None:
        """Begin to stop the devices that tripped rules name; the run is not Held before they have been told."""
        due, self._due = self._due, [guard for guard in self._due if guard in self._acting]
        for guard in due:
            names = stopped_by(guard, self._plan.plumbing)
            if names and guard not in self._acting:
                flight = ExitStack()
                flight.enter_context(self._control.stroke())
                self._acting[guard] = asyncio.ensure_future(self._tell(guard, names))
                self._acting[guard].add_done_callback(partial(_over, flight))

    async def _tell(self, guard: Guard, names: Sequence[str]) -> None:
        """Tell devices to stop, again at once when they do not hear for the first time."""
        attempts, told = (1 if guard in self._acted_s else ATTEMPTS), False
        try:
            for _ in range(attempts):
                told = told or await self._stopped(guard, names)
        finally:
            self._acted_s[guard] = self._clock.now()
            del self._acting[guard]
        if told:
            self._untold.discard(guard)
        elif guard not in self._untold:
            self._untold.add(guard)
            self._not_stopped(guard, names)

    async def _stopped(self, guard: Guard, names: Sequence[str]) -> bool:
        """Tell devices to stop; False: one of them did not hear."""
        try:
            return not await self._stop(f"interlock {guard.rule.id}", names)
        except Exception as error:  # a defect of ours: the devices of other rules are waiting
            self._fault(error)
            return False

    def _not_stopped(self, guard: Guard, names: Sequence[str]) -> None:
        """Record that devices could not be told: their own limits and watchdogs have to do, and a person."""
        what = {"what": "not safe", "rule": guard.rule.id, "vessel": guard.vessel.name, "device": ", ".join(names)}
        with suppress(AutosynthError):
            self._recorder.record("deviation", {**what, "reason": "it could not be stopped"})

    def _defect(self, error: Exception) -> None:
        reason = f"live rules cannot be judged: {type(error).__name__}: {error}"
        with suppress(AutosynthError):  # no disk: the rules are judged all the same
            if self._control.hold(reason, who=INTERLOCK):
                self._fault(error)

    def _fault(self, error: Exception) -> None:
        with suppress(AutosynthError):  # no disk: what trips, trips all the same
            self._recorder.record("fault", {"error": type(error).__name__, "message": str(error)})


def _over(flight: ExitStack, _: object) -> None:
    """Note that a stop is no longer in flight."""
    flight.close()
