"""Balances, and dosing heads that let powder fall into what stands on a balance."""

from typing import Protocol, runtime_checkable

from autosynth.contracts.device import Device, Outcome


@runtime_checkable
class Balance(Device, Protocol):
    """A balance; state keys `mass_mg` (what it shows, None out of range), `stable`."""

    capacity_mg: float
    readability_mg: float

    async def weigh(self) -> Outcome:
        """Wait until the reading is stable and return it as the outcome's `mass_mg`, with its standard uncertainty.

        Raises:
            DeviceBusyError: the reading does not become stable in time.
            DeviceRefusedError: over- or underload.
        """
        ...


@runtime_checkable
class Doser(Device, Protocol):
    """A dosing head over a balance.

    State keys besides the balance's: `head` (what the head says of its
    powder, substance and lot with " / " between, "" for none mounted), `dosed` (a count of
    dosings that the head remembers, None where it does not), `door_closed`.
    """

    dose_min_mg: float
    dose_max_mg: float

    async def dose_powder(self, target_mg: float, tolerance_frac: float) -> Outcome:
        """Let powder fall until the balance shows `target_mg` more, within the tolerance; `mass_mg` is what fell.

        Raises:
            DeviceRefusedError: no head, an empty one, powder that does not flow, a pan that is not steady; what fell
                until then is told by `reconcile`.
        """
        ...
