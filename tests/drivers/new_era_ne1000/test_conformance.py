"""The NE-1000 driver against the simulated pump, with syringes that are counted in either unit."""

from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.testing import check_infuser
from tests.drivers.new_era_ne1000.rig import ONE_ML, TEN_ML, InfuserRig

SETUPS: dict[str, dict[str, Any]] = {
    "10 mL": dict(TEN_ML),
    "1 mL": dict(ONE_ML),
    "address 7": {**TEN_ML, "address": 7, "watchdog": "4 s"},
    "basic only": {**TEN_ML, "simulated": {"packets_in_basic": False}},
    "already safe": {**ONE_ML, "simulated": {"safe_s": 20, "alarm": ""}},
}


@pytest.mark.parametrize("options", SETUPS.values(), ids=SETUPS)
def test_the_infuser_keeps_its_contract(options: dict[str, Any]) -> None:
    """Strokes, verdicts, silence, noise, lost replies, refusals, stopped, stalled and unpowered pumps."""
    run_virtual(check_infuser(partial(InfuserRig, options)))
