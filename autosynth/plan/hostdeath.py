"""The most that each device could do if the host died at the worst moment, against the station's bound.

The engine splits movements so that no stroke of a pump is above the bound; what this proves is that the station's own
numbers agree. A scan ends by itself with the cell off. A heater without a watchdog goes on heating, a mill without a
dead-man's switch goes on milling.
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

HEATING = "go on heating at"
MILLING, MILLING_ON = "go on milling at", "mill on for"


def host_death(steps: Iterable[PlannedStep], can: Capability, findings: Findings) -> tuple[HostDeath, ...]:
    """Return what each device that the plan uses could do unattended, and note what is above the bound."""
    found: dict[tuple[str, str], HostDeath] = {}
    for planned in leaves(steps):
        for entry in _of(planned, can):
            known = found.get((entry.device, entry.what))
            if known is None or entry.amount > known.amount:
                found[entry.device, entry.what] = entry
            if entry.amount > entry.bound * (1 + 1e-9):
                message = f"{entry.device} could {entry.what} {entry.amount:.3g} {entry.unit} if the host died"
                hint = f"the station's bound is {entry.bound:g} {entry.unit}"
                severity = Severity.ACKNOWLEDGE if entry.what in {HEATING, MILLING, MILLING_ON} else Severity.REJECT
                findings.add("HOST-DEATH", message, planned.step.mark, hint, severity=severity, subject=entry.device)
    return tuple(found.values())


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
            yield from _pump(planned, device, can)
        elif isinstance(planned.step, Grind):
            yield from _mill(planned, device, can)
        elif isinstance(planned.step, Thermal) and "temperature_c" in planned.bounds:
            most_c = math.inf if can.limits(device).watchdog else 0.0
            yield HostDeath(device, HEATING, planned.bounds["temperature_c"].high, most_c, "°C")
        elif isinstance(planned.step, Measure) and can.limits(device).potential_max_v is not None:
            yield HostDeath(device, "scan on for", _scan_s(planned), math.inf, "s")


def _mill(planned: PlannedStep, device: str, can: Capability) -> Iterable[HostDeath]:
    """A mill runs until it misses its host, and to its end; a syringe pump to the end of a stroke."""
    limits, bound, rate = can.limits(device), can.station.host_death, planned.bounds.get("rate_ml_min")
    frequency = planned.bounds.get("frequency_hz")
    if device in can.plumbing.infusers:
        if rate is not None and rate.low > 0:
            yield HostDeath(device, "move", can.stroke_ml(rate.high), bound.volume_ml, "mL")
            yield HostDeath(device, "run for", 60.0 * can.stroke_ml(rate.low) / rate.low, bound.time_s, "s")
    elif limits.frequency_max_hz is not None and limits.silence_s is None and frequency is not None:
        yield HostDeath(device, MILLING, frequency.high, 0.0, "Hz")
    elif limits.silence_s is not None:
        yield HostDeath(device, MILLING_ON, limits.silence_s + (limits.ramp_s or 0.0), bound.time_s, "s")


def _pump(planned: PlannedStep, pump: str, can: Capability) -> Iterable[HostDeath]:
    """A stroke is fastest where no rate is asked for, and lasts longest at the slowest rate."""
    bound, draw = can.station.host_death, can.station.draw_rate_ml_min
    rate = planned.bounds.get("rate_ml_min")
    fastest, slowest = (draw, draw) if rate is None else (max(rate.high, draw), min(rate.low, draw))
    syringe_ml = can.limits(pump).syringe_ml or math.inf
    yield HostDeath(pump, "move", min(can.stroke_ml(fastest), syringe_ml), bound.volume_ml, "mL")
    if slowest > 0:
        seconds = 60.0 * min(can.stroke_ml(slowest), syringe_ml) / slowest
        yield HostDeath(pump, "run for", seconds, bound.time_s, "s")


def _scan_s(planned: PlannedStep) -> float:
    """Return how long one scan lasts, quiet time included."""
    bounds = planned.bounds
    if not {"begin_v", "vertex1_v", "vertex2_v", "rate_v_s"} <= bounds.keys() or bounds["rate_v_s"].low <= 0:
        return 0.0
    ends = (bounds["begin_v"].high, bounds["vertex1_v"].low, bounds["vertex2_v"].high)
    scan = Voltammetry(*ends, step_v=1e-3, rate_v_s=bounds["rate_v_s"].low, current_range_a=1e-3)
    return scan.duration_s + (bounds["quiet_s"].high if "quiet_s" in bounds else 0.0)
