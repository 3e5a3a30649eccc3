"""The Keithley driver against the simulated SourceMeter."""

from functools import partial

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.testing import Tap, check_potentiostat
from drivers.keithley_2450 import DRIVER
from tests.drivers.simulated import SimulatedRig

MIXTURE = {"volumes_ml": {"acetone": 1.0}, "amounts_mol": {"SiW9": 1e-6, "TBAPF6": 1e-4}}
VESSELS = {"cell": {"capacity_ml": 1.5, "mixture": MIXTURE}}
MAKE = partial(SimulatedRig, DRIVER, {}, bench={"vessels": VESSELS}, device={"vessel": "cell"})


def test_the_potentiostat_scans_as_its_contract_says() -> None:
    """Points, verdicts, silence, noise, lost replies, refusals, and the cell off."""
    run_virtual(check_potentiostat(MAKE))


@pytest.mark.parametrize("number", range(1, 13))
def test_a_doubled_answer_does_not_pass_for_the_next(number: int) -> None:
    """Whichever answer comes twice, the scan is made and all its points are its own."""

    async def main() -> None:
        points: list[Point] = []
        rig = MAKE(faults=[f"device:duplicate_reply@n={number}"])
        async with rig.connect(Tap()) as smu:
            await smu.connect()
            smu.on_point = points.append
            await smu.scan(Voltammetry(0.0, 0.2, 0.0, 0.02, 0.1, 1e-4))
            assert (await smu.read_state())["cell_on"] is False
        assert [round(point.potential_v, 2) for point in points] == [k / 50 for k in (*range(11), *range(9, -1, -1))]

    run_virtual(main())
