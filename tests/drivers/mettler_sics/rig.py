"""Balances on a twin of the test's own: a vessel on the pan, and a head that is full."""

from functools import partial
from typing import Any

from autosynth.contracts.device import Intent
from autosynth.contracts.driver import DriverEntry
from autosynth.contracts.stroke_solid import DosePowder
from drivers.mettler_sics import DOSER, DRIVER
from tests.drivers.simulated import NAME, SimulatedRig
from tests.simulators.recording_twin import RecordingTwin

VESSEL_MG = 12345.6
DOSE = DosePowder(100.0, 0.05)
POWDER = {"substance": "Na2WO4·2H2O", "lot": "A-17", "left_mg": 5000.0}


def on_pan(*, head: bool = True) -> RecordingTwin:
    """Return a twin with a vessel on the pan, and a full head or none."""
    return RecordingTwin(loads_mg={NAME: VESSEL_MG}, heads={NAME: dict(POWDER)} if head else {})


class BalanceRig(SimulatedRig):
    """A simulated balance on its own twin; `options` are those of the driver."""

    def __init__(
        self,
        entry: DriverEntry,
        options: dict[str, Any] | None = None,
        *,
        twin: RecordingTwin | None = None,
        **more: Any,
    ) -> None:
        self.twin = twin or on_pan()
        super().__init__(entry, options or {}, twin=self.twin, **more)


BALANCE = partial(BalanceRig, DRIVER)
QUANTOS = partial(BalanceRig, DOSER)


async def ready(doser: Any) -> Intent:
    """Connect and return the intent to dose."""
    await doser.connect()
    await doser.weigh()
    before = await doser.read_state()
    return Intent("device", DOSE, before, doser.expect(before, DOSE))
