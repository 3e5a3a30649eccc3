"""Gas that sweeps a vessel: a flow that is set, and the flow that is measured.

Safe is not off: a sweep dilutes what a pot gives off, so a controller is never closed by `make_safe`. What a vessel's
safe state says of its sweep is set by a stroke like any other setting.
"""

from typing import Protocol, runtime_checkable

from autosynth.contracts.device import Device, Outcome


@runtime_checkable
class GasFlow(Device, Protocol):
    """A mass-flow controller; flows are those of the gas at 25 °C and 101.325 kPa, mL/min.

    State keys: `flow_target_ml_min` (the set-point as it says it), `flow_ml_min` (measured), `gas` (what it is set
    for), `fault` (text, "" for none). One that loses its host goes on with its last set-point.
    """

    flow_max_ml_min: float

    async def set_flow(self, flow_ml_min: float) -> Outcome:
        """Let so much flow; 0 closes. Returns when the set-point is taken and read back, not when it is reached.

        Raises:
            DeviceRefusedError: it does not take it, is set for another gas, or holds its valve.
        """
        ...

    async def read_flow(self) -> float:
        """Return the measured flow, mL/min at 25 °C and 101.325 kPa.

        Raises:
            DeviceRefusedError: it says itself that what it measures is out of its range.
        """
        ...
