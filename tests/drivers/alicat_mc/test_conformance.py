"""The Alicat driver against the simulated controller."""

from dataclasses import replace
from functools import partial

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Reconciliation, Verdict
from autosynth.testing import NonConformanceError, check_gas_flow
from drivers.alicat_mc import DRIVER
from drivers.alicat_mc.device import AlicatController
from tests.drivers.simulated import SimulatedRig

SCCM = {"full_scale": "1000 mL/min"}
SLPM = {"full_scale": "5000 mL/min", "units": "SLPM", "resolution": "10 mL/min", "unit": "C", "gas": "Ar"}


def test_a_controller_in_sccm_does_what_its_contract_says() -> None:
    """Set-points, verdicts, silence, noise, lost replies, refusals; kept when made safe and when its host dies."""
    run_virtual(check_gas_flow(partial(SimulatedRig, DRIVER, SCCM)))


def test_a_controller_in_slpm_does_what_its_contract_says() -> None:
    """The same in other units, of another unit on the line and of another gas."""
    run_virtual(check_gas_flow(partial(SimulatedRig, DRIVER, SLPM)))


class Closing(AlicatController):
    """Closes when it is made safe."""

    async def make_safe(self) -> None:
        await self.set_flow(0.0)


class Hopeful(AlicatController):
    """Says that everything it was asked for was done."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return replace(await super().reconcile(intent), verdict=Verdict.DONE)


@pytest.mark.parametrize(("broken", "promise"), [(Closing, "it still sweeps"), (Hopeful, "was not started")])
def test_the_kit_finds_what_is_wrong(broken: type[AlicatController], promise: str) -> None:
    """A driver that breaks one promise does not conform."""
    entry = replace(DRIVER, build=broken)
    with pytest.raises(NonConformanceError, match=promise):
        run_virtual(check_gas_flow(partial(SimulatedRig, entry, SCCM)))
