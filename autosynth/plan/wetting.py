"""Liquid for milling, or only for wetting, in bounds: what is in the jar counts, the rest comes out of a syringe."""

from dataclasses import replace

from autosynth.language.interval import Interval
from autosynth.plan.flow import Place
from autosynth.plan.limits import check_within
from autosynth.plan.state import State, hull, point
from autosynth.plan.survey import Bounds, Survey, rounded
from autosynth.plan.tree import Span
from autosynth.recipe.steps import Grind, Wet

LIQUID_MARGIN = 0.03
"""How far, relatively, what a syringe pushes may be from what was asked, three standard uncertainties [assumed]."""


def wetted(survey: Survey, step: Grind | Wet, state: State, place: Place, vessel: str, bounds: Bounds) -> Span | None:
    """Bring the liquid up to eta times the mass of the solid; None after noting what stands against it."""
    if step.liquid is None or step.eta is None:
        return Span()
    stock = survey.stock(step, step.liquid, "liquid")
    eta = survey.number(step, step.eta, "eta", state)
    draw = survey.plan.station.draw_rate_ml_min
    rate = point(draw) if step.rate is None else survey.number(step, step.rate, "rate", state)
    if stock is None or eta is None or rate is None:
        return None
    solid, have = state.jars[vessel].solid_mg, state.vessels[vessel].volume_ml
    goal = Interval(1e-3 * eta.low * solid.low, 1e-3 * eta.high * solid.high)
    volume = rounded(Interval(max(goal.low - have.high, 0.0), max(goal.high - have.low, 0.0)))
    bounds["volume_ml"] = Interval(max(volume.low, 0.0), volume.high, "volume")
    bounds["rate_ml_min"] = Interval(rate.low, rate.high, "rate")
    way = survey.can.plumbing.infuser(stock, vessel)
    if way is None:
        survey.reject("PATH", step, "liquid", f"no syringe of {stock} leads into {vessel}", "give the stock loaded_in:")
        return None
    limits = survey.can.limits(way.pump)
    slowest, fastest = limits.rate_min_ml_min, limits.rate_max_ml_min
    if not check_within(survey, step, "rate", bounds["rate_ml_min"], slowest, fastest, way.pump):
        return None
    margin_ml = LIQUID_MARGIN * volume.high
    survey.flow.push(state, place, stock, vessel, Interval(max(volume.low - margin_ml, 0.0), volume.high + margin_ml))
    _brought_to(state, vessel, have, goal, margin_ml)
    survey.flow.volumes[vessel] = hull(have, state.vessels[vessel].volume_ml)
    high_s = 60.0 * volume.high / rate.low if rate.low > 0 else 0.0
    return Span(0.0, high_s + 5.0, 1.2 * high_s + 60.0)


def _brought_to(state: State, vessel: str, have: Interval, goal: Interval, margin_ml: float) -> None:
    """Say what a sum cannot: less was added where more was there, so that the level is that of the goal."""
    held = state.vessels[vessel]
    low = max(held.volume_ml.low, max(have.low, goal.low) - margin_ml)
    high = min(held.volume_ml.high, max(have.high, goal.high) + margin_ml)
    state.vessels[vessel] = replace(held, volume_ml=Interval(low, max(low, high)))
