"""Live rules: judged before every stroke and once a second, they stop what they say and hold the run.

A rule trips when it does not certainly hold: a sensor that is silent or stale trips it too. What has tripped is
latched; only a person resets it, by a restart, and that is refused while the condition stands. These are not safety
functions in the sense of the standards: those are hard-wired.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autosynth.clock import Clock
from autosynth.contracts.stroke import AnyStroke
from autosynth.engine.control import INTERLOCK, Control, Request
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.situations import STALE_S, Situations
from autosynth.errors import AutosynthError
from autosynth.plan.families import Families
from autosynth.plan.live import Present, Situation, broken, concerns, unwatched
from autosynth.plan.rulebook import Rule, Rulebook
from autosynth.plan.tree import Plan
from autosynth.station.model import VesselSpec

PERIOD_S = 1.0
FRESH_S = 2.5
"""So long after something was done every sensor has been read anew."""
WAIT_S = 0.5
"""How often a sensor that has nothing to say is looked at again."""

ATTEMPTS = 3
"""How often devices are told to stop before that is given up and recorded."""

Stop = Callable[[str, Sequence[str]], Awaitable[Sequence[str]]]
"""Stops devices at once, for a reason; returns which could not be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """One live rule over one vessel; `attested` facts somebody has taken on themselves."""

    rule: Rule
    vessel: VesselSpec
    attested: frozenset[str]


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

    async def run(self) -> None:
        """Look once a second until cancelled; returns at once when no rule has anything to watch here."""
        while self._guards:
            await self._clock.sleep(PERIOD_S)
            try:
                await self.look()
            except Exception as error:  # a defect of ours must not leave the run unwatched
                self._defect(error)

    async def look(self) -> None:
        """Judge every rule now, and do what those that trip ask for."""
        if self._control.state in {RunState.IDLE, *FINAL}:
            return
        for guard in self._guards:
            self._judge(guard, self._situations.now(guard.vessel))
        await self._act()

    async def permit(self, device: str, stroke: AnyStroke) -> bool:
        """Judge the rules of the vessels that a stroke concerns, as if it were made; False: held, it may not begin.

        A sensor that has nothing to say yet, as after a lost port, is waited for as long as a reading may be old.
        """
        concerned = [each for each in self._guards if self._situations.touches(device, each.vessel)]
        until_s = self._clock.now() + STALE_S
        while concerned:
            found = {
                each: self._trouble(each, self._situations.with_stroke(each.vessel, device, stroke))
                for each in concerned
            }
            silent = [each for each, trouble in found.items() if trouble and self._situations.unread(each.vessel)]
            if not silent or self._clock.now() >= until_s:
                permitted = self._all_permitted(found)
                await self._act()
                return permitted
            await self._clock.sleep(WAIT_S)
        return True

    async def permit_hands(self, vessel: str, doing: str) -> bool:
        """Judge the rules of a vessel as if hands did this to it; False: held, they are not asked to.

        What was read before the last thing that hands did says nothing of now, so a reading is waited for.
        """
        concerned = [each for each in self._guards if each.vessel.name == vessel]
        if concerned and doing == "open":
            await self._clock.sleep(FRESH_S)
        found = {each: self._trouble(each, self._situations.with_hands(each.vessel, doing)) for each in concerned}
        permitted = self._all_permitted(found)
        await self._act()
        return permitted

    def obstacle(self) -> str:
        """Return which conditions stand against a restart, with the settings that it would bring back."""
        standing: list[str] = []
        for guard in self._guards:
            if guard.rule.action == "note" or guard.vessel.heated_by in self._lost():
                continue
            trouble = self._trouble(guard, self._situations.restored(guard.vessel))
            standing += [f"{guard.rule.id}: {guard.vessel.name}: {trouble}"] if trouble else []
        return "; ".join(standing)

    def restarted(self) -> None:
        """Forget what had tripped: a person has restarted the run, and no condition stood."""
        self._latched.clear()

    def _all_permitted(self, found: Mapping[Guard, str]) -> bool:
        for guard, trouble in found.items():
            if trouble:
                self._trip(guard, trouble)
        return not any(trouble and guard.rule.action != "note" for guard, trouble in found.items())

    def _judge(self, guard: Guard, situation: Situation) -> None:
        trouble = self._trouble(guard, situation)
        if trouble:
            self._trip(guard, trouble)
        elif guard.rule.action == "note":
            self._latched.discard(guard)  # a remark is made each time anew

    def _trouble(self, guard: Guard, situation: Situation) -> str:
        scope = Present(self._plan.station, self._book, self._families, guard.vessel, situation)
        return broken(guard.rule, scope, guard.attested | situation.awaited) if concerns(guard.rule, scope) else ""

    def _trip(self, guard: Guard, trouble: str) -> None:
        """Latch, record, close the gate; what a device is to do follows at once."""
        if guard in self._latched:
            if guard.rule.action not in {"note", "abort"} and self._control.machine.allows(Command.HOLD):
                self._control.hold(_reason(guard, trouble), who=INTERLOCK)
            return
        self._latched.add(guard)
        told = {"rule": guard.rule.id, "vessel": guard.vessel.name, "does": guard.rule.action, "reason": trouble}
        with suppress(AutosynthError):  # no disk: it trips all the same
            self._recorder.record("deviation", {"what": "interlock", **told})
        if guard.rule.action == "note":
            return
        if guard.rule.action == "abort" and self._control.machine.allows(Command.ABORT):
            self._control.give(Request(Command.ABORT, _reason(guard, trouble), INTERLOCK))
            return
        self._control.hold(_reason(guard, trouble), who=INTERLOCK)
        self._due.append(guard)

    async def _act(self) -> None:
        """Stop the devices that tripped rules name, before the run is Held, told again when they do not hear."""
        while self._due:
            guard = self._due.pop(0)
            names = [each for each in self._stopped_by(guard) if each]
            for _ in range(ATTEMPTS if names else 0):
                with self._control.stroke():
                    troubles = await self._stop(f"interlock {guard.rule.id}", names)
                if not troubles:
                    break
            else:
                if names:
                    self._not_stopped(guard, names)

    def _not_stopped(self, guard: Guard, names: Sequence[str]) -> None:
        """Record that devices could not be told: their own limits and watchdogs have to do, and a person."""
        what = {"what": "not safe", "rule": guard.rule.id, "vessel": guard.vessel.name, "device": ", ".join(names)}
        with suppress(AutosynthError):
            self._recorder.record("deviation", {**what, "reason": "it could not be stopped"})

    def _stopped_by(self, guard: Guard) -> Sequence[str | None]:
        match guard.rule.action:
            case "stop_dosing":
                plumbing = self._plan.plumbing
                return [pump for pump in plumbing.pumps if guard.vessel.name in plumbing.vessels(pump)]
            case "heater_off":
                return [guard.vessel.heated_by]
            case "cell_off":
                return [guard.vessel.potentiostat]
            case "stop_mill":
                return [guard.vessel.jar.milled_by] if guard.vessel.jar is not None else []
            case _:
                return []

    def _defect(self, error: Exception) -> None:
        reason = f"live rules cannot be judged: {type(error).__name__}: {error}"
        if self._control.hold(reason, who=INTERLOCK):
            with suppress(AutosynthError):  # no disk: the run is held all the same
                self._recorder.record("fault", {"error": type(error).__name__, "message": str(error)})


def _reason(guard: Guard, trouble: str) -> str:
    return f"{guard.rule.id}: {guard.vessel.name}: {trouble}"


def guards(plan: Plan, book: Rulebook) -> list[Guard]:
    """Return the live rules by vessel, without those that nothing can watch: they were attested with the plan."""
    found: list[Guard] = []
    for rule in (each for each in book.rules if each.phase == "live"):
        sensors = {fact for fact, knower in rule.facts.items() if knower == "sensor"}
        for vessel in plan.station.vessels.values():
            missing = frozenset(unwatched(rule, vessel))
            judged = rule.class_ == "safety" or vessel.role != "waste"
            if vessel.role != "gas" and judged and not (sensors and sensors <= missing):
                attested = missing if rule.id in plan.acknowledgements else frozenset[str]()
                found.append(Guard(rule, vessel, attested))
    return found
