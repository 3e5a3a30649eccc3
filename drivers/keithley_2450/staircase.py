"""The potentials of a scan and the time for each."""

import math
from dataclasses import dataclass

from autosynth.contracts.potentiostat import Voltammetry, check_range
from autosynth.errors import ArgumentError
from drivers.keithley_2450.options import KeithleyOptions

_CYCLES_MIN, _CYCLES_MAX = 0.01, 10.0
_DELAY_MIN_S = 50e-6


@dataclass(frozen=True, slots=True)
class Timing:
    """Power line cycles of integration and the delay that fills the time of a point."""

    cycles: float
    delay_s: float


def staircase(method: Voltammetry) -> list[float]:
    """Return one scan: from begin over both vertices back to begin in steps; the last step of a leg may be shorter."""
    levels_v = [method.begin_v]
    for target_v in (method.vertex1_v, method.vertex2_v, method.begin_v):
        start_v = levels_v[-1]
        way_v = target_v - start_v
        count = math.ceil(abs(way_v) / method.step_v - 1e-6)
        levels_v += [start_v + math.copysign(i * method.step_v, way_v) for i in range(1, count)]
        if count:
            levels_v.append(target_v)
    return levels_v


def timing(method: Voltammetry, options: KeithleyOptions, device: str) -> Timing:
    """Return integration and delay of one point.

    Without a chosen integration it is half the time of a point, at most one power line cycle.

    Raises:
        ArgumentError: a point does not leave time for integration and overhead.
    """
    point_s = method.step_v / method.rate_v_s
    wanted_s = options.integration_s or min(1.0 / options.line_hz, point_s / 2)
    cycles = min(max(wanted_s * options.line_hz, _CYCLES_MIN), _CYCLES_MAX)
    readings = 2 if options.readback == "on" else 1
    delay_s = point_s - readings * cycles / options.line_hz - options.overhead_s
    if delay_s < _DELAY_MIN_S:
        message = f"{point_s:g} s from point to point leave no time for {cycles:g} power line cycles and overhead"
        raise ArgumentError(message, device, advice="Scan more slowly, in larger steps or with less integration.")
    return Timing(cycles, delay_s)


def check_method(method: Voltammetry, options: KeithleyOptions, device: str) -> None:
    """Refuse a scan that the instrument cannot make as asked.

    Raises:
        ArgumentError: a potential, current range, step, rate, number or length is outside what it can do.
    """
    check_range(method, options, device)
    points = method.duration_s / method.scans * method.rate_v_s / method.step_v
    if not 1 <= points < options.list_max - 3:
        message = f"a scan of {points:.0f} points is outside 1 to {options.list_max - 3} of the instrument's list"
        raise ArgumentError(message, device)
    timing(method, options, device)
