"""How far a pump's true gain is from its calibration."""

import numpy as np

FARTHEST_SD = 4.0
"""A pump farther off than this has not been calibrated, and would be told from one that has on the day it was."""


def true_gain(sd: float, rng: np.random.Generator) -> float:
    """Return a gain about 1 with a standard deviation, normally distributed and cut off at `FARTHEST_SD` of them."""
    drawn = float(rng.standard_normal())
    while abs(drawn) > FARTHEST_SD:
        drawn = float(rng.standard_normal())
    return 1.0 + sd * drawn
