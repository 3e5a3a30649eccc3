"""The Keithley driver against the simulated SourceMeter."""

from functools import partial

from autosynth.clock import run_virtual
from autosynth.testing import check_potentiostat
from drivers.keithley_2450 import DRIVER
from tests.drivers.simulated import SimulatedRig

MIXTURE = {"volumes_ml": {"acetone": 1.0}, "amounts_mol": {"SiW9": 1e-6, "TBAPF6": 1e-4}}
VESSELS = {"cell": {"capacity_ml": 1.5, "mixture": MIXTURE}}
MAKE = partial(SimulatedRig, DRIVER, {}, bench={"vessels": VESSELS}, device={"vessel": "cell"})


def test_the_potentiostat_scans_as_its_contract_says() -> None:
    """Points, verdicts, silence, noise, lost replies, refusals, and the cell off."""
    run_virtual(check_potentiostat(MAKE))
