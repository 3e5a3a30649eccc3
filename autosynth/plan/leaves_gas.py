"""The verb that sweeps a vessel with gas, in bounds."""

from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST, Result
from autosynth.plan.limits import check_within
from autosynth.plan.state import State
from autosynth.plan.survey import Survey
from autosynth.plan.tree import Span
from autosynth.recipe.verbs import Sweep


def sweep(survey: Survey, step: Sweep, state: State, place: Place) -> Result:
    """Set a gas-flow controller and wait until it flows."""
    vessel = survey.plan.vessel(step.vessel)
    spec = survey.plan.station.vessels.get(vessel)
    flow = survey.number(step, step.flow, "flow", state)
    within = survey.number(step, step.within, "within", state)
    if spec is None or flow is None or within is None:
        return LOST
    if spec.swept_by is None:
        survey.reject("LIMITS", step, "vessel", f"nothing sweeps {vessel}", "give the station's vessel swept_by:")
        return LOST
    limits = survey.can.limits(spec.swept_by)
    check_within(survey, step, "flow", flow, 0.0, limits.flow_max_ml_min, f"the controller {spec.swept_by}")
    if step.gas is not None and step.gas != limits.gas:
        hint = f"write gas: {limits.gas}, or sweep with another controller"
        survey.reject("LIMITS", step, "gas", f"{spec.swept_by} has {limits.gas}, not {step.gas}", hint)
    state.sweeps_ml_min[vessel] = flow
    survey.rules.swept(state, place, vessel, flow)
    return {"flow_ml_min": flow, "within_s": within}, Span(0.5, 2.0, within.high + 5.0)
