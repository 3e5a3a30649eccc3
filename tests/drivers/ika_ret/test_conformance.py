"""The IKA driver against the simulated hotplate."""

from functools import partial

from autosynth.clock import run_virtual
from autosynth.testing import check_stirrer, check_thermostat
from drivers.ika_ret import DRIVER
from tests.drivers.simulated import SimulatedRig

VESSELS = {"flask": {"capacity_ml": 100.0, "mixture": {"volumes_ml": {"acetone": 50.0}, "amounts_mol": {}}}}
MAKE = partial(SimulatedRig, DRIVER, {}, bench={"vessels": VESSELS}, device={"vessel": "flask"})


def test_the_hotplate_stirs_as_its_contract_says() -> None:
    """Speeds, verdicts, silence, noise, lost replies, refusals."""
    run_virtual(check_stirrer(MAKE))


def test_the_hotplate_heats_as_its_contract_says() -> None:
    """Temperatures, verdicts, silence, noise, lost replies, refusals, off."""
    run_virtual(check_thermostat(MAKE))
