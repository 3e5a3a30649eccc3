"""The verbs that move liquid, in bounds: what they consume, what they leave where, how long they take."""

from autosynth.errors import InputError
from autosynth.language.interval import Interval
from autosynth.language.validation import closest
from autosynth.plan.amounts import LiquidDose, concentration_mol_l, dose_bounds, species_of
from autosynth.plan.flow import Place
from autosynth.plan.limits import check_dose, check_rate
from autosynth.plan.state import WHOLE, ZERO, State, point
from autosynth.plan.survey import Bounds, Survey, rounded
from autosynth.plan.tree import Span
from autosynth.recipe.steps import Add, Clean, Sample, Transfer
from autosynth.recipe.verbs import QUANTITIES_OF_ADD

Result = tuple[Bounds, Span]
LOST: Result = ({}, Span())
"""What could not be followed, because something about the step is wrong: a problem was noted."""


def add(survey: Survey, step: Add, state: State, place: Place) -> Result:
    """Dose a reagent."""
    vessel = survey.plan.vessel(step.to)
    stock = survey.stock(step, step.reagent, "reagent")
    key = next(name for name in QUANTITIES_OF_ADD if getattr(step, name) is not None)
    asked = survey.number(step, step.quantity, key, state)
    rate = _rate(survey, step, state)
    if stock is None or asked is None:
        return LOST
    doses = _doses(survey, step, state, asked)
    pump = survey.pump(step, "to", stock, vessel)
    if doses is None or pump is None or rate is None or vessel not in state.vessels:
        return LOST
    volume = rounded(Interval(doses[0].volume_ml, doses[1].volume_ml, "volume"))
    survey.primed(step, "reagent", pump, stock)
    check_dose(survey, step, key, pump, volume)
    check_rate(survey, step, "rate", pump, rate)
    _note_unstirred(survey, step, state, vessel)
    nominal = _of_content(survey, step, state, vessel, asked) or _absolute(survey, step, state, vessel, doses)
    species = species_of(survey.plan, step.reagent)
    span = survey.flow.dose(state, place, pump, stock, vessel, volume, rate, {species: nominal})
    survey.rules.dosed(state, place, stock, vessel, rate)
    return {"volume_ml": volume, "rate_ml_min": rate}, span


def _doses(survey: Survey, step: Add, state: State, asked: Interval) -> tuple[LiquidDose, LiquidDose] | None:
    """Return the least and the most that the engine will resolve, whatever the ledger then says within its bounds."""

    def held(vessel: str, species: str) -> Interval:
        bounds = state.vessels.get(vessel)
        return ZERO if bounds is None else bounds.amounts.get(species, ZERO)

    try:
        low, high = dose_bounds(step, survey.plan, held, lambda _: asked)
        return (low, high) if low.volume_ml <= high.volume_ml else (high, low)
    except InputError as error:
        survey.findings.take(error, step.where("of") if step.of else step.mark, "REAGENT")
        return None


def _absolute(survey: Survey, step: Add, state: State, vessel: str, doses: tuple[LiquidDose, LiquidDose]) -> Interval:
    """Return the moles asked for, as if nothing had been drawn from the vessel before."""
    try:
        per_ml = 1e-3 * concentration_mol_l(step, survey.plan)
    except InputError:
        per_ml = 0.0  # a plain liquid by volume
    low, high = (each.amount if each.unit == "mol" else each.volume_ml * per_ml for each in doses)
    kept = state.vessels[vessel].kept
    return Interval(low, high) if kept is WHOLE else Interval(low, high) / kept


def _of_content(survey: Survey, step: Add, state: State, vessel: str, asked: Interval) -> Interval | None:
    """Return equivalents of what the vessel itself holds, which are exact however much was drawn from it."""
    if step.equivalents is None or step.of is None or step.of.charged:
        return None
    if survey.plan.vessel(step.of.vessel or step.to) != vessel:
        return None
    entity = survey.plan.recipe.define.get(step.of.entity)
    per = entity.per if entity is not None else {step.of.entity: 1.0}
    held = state.vessels[vessel].asked
    units = [
        (amount.low / count, amount.high / count)
        for reagent, count in per.items()
        if (amount := held.get(species_of(survey.plan, reagent))) is not None
    ]
    if len(units) != len(per):
        return None
    low, high = min(each[0] for each in units), min(each[1] for each in units)
    literal = step.equivalents.literal
    exact = point(literal.value) if literal else Interval(asked.low, asked.high)
    return Interval(low, high) * exact


def _note_unstirred(survey: Survey, step: Add, state: State, vessel: str) -> None:
    spec = survey.plan.station.vessels[vessel]
    if spec.stirred_by is not None and not state.vessels[vessel].stirred:
        survey.findings.add("STIRRED", f"{vessel} may not be stirred here", step.where("to"), "stir it before")


def _rate(survey: Survey, step: Add | Transfer, state: State) -> Interval | None:
    if step.rate is None:
        return _fast(survey)
    return survey.number(step, step.rate, "rate", state)


def transfer(survey: Survey, step: Transfer | Sample, state: State, place: Place) -> Result:
    """Move liquid from vessel to vessel."""
    source, target = survey.plan.vessel(step.from_), survey.plan.vessel(step.to)
    pump = survey.pump(step, "to", source, target)
    rate = _rate(survey, step, state) if isinstance(step, Transfer) else _fast(survey)
    if pump is None or rate is None:
        return LOST
    if source == target:
        survey.reject("PATH", step, "to", f"{source} is both ends of the transfer", "name another vessel")
        return LOST
    check_rate(survey, step, "rate", pump, rate)
    if isinstance(step.volume, str):
        whole = rounded(state.vessels[source].volume_ml)
        span = survey.flow.empty(state, place, pump, source, target, rate, intended=isinstance(step, Transfer))
        return {"volume_ml": Interval(whole.low, whole.high, "volume"), "rate_ml_min": rate}, span
    volume = survey.number(step, step.volume, "volume", state)
    if volume is None:
        return LOST
    check_dose(survey, step, "volume", pump, volume)
    intended = isinstance(step, Transfer)
    span = survey.flow.transfer(state, place, pump, source, target, volume, rate, intended=intended)
    if intended:
        survey.rules.dosed(state, place, source, target, rate)
    return {"volume_ml": volume, "rate_ml_min": rate}, span


def clean(survey: Survey, step: Clean, state: State, place: Place) -> Result:
    """Wash a vessel, or flush a line."""
    stock = survey.stock(step, step.with_, "with")
    volume = survey.number(step, step.volume, "volume", state)
    if stock is None or volume is None:
        return LOST
    bounds = {"volume_ml": volume, "times": Interval(step.times, step.times)}
    if step.vessel is not None:
        vessel = survey.plan.vessel(step.vessel)
        pump = survey.pump(step, "vessel", vessel)
        if pump is None or not reaches(survey, step, "with", pump, stock):
            return LOST
        check_dose(survey, step, "volume", pump, volume)
        span = survey.flow.wash(state, place, pump, vessel, stock, volume, step.times)
        survey.rules.dosed(state, place, stock, vessel, _fast(survey))
        return bounds, span
    pump = survey.pump(step, "with", stock)
    if pump is None:
        return LOST
    ends = [path.vessel for path in survey.can.plumbing.paths(pump) if step.line in path.lines]
    if not ends:
        lines = {line for path in survey.can.plumbing.paths(pump) for line in path.lines}
        hint = closest(step.line or "", lines)
        survey.reject("PATH", step, "line", f"{pump}, which draws {stock}, has no line {step.line!r}", hint)
        return LOST
    check_syringe(survey, step, "volume", pump, volume)
    span = survey.flow.flush(state, place, pump, stock, ends[0], volume, step.times)
    survey.rules.dosed(state, place, stock, ends[0], _fast(survey))
    return bounds, span


def _fast(survey: Survey) -> Interval:
    """Return the rate of what no recipe gives a rate for."""
    return Interval(survey.plan.station.draw_rate_ml_min, survey.plan.station.draw_rate_ml_min, "rate")


def reaches(survey: Survey, step: Clean, key: str, pump: str, stock: str) -> bool:
    """Note when the pump that serves a vessel does not reach the stock to wash it with."""
    if stock in survey.can.plumbing.vessels(pump):
        return True
    survey.reject("PATH", step, key, f"{pump} does not reach {stock}", "connect it to one of its ports")
    return False


def check_syringe(survey: Survey, step: Clean, key: str, pump: str, volume: Interval) -> None:
    """Note what does not fit into one syringe where the engine moves it in one."""
    syringe_ml = survey.can.limits(pump).syringe_ml
    if syringe_ml is not None and volume.high > syringe_ml * (1 + 1e-6):
        survey.reject(
            "LIMITS", step, key, f"{volume.high:.3g} mL do not fit into the {syringe_ml:.3g} mL syringe of {pump}"
        )
