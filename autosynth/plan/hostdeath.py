"""The most that each device could do if the host died at the worst moment, against the station's bound.

The engine splits movements so that no stroke of a pump is above the bound; what this proves is that the station's own
numbers agree, and leave a stroke that moves something. Re-initialising cannot be split: whatever is in the syringe goes
to waste. A scan ends by itself with the cell off. A heater without a watchdog goes on heating, and a mill stops when
its drive has heard nothing for its communication timeout and has come to rest: without one it mills on.
"""

import math
from collections.abc import Iterable

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import Severity
from autosynth.plan.capability import Capability
from autosynth.plan.findings import Findings
from autosynth.plan.tree import HostDeath, PlannedStep
from autosynth.recipe.steps import Grind, Measure
from autosynth.recipe.verbs import Thermal
from autosynth.units import format_quantity

HEATING, MILLING = "go on heating at", "mill on for"
STROKE_OF, STROKE_FOR, HOMING = "move", "run for", "re-initialise, emptying to waste at most"
ATTESTED = (HEATING, MILLING)
"""What people may take on themselves: a bench that nobody leaves alone."""


def host_death(steps: Iterable[PlannedStep], can: Capability, findings: Findings) -> tuple[HostDeath, ...]:
    """Return what each device that the plan uses could do unattended, and note what is above the bound."""
    found: dict[tuple[str, str], HostDeath] = {}
    for planned in leaves(steps):
        _smallest(planned, can, findings)
        for entry in _of(planned, can):
            known = found.get((entry.device, entry.what))
            if known is None or entry.amount > known.amount:
                found[entry.device, entry.what] = entry
            if entry.amount > entry.bound * (1 + 1e-9):
                message = f"{entry.device} could {entry.what} {amount_text(entry)} if the host died"
                hint = f"the station's bound is {entry.bound:g} {entry.unit}"
                severity = Severity.ACKNOWLEDGE if entry.what in ATTESTED else Severity.REJECT
                findings.add("HOST-DEATH", message, planned.step.mark, hint, severity=severity, subject=entry.device)
    return tuple(found.values())


def amount_text(entry: HostDeath) -> str:
    """Return how much in words; infinite is what nothing ends."""
    return f"{entry.amount:.3g} {entry.unit}" if math.isfinite(entry.amount) else "as long as nobody stops it"


def leaves(steps: Iterable[PlannedStep]) -> Iterable[PlannedStep]:
    """Yield the steps that hold no others."""
    for planned in steps:
        if planned.blocks:
            for block in planned.blocks.values():
                yield from leaves(block)
        else:
            yield planned


def _of(planned: PlannedStep, can: Capability) -> Iterable[HostDeath]:
    for device in sorted(planned.claims & can.station.devices.keys()):
        if device in can.plumbing.pumps:
            yield from _pump(planned, device, can, can.station.draw_rate_ml_min)
            yield HostDeath(device, HOMING, can.limits(device).syringe_ml or math.inf, math.inf, "mL")
        elif isinstance(planned.step, Grind):
            yield from _milling(planned, device, can)
        elif isinstance(planned.step, Thermal) and "temperature_c" in planned.bounds:
            most_c = math.inf if can.limits(device).watchdog else 0.0
            yield HostDeath(device, HEATING, planned.bounds["temperature_c"].high, most_c, "°C")
        elif isinstance(planned.step, Measure) and can.limits(device).potential_max_v is not None:
            yield HostDeath(device, "scan on for", _scan_s(planned), math.inf, "s")


def _smallest(planned: PlannedStep, can: Capability, findings: Findings) -> None:
    """Note a pump that could not move a step of its own within a stroke that the station allows."""
    for pump in sorted(planned.claims.intersection(can.plumbing.pumps)):
        slowest, _ = _rates(planned, can.station.draw_rate_ml_min)
        if 0 < can.stroke_ml(pump, slowest) < can.smallest_ml(pump):
            most, least = (
                format_quantity(ml, "volume") for ml in (can.stroke_ml(pump, slowest), can.smallest_ml(pump))
            )
            message = f"a stroke of {pump} may be {most} at most, and it moves more than {least}"
            hint = "raise host_death_bound, max_stroke or the rate"
            findings.add("HOST-DEATH", message, planned.step.mark, hint, subject=(pump, "step"))


def _rates(planned: PlannedStep, draw: float) -> tuple[float, float]:
    """Return the slowest and the fastest rate of a step's strokes, mL/min."""
    rate = planned.bounds.get("rate_ml_min")
    return (draw, draw) if rate is None else (min(rate.low, draw), max(rate.high, draw))


def _milling(planned: PlannedStep, device: str, can: Capability) -> Iterable[HostDeath]:
    """The mill runs until its drive misses its host, and then to rest; a syringe ends the stroke that it is at."""
    limits = can.limits(device)
    if limits.frequency_max_hz is not None:
        silence_s = math.inf if limits.silence_s is None else limits.silence_s
        yield HostDeath(device, MILLING, silence_s + (limits.ramp_s or 0.0), can.station.host_death.time_s, "s")
    elif "rate_ml_min" in planned.bounds:
        yield from _pump(planned, device, can, planned.bounds["rate_ml_min"].low)


def _pump(planned: PlannedStep, pump: str, can: Capability, draw: float) -> Iterable[HostDeath]:
    """A stroke is fastest where no rate is asked for, and lasts longest at the slowest rate."""
    bound = can.station.host_death
    slowest, fastest = _rates(planned, draw)
    yield HostDeath(pump, STROKE_OF, can.stroke_ml(pump, fastest), bound.volume_ml, "mL")
    kept_ml_min = can.kept_ml_min(pump, slowest)
    if kept_ml_min > 0:
        yield HostDeath(pump, STROKE_FOR, 60.0 * can.stroke_ml(pump, slowest) / kept_ml_min, bound.time_s, "s")


def _scan_s(planned: PlannedStep) -> float:
    """Return how long one scan lasts, quiet time included."""
    bounds = planned.bounds
    if not {"begin_v", "vertex1_v", "vertex2_v", "rate_v_s"} <= bounds.keys() or bounds["rate_v_s"].low <= 0:
        return 0.0
    ends = (bounds["begin_v"].high, bounds["vertex1_v"].low, bounds["vertex2_v"].high)
    scan = Voltammetry(*ends, step_v=1e-3, rate_v_s=bounds["rate_v_s"].low, current_range_a=1e-3)
    return scan.duration_s + (bounds["quiet_s"].high if "quiet_s" in bounds else 0.0)
