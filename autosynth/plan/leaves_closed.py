"""Heating a solid with a solvent in a closed vessel, in bounds: poured out of a bottle, closed, heated, cooled."""

from dataclasses import replace

from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST, Result
from autosynth.plan.leaves_solid import jar_of, need
from autosynth.plan.limits import check_within
from autosynth.plan.rulebook import standing_rules
from autosynth.plan.state import State
from autosynth.plan.survey import Bounds, Survey
from autosynth.plan.tree import Span
from autosynth.recipe.steps import Autoclave

POUR_MARGIN = 0.05
"""How far, relatively, what a person pours may be from what was asked [assumed: a graduated cylinder]."""
HANDS_S = 600.0
"""Pouring, closing, carrying [assumed]; for durations only."""


def autoclave(survey: Survey, step: Autoclave, state: State, place: Place) -> Result:
    """Pour the liquid in, close the vessel and heat it; it comes back closed and not vented."""
    found = jar_of(survey, step, step.vessel)
    stock = survey.stock(step, step.liquid, "liquid")
    keys = ("volume", "to", "ramp", "hold", "cooling")
    asked = {key: survey.number(step, getattr(step, key), key, state) for key in keys}
    numbers = {key: value for key, value in asked.items() if value is not None}
    if found is None or stock is None or len(numbers) < len(keys):
        return LOST
    vessel = found[0]
    if not _within(survey, step, vessel, numbers) or not _pourable(survey, step, vessel, stock):
        return LOST
    need(survey, step, state, vessel, closed=False)
    volume = numbers["volume"]
    poured = Interval(volume.low * (1.0 - POUR_MARGIN), volume.high * (1.0 + POUR_MARGIN))
    survey.flow.push(state, place, stock, vessel, poured)
    survey.rules.autoclaved(state, place, vessel, numbers["to"])
    state.jars[vessel] = replace(state.jars[vessel], closed=Truth.TRUE, vented=Truth.FALSE)
    hold, warm_s = numbers["hold"], _warm_s(survey, numbers)
    bounds: Bounds = {
        "volume_ml": volume,
        "temperature_c": numbers["to"],
        "ramp_k_min": numbers["ramp"],
        "hold_s": hold,
        "cooling_s": numbers["cooling"],
    }
    oven_s = hold.high + warm_s + numbers["cooling"].high
    return bounds, Span(hold.low, oven_s + HANDS_S, 1.2 * oven_s + 4.0 * HANDS_S)


def _within(survey: Survey, step: Autoclave, vessel: str, numbers: dict[str, Interval]) -> bool:
    """Note a vessel that is not rated, or for less than is asked for; True if it stands the step."""
    spec = survey.plan.station.vessels[vessel]
    for key, rated in (("rated_temperature", spec.rated_temperature_c), ("rated_pressure", spec.rated_pressure_kpa)):
        if rated is None:
            message = f"{vessel} has no {key}: nobody knows what it stands closed and hot"
            survey.reject("LIMITS", step, "vessel", message, f"give the station's vessel {key}:, as its maker says")
            return False
    ambient_c = survey.plan.station.ambient_c
    return (
        check_within(survey, step, "to", numbers["to"], ambient_c, None, "room: an oven only heats")
        and check_within(survey, step, "to", numbers["to"], None, spec.rated_temperature_c, f"the vessel {vessel}")
        and check_within(survey, step, "volume", numbers["volume"], 0.0, spec.limit_ml, f"the vessel {vessel}")
    )


def _pourable(survey: Survey, step: Autoclave, vessel: str, stock: str) -> bool:
    """Note a stock that is no bottle, or whose solvent has a pressure that nobody knows when hot; True of neither."""
    loaded_in = survey.plan.station.vessels[stock].loaded_in
    if loaded_in is not None:
        survey.reject(
            "PATH", step, "liquid", f"nobody pours {stock} out of the syringe of {loaded_in}", "take a bottle"
        )
        return False
    solvent, solvents = survey.plan.station.vessels[stock].solvent, standing_rules().solvents
    tabled = sorted(name for name, each in solvents.items() if each.antoine is not None)
    if solvent in tabled:
        return True
    message = f"the vapour pressure of {solvent} is not tabled: nobody knows what it does in {vessel}"
    survey.reject("LIMITS", step, "liquid", message, f"take one of which it is: {', '.join(tabled)}")
    return False


def _warm_s(survey: Survey, numbers: dict[str, Interval]) -> float:
    rise_k = max(numbers["to"].high - survey.plan.station.ambient_c, 0.0)
    return 60.0 * rise_k / numbers["ramp"].low if numbers["ramp"].low > 0 else 0.0
