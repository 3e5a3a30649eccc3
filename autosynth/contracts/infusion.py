"""Syringe pumps without a valve: their syringe is the stock, and they only push."""

from typing import Protocol

from autosynth.contracts.device import Device, Outcome


class Infuser(Device, Protocol):
    """A pump that pushes out of a syringe that somebody has filled.

    State keys: `infused_ml` (counted by the pump since its counter was cleared), `running`, `trusted` (the counter
    has counted all the while since it was cleared; False after a power cycle or a stall).
    """

    syringe_ml: float
    rate_min_ml_min: float
    rate_max_ml_min: float
    resolution_ml: float

    async def infuse_to(self, to_ml: float, rate_ml_min: float) -> Outcome:
        """Push until the pump has counted `to_ml`; `moved_ml` is what it has pushed in this stroke.

        Raises:
            ArgumentError: less than it has counted already, or outside its rates.
            DeviceRefusedError: it stalled or lost its counter.
        """
        ...

    async def clear_counter(self) -> Outcome:
        """Let the pump count from zero; afterwards the counter is trusted. Moves nothing."""
        ...
