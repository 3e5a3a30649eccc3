"""Logits of fractions with their uncertainties, and the inverse."""

import math

from autosynth.errors import InputError, Problem


def logit(fraction: float, what: str) -> float:
    """Return ln(f / (1 - f)).

    Raises:
        InputError: the fraction of `what` is not between 0 and 1, both excluded: its logit is not finite.
    """
    if not 0.0 < fraction < 1.0:
        message = f"{what} is {fraction:.4g}; the update needs a fraction between 0 and 1, both excluded"
        raise InputError(Problem(message, hint="try another feed by hand", rule="optimiser"))
    return math.log(fraction / (1.0 - fraction))


def logit_sd(fraction: float, sd: float) -> float:
    """Return the standard uncertainty of the logit of a fraction, to first order."""
    return sd / (fraction * (1.0 - fraction))


def fraction(value: float) -> float:
    """Return the fraction that has this logit."""
    return 1.0 / (1.0 + math.exp(-value)) if value >= 0.0 else math.exp(value) / (1.0 + math.exp(value))
