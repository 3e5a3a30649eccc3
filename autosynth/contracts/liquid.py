"""Pumps and valves: one plunger stroke or one valve move at a time, in absolute terms."""

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

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        """Move to an absolute volume of 0..syringe_ml; returns when the plunger stands."""
        ...

    async def home_plunger(self) -> Outcome:
        """Initialise to the waste port; what was in the syringe goes to waste."""
        ...


class ValvePump(Pump, Valve, Protocol):
    """A syringe pump with a distribution valve on its head; state keys of both."""
