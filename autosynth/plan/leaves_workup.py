"""What is done by hand with a solid that was milled, in bounds: washing, spinning down, driving the solvent out."""

from dataclasses import replace

from autosynth.language.interval import Interval
from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST, Result
from autosynth.plan.leaves_solid import jar_of, need
from autosynth.plan.limits import check_within
from autosynth.plan.state import ZERO, State
from autosynth.plan.survey import Survey
from autosynth.plan.tree import Span
from autosynth.recipe.steps import Activate, Centrifuge, Wash


def wash(survey: Survey, step: Wash, state: State, place: Place) -> Result:
    """Wash the solid: liquid and what dissolves in it go."""
    found = jar_of(survey, step, step.vessel)
    volume = survey.number(step, step.volume, "volume", state)
    likely = survey.number(step, step.likely, "likely", state)
    if found is None or volume is None or likely is None:
        return LOST
    vessel, jar = found
    space_ml = survey.plan.station.vessels[vessel].limit_ml - jar.balls.count * jar.balls.volume_ml
    if not check_within(survey, step, "volume", volume, None, space_ml, f"space in {vessel} beside its balls"):
        return LOST
    need(survey, step, state, vessel, closed=False)
    _dry(state, vessel)
    liquid = survey.plan.reagent(step.with_)
    state.poured_ml[liquid] = state.poured_ml.get(liquid, ZERO) + Interval(
        step.times * max(volume.low, 0.0), step.times * volume.high
    )
    seconds = step.times * likely.high
    return {"volume_ml": volume, "times": Interval(step.times, step.times)}, Span(0.0, seconds, 3.0 * seconds)


def centrifuge(survey: Survey, step: Centrifuge, state: State, place: Place) -> Result:
    """Spin down and take the liquid off."""
    found = jar_of(survey, step, step.vessel)
    seconds = survey.number(step, step.for_, "for", state)
    if found is None or seconds is None:
        return LOST
    need(survey, step, state, found[0], closed=False)
    _dry(state, found[0])
    return {"wait_s": seconds}, Span(seconds.low, seconds.high + 300.0, 3.0 * seconds.high + 1800.0)


def activate(survey: Survey, step: Activate, state: State, place: Place) -> Result:
    """Drive the solvent out: what was liquid is gone. A jar that goes into the oven itself has to stand it."""
    found = jar_of(survey, step, step.vessel)
    target = survey.number(step, step.to, "to", state)
    ramp = survey.number(step, step.ramp, "ramp", state)
    hold = survey.number(step, step.hold, "hold", state)
    if found is None or target is None or ramp is None or hold is None:
        return LOST
    vessel, ambient_c = found[0], survey.plan.station.ambient_c
    if not check_within(survey, step, "to", target, ambient_c, None, "room: an oven only heats"):
        return LOST
    rated_c = survey.plan.station.vessels[vessel].rated_temperature_c if step.in_ == "jar" else None
    if rated_c is not None and target.high > rated_c + 1e-6:
        message = f"{vessel} is rated for {rated_c:g} °C, {target.high:g} °C are asked for"
        survey.reject("LIMITS", step, "to", message, "write in: dish, if the powder goes into the oven without the jar")
        return LOST
    need(survey, step, state, vessel, closed=False)
    _dry(state, vessel)
    bounds = {"temperature_c": target, "ramp_k_min": ramp, "hold_s": hold}
    survey.rules.activated(state, place, vessel, bounds)
    warm_s = 60.0 * max(target.high - ambient_c, 0.0) / ramp.low if ramp.low > 0 else 0.0
    return bounds, Span(hold.low, hold.high + 2.0 * warm_s, 1.2 * hold.high + 4.0 * warm_s)


def _dry(state: State, jar: str) -> None:
    held = state.vessels[jar]
    state.vessels[jar] = replace(held, volume_ml=ZERO, solvents=frozenset())
