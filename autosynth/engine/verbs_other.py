"""The verbs that stir, heat, wait, measure, conclude, ask a person, and remark."""

from autosynth.contracts.stroke import SetSpeed, SetTemperature
from autosynth.contracts.thermal import Thermostat
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.control import Request
from autosynth.engine.hands import NOT_PEOPLE
from autosynth.engine.machine import Command
from autosynth.engine.operator import Question
from autosynth.engine.workshop import Details, Verb, Workshop
from autosynth.errors import ExchangeError
from autosynth.recipe.steps import Cool, Evaluate, Heat, Measure, Note, Operator, StepBase, Stir, Stop, Wait
from autosynth.recipe.verbs import Thermal
from autosynth.units import DIMENSIONS, Quantity, format_quantity

POLL_S = 5.0
"""How often a temperature is looked at while it is awaited."""
WITHIN_S = 3600.0
"""How long a vessel may take to its temperature when the recipe does not say."""


async def _set(
    shop: Workshop, record: ActionRecord, device: str, stroke: SetSpeed | SetTemperature, phase: str
) -> None:
    if phase in record.marks:
        return
    while not await shop.accounting.stroke(record.action, phase, device, stroke):
        pass
    shop.recorder.record("action.phase", {"phase": phase}, record.action)


def _stir_details(shop: Workshop, step: Stir) -> Details:
    number = shop.values.number
    details: Details = {"vessel": shop.plan.vessel(step.vessel), "speed_rpm": number(step.speed).value}
    return {**details, "wait_s": number(step.for_).value} if step.for_ else details


async def _stir(shop: Workshop, step: Stir, record: ActionRecord) -> Details:
    device = str(shop.plan.station.vessels[record.details["vessel"]].stirred_by)
    await _set(shop, record, device, SetSpeed(float(record.details["speed_rpm"])), "set")
    if "wait_s" in record.details:
        await shop.clock.sleep(record.started_s + record.details["wait_s"] - shop.clock.now())
        await _set(shop, record, device, SetSpeed(0.0), "stop")
    return {}


def _heat_details(shop: Workshop, step: Thermal) -> Details:
    number = shop.values.number
    vessel = shop.plan.vessel(step.vessel)
    if step.off or step.to is None:
        return {"vessel": vessel, "temperature_c": None}
    return {
        "vessel": vessel,
        "temperature_c": number(step.to).value,
        "within_s": number(step.within).value if step.within else WITHIN_S,
        "tolerance_k": number(step.tolerance).value,
        "hold": step.hold,
    }


async def _heat(shop: Workshop, step: Thermal, record: ActionRecord) -> Details:
    """Set the temperature and wait until the vessel is within the tolerance; too slow holds."""
    asked = record.details
    device = str(shop.plan.station.vessels[asked["vessel"]].heated_by)
    await _set(shop, record, device, SetTemperature(asked["temperature_c"]), "set")
    if asked["temperature_c"] is None:
        return {}
    reached_c = await _until_warm(shop, record, shop.devices[device])  # type: ignore[arg-type]
    if not asked["hold"]:
        await _set(shop, record, device, SetTemperature(None), "off")
    return {"temperature_c": reached_c}


async def _until_warm(shop: Workshop, record: ActionRecord, thermostat: Thermostat) -> float:
    asked = record.details
    deadline_s = record.started_s + asked["within_s"]
    while True:
        reached_c = await _temperature(shop, record.action, thermostat)
        if reached_c is not None and abs(reached_c - asked["temperature_c"]) <= asked["tolerance_k"]:
            return reached_c
        if shop.clock.now() > deadline_s:
            advice = f"look at {thermostat.name} and its sensor; after a restart as long is waited again"
            reason = (
                f"{record.action}: {asked['vessel']} is at {reached_c} °C after {asked['within_s']:.0f} s: {advice}"
            )
            shop.control.hold(reason)
            await shop.control.pass_gate()
            deadline_s = shop.clock.now() + asked["within_s"]
        await shop.clock.sleep(POLL_S)


async def _temperature(shop: Workshop, action: str, thermostat: Thermostat) -> float | None:
    try:
        return await thermostat.read_temperature()
    except ExchangeError as error:
        shop.accounting.failed(None, action, error)
        shop.control.hold(error.told)
        await shop.control.pass_gate()
        return None


def _wait_details(shop: Workshop, step: Wait) -> Details:
    number = shop.values.number
    tolerance_s = number(step.tolerance).value if step.tolerance else None
    return {"wait_s": number(step.for_).value, "tolerance_s": tolerance_s}


async def _wait(shop: Workshop, step: Wait, record: ActionRecord) -> Details:
    """Wait from the start of the action, whatever happens meanwhile; too long is a deviation: chemistry went on."""
    asked = record.details
    await shop.clock.sleep(record.started_s + asked["wait_s"] - shop.clock.now())
    await shop.control.pass_gate()
    waited_s, tolerance_s = shop.clock.now() - record.started_s, asked["tolerance_s"]
    if tolerance_s is not None and waited_s - asked["wait_s"] > tolerance_s:
        details = {"what": "waited too long", "wait_s": asked["wait_s"], "waited_s": waited_s}
        shop.recorder.record("deviation", {**details, "tolerance_s": tolerance_s}, record.action)
    return {"waited_s": waited_s}


def _measure_details(shop: Workshop, step: Measure) -> Details:
    return shop.measuring.details(step)


async def _measure(shop: Workshop, step: Measure, record: ActionRecord) -> Details:
    return await shop.measuring.measure(step, record)


def _evaluate_details(shop: Workshop, step: Evaluate) -> Details:
    return shop.techniques.concluding[step.conclusion].details(step)


async def _evaluate(shop: Workshop, step: Evaluate, record: ActionRecord) -> Details:
    return await shop.techniques.concluding[step.conclusion].conclude(record.action, record.details)


def _operator_details(shop: Workshop, step: Operator) -> Details:
    return {"prompt": step.prompt, "likely_s": shop.values.number(step.likely).value}


async def _operator(shop: Workshop, step: Operator, record: ActionRecord) -> Details:
    enter = step.enter
    low, high = (enter.min, enter.max) if enter else (None, None)
    question = Question(
        record.action,
        step.prompt,
        float(record.details["likely_s"]),
        name=enter.name if enter else "",
        unit=(enter.unit or "") if enter else "",
        low=low.value if isinstance(low, Quantity) else None,
        high=high.value if isinstance(high, Quantity) else None,
    )
    kind = enter.kind if enter else ""
    while (answer := await shop.operator.ask(question)) is None or not question.accepts(answer):
        said = "" if answer is None else f" (not {answer.value}: it is wanted {_limits(question, kind)})"
        restart = f"when it is done, restart{question.by_restart}"
        shop.control.hold(f"{record.action} needs a person: {step.prompt}{said}; {restart}")
        await shop.control.pass_gate()
        answer = question.restarted(shop.control.last.who, shop.control.last.value)
        if shop.control.last.who not in NOT_PEOPLE and question.accepts(answer):
            break  # whoever restarts says that it is done
    unit = DIMENSIONS[kind].unit if enter else ""
    return {"who": answer.who, "value": answer.value, "name": question.name, "unit": unit, "dimension": kind}


def _limits(question: Question, kind: str) -> str:
    ends = (("from", question.low), ("to", question.high))
    return " ".join(f"{word} {format_quantity(end, kind)}" for word, end in ends if end is not None) or "as a number"


def _note_details(shop: Workshop, step: Note) -> Details:
    return {"text": step.text}


async def _note(shop: Workshop, step: Note, record: ActionRecord) -> Details:
    return {}


def _stop_details(shop: Workshop, step: Stop) -> Details:
    return {"text": step.reason}


async def _stop(shop: Workshop, step: Stop, record: ActionRecord) -> Details:
    """Stop the run, as somebody's stop would: what runs is brought to its safe state.

    Raises:
        RunEndedError: always.
    """
    await shop.control.pass_gate()
    shop.control.give(Request(Command.STOP, f"{record.action}: {step.reason}"))
    await shop.control.pass_gate()
    return {}


OTHER_VERBS: dict[type[StepBase], Verb] = {
    Stir: Verb(_stir_details, _stir),
    Heat: Verb(_heat_details, _heat),
    Cool: Verb(_heat_details, _heat),
    Wait: Verb(_wait_details, _wait),
    Measure: Verb(_measure_details, _measure),
    Evaluate: Verb(_evaluate_details, _evaluate),
    Operator: Verb(_operator_details, _operator),
    Note: Verb(_note_details, _note),
    Stop: Verb(_stop_details, _stop),
}
