"""The Alicat driver against the simulated controller."""

from functools import partial

from autosynth.clock import run_virtual
from autosynth.testing import check_gas_flow
from drivers.alicat_mc import DRIVER
from tests.drivers.simulated import SimulatedRig

SCCM = {"full_scale": "1000 mL/min"}
SLPM = {"full_scale": "5000 mL/min", "units": "SLPM", "resolution": "10 mL/min", "unit": "C", "gas": "Ar"}


def test_a_controller_in_sccm_does_what_its_contract_says() -> None:
    """Set-points, verdicts, silence, noise, lost replies, refusals; kept when made safe and when its host dies."""
    run_virtual(check_gas_flow(partial(SimulatedRig, DRIVER, SCCM)))


def test_a_controller_in_slpm_does_what_its_contract_says() -> None:
    """The same in other units, of another unit on the line and of another gas."""
    run_virtual(check_gas_flow(partial(SimulatedRig, DRIVER, SLPM)))
