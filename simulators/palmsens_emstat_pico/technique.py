"""What a measurement command asks for: potentials, time between points, and whether the instrument agrees.

Refused, never clamped: potentials outside the window, steps that are not positive, times the instrument cannot keep,
an open-circuit measurement with the cell on, a mode that cannot measure.
"""

import numpy as np

from simulators.palmsens_emstat_pico.body import HIGH, LOW, MAXIMUM, OFF, Array, PotentiostatBody
from simulators.palmsens_emstat_pico.faults import (
    BAD_ARGUMENT,
    INVALID_POTENTIAL,
    INVALID_TIME,
    NEGATIVE_STEP,
    NOT_POLY,
    OCP_CELL_ON,
    UNKNOWN_MODE,
    UNSUPPORTED,
    WRONG_MODE,
    RuntimeFaultError,
)
from simulators.palmsens_emstat_pico.script import Number, Statement
from simulators.palmsens_emstat_pico.sweep import cyclic, linear
from simulators.palmsens_emstat_pico.variables import Variables

TECHNIQUES = {"meas_loop_lsv": 0, "meas_loop_cv": 5, "meas_loop_ca": 7, "meas_loop_ocp": 0x0B}
MOST_POINTS = 1_000_000


def plan(
    statement: Statement, variables: Variables, body: PotentiostatBody, fastest_s: float
) -> tuple[Array, float, int | None]:
    """Return a technique's potentials, the time between points, and a CV's points per scan.

    Raises:
        RuntimeFaultError: for what the instrument refuses.
    """
    line, name = statement.line, statement.name
    if body.mode == OFF:
        raise RuntimeFaultError(WRONG_MODE, line)
    if name == "meas_loop_ocp":
        if body.cell_on:
            raise RuntimeFaultError(OCP_CELL_ON, line)
        interval_s, run_s = variables.numbers(statement, 1)
        return np.zeros(_count(run_s, interval_s, fastest_s, line)), interval_s, None
    numbers = variables.numbers(statement, 2)
    if name == "meas_loop_ca":
        within(body, numbers[:1], line)
        return np.full(_count(numbers[2], numbers[1], fastest_s, line), numbers[0]), numbers[1], None
    *potentials, step_v, rate_v_s = numbers
    within(body, potentials, line)
    if step_v <= 0:
        raise RuntimeFaultError(NEGATIVE_STEP, line)
    if rate_v_s <= 0:
        raise RuntimeFaultError(BAD_ARGUMENT, line)
    interval_s = step_v / rate_v_s
    scans = round(statement.options.get("nscans", Number(1)).value)
    _count(interval_s * scans * (max(potentials) - min(potentials)) / step_v + interval_s, interval_s, fastest_s, line)
    if name == "meas_loop_lsv":
        return linear(potentials[0], potentials[1], step_v), interval_s, None
    points, scan = cyclic(potentials[0], potentials[1], potentials[2], step_v, scans)
    return points, interval_s, scan


def within(body: PotentiostatBody, potentials_v: list[float], line: int) -> None:
    """Check potentials against the instrument's window.

    Raises:
        RuntimeFaultError: 000F for one outside.
    """
    if not all(body.allows(potential_v) for potential_v in potentials_v):
        raise RuntimeFaultError(INVALID_POTENTIAL, line)


def mode(number: int, line: int) -> int:
    """Check a potentiostat mode.

    Raises:
        RuntimeFaultError: for one unknown (0021), poly-WE (0022) or not simulated (001B).
    """
    refused = {5: NOT_POLY, 6: UNSUPPORTED}
    if number not in (OFF, LOW, HIGH, MAXIMUM):
        raise RuntimeFaultError(refused.get(number, UNKNOWN_MODE), line)
    return number


def _count(run_s: float, interval_s: float, fastest_s: float, line: int) -> int:
    if interval_s < fastest_s or not interval_s <= run_s * (1 + 1e-9) or run_s / interval_s > MOST_POINTS:
        raise RuntimeFaultError(INVALID_TIME, line)
    return round(run_s / interval_s)
