"""Measurements in bounds: the sample on its way, the scan or the blocks, the time they take, the cell afterwards."""

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import Severity
from autosynth.language.interval import Interval
from autosynth.plan.decided import forget
from autosynth.plan.flow import Place
from autosynth.plan.leaves_liquid import LOST, Result
from autosynth.plan.leaves_solid import need, take
from autosynth.plan.limits import check_potentials
from autosynth.plan.state import State, point
from autosynth.plan.survey import Bounds, Survey
from autosynth.plan.tree import Span
from autosynth.recipe.exposure import Exposure, UvVis
from autosynth.recipe.steps import Measure
from autosynth.station.model import VesselSpec
from autosynth.station.racks import next_place
from autosynth.station.roles import RACK

LIKELY_SCANS = 4
"""How many scans or blocks it likely takes until an asked uncertainty is reached [assumed]; for durations only."""
SCAN_OVERHEAD_S = 2.0
"""What a scan takes besides scanning and quiet time [assumed]."""
BLOCK_OVERHEAD_S = 20.0
"""What a block takes besides its scans: starting, writing, looking for the files [assumed]."""
TUBE_S, TUBE_HIGH_S = 60.0, 900.0
"""What bringing a tube into the magnet, the shim and taking it out likely take, and at most [assumed]."""

_METHOD = (
    ("begin", "begin_v", True),
    ("vertex1", "vertex1_v", True),
    ("vertex2", "vertex2_v", True),
    ("step", "step_v", False),
    ("rate", "rate_v_s", False),
    ("range", "range_a", False),
    ("quiet", "quiet_s", False),
)
"""Key of a scan in a recipe, name of the argument, whether it is a potential that the reference shifts."""


def measure(survey: Survey, step: Measure, state: State, place: Place) -> Result:
    """Sample into the cell, measure; voltammetry washes its cell, a tube keeps its sample."""
    if step.exposure is not None:
        return _exposed(survey, step, step.exposure, state)
    cell = _cell(survey, step, state, place)
    source = survey.plan.vessel(step.of) if step.of is not None else None
    forget(state, step.as_)
    state.measured[step.as_] = source or cell
    spec = survey.plan.station.vessels.get(cell)
    if spec is None or (source is not None and source not in state.vessels):
        return LOST
    if step.nmr is not None:
        return _resonance(survey, step, state, place, spec, source)
    if spec.potentiostat is None:
        survey.reject("ROLE", step, "in", f"{cell} has no potentiostat", "use a measuring cell")
        return LOST
    bounds, scan = _scan(survey, step, state, place, cell, spec.potentiostat)
    span = _into_cell(survey, step, state, place, bounds, source, cell)
    _filled(survey, step, state, cell)
    unknown = survey.flow.blind and not state.vessels[cell].volume_ml.high > 0
    if not unknown and {"begin_v", "vertex1_v", "vertex2_v", "rate_v_s"} <= bounds.keys():
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


def _exposed(survey: Survey, step: Measure, asked: Exposure, state: State) -> Result:
    """An aliquot or a sample is taken to an instrument by hand, or a probe dips in; its file is waited for."""
    key = "" if asked.REFERENCE is None else asked.REFERENCE[0]
    other = getattr(asked, key, None)
    if other not in {None, *state.measured}:
        message = f"{other} is not measured on every way that leads here"
        survey.findings.add("DOMINANCE", message, asked.where(key), "measure it before, on all ways")
    forget(state, step.as_)
    device, vessel = survey.plan.vessel(step.in_), survey.plan.vessel(step.of or "")
    state.measured[step.as_] = vessel
    likely = survey.exactly(asked, asked.likely, "likely", state)
    wait = survey.exactly(asked, asked.wait, "wait", state)
    if vessel not in survey.plan.station.vessels or likely is None or wait is None:
        return LOST
    if isinstance(asked, UvVis) and asked.frac is not None:
        survey.exactly(asked, asked.frac, "frac", state)
    take_out = _pipetted if step.aliquot is None else _aliquot
    taken = {} if step.dips else take_out(survey, step, state, vessel)
    if taken is None or device not in survey.plan.station.devices:
        return LOST
    limits = survey.can.limits(device)
    if step.technique not in limits.techniques:
        survey.reject("LIMITS", step, "in", f"{device} makes no {step.technique}", "use an instrument that does")
    likely_s = likely.high + (limits.likely_s or 0.0)
    return {**taken, "likely_s": likely, "wait_s": wait}, Span(0.0, likely_s, 3.0 * likely.high + wait.high)


def _aliquot(survey: Survey, step: Measure, state: State, jar: str) -> Bounds | None:
    """Take an aliquot of the solid in an open jar."""
    asked = survey.number(step, step.aliquot, "aliquot", state) if step.aliquot is not None else None
    if survey.plan.station.vessels[jar].jar is None:
        survey.reject("JAR", step, "of", f"{jar} is no jar", "an aliquot is taken of a jar")
        return None
    if asked is None:
        return None
    need(survey, step, state, jar, closed=False, key="of")
    mass = Interval(1e3 * asked.low, 1e3 * asked.high)
    take(survey, step, state, jar, mass)
    return {"aliquot_mg": mass}


def _pipetted(survey: Survey, step: Measure, state: State, vessel: str) -> Bounds | None:
    """Take a sample of the liquid in a vessel that is no jar."""
    asked = survey.number(step, step.sample, "sample", state) if step.sample is not None else None
    if survey.plan.station.vessels[vessel].jar is not None or vessel not in state.vessels:
        survey.reject("JAR", step, "of", f"{vessel} is a jar", "a sample is taken of a liquid: use another vessel")
        return None
    if asked is None:
        return None
    survey.flow.pipette(state, vessel, asked, step.where("sample"))
    return {"taken_ml": asked}


def _cell(survey: Survey, step: Measure, state: State, place: Place) -> str:
    """Return where it is measured: of a rack the next tube that is certainly empty and plays no role."""
    plan, name = survey.plan, survey.plan.vessel(step.in_)
    rack = plan.station.racks.get(name)
    if rack is None or not plan.recipe.needs.get(step.in_, RACK).endswith(RACK):
        return name  # of a rack without a place for this role: noted at the role
    vessel = next_place(rack, set(plan.roles.values()), lambda place: state.vessels[place].volume_ml.high > 0)
    if vessel is not None:
        return vessel
    message = f"{name} can have no empty tube left here{place.round}; it has {len(rack.vessels)}"
    hint = "measure fewer samples, or put empty tubes in and correct the ledger"
    survey.findings.add("RACK", message, step.where("in"), hint, subject=name)
    return name


def _resonance(
    survey: Survey, step: Measure, state: State, place: Place, spec: VesselSpec, source: str | None
) -> Result:
    """Blocks of scans, as few as one and as many as asked for."""
    asked = step.blocks
    if spec.spectrometer is None:
        survey.reject("ROLE", step, "in", f"{spec.name} is in no rack of a spectrometer", "use a rack of NMR tubes")
        return LOST
    bounds: Bounds = {}
    for name, key in (("repetition_s", "repetition"), ("acquisition_s", "acquisition")):
        value = survey.exactly(asked, getattr(asked, key), key, state)
        if value is not None:
            bounds[name] = value
    _possible(survey, step, bounds, spec.spectrometer)
    span = _into_cell(survey, step, state, place, bounds, source, spec.name)
    _filled(survey, step, state, spec.name)
    survey.rules.tubed(state, place, spec.name)
    repetition = bounds.get("repetition_s", point(0.0))
    low_s, high_s = asked.scans * repetition.low, asked.scans * repetition.high
    block = Span(low_s, 0.5 * (low_s + high_s) + BLOCK_OVERHEAD_S, 1.2 * high_s + 5.0 * BLOCK_OVERHEAD_S)
    most = step.most_scans // asked.scans
    span += block.times(1, min(LIKELY_SCANS, most) if step.until else most, most)
    return bounds, span + Span(0.5 * TUBE_S, TUBE_S, TUBE_HIGH_S)


def _possible(survey: Survey, step: Measure, bounds: Bounds, device: str) -> None:
    """Note what the spectrometer cannot do."""
    limits, asked = survey.can.limits(device), step.blocks
    if limits.nuclei and asked.nucleus not in limits.nuclei:
        message = f"{device} does not see {asked.nucleus}"
        survey.findings.add("LIMITS", message, asked.where("nucleus"), f"it sees {', '.join(limits.nuclei)}")
    if limits.scans_max is not None and asked.scans > limits.scans_max:
        message = f"{asked.scans} scans are more than {device} makes in one block, {limits.scans_max}"
        survey.findings.add("LIMITS", message, asked.where("scans"), "ask for smaller blocks")
    repetition, acquisition = bounds.get("repetition_s"), bounds.get("acquisition_s")
    if repetition is not None and not repetition.low > 0:
        survey.findings.add("LIMITS", "a repetition time is above zero", asked.where("repetition"), "write 3 s")
    elif (
        repetition is not None
        and acquisition is not None
        and not 0 < acquisition.low <= acquisition.high <= (repetition.low)
    ):
        message = f"the acquisition, up to {acquisition.high:g} s, does not fit between two pulses"
        survey.findings.add("LIMITS", message, asked.where("acquisition"), "record for less, or repeat more slowly")


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


def _scan(survey: Survey, step: Measure, state: State, place: Place, cell: str, device: str) -> tuple[Bounds, Span]:
    """Return the arguments of one scan on the instrument's scale, and how long it takes: once if all rounds are one."""
    known = survey.scans.get(place.path)
    if known is not None:
        return dict(known[0]), known[1]
    bounds = _method(survey, step, state, cell)
    check_potentials(survey, step, device, bounds)
    span = _scan_span(bounds)
    asked = [getattr(step.scan, key) for key, _, _ in _METHOD]
    if all(each is None or survey.resolve.is_settled(each) for each in asked):
        survey.scans[place.path] = (dict(bounds), span)
    return bounds, span


def _method(survey: Survey, step: Measure, state: State, cell: str) -> Bounds:
    asked = step.scan
    reference = survey.plan.station.reference("Fc", cell) if asked.reference == "Fc" else None
    if asked.reference == "Fc" and reference is None:
        message = f"the station does not say where Fc lies in {cell}"
        survey.findings.add(
            "CV-WINDOW", message, asked.where("reference"), "add it to references:", severity=Severity.REJECT
        )
    offset = point(0.0 if reference is None else reference.offset_v)
    bounds: Bounds = {}
    for key, name, shift in _METHOD:
        expression = getattr(asked, key)
        value = None if expression is None else survey.exactly(asked, expression, key, state)
        if value is not None:
            bounds[name] = (
                Interval(value.low + offset.low, value.high + offset.high, value.dimension) if shift else value
            )
    return bounds


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
