"""The most that each device could do if the host died at the worst moment, against the station's bound.

The engine splits movements so that no stroke of a pump is above the bound; what this proves is that the station's own
numbers agree. A scan ends by itself with the cell off. A heater without a watchdog goes on heating.
"""

import math
from collections.abc import Iterable

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import Severity
from autosynth.plan.capability import Capability
from autosynth.plan.findings import Findings
from autosynth.plan.tree import HostDeath, PlannedStep
from autosynth.recipe.steps import Measure
from autosynth.recipe.verbs import Thermal


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
                severity = Severity.ACKNOWLEDGE if entry.what == "go on heating at" else Severity.REJECT
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
    bound, bounds = can.station.host_death, planned.bounds
    for pump in can.plumbing.pumps:
        volume = bounds.get("volume_ml") or bounds.get("sample_ml")
        if pump in planned.claims and volume is not None:
            fastest = bounds["rate_ml_min"].high if "rate_ml_min" in bounds else 0.0
            rate = max(fastest, can.station.draw_rate_ml_min)
            stroke_ml = can.stroke_ml(rate)
            yield HostDeath(pump, "move", stroke_ml, bound.volume_ml, "mL")
            slowest = bounds["rate_ml_min"].low if "rate_ml_min" in bounds else rate
            seconds = 60.0 * can.stroke_ml(slowest) / slowest if slowest > 0 else 0.0
            yield HostDeath(pump, "run for", min(seconds, can.station.max_stroke_s), bound.time_s, "s")
    if isinstance(planned.step, Thermal) and "temperature_c" in bounds:
        for device in planned.claims & can.station.devices.keys():
            limits = can.limits(device)
            if limits.temperature_max_c is not None:
                most = math.inf if limits.watchdog else 0.0
                yield HostDeath(device, "go on heating at", bounds["temperature_c"].high, most, "°C")
    if isinstance(planned.step, Measure) and {"begin_v", "vertex1_v", "vertex2_v", "rate_v_s"} <= bounds.keys():
        device = can.station.vessels[next(iter(planned.claims & can.station.vessels.keys()))].potentiostat
        for name in planned.claims & can.station.devices.keys():
            if can.limits(name).potential_max_v is not None:
                device = name
        ends = (bounds["begin_v"].high, bounds["vertex1_v"].low, bounds["vertex2_v"].high)
        scan = Voltammetry(*ends, step_v=1e-3, rate_v_s=bounds["rate_v_s"].low, current_range_a=1e-3)
        quiet_s = bounds["quiet_s"].high if "quiet_s" in bounds else 0.0
        yield HostDeath(str(device), "scan on for", scan.duration_s + quiet_s, math.inf, "s")
