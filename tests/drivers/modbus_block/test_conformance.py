"""The block's driver against the simulated block."""

from functools import partial

from autosynth.clock import run_virtual
from autosynth.testing import check_inputs, check_sensor
from drivers.modbus_block import DRIVER
from tests.drivers.simulated import SimulatedRig

MAKE = partial(SimulatedRig, DRIVER, {"address": 2})


def test_the_block_reads_contacts_as_its_contract_says() -> None:
    """Names, state, silence, noise; nothing moves."""
    run_virtual(check_inputs(MAKE))


def test_the_block_reads_sensors_as_its_contract_says() -> None:
    """Channels, numbers, silence."""
    run_virtual(check_sensor(MAKE))
