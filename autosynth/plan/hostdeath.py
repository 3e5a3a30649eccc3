"""The most that each device could do if the host died at the worst moment, against the station's bound.

The engine splits movements so that no stroke of a pump is above the bound; what this proves is that the station's own
numbers agree. A scan ends by itself with the cell off. A heater without a watchdog goes on heating, and a mill stops
when its drive has heard nothing for its communication timeout and has come to rest: without one it mills on.
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

HEATING, MILLING = "go on heating at", "mill on for"
ATTESTED = (HEATING, MILLING)
"""What people may take on themselves: a bench that nobody leaves alone."""


def host_death(steps: Iterable[PlannedStep], can: Capability, findings: Findings) -> tuple[HostDeath, ...]:
    """Return what each device that the plan uses could do unattended, and note what is above the bound."""
    found: dict[tuple[str, str], HostDeath] = {}
    for planned in leaves(steps):
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
        elif isinstance(planned.step, Grind):
            yield from _milling(planned, device, can)
        elif isinstance(planned.step, Thermal) and "temperature_c" in planned.bounds:
            most_c = math.inf if can.limits(device).watchdog else 0.0
            yield HostDeath(device, HEATING, planned.bounds["temperature_c"].high, most_c, "°C")
        elif isinstance(planned.step, Measure) and can.limits(device).potential_max_v is not None:
            yield HostDeath(device, "scan on for", _scan_s(planned), math.inf, "s")


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
