"""The drive's driver against the simulated drive, every model."""

from functools import partial

import pytest

from autosynth.clock import run_virtual
from autosynth.testing import check_mill
from drivers.delta_vfd import DRIVER
from drivers.delta_vfd.registers import MAPS
from tests.drivers.simulated import SimulatedRig

OPTIONS = {"frequency_max": "35 Hz", "ratio": "0.7"}


@pytest.mark.parametrize("model", MAPS)
def test_the_mill_keeps_its_contract(model: str) -> None:
    """Frequencies, verdicts, silence, noise, lost replies, refusals, stopping, its dead-man's switch, lost power."""
    run_virtual(check_mill(partial(SimulatedRig, DRIVER, {**OPTIONS, "model": model, "address": 3})))
