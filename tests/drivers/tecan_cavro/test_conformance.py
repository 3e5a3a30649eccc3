"""The Cavro driver against the simulated pump, by both protocols and dialects."""

from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.testing import check_pump
from drivers.tecan_cavro import DRIVER
from tests.drivers.simulated import SimulatedRig, plumbing

SETUPS = {
    "oem": {"syringe": "1 mL"},
    "dt": {"syringe": "1 mL", "protocol": "dt", "switch": 3},
    "fine": {"syringe": "0.5 mL", "positioning": "fine"},
    "xlp": {"syringe": "2.5 mL", "dialect": "xlp", "ports": 6, "waste_port": 4},
}


@pytest.mark.parametrize("options", SETUPS.values(), ids=SETUPS)
def test_the_pump_keeps_its_contract(options: dict[str, Any]) -> None:
    """Strokes, verdicts, silence, noise, lost replies, refusals, terminated and unpowered pumps."""
    make = partial(SimulatedRig, DRIVER, options, bench=plumbing(options.get("ports", 9)))
    run_virtual(check_pump(make))
