"""Liquid in a jar, in bounds: what a jar must be like, and how it is brought up to so much liquid a gram."""

from dataclasses import replace

from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST, Result
from autosynth.plan.limits import check_within
from autosynth.plan.state import State, point
from autosynth.plan.survey import Bounds, Survey, rounded
from autosynth.plan.tree import Span
from autosynth.recipe.steps import Grind, StepBase, Wet
from autosynth.station.model import JarSpec

LIQUID_MARGIN = 0.03
"""How far, relatively, what a syringe pushes may be from what was asked, three standard uncertainties [assumed]."""


def jar_of(survey: Survey, step: StepBase, role: str, key: str = "vessel") -> tuple[str, JarSpec] | None:
    """Return the jar that a step acts on; None after noting that the vessel is none."""
    vessel = survey.plan.vessel(role)
    spec = survey.plan.station.vessels.get(vessel)
    if spec is None:
        return None
    if spec.jar is None:
        survey.reject("JAR", step, key, f"{vessel} is no jar", "give the station's vessel jar: {...}")
        return None
    return vessel, spec.jar


def need(survey: Survey, step: StepBase, state: State, jar: str, *, closed: bool, key: str = "vessel") -> None:
    """Note a jar that may not be as a step needs it."""
    if state.jars[jar].closed is not Truth.of(closed):
        verb, hint = ("open", "close it before") if closed else ("closed", "open it before")
        survey.reject("JAR", step, key, f"{jar} may be {verb} here", hint)


def wet(survey: Survey, step: Wet, state: State, place: Place) -> Result:
    """Bring the liquid up to what is asked; whether that is too much for milling is judged when it is milled."""
    found = jar_of(survey, step, step.vessel)
    if found is None:
        return LOST
    need(survey, step, state, found[0], closed=False)
    bounds: Bounds = {}
    span = wetted(survey, step, state, place, found[0], bounds)
    return bounds, span


def wetted(survey: Survey, step: Grind | Wet, state: State, place: Place, vessel: str, bounds: Bounds) -> Span:
    """Bring the liquid up to eta times the mass of the solid, out of a syringe or through a pump."""
    if step.liquid is None or step.eta is None:
        return Span()
    stock = survey.stock(step, step.liquid, "liquid")
    eta = survey.number(step, step.eta, "eta", state)
    if stock is None or eta is None:
        return Span()
    solid, have = state.jars[vessel].solid_mg, state.vessels[vessel].volume_ml
    volume = rounded(
        Interval(max(1e-3 * eta.low * solid.low - have.high, 0.0), max(1e-3 * eta.high * solid.high - have.low, 0.0))
    )
    volume = Interval(max(volume.low, 0.0), volume.high, "volume")
    draw = survey.plan.station.draw_rate_ml_min
    rate = point(draw) if step.rate is None else survey.number(step, step.rate, "rate", state)
    bounds["volume_ml"] = volume
    if rate is None:
        return Span()
    bounds["rate_ml_min"] = Interval(rate.low, rate.high, "rate")
    way = survey.can.plumbing.infuser(stock, vessel)
    if way is None:
        survey.reject("PATH", step, "liquid", f"no syringe of {stock} leads into {vessel}", "give the stock loaded_in:")
        return Span()
    limits = survey.can.limits(way.pump)
    check_within(survey, step, "rate", bounds["rate_ml_min"], limits.rate_min_ml_min, limits.rate_max_ml_min, way.pump)
    margin_ml = LIQUID_MARGIN * volume.high
    survey.flow.push(state, place, stock, vessel, Interval(max(volume.low - margin_ml, 0.0), volume.high + margin_ml))
    wanted = Interval(1e-3 * eta.low * solid.low - margin_ml, 1e-3 * eta.high * solid.high + margin_ml)
    _narrowed(state, vessel, Interval(max(have.low, wanted.low), max(have.high, wanted.high)))
    high_s = 60.0 * volume.high / rate.low if rate.low > 0 else 0.0
    return Span(0.0, high_s + 5.0, 1.2 * high_s + 60.0)


def _narrowed(state: State, vessel: str, known_ml: Interval) -> None:
    """Bound what is in a jar by what it was filled up to: volume and what was missing are not independent."""
    held = state.vessels[vessel]
    low, high = max(held.volume_ml.low, known_ml.low), min(held.volume_ml.high, known_ml.high)
    if low <= high:
        state.vessels[vessel] = replace(held, volume_ml=Interval(low, high))
