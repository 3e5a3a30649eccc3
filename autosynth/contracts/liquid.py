"""Pumps and valves: one plunger stroke or one valve move at a time, in absolute terms."""

import math
from typing import Protocol

from autosynth.contracts.device import Device, Outcome


class Valve(Device, Protocol):
    """A valve that connects its common port to one of `ports`."""

    ports: tuple[str, ...]

    async def turn_to(self, port: str) -> Outcome:
        """Connect `port`; state key `port`. Absolute: turning twice is turning once."""
        ...


class Pump(Device, Protocol):
    """A syringe pump; state keys `plunger_ml` (liquid side volume) and `ready`."""

    syringe_ml: float
    rate_min_ml_min: float
    rate_max_ml_min: float
    resolution_ml: float
    rate_step_ml_min: float
    """Rates come in multiples of this, the next one below what is asked for; 0: any."""

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        """Move to an absolute volume of 0..syringe_ml, never faster than asked; returns when the plunger stands."""
        ...

    async def home_plunger(self) -> Outcome:
        """Initialise to the waste port; what was in the syringe goes to waste."""
        ...


def kept_steps(rate_ml_min: float, step_ml_min: float) -> int:
    """Return how many steps of a pump's rates are in a rate, mL/min, rounded downwards; a millionth is rounding."""
    return math.floor(rate_ml_min / step_ml_min + 1e-6)


def kept_rate_ml_min(rate_ml_min: float, step_ml_min: float) -> float:
    """Return the rate that a pump keeps when it is asked for one, mL/min: at most that."""
    return min(kept_steps(rate_ml_min, step_ml_min) * step_ml_min, rate_ml_min) if step_ml_min > 0 else rate_ml_min


class ValvePump(Pump, Valve, Protocol):
    """A syringe pump with a distribution valve on its head; state keys of both."""
