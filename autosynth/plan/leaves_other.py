"""The verbs that stir, heat, wait, ask and remark, in bounds; and the list of all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autosynth.language.interval import Interval
from autosynth.plan import leaves_solid as solid
from autosynth.plan import leaves_workup as workup
from autosynth.plan.decided import forget
from autosynth.plan.flow import Place
from autosynth.plan.leaves_closed import autoclave
from autosynth.plan.leaves_gas import sweep
from autosynth.plan.leaves_liquid import LOST, Result, add, clean, transfer
from autosynth.plan.leaves_measure import measure
from autosynth.plan.limits import check_temperature, check_within
from autosynth.plan.state import State, point
from autosynth.plan.survey import Bounds, Survey
from autosynth.plan.tree import Span
from autosynth.recipe.steps import (
    Activate,
    Add,
    Autoclave,
    Centrifuge,
    Clean,
    Close,
    Cool,
    Dose,
    Evaluate,
    Grind,
    Heat,
    Measure,
    Note,
    Open,
    Operator,
    Sample,
    StepBase,
    Stir,
    Stop,
    Sweep,
    Transfer,
    Vent,
    Wait,
    Wash,
    Weigh,
    Wet,
)
from autosynth.recipe.verbs import Thermal
from autosynth.units import Quantity

WITHIN_S = 3600.0
"""How long a vessel may take to its temperature when the recipe does not say; the engine's own number."""
HEATING_K_MIN = 2.0
"""A likely heating rate, for durations only [assumed]."""


def stir(survey: Survey, step: Stir, state: State, place: Place) -> Result:
    """Set a stirrer."""
    vessel = survey.plan.vessel(step.vessel)
    spec = survey.plan.station.vessels.get(vessel)
    speed = survey.number(step, step.speed, "speed", state)
    wait = survey.number(step, step.for_, "for", state) if step.for_ is not None else None
    if spec is None or speed is None:
        return LOST
    if spec.stirred_by is None:
        survey.reject("LIMITS", step, "vessel", f"nothing stirs {vessel}", "give the station's vessel stirred_by:")
        return LOST
    most = survey.can.limits(spec.stirred_by).speed_max_rpm
    check_within(survey, step, "speed", speed, 0.0, most, f"the stirrer {spec.stirred_by}")
    state.vessels[vessel] = replace(state.vessels[vessel], stirred=speed.low > 0 and step.for_ is None)
    bounds = {"speed_rpm": speed, **({"wait_s": wait} if wait is not None else {})}
    seconds = wait or point(0.0)
    return bounds, Span(seconds.low, 0.5 * (seconds.low + seconds.high) + 1.0, seconds.high + 5.0)


def heat(survey: Survey, step: Thermal, state: State, place: Place) -> Result:
    """Bring a vessel to a temperature, or switch heating off."""
    vessel = survey.plan.vessel(step.vessel)
    spec = survey.plan.station.vessels.get(vessel)
    if spec is None:
        return LOST
    if spec.heated_by is None:
        survey.reject("LIMITS", step, "vessel", f"nothing heats {vessel}", "give the station's vessel heated_by:")
        return LOST
    held = state.vessels[vessel]
    if step.to is None:
        state.vessels[vessel] = replace(held, hot_c=None)
        return {}, Span(0.0, 1.0, 5.0)
    target = survey.number(step, step.to, "to", state)
    tolerance = survey.number(step, step.tolerance, "tolerance", state)
    within = survey.number(step, step.within, "within", state) if step.within is not None else point(WITHIN_S)
    if target is None or tolerance is None or within is None:
        return LOST
    check_temperature(survey, step, vessel, target)
    reached = Interval(target.low - tolerance.high, target.high + tolerance.high, "temperature")
    before = held.hot_c.high if held.hot_c is not None else survey.plan.station.ambient_c
    state.vessels[vessel] = replace(held, hot_c=reached)
    survey.rules.heated(state, place, vessel)
    if not step.hold:
        state.vessels[vessel] = replace(held, hot_c=None)
    likely = min(60.0 * abs(target.high - before) / HEATING_K_MIN, within.high)
    bounds = {"temperature_c": target, "tolerance_k": tolerance, "within_s": within}
    return bounds, Span(0.0, likely, within.high)


def wait(survey: Survey, step: Wait, state: State, place: Place) -> Result:
    """Let time pass."""
    seconds = survey.number(step, step.for_, "for", state)
    bounds: Bounds = {} if seconds is None else {"wait_s": seconds}
    tolerance = survey.number(step, step.tolerance, "tolerance", state) if step.tolerance is not None else None
    if tolerance is not None:
        bounds["tolerance_s"] = tolerance
    if seconds is None:
        return LOST
    return bounds, Span(
        max(seconds.low, 0.0), max(0.5 * (seconds.low + seconds.high), 0.0), max(seconds.high, 0.0) + 1.0
    )


def evaluate(survey: Survey, step: Evaluate, state: State, place: Place) -> Result:
    """Conclude from a measurement that has certainly been made."""
    asked = step.titration or step.spectra
    if asked is None:
        return LOST
    for of in step.sources:
        if of not in state.measured:
            message = f"{of} is concluded from here, but not measured on every way that leads here"
            survey.findings.add("DOMINANCE", message, asked.where("of"), "measure it before, on all ways", subject=of)
    vessels = {state.measured[of] for of in step.sources if of in state.measured}
    if len(vessels) > 1:
        message = f"{' and '.join(step.sources)} are of different samples, in {' and '.join(sorted(vessels))}"
        survey.findings.add("DOMINANCE", message, asked.where("of"), "name measurements of one sample", subject="of")
    forget(state, step.as_)
    state.measured[step.as_] = next(iter(sorted(vessels)), "")
    return {}, Span(0.0, 1.0, 10.0)


def operator(survey: Survey, step: Operator, state: State, place: Place) -> Result:
    """Ask a person; what is entered lies within the limits given."""
    likely = survey.number(step, step.likely, "likely", state)
    if step.enter is not None:
        low, high = step.enter.min, step.enter.max
        state.entered[step.enter.name] = Interval(
            low.value if isinstance(low, Quantity) else float("-inf"),
            high.value if isinstance(high, Quantity) else float("inf"),
            step.enter.kind,
        )
    if likely is None:
        return LOST
    return {"likely_s": likely}, Span(0.0, likely.high, 3.0 * likely.high)


def note(survey: Survey, step: Note, state: State, place: Place) -> Result:
    """Remark; nothing happens."""
    return {}, Span()


def stop(survey: Survey, step: Stop, state: State, place: Place) -> Result:
    """End the run; what would follow is not followed any more."""
    return {}, Span()


Leaf = Callable[[Survey, Any, State, Place], Result]
LEAVES: dict[type[StepBase], Leaf] = {
    Add: add,
    Transfer: transfer,
    Sample: transfer,
    Clean: clean,
    Stir: stir,
    Sweep: sweep,
    Heat: heat,
    Cool: heat,
    Wait: wait,
    Measure: measure,
    Evaluate: evaluate,
    Operator: operator,
    Note: note,
    Stop: stop,
    Dose: solid.dose,
    Weigh: solid.weigh,
    Wet: solid.wet,
    Grind: solid.grind,
    Vent: solid.vent,
    Open: solid.open_,
    Close: solid.close,
    Wash: workup.wash,
    Centrifuge: workup.centrifuge,
    Activate: workup.activate,
    Autoclave: autoclave,
}
