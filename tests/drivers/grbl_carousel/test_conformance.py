"""The carousel driver against the small board and against the simulated one."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from autosynth.clock import run_virtual
from autosynth.testing import check_sampler
from drivers.grbl_carousel import DRIVER
from tests.drivers.grbl_carousel.rig import OPTIONS, FakeRig
from tests.drivers.simulated import NAME, SimulatedRig

POSITIONS = 24


def rack(positions: int = POSITIONS) -> Mapping[str, Any]:
    """Return a tube in every place of a carousel."""
    vessels = {
        f"tube{n}": {"capacity_ml": 1.2, "mixture": {"volumes_ml": {"water": 0.6}}} for n in range(1, positions + 1)
    }
    lines = [
        {"name": f"place{n}", "a": f"{NAME}:{n}", "b": f"tube{n}", "volume_ml": 0.0} for n in range(1, positions + 1)
    ]
    return {"vessels": vessels, "lines": lines}


def test_the_sampler_keeps_its_contract_on_a_small_board() -> None:
    """Places, lift, lost power, stopping, verdicts, silence, noise, lost replies, refusals."""
    run_virtual(check_sampler(FakeRig))


def test_the_sampler_keeps_its_contract_on_the_simulated_board() -> None:
    """The same, on what another reading of the page produced."""
    run_virtual(check_sampler(partial(SimulatedRig, DRIVER, OPTIONS, bench=rack())))
