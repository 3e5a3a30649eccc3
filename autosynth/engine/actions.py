"""What each verb does: arguments resolved once and recorded, bounds checked, strokes made, the end recorded.

An action resolves its arguments when it starts and writes them into its `action.started` event; a recovery reads them
there, so an equivalent is never computed twice from different contents. A value outside the interval that the plan
was checked for holds the run: the world is not as it was proven.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.stroke import SetSpeed, SetTemperature
from autosynth.contracts.thermal import Thermostat
from autosynth.engine.accounting import Accounting
from autosynth.engine.control import Control, Request
from autosynth.engine.history import ActionRecord
from autosynth.engine.liquids import LiquidHandler
from autosynth.engine.machine import Command
from autosynth.engine.measure import Measuring
from autosynth.engine.operator import Operator, Question
from autosynth.engine.recorder import Recorder
from autosynth.engine.values import Values
from autosynth.errors import ExchangeError
from autosynth.language.expression import Condition
from autosynth.language.logic import Truth
from autosynth.plan.amounts import dose
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe import steps as verbs

POLL_S = 5.0
"""How often a temperature is looked at while it is awaited."""

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything a verb may need; built once per run."""

    plan: Plan
    clock: Clock
    recorder: Recorder
    control: Control
    accounting: Accounting
    values: Values
    handlers: Mapping[str, LiquidHandler]
    devices: Mapping[str, Any]
    operator: Operator
    measuring: Measuring


class Actions:
    """Performs the leaves of a plan."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._history = shop.recorder.history
        self._claims = {name: asyncio.Lock() for name in (*shop.plan.station.devices, *shop.plan.station.vessels)}
        self._verbs: Mapping[type[Any], tuple[Callable[..., Details], Callable[..., Awaitable[Details]]]] = {
            verbs.Add: (self._add_details, self._add),
            verbs.Transfer: (self._transfer_details, self._transfer),
            verbs.Sample: (self._transfer_details, self._transfer),
            verbs.Stir: (self._stir_details, self._stir),
            verbs.Heat: (self._heat_details, self._heat),
            verbs.Cool: (self._heat_details, self._heat),
            verbs.Wait: (self._wait_details, self._wait),
            verbs.Measure: (self._measure_details, self._measure),
            verbs.Operator: (self._operator_details, self._operator),
            verbs.Clean: (self._clean_details, self._clean),
            verbs.Note: (self._note_details, self._note),
        }

    async def perform(self, planned: PlannedStep, action: str) -> None:
        """Do one action, or the rest of it; returns at once when the history says it is done.

        Raises:
            RunEndedError: the run was stopped or aborted.
        """
        if self._history.is_done(action):
            return
        details, perform = self._verbs[type(planned.step)]
        async with self._claimed(planned):
            await self._shop.control.pass_gate()
            if self._history.action(action) is None:
                resolved = details(planned.step)
                await self._within_bounds(planned, action, resolved)
                head = {"verb": planned.step.verb, "path": planned.path, "line": planned.step.mark.line}
                self._shop.recorder.record("action.started", {**head, **resolved}, action)
            result = await perform(planned.step, self._history.actions[action])
            await self._shop.control.pass_gate()
            self._shop.recorder.record("action.done", result, action)

    @asynccontextmanager
    async def _claimed(self, planned: PlannedStep) -> AsyncIterator[None]:
        """Hold the devices and vessels of an action, taken in one order everywhere so that nobody deadlocks."""
        taken: list[asyncio.Lock] = []
        try:
            for name in sorted(planned.claims & self._claims.keys()):
                await self._claims[name].acquire()
                taken.append(self._claims[name])
            yield
        finally:
            for lock in reversed(taken):
                lock.release()

    async def _within_bounds(self, planned: PlannedStep, action: str, resolved: Details) -> None:
        for name, bound in planned.bounds.items():
            value = resolved.get(name)
            if isinstance(value, int | float) and not bound.contains(value):
                reason = f"{action}: {name} is {value:.6g}, checked for {bound.low:.6g} to {bound.high:.6g}"
                self._shop.recorder.record("deviation", {"what": "outside the plan", "reason": reason}, action)
                self._shop.control.hold(reason)
                await self._shop.control.pass_gate()

    # -- decisions ---------------------------------------------------------------------------------------------------

    async def decide(self, planned: PlannedStep, action: str, condition: Condition, number: int, cap: int) -> Truth:
        """Judge a condition once and record the verdict with the values behind it; a recovery reads it again."""
        for decision in self._history.decisions:
            if decision["action"] == action:
                return Truth(decision["verdict"])
        await self._shop.control.pass_gate()
        verdict, values = self._shop.values.judge(condition)
        payload = {
            "condition": condition.expression.text,
            "rounds": condition.rounds,
            "values": values,
            "verdict": verdict.value,
            "round": number,
            "of": cap,
            "line": planned.step.mark.line,
        }
        self._shop.recorder.record("decision", payload, action)
        return verdict

    async def ask_verdict(self, action: str, condition: Condition) -> Truth:
        """Hold on an undecided condition: a person who restarts takes it for false (not shown), and it is recorded."""
        self._shop.control.hold(f"{action}: undecided whether {condition.expression.text}")
        await self._shop.control.pass_gate()
        who = self._shop.control.last.who
        payload = {"what": "undecided taken for false", "condition": condition.expression.text, "by": who}
        self._shop.recorder.record("deviation", payload, action)
        return Truth.FALSE

    async def at_cap(self, planned: PlannedStep, action: str, step: verbs.Repeat, cap: int) -> None:
        """A loop ended by its bound: a declared outcome, or reason to hold or stop."""
        if self._history.is_done(action):
            return
        if step.at_cap == "hold":
            self._shop.control.hold(f"{step.name}: {cap} rounds without {step.until.expression.text}")
        elif step.at_cap == "stop":
            self._shop.control.give(Request(Command.STOP, f"{step.name}: reached its cap of {cap} rounds"))
        await self._shop.control.pass_gate()
        payload = {"verb": "repeat", "path": planned.path, "line": step.mark.line, "name": step.name}
        self._shop.recorder.record("action.started", payload, action)
        self._shop.recorder.record("action.done", {"outcome": "cap", "rounds": cap, "bound": "lower"}, action)

    # -- liquids -----------------------------------------------------------------------------------------------------

    def _role(self, role: str) -> str:
        return self._shop.plan.vessel(role)

    def _handler(self, vessel: str) -> LiquidHandler:
        return self._shop.handlers[self._shop.plan.pump_for(vessel)]

    def _add_details(self, step: verbs.Add) -> Details:
        plan, target = self._shop.plan, self._role(step.to)
        stock = plan.stock_of(step.reagent)
        wanted = dose(step, plan, self._history.inventory, self._shop.values.number)
        rate = self._shop.values.number(step.rate).value if step.rate else plan.station.draw_rate_ml_min
        return {
            "reagent": plan.reagent_of(step.reagent),
            "stock": stock,
            "vessel": target,
            "volume_ml": wanted.volume_ml,
            "asked": wanted.asked,
            "amount": wanted.amount,
            "amount_unit": wanted.unit,
            "rate_ml_min": rate,
        }

    async def _add(self, step: verbs.Add, record: ActionRecord) -> Details:
        asked = record.details
        handler = self._handler(asked["vessel"])
        volume_ml, rate = float(asked["volume_ml"]), float(asked["rate_ml_min"])
        await handler.dose(record.action, asked["stock"], asked["vessel"], volume_ml, rate)
        moved = record.moved.get("dispense")
        return {"volume_ml": moved.volume_ml if moved else 0.0, "sd_ml": moved.sd_ml if moved else 0.0}

    def _transfer_details(self, step: Transfer | Sample) -> Details:
        source, target = self._role(step.source), self._role(step.to)
        if step.volume == "all":
            volume_ml = self._history.inventory.content(source).volume_ml
        else:
            volume_ml = self._shop.values.number(step.volume).value
        rate_expression = step.rate if isinstance(step, verbs.Transfer) else None
        rate = self._shop.values.number(rate_expression).value if rate_expression else self._draw_rate
        return {"source": source, "vessel": target, "volume_ml": volume_ml, "rate_ml_min": rate}

    @property
    def _draw_rate(self) -> float:
        return self._shop.plan.station.draw_rate_ml_min

    async def _transfer(self, step: Transfer | Sample, record: ActionRecord) -> Details:
        asked = record.details
        volume_ml, rate = float(asked["volume_ml"]), float(asked["rate_ml_min"])
        handler = self._handler(asked["source"])
        await handler.transfer(record.action, asked["source"], asked["vessel"], volume_ml, rate)
        return {"volume_ml": volume_ml}

    def _clean_details(self, step: verbs.Clean) -> Details:
        volume_ml = self._shop.values.number(step.volume).value
        stock = self._shop.plan.stock_of(step.solvent)
        return {"vessel": self._role(step.vessel), "stock": stock, "volume_ml": volume_ml, "times": step.times}

    async def _clean(self, step: verbs.Clean, record: ActionRecord) -> Details:
        asked = record.details
        await self._shop.measuring.wash(
            record.action, asked["vessel"], asked["stock"], float(asked["volume_ml"]), int(asked["times"])
        )
        return {}

    # -- stirring, temperature, time ---------------------------------------------------------------------------------

    def _stir_details(self, step: verbs.Stir) -> Details:
        vessel = self._role(step.vessel)
        return {"vessel": vessel, "speed_rpm": self._shop.values.number(step.speed).value}

    async def _stir(self, step: verbs.Stir, record: ActionRecord) -> Details:
        device = self._shop.plan.station.vessels[record.details["vessel"]].stirred_by
        if "set" not in record.marks:
            await self._until_made(record, str(device), SetSpeed(float(record.details["speed_rpm"])))
        return {}

    async def _until_made(self, record: ActionRecord, device: str, stroke: SetSpeed | SetTemperature) -> None:
        while not await self._shop.accounting.stroke(record.action, "set", device, stroke):
            pass
        self._shop.recorder.record("action.phase", {"phase": "set"}, record.action)

    def _heat_details(self, step: verbs.Heat | verbs.Cool) -> Details:
        number = self._shop.values.number
        details: Details = {"vessel": self._role(step.vessel)}
        if step.off or step.to is None:
            return {**details, "target_c": None}
        details["temperature_c"] = details["target_c"] = number(step.to).value
        details["within_s"] = number(step.within).value if step.within else 3600.0
        details["tolerance_k"] = number(step.tolerance).value
        return details

    async def _heat(self, step: verbs.Heat | verbs.Cool, record: ActionRecord) -> Details:
        """Set the temperature and wait until the vessel is within the tolerance; too slow holds."""
        asked = record.details
        device = str(self._shop.plan.station.vessels[asked["vessel"]].heated_by)
        if "set" not in record.marks:
            await self._until_made(record, device, SetTemperature(asked["target_c"]))
        if asked["target_c"] is None:
            return {}
        thermostat: Thermostat = self._shop.devices[device]
        deadline_s = record.started_s + asked["within_s"]
        while True:
            reached_c = await self._temperature(record.action, thermostat)
            if reached_c is not None and abs(reached_c - asked["target_c"]) <= asked["tolerance_k"]:
                return {"temperature_c": reached_c}
            if self._shop.clock.now() > deadline_s:
                self._shop.control.hold(
                    f"{record.action}: {asked['vessel']} is at {reached_c} °C after {asked['within_s']:.0f} s"
                )
                await self._shop.control.pass_gate()
                deadline_s = self._shop.clock.now() + asked["within_s"]
            await self._shop.clock.sleep(POLL_S)

    async def _temperature(self, action: str, thermostat: Thermostat) -> float | None:
        try:
            return await thermostat.read_temperature()
        except ExchangeError as error:
            self._shop.accounting.failed(None, action, error)
            self._shop.control.hold(str(error))
            await self._shop.control.pass_gate()
            return None

    def _wait_details(self, step: verbs.Wait) -> Details:
        number = self._shop.values.number
        tolerance = number(step.tolerance).value if step.tolerance else None
        return {"wait_s": number(step.duration).value, "tolerance_s": tolerance}

    async def _wait(self, step: verbs.Wait, record: ActionRecord) -> Details:
        """Wait from the start of the action, whatever happens meanwhile; too long is a deviation: chemistry went on."""
        asked = record.details
        await self._shop.clock.sleep(record.started_s + asked["wait_s"] - self._shop.clock.now())
        await self._shop.control.pass_gate()
        waited_s = self._shop.clock.now() - record.started_s
        tolerance_s = asked["tolerance_s"]
        if tolerance_s is not None and waited_s - asked["wait_s"] > tolerance_s:
            details = {"what": "waited too long", "wait_s": asked["wait_s"], "waited_s": waited_s}
            self._shop.recorder.record("deviation", {**details, "tolerance_s": tolerance_s}, record.action)
        return {"waited_s": waited_s}

    # -- measuring, hands, words -------------------------------------------------------------------------------------

    def _measure_details(self, step: verbs.Measure) -> Details:
        return self._shop.measuring.details(step)

    async def _measure(self, step: verbs.Measure, record: ActionRecord) -> Details:
        return await self._shop.measuring.measure(step, record)

    def _operator_details(self, step: verbs.Operator) -> Details:
        return {"prompt": step.prompt, "likely_s": self._shop.values.number(step.likely).value}

    async def _operator(self, step: verbs.Operator, record: ActionRecord) -> Details:
        enter = step.enter
        question = Question(
            record.action,
            step.prompt,
            float(record.details["likely_s"]),
            name=enter.name if enter else "",
            unit=enter.unit if enter else "",
            low=enter.low if enter else None,
            high=enter.high if enter else None,
        )
        while (answer := await self._shop.operator.ask(question)) is None:
            self._shop.control.hold(f"{record.action} needs a person: {step.prompt}")
            await self._shop.control.pass_gate()
        return {"who": answer.who, "value": answer.value, "name": question.name, "unit": question.unit}

    def _note_details(self, step: verbs.Note) -> Details:
        return {"text": step.text}

    async def _note(self, step: verbs.Note, record: ActionRecord) -> Details:
        return {}
