"""The verbs of mechanochemistry in bounds: what a jar holds, how it is wetted and milled, what may be done to it."""

from dataclasses import replace

from autosynth.errors import InputError
from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from autosynth.plan.amounts import PowderDose, powder_dose, powder_moles, species_of
from autosynth.plan.flow import Place
from autosynth.plan.jars import MOST_MOL_PER_MG
from autosynth.plan.leaves_liquid import LOST, Result
from autosynth.plan.limits import check_within
from autosynth.plan.mechanics import blocks_of, time_for_s, vapour_ml
from autosynth.plan.state import ZERO, Portion, State
from autosynth.plan.survey import Bounds, Survey, rounded
from autosynth.plan.tree import Span
from autosynth.plan.wetting import wetted
from autosynth.recipe.steps import Close, Dose, Grind, Open, StepBase, Vent, Weigh, Wet
from autosynth.station.model import JarSpec
from autosynth.units import format_quantity

DOSING_S, WEIGHING_S, HANDS_S = Span(20.0, 120.0, 900.0), Span(5.0, 60.0, 600.0), Span(0.0, 60.0, 1800.0)
"""What a head takes for a dose, a balance for a weight and a person for a lid [assumed]; for durations only."""


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
    """Note a jar that may not be as a step needs it, and go on as if it were."""
    held = state.jars[jar]
    if held.closed is Truth.of(closed):
        return
    if held.followed:
        verb, hint = ("open", "close it before") if closed else ("closed", "open it before")
        survey.reject("JAR", step, key, f"{jar} may be {verb} here", hint)
    state.jars[jar] = replace(held, closed=Truth.of(closed), vented=Truth.of(not closed))


def dose(survey: Survey, step: Dose, state: State, place: Place) -> Result:
    """Weigh powder in, from its lot, within the tolerance."""
    found = jar_of(survey, step, step.to, "to")
    doses = _doses(survey, step, state)
    tolerance = survey.number(step, step.tolerance, "tolerance", state)
    if found is None or doses is None or tolerance is None:
        return LOST
    (vessel, jar), (low, high) = found, doses
    need(survey, step, state, vessel, closed=False, key="to")
    asked = rounded(Interval(low.mass_mg, high.mass_mg))
    head, known = survey.plan.station.powders[low.lot].head, _followed(survey, step, state)
    if jar.dosed_by and head and not _possible(survey, step, jar.dosed_by, asked, tolerance, known=known):
        return LOST
    mass = Interval(asked.low * (1.0 - tolerance.high), asked.high * (1.0 + tolerance.high))
    left = state.powders_mg[low.lot] = state.powders_mg[low.lot] - mass
    if left.low < -1e-6:
        message = f"{low.lot} can run out here{place.round}: up to {_mass(-left.low)} more than there is"
        survey.findings.add("MATERIALS", message, step.mark, "refill it and correct the ledger", subject=low.lot)
    per_mg = powder_moles(step, survey.plan)
    before, portion = state.vessels[vessel], Portion(ZERO, intended=True)
    ends = (mass.low * per_mg, mass.high * per_mg) if per_mg > 0 else (0.0, mass.high * MOST_MOL_PER_MG)
    portion.amounts = {species_of(survey.plan, step.reagent): Interval(*ends)}
    state.vessels[vessel] = before.received(portion)
    state.jars[vessel] = state.jars[vessel].charged(low.lot, mass)
    survey.rules.arrived(state, place, vessel, before.amounts, portion)
    return {"mass_mg": asked, "tolerance_frac": tolerance}, DOSING_S


def _doses(survey: Survey, step: Dose, state: State) -> tuple[PowderDose, PowderDose] | None:
    key = next(name for name in ("mass", "moles", "equivalents") if getattr(step, name) is not None)
    asked = survey.number(step, step.quantity, key, state)
    if asked is None:
        return None

    def held(vessel: str, species: str) -> Interval:
        bounds = state.vessels.get(vessel)
        return ZERO if bounds is None else bounds.amounts.get(species, ZERO)

    try:
        low = powder_dose(step, survey.plan, lambda v, s: held(v, s).low, lambda _: Measured(asked.low))
        high = powder_dose(step, survey.plan, lambda v, s: held(v, s).high, lambda _: Measured(asked.high))
    except InputError as error:
        survey.findings.take(error, step.where("of") if step.of else step.mark, "REAGENT")
        return None
    return low, high


def _followed(survey: Survey, step: Dose, state: State) -> bool:
    """Say whether what equivalents refer to is what a plan without mistakes would have there."""
    if step.of is None or step.of.charged:
        return True
    basis = state.jars.get(survey.plan.vessel(step.of.vessel or step.to))
    return not survey.flow.blind if basis is None else basis.followed


def _possible(survey: Survey, step: Dose, device: str, mass: Interval, tolerance: Interval, *, known: bool) -> bool:
    """Note a tolerance that the head cannot keep, or a mass, if it is `known`, that it cannot dose."""
    limits = survey.can.limits(device)
    low, high = limits.tolerance_min_frac, limits.tolerance_max_frac
    share = Interval(tolerance.low, tolerance.high, "ratio")
    if not check_within(survey, step, "tolerance", share, low, high, f"the head on {device}"):
        return False
    for limit, bad, word in (
        (limits.dose_min_mg, mass.low < (limits.dose_min_mg or 0.0) * (1 - 1e-9), "below the smallest"),
        (limits.dose_max_mg, mass.high > (limits.dose_max_mg or 0.0) * (1 + 1e-9), "above the largest"),
    ):
        if limit is not None and bad and known:
            shown = mass.low if word.startswith("below") else mass.high
            message = f"{_mass(shown)} is {word} dose of {device}, {_mass(limit)}"
            survey.reject("DOSE", step, "to", message, "weigh it by hand: give the powder no head:")
            return False
    return True


def _mass(mg: float) -> str:
    """Return a mass as people read it, to three digits."""
    return format_quantity(float(f"{1e-3 * mg:.3g}"), "mass")


def weigh(survey: Survey, step: Weigh, state: State, place: Place) -> Result:
    """Weigh a jar; nothing changes."""
    found = jar_of(survey, step, step.vessel)
    if found is None:
        return LOST
    vessel, jar = found
    if jar.dosed_by is None:
        survey.reject("JAR", step, "vessel", f"nothing weighs {vessel}", "give its jar dosed_by: a balance")
    elif not jar.empty_mg > 0:
        survey.reject("JAR", step, "vessel", f"nobody knows what {vessel} weighs empty", "give its jar mass:")
    state.measured[step.as_] = vessel
    return {}, WEIGHING_S


def grind(survey: Survey, step: Grind, state: State, place: Place) -> Result:
    """Wet the solid up to what is asked, then mill it in blocks."""
    found = jar_of(survey, step, step.vessel)
    frequency = survey.number(step, step.frequency, "frequency", state)
    block = survey.number(step, step.block, "block", state)
    pause = survey.number(step, step.pause, "pause", state)
    if found is None or frequency is None or block is None or pause is None:
        return LOST
    vessel, jar = found
    if jar.milled_by is None:
        survey.reject("JAR", step, "vessel", f"nothing mills {vessel}", "give its jar milled_by: a mill")
        return LOST
    if step.liquid is not None:
        need(survey, step, state, vessel, closed=False)
    limits = survey.can.limits(jar.milled_by)
    low, high = limits.frequency_min_hz, limits.frequency_max_hz
    if not check_within(survey, step, "frequency", frequency, low, high, jar.milled_by):
        return LOST
    bounds: Bounds = {"frequency_hz": frequency, "block_s": block, "pause_s": pause}
    span = wetted(survey, step, state, place, vessel, bounds)
    if span is None:
        return LOST
    milled = _milled(survey, step, state, vessel, jar, frequency)
    if milled is None:
        return LOST
    bounds["milled_s"] = milled
    more_s = Interval(milled.low, milled.high)
    before = state.jars[vessel]
    state.jars[vessel] = replace(before, milled_s=before.milled_s + more_s, closed=Truth.TRUE, vented=Truth.FALSE)
    survey.rules.milled(state, place, vessel, bounds)
    pauses = blocks_of(milled.high, block.low) - 1
    rest_s = pauses * pause.high
    return bounds, span + Span(
        milled.low, 0.5 * (milled.low + milled.high) + rest_s, 1.05 * milled.high + rest_s + 60.0
    )


def _milled(
    survey: Survey, step: Grind, state: State, vessel: str, jar: JarSpec, frequency: Interval
) -> Interval | None:
    """Return how long it is milled."""
    if step.for_ is not None:
        return survey.number(step, step.for_, "for", state)
    energy = survey.number(step, step.energy, "energy", state) if step.energy is not None else None
    solid = state.jars[vessel].solid_mg
    if energy is None or not frequency.low > 0:
        return None
    return Interval(
        time_for_s(jar, frequency.high, energy.low, solid.low), time_for_s(jar, frequency.low, energy.high, solid.high)
    )


def wet(survey: Survey, step: Wet, state: State, place: Place) -> Result:
    """Bring the liquid up to what is asked; whether that is too much for milling is judged when it is milled."""
    found = jar_of(survey, step, step.vessel)
    if found is None:
        return LOST
    need(survey, step, state, found[0], closed=False)
    bounds: Bounds = {}
    span = wetted(survey, step, state, place, found[0], bounds)
    return LOST if span is None else (bounds, span)


def vent(survey: Survey, step: Vent, state: State, place: Place) -> Result:
    """Let the pressure out: as much liquid goes as the whole space beside the balls could hold as vapour, at most."""
    found = jar_of(survey, step, step.vessel)
    if found is None:
        return LOST
    vessel, jar = found
    need(survey, step, state, vessel, closed=True)
    held = state.vessels[vessel]
    spec = survey.plan.station.vessels[vessel]
    lost_ml = vapour_ml(jar, spec.capacity_ml, held.solvents)
    volume_ml = Interval(max(held.volume_ml.low - lost_ml, 0.0), held.volume_ml.high)
    state.vessels[vessel] = replace(held, volume_ml=volume_ml)
    survey.flow.note_volume(vessel, volume_ml)
    state.jars[vessel] = replace(state.jars[vessel], vented=Truth.TRUE)
    return {}, HANDS_S


def open_(survey: Survey, step: Open, state: State, place: Place) -> Result:
    """Open a jar, which must have been vented."""
    found = jar_of(survey, step, step.vessel)
    if found is None:
        return LOST
    vessel = found[0]
    need(survey, step, state, vessel, closed=True)
    survey.rules.opened(state, place, vessel)
    state.jars[vessel] = replace(state.jars[vessel], closed=Truth.FALSE, vented=Truth.TRUE)
    return {}, HANDS_S


def close(survey: Survey, step: Close, state: State, place: Place) -> Result:
    """Close a jar: what evaporates in it from now on stays."""
    found = jar_of(survey, step, step.vessel)
    if found is None:
        return LOST
    vessel = found[0]
    need(survey, step, state, vessel, closed=False)
    state.jars[vessel] = replace(state.jars[vessel], closed=Truth.TRUE, vented=Truth.FALSE)
    return {}, HANDS_S


def take(survey: Survey, step: StepBase, state: State, jar: str, aliquot: Interval) -> None:
    """Take an aliquot of all that is in a jar, after noting one that may be more than there is."""
    held = state.jars[jar]
    if held.followed and held.solid_mg.low < aliquot.high:
        message = f"{jar} may hold only {_mass(held.solid_mg.low)}, {_mass(aliquot.high)} are taken"
        survey.findings.add("VOLUME", message, step.where("aliquot"), "take less", subject=jar)
        held = replace(held, followed=False)
    state.vessels[jar] = state.vessels[jar].shrunk(held.rest(aliquot))
    survey.flow.note_volume(jar, state.vessels[jar].volume_ml)
    state.jars[jar] = held.without(aliquot)
