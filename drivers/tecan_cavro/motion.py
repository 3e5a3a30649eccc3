"""How long strokes take: a trapezoid of start speed, slope and top speed, in half-increments.

The model reproduces the seconds-per-stroke table of the XCalibur manual within 5 ms for slope 7 and start speed 900.
The time to initialise is assumed: travel at 500 half-increments a second plus finding the stop and homing the valve.
"""

import math

from drivers.tecan_cavro.codec import edge_speed

INITIALISE_SPEED, INITIALISE_EXTRA_S = 500, 2.0
ACCELERATION_PER_SLOPE = 2500


def stroke_s(half_increments: float, speed: int, slope: int) -> float:
    """Return the duration of a stroke of that length at a top speed in half-increments a second."""
    edge, acceleration = edge_speed(speed), slope * ACCELERATION_PER_SLOPE
    ramp_s = (speed - edge) / acceleration
    ramps = (speed**2 - edge**2) / acceleration
    if ramps <= half_increments:
        return 2 * ramp_s + (half_increments - ramps) / speed
    peak = math.sqrt(edge**2 + acceleration * half_increments)
    return 2 * (peak - edge) / acceleration


def initialise_s(half_increments: float) -> float:
    """Return how long initialising takes when the plunger stands `half_increments` from its stop."""
    return half_increments / INITIALISE_SPEED + INITIALISE_EXTRA_S
