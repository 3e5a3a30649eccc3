"""How fast solids react in a mill: dose, fill, liquid, rate laws, order and its loss.

Conversion follows the specific energy d in J/g that reached the powder, whatever the pauses: an Avrami law with an
induction dose, or a law that wants two impacts in every volume. The shapes and constants are tuned so that 98 % are
reached in 50 min at 30 Hz in the default jar [assumption]; the scaling with frequency is disputed and a parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, pi
from typing import Any, Literal, Protocol

import numpy as np

STROKE_M = 0.010
"""Amplitude of a mixer mill's stroke [assumption]."""
REFERENCE_HZ = 30.0
AVRAMI_N, INDUCTION_J_G, RATE_G_J = 1.5, 301.0, 5.26e-4
"""Exponent, induction dose (3 min at 30 Hz) and rate constant [assumption, tuned]."""
COLLISION_RATE = 3.241e-5
"""Of the two-impact law, per collision: 98 % after 180 000 [assumption, tuned; form lit]."""
ETA, ETA_FACTOR = (0.0, 0.35, 1.1, 2.0), (0.15, 1.0, 1.0, 0.3)
"""Rate factor against liquid in uL/mg: neat, plateau, slurry [assumption, shape after lit]."""
NEAT_ORDER, ORDER_ETA = 0.3, 0.4
"""Order of what forms neat, and the eta from which it forms fully ordered [assumption after seed and lit]."""
FILL_BEST, FILL_WIDTH, FILL_REFERENCE = 0.25, 0.15, 0.184
"""Best fill, width, and the fill of the default jar, whose factor is 1 [assumption]."""
POWDER_MG_UL = 0.5
"""Bulk density of loose powder [assumption: 200 mg are 0.40 mL]."""
OVERMILLING_J_G = 4e4
"""Order is lost with this dose beyond that of 98 % [assumption]."""
RATE_REL, INDUCTION_REL, WARMING_REL = 0.03, 0.05, 0.10
"""Spread from seed to seed [assumption]."""
STEP_J_G = 20.0


class Law(Protocol):
    """A rate law over a measure of milling, the dose in J/g or the number of collisions."""

    def alpha(self, measure: float) -> float:
        """Return the conversion after so much milling."""
        ...

    def describe(self) -> dict[str, float]:
        """Return the law's constants, JSON-able."""
        ...


@dataclass(frozen=True, slots=True)
class Avrami:
    """alpha = 1 - exp(-[k (d - d0)]^n), d in J/g."""

    rate_g_j: float = RATE_G_J
    induction_j_g: float = INDUCTION_J_G
    exponent: float = AVRAMI_N

    def alpha(self, measure: float) -> float:
        """Return the conversion at a dose in J/g."""
        beyond = self.rate_g_j * (measure - self.induction_j_g)
        return 1.0 - exp(-pow(beyond, self.exponent)) if beyond > 0.0 else 0.0

    def describe(self) -> dict[str, float]:
        """Return rate constant, induction dose and exponent."""
        return {"rate_g_j": self.rate_g_j, "induction_j_g": self.induction_j_g, "exponent": self.exponent}


@dataclass(frozen=True, slots=True)
class TwoImpacts:
    """alpha = 1 - (1 + K m) exp(-K m), m collisions: a volume reacts when it is hit twice."""

    rate: float = COLLISION_RATE

    def alpha(self, measure: float) -> float:
        """Return the conversion after so many collisions."""
        hits = self.rate * measure
        return 1.0 - (1.0 + hits) * exp(-hits)

    def describe(self) -> dict[str, float]:
        """Return the rate constant per collision."""
        return {"rate": self.rate}


@dataclass(frozen=True, slots=True)
class Milling:
    """How a bench mills: its true numbers.

    Attributes:
        law: Conversion over dose, or over collisions.
        by_collisions: Which of the two.
        freq_exp: Exponent of the power's growth with frequency, 3 by the mechanics; 30 Hz is where it does not matter.
        warming: The mill's own warming against the nominal one.
    """

    law: Law
    by_collisions: bool = False
    freq_exp: float = 3.0
    warming: float = 1.0

    def describe(self) -> dict[str, Any]:
        """Return all numbers, JSON-able."""
        return {"law": self.law.describe(), "freq_exp": self.freq_exp, "warming": self.warming}


def milling(options: Mapping[str, Any], rng: np.random.Generator, *, perturb: bool) -> Milling:
    """Return how a bench mills, from its description's "milling" {"law", "freq_exp"}.

    Raises:
        ValueError: the law is not known, or the exponent is not within 1 to 4.
    """
    spreads = rng.normal(0.0, 1.0, 3) if perturb else np.zeros(3)
    rate, induction, warming = (1.0 + spreads * (RATE_REL, INDUCTION_REL, WARMING_REL)).tolist()
    law: Literal["avrami", "collisions"] = options.get("law", "avrami")
    freq_exp = float(options.get("freq_exp", 3.0))
    if law not in {"avrami", "collisions"} or not 1.0 <= freq_exp <= 4.0:
        message = f"no milling by law {law!r} with freq_exp {freq_exp:g}; laws are avrami and collisions, 1 to 4"
        raise ValueError(message)
    if law == "collisions":
        return Milling(TwoImpacts(COLLISION_RATE * rate), True, freq_exp, warming)
    return Milling(Avrami(RATE_G_J * rate, INDUCTION_J_G * induction), False, freq_exp, warming)


def power_w_per_hz(balls: int, ball_mg: float, freq_exp: float) -> float:
    """Return what the balls deliver in W at 1 Hz to the power `freq_exp`: P = N m f (2 pi f A)^2 at 30 Hz."""
    return balls * ball_mg * 1e-6 * (2.0 * pi * STROKE_M) ** 2 * exp((3.0 - freq_exp) * log(REFERENCE_HZ))


def liquid_factor(eta_ul_mg: float) -> float:
    """Return the rate factor of so much liquid in uL per mg of powder."""
    return float(np.interp(eta_ul_mg, ETA, ETA_FACTOR))


def fill_factor(fill: float) -> float:
    """Return the rate factor of a jar filled to that part with balls and powder."""
    return exp(((FILL_REFERENCE - FILL_BEST) / FILL_WIDTH) ** 2 - ((fill - FILL_BEST) / FILL_WIDTH) ** 2)


def order(eta_ul_mg: float) -> float:
    """Return how well ordered is what forms with so much added liquid."""
    return min(1.0, NEAT_ORDER + (1.0 - NEAT_ORDER) * max(0.0, eta_ul_mg) / ORDER_ETA)


def overmilling(dose_j_g: float, more_j_g: float) -> float:
    """Return the part of the order that outlasts more dose on top of one."""
    threshold = INDUCTION_J_G + log(50.0) ** (1.0 / AVRAMI_N) / RATE_G_J
    return exp(-max(0.0, dose_j_g + more_j_g - max(dose_j_g, threshold)) / OVERMILLING_J_G)


def effective(law: Law, measure: float, offered: float, eta_ul_mg: float, more_ul_mg: float, scale: float) -> float:
    """Return the effective part of an offered dose: liquid set free on the way changes the rate.

    Args:
        law: Conversion over the measure.
        measure: Where the powder is now.
        offered: What it would get with the best liquid.
        eta_ul_mg: Liquid now, all of it.
        more_ul_mg: Liquid that a reaction to the end would add.
        scale: Size of the measure's unit in J/g, which sets the step.
    """
    start = law.alpha(measure)

    def slope(at: float) -> float:
        done = (law.alpha(at) - start) / (1.0 - start) if start < 1.0 else 0.0
        return liquid_factor(eta_ul_mg + more_ul_mg * done)

    if slope(measure) == 1.0 and liquid_factor(eta_ul_mg + more_ul_mg) == 1.0:
        return offered
    steps = max(1, int(offered * scale / STEP_J_G) + 1)
    step, at = offered / steps, measure
    for _ in range(steps):
        first = slope(at)
        second = slope(at + step / 2.0 * first)
        third = slope(at + step / 2.0 * second)
        at += step / 6.0 * (first + 2.0 * second + 2.0 * third + slope(at + step * third))
    return at - measure
