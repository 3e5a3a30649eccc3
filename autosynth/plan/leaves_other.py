"""The verbs that stir, heat, wait, measure, ask and remark, in bounds."""

from collections.abc import Callable
from typing import Any

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import Severity
from autosynth.language.interval import Interval
from autosynth.plan.decided import forget
from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST, Result, add, clean, transfer
from autosynth.plan.limits import check_potentials, check_temperature, check_within
from autosynth.plan.state import State, point
from autosynth.plan.survey import Bounds, Survey
from autosynth.plan.tree import Span
from autosynth.recipe.steps import (
    Add,
    Clean,
    Cool,
    Heat,
    Measure,
    Note,
    Operator,
    Sample,
    StepBase,
    Stir,
    Transfer,
    Wait,
)
from autosynth.recipe.verbs import Thermal
from autosynth.units import Quantity

WITHIN_S = 3600.0
"""How long a vessel may take to its temperature when the recipe does not say; the engine's own number."""
HEATING_K_MIN = 2.0
"""A likely heating rate, for durations only [assumed]."""
LIKELY_SCANS = 4
"""How many scans it likely takes until an asked uncertainty is reached [assumed]; for durations only."""
SCAN_OVERHEAD_S = 2.0
"""What a scan takes besides scanning and quiet time [assumed]."""


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
    state.vessels[vessel].stirred = speed.low > 0 and step.for_ is None
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
        held.hot_c = None
        return {}, Span(0.0, 1.0, 5.0)
    target = survey.number(step, step.to, "to", state)
    tolerance = survey.number(step, step.tolerance, "tolerance", state)
    within = survey.number(step, step.within, "within", state) if step.within is not None else point(WITHIN_S)
    if target is None or tolerance is None or within is None:
        return LOST
    check_temperature(survey, step, vessel, target)
    reached = Interval(target.low - tolerance.high, target.high + tolerance.high, "temperature")
    before = held.hot_c.high if held.hot_c is not None else survey.plan.station.ambient_c
    held.hot_c = reached
    survey.rules.heated(state, place, vessel)
    if not step.hold:
        held.hot_c = None
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
    if seconds.low < -1e-6:
        survey.reject("LIMITS", step, "for", "a wait is not negative")
    return bounds, Span(
        max(seconds.low, 0.0), max(0.5 * (seconds.low + seconds.high), 0.0), max(seconds.high, 0.0) + 1.0
    )


def measure(survey: Survey, step: Measure, state: State, place: Place) -> Result:
    """Sample into the cell, scan, wash the cell."""
    cell = survey.plan.vessel(step.in_)
    source = survey.plan.vessel(step.of) if step.of is not None else None
    forget(state, step.as_)
    state.measured[step.as_] = source or cell
    spec = survey.plan.station.vessels.get(cell)
    if spec is None or (source is not None and source not in state.vessels):
        return LOST
    if spec.potentiostat is None:
        survey.reject("ROLE", step, "in", f"{cell} has no potentiostat", "use a measuring cell")
        return LOST
    bounds, scan = _scan(survey, step, state, cell, spec.potentiostat)
    span = _into_cell(survey, step, state, place, bounds, source, cell)
    _filled(survey, step, state, cell)
    if {"begin_v", "vertex1_v", "vertex2_v", "rate_v_s"} <= bounds.keys():
        survey.rules.scanned(state, place, step, cell, bounds)
    most = step.most_scans
    span += scan.times(1, min(LIKELY_SCANS, most) if step.until else most, most)
    rinse = survey.plan.station.rinse
    pump = survey.pump(step, "in", cell) if step.clean and rinse is not None else None
    if pump is not None and rinse is not None:
        if rinse.stock in survey.can.plumbing.vessels(pump):
            span += survey.flow.wash(state, place, pump, cell, rinse.stock, point(rinse.volume_ml), rinse.times)
        else:
            survey.reject("PATH", step, "in", f"{pump} cannot clean {cell}: it does not reach {rinse.stock}")
    return bounds, span


def _into_cell(
    survey: Survey, step: Measure, state: State, place: Place, bounds: Bounds, source: str | None, cell: str
) -> Span:
    """Transfer the sample; the engine takes the pump that reaches its source."""
    if source is None or step.sample is None:
        return Span()
    volume = survey.number(step, step.sample, "sample", state)
    pump = survey.pump(step, "of", source)
    if volume is None or pump is None:
        survey.flow.blind = True
        return Span()
    if cell not in survey.can.plumbing.vessels(pump):
        survey.flow.blind = True
        survey.reject("PATH", step, "of", f"{pump}, which reaches {source}, does not reach {cell}")
        return Span()
    bounds["sample_ml"] = volume
    draw = point(survey.plan.station.draw_rate_ml_min)
    return survey.flow.transfer(state, place, pump, source, cell, volume, draw)


def _filled(survey: Survey, step: Measure, state: State, cell: str) -> None:
    least_ml, have_ml = survey.plan.station.vessels[cell].fill_min_ml, state.vessels[cell].volume_ml.low
    if survey.flow.blind:
        return
    if have_ml < least_ml * (1 - 1e-3) or not have_ml > 0:
        message = f"{cell} may hold only {have_ml:.3g} mL when it is measured, {least_ml:.3g} mL are needed"
        survey.findings.add("VOLUME", message, step.where("in"), "take a larger sample", subject=(cell, "scan"))


def _scan(survey: Survey, step: Measure, state: State, cell: str, device: str) -> tuple[Bounds, Span]:
    """Return the arguments of one scan on the instrument's scale, and how long it takes."""
    asked = step.scan
    reference = survey.plan.station.reference("Fc", cell) if asked.reference == "Fc" else None
    if asked.reference == "Fc" and reference is None:
        message = f"the station does not say where Fc lies in {cell}"
        survey.findings.add(
            "CV-WINDOW", message, asked.where("reference"), "add it to references:", severity=Severity.REJECT
        )
    offset = point(0.0 if reference is None else reference.offset_v)
    bounds: Bounds = {}
    for name, key, shift in (
        ("begin_v", "begin", True),
        ("vertex1_v", "vertex1", True),
        ("vertex2_v", "vertex2", True),
        ("step_v", "step", False),
        ("rate_v_s", "rate", False),
        ("range_a", "range", False),
        ("quiet_s", "quiet", False),
    ):
        expression = getattr(asked, key)
        value = None if expression is None else survey.resolve.bounds(expression, state, asked.where, key)
        if value is not None:
            bounds[name] = (
                Interval(value.low + offset.low, value.high + offset.high, value.dimension) if shift else value
            )
    check_potentials(survey, step, device, bounds)
    return bounds, _scan_span(bounds)


def _scan_span(bounds: Bounds) -> Span:
    needed = ("begin_v", "vertex1_v", "vertex2_v", "step_v", "rate_v_s", "range_a")
    if not all(name in bounds for name in needed) or not bounds["rate_v_s"].low > 0:
        return Span()
    middle = {name: 0.5 * (bounds[name].low + bounds[name].high) for name in needed}
    method = Voltammetry(
        middle["begin_v"],
        middle["vertex1_v"],
        middle["vertex2_v"],
        middle["step_v"],
        middle["rate_v_s"],
        middle["range_a"],
    )
    quiet = bounds.get("quiet_s", point(0.0))
    likely = method.duration_s + quiet.high + SCAN_OVERHEAD_S
    return Span(0.95 * method.duration_s + quiet.low, likely, 1.2 * likely + 5.0)


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


Leaf = Callable[[Survey, Any, State, Place], Result]
LEAVES: dict[type[StepBase], Leaf] = {
    Add: add,
    Transfer: transfer,
    Sample: transfer,
    Clean: clean,
    Stir: stir,
    Heat: heat,
    Cool: heat,
    Wait: wait,
    Measure: measure,
    Operator: operator,
    Note: note,
}
