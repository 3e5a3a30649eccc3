"""The verb that sweeps a vessel with gas: set, and awaited until so much is measured to flow."""

from autosynth.contracts.gas import GasFlow
from autosynth.contracts.stroke import SetFlow
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.workshop import Details, Verb, Workshop
from autosynth.errors import ExchangeError
from autosynth.recipe.step import StepBase
from autosynth.recipe.verbs import Sweep

POLL_S = 1.0
"""How often a flow is looked at while it is awaited."""
NEAR_FRAC = 0.05
"""So near to its set-point, of it, a flow is there; and of full scale when it is to be closed [assumed]."""


def _details(shop: Workshop, step: Sweep) -> Details:
    number = shop.values.number
    return {
        "vessel": shop.plan.vessel(step.vessel),
        "flow_ml_min": number(step.flow).value,
        "within_s": number(step.within).value,
    }


async def _sweep(shop: Workshop, step: Sweep, record: ActionRecord) -> Details:
    """Set the flow and wait until it flows; too little for too long holds."""
    asked = record.details
    device = str(shop.plan.station.vessels[asked["vessel"]].swept_by)
    if "set" not in record.marks:
        while not await shop.accounting.stroke(record.action, "set", device, SetFlow(float(asked["flow_ml_min"]))):
            pass
        shop.recorder.record("action.phase", {"phase": "set"}, record.action)
    return {"flow_ml_min": await _until_it_flows(shop, record, shop.devices[device])}  # type: ignore[arg-type]


async def _until_it_flows(shop: Workshop, record: ActionRecord, controller: GasFlow) -> float:
    wanted, within_s = float(record.details["flow_ml_min"]), float(record.details["within_s"])
    near = NEAR_FRAC * (wanted or controller.flow_max_ml_min)
    deadline_s = record.started_s + within_s
    while True:
        flow_ml_min = await _measured(shop, record.action, controller)
        if flow_ml_min is not None and abs(flow_ml_min - wanted) <= near:
            return flow_ml_min
        if shop.clock.now() > deadline_s:
            said = "nothing is measured" if flow_ml_min is None else f"{flow_ml_min:.0f} mL/min are measured"
            reason = f"{record.action}: {said} of {wanted:.0f} mL/min after {within_s:.0f} s"
            shop.control.hold(f"{reason}: look at {controller.name} and its gas supply")
            await shop.control.pass_gate()
            deadline_s = shop.clock.now() + within_s
        await shop.clock.sleep(POLL_S)


async def _measured(shop: Workshop, action: str, controller: GasFlow) -> float | None:
    try:
        return await controller.read_flow()
    except ExchangeError as error:
        shop.accounting.failed(None, action, error)
        shop.control.hold(str(error))
        await shop.control.pass_gate()
        return None


GAS_VERBS: dict[type[StepBase], Verb] = {Sweep: Verb(_details, _sweep)}
