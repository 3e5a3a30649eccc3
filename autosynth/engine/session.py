"""One process's hold on a run: wires the engine's parts together and lets the plan run to where it ends.

A fresh run and a recovery are the same session over a history that is empty or not.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.clock import Clock
from autosynth.engine.accounting import Accounting
from autosynth.engine.actions import Actions
from autosynth.engine.bench import Connections
from autosynth.engine.choices import named_choices
from autosynth.engine.control import Control, Request, RestartGate
from autosynth.engine.decisions import Decisions
from autosynth.engine.executor import Executor
from autosynth.engine.folder import RunFolder
from autosynth.engine.hands import Hands
from autosynth.engine.interlocks import Interlocks
from autosynth.engine.laboratory import Laboratory
from autosynth.engine.liquids import LiquidHandler, Tools
from autosynth.engine.machine import FINAL, Command, RunMachine, RunState
from autosynth.engine.measure import Measuring
from autosynth.engine.operator import Answer, Desk, Operator
from autosynth.engine.readings import Readings
from autosynth.engine.recorder import Recorder
from autosynth.engine.safety import Safety
from autosynth.engine.sampler import Sampler, Sink
from autosynth.engine.situations import Situations, potentiostats
from autosynth.engine.supervisor import Supervisor
from autosynth.engine.suspension import Suspension
from autosynth.engine.techniques import Techniques
from autosynth.engine.tubes import Tubes
from autosynth.engine.values import Values
from autosynth.engine.watchdogs import Watchdogs
from autosynth.engine.workshop import Workshop
from autosynth.errors import StateError
from autosynth.plan.rulebook import Rulebook, standing_rules
from autosynth.plan.tree import Plan
from autosynth.station.plumbing import Plumbing

TEXT_LIMIT = 500
"""So many characters of what somebody says go on record."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session is given: the record, the time, the instruments, the people."""

    plan: Plan
    library: AnyLibrary | Shelf | None
    folder: RunFolder
    recorder: Recorder
    clock: Clock
    connections: Connections
    operator: Operator
    telemetry: Sink
    leave_when_held: bool
    threaded: bool
    """Real time: heavy computing goes beside the event loop. In virtual time there is no thread."""
    rules: Rulebook | None = None
    """The rules that hold; those of this installation when None."""
    suspended_s: Callable[[], float] | None = None
    """Tells for how long this computer has been suspended so far; None where that means nothing, as in virtual time."""


class Session:
    """A run being run."""

    def __init__(self, given: Surroundings) -> None:
        self._given = given
        plan, recorder, devices = given.plan, given.recorder, given.connections.devices
        history = recorder.history
        self.control = Control(recorder, RunMachine(history.state))
        self.accounting = Accounting(recorder, history, self.control, given.connections)
        plumbing = Plumbing(plan.station)
        tools = Tools(self.accounting, recorder, history, plan.station, plumbing)
        handlers = {name: LiquidHandler(name, devices[name], tools) for name in plumbing.pumps if name in devices}
        values = Values(plan, history)
        hands = Hands(given.clock, recorder, self.control, given.operator)
        laboratory = Laboratory(
            plan=plan,
            library=given.library,
            folder=given.folder,
            accounting=self.accounting,
            recorder=recorder,
            handlers=handlers,
            devices=devices,
            values=values,
            control=self.control,
            hands=hands,
            threaded=given.threaded,
        )
        self._techniques = Techniques(laboratory)
        shop = Workshop(
            plan,
            given.clock,
            recorder,
            self.control,
            self.accounting,
            values,
            handlers,
            devices,
            given.operator,
            hands,
            Measuring(laboratory, self._techniques.measuring),
            self._techniques,
            Tubes(laboratory),
        )
        restoring = Accounting(recorder, history, RestartGate(self.control), given.connections)
        self.safety = Safety(plan.station, given.connections, recorder, history, restoring)
        self._watchdogs = Watchdogs(plan.station, given.connections)
        self._readings = Readings(given.clock, given.telemetry)
        self.interlocks = Interlocks(
            plan,
            given.rules or standing_rules(),
            recorder,
            self.control,
            given.clock,
            Situations(history, self.control, given.clock, self._readings),
            self.safety.stop_devices,
            lambda: given.connections.lost,
        )
        self.safety.kept_cold = self._watchdogs.kept_cold = lambda: self.interlocks.kept_cold
        self.control.watch = self.interlocks
        self.accounting.permit = restoring.permit = self.interlocks.permit
        hands.rules = self.interlocks
        self._executor = Executor(plan, Actions(shop), Decisions(shop), values)
        self.supervisor = Supervisor(
            self.control, self.safety, self.accounting, recorder, leave_when_held=given.leave_when_held
        )
        self._sampler = Sampler(plan.station, devices, self.control, given.clock, self._readings, recorder)  # type: ignore[arg-type]

    @property
    def plan(self) -> Plan:
        """Return what is being run."""
        return self._given.plan

    @property
    def recorder(self) -> Recorder:
        """Return the run's record."""
        return self._given.recorder

    @property
    def temperatures(self) -> Mapping[str, float]:
        """Return the last reading of every heated vessel, °C."""
        return self._sampler.last

    @property
    def readings(self) -> Mapping[str, float]:
        """Return what was read last of every jar by channel: temperature °C, pressure kPa, frequency Hz, contacts."""
        return self._sampler.told

    async def run(self) -> RunState:
        """Load the analyses, arm the watchdogs, sample, execute, supervise; returns the final state, or HELD.

        Whatever is raised, the bench is stopped and made safe first.
        """
        try:
            self._techniques.load()
            await self.arm()
            return await self._supervised()
        except BaseException:
            if self.control.state not in {RunState.IDLE, *FINAL}:
                await asyncio.shield(self._last_resort())
            raise

    async def _last_resort(self) -> None:
        """Stop and make safe what still answers; what stands in the way has been recorded and hides no error."""
        for act in (self.safety.stop_devices, self.safety.make_safe):
            with suppress(Exception):
                await act("the run broke off")

    async def _supervised(self) -> RunState:
        self.supervisor.begin()
        executor = asyncio.create_task(self._executor.run(), name="executor")
        self._readings.listen(potentiostats(self.plan, self._given.connections.devices))
        watchers = [
            asyncio.create_task(self._sampler.run(), name="sampler"),
            asyncio.create_task(self.interlocks.run(), name="interlocks"),
        ]
        if self._given.suspended_s is not None:
            suspension = Suspension(self.control, self._given.clock, self._given.suspended_s)
            watchers.append(asyncio.create_task(suspension.run(), name="suspension"))
        try:
            return await self.supervisor.watch(executor)
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def arm(self) -> None:
        """Arm every watchdog; see `Watchdogs.arm`."""
        await self._watchdogs.arm(lambda error: self.accounting.failed(None, "", error))

    def handle(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one message of the control channel: a command, a question about the state, an operator's answer.

        Raises:
            StateError: the run does not allow it now, or an unknown stroke needs a choice first.
            ValueError: it is not a command, or its number is none.
        """
        name = str(message.get("command", ""))
        if name == "status":
            return self.status()
        if name == "answer":
            return self._answer(message)
        command = Command(name)
        if command in {Command.START, Command.DONE, Command.RESET}:
            msg = f"{name} is not given from outside"
            raise ValueError(msg)
        settle: Mapping[int, str] = {}
        if command is Command.RESTART and self.control.machine.allows(command):
            settle = named_choices(_text(message, "settle"), self._given.recorder.history.unknown)
        who = _text(message, "who") or "control channel"
        reason = _text(message, "reason")
        holds = command is Command.HOLD and not self.control.machine.allows(command)
        if holds and self.control.join(reason, who):
            return {"state": self.control.state.value}
        state = self.control.give(Request(command, reason, who, settle, _number(message)))
        return {"state": state.value}

    async def recorded(self, timeout_s: float) -> None:
        """Return when everything that was commanded is on record.

        Raises:
            JournalError: the disk refused, or did not answer in `timeout_s`.
        """
        await self._given.recorder.durable(timeout_s)

    def status(self) -> Mapping[str, Any]:
        """Return what a person at another terminal wants to know."""
        history = self._given.recorder.history
        desk = self._given.operator
        asked = desk.open if isinstance(desk, Desk) else {}
        questions = {action: each.prompt for action, each in asked.items()}
        numbers = {
            action: {"name": each.name, "unit": each.unit, "low": each.low, "high": each.high}
            for action, each in asked.items()
            if each.name
        }
        running = [action for action, record in history.actions.items() if record.done_s is None]
        return {
            "state": self.control.state.value,
            "t_s": self._given.clock.now(),
            "reason": history.hold_reason,
            "unknown": sorted(history.unknown),
            "actions": running,
            "questions": questions,
            "numbers": numbers,
            "temperatures_c": self._sampler.last,
            "readings": self._sampler.told,
        }

    def _answer(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        desk = self._given.operator
        answer = Answer(_text(message, "who") or "control channel", _number(message))
        if not isinstance(desk, Desk) or not desk.answer(str(message.get("action")), answer):
            msg = f"nothing is asked for {message.get('action')}"
            raise StateError(msg)
        return {"state": self.control.state.value}


def _text(message: Mapping[str, Any], key: str) -> str:
    """Return what somebody said as text that can go on record."""
    return str(message.get(key, "")).encode("utf-8", "replace").decode("utf-8")[:TEXT_LIMIT]


def _number(message: Mapping[str, Any]) -> float | None:
    """Return the number that comes with a message.

    Raises:
        ValueError: it is not a finite number.
    """
    value = message.get("value")
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, OverflowError) as error:
        msg = f"value {value!r} is not a number"
        raise ValueError(msg) from error
    if not math.isfinite(number):
        msg = f"value {value!r} is not a finite number"
        raise ValueError(msg)
    return number
