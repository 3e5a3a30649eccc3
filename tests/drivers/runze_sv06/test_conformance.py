"""The Runze driver against the simulated valve, over both links."""

from functools import partial

import pytest

from autosynth.clock import run_virtual
from autosynth.testing import check_valve
from drivers.runze_sv06 import DRIVER
from tests.drivers.simulated import SimulatedRig


@pytest.mark.parametrize("link", ["rs232", "rs485"])
def test_the_valve_keeps_its_contract(link: str) -> None:
    """Positions, verdicts, silence, noise, lost replies, refusals, stopping."""
    run_virtual(check_valve(partial(SimulatedRig, DRIVER, {"ports": 6, "link": link, "address": 2})))
