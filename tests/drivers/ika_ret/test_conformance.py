"""The IKA driver against the simulated hotplate."""

import asyncio
from functools import partial

from autosynth.clock import run_virtual
from autosynth.contracts.thermal import Thermostat
from autosynth.testing import Tap, check_stirrer, check_thermostat
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


def test_heating_that_waits_for_its_turn_is_not_started_once_the_plate_is_safe() -> None:
    """Whenever it is stopped, with somebody asking for the temperature: neither START_1 nor a setpoint comes after."""

    async def main() -> None:
        rig = MAKE()
        async with rig.connect(Tap()) as plate:
            await plate.connect()
            for number in range(48):
                setting = asyncio.create_task(plate.set_temperature(40.0))
                readings = [
                    asyncio.create_task(_read(rig, plate, 0.005 * number - early_s)) for early_s in (0.004, 0.001)
                ]
                await rig.clock.sleep(0.005 * number)
                await plate.make_safe()
                await asyncio.gather(setting, *readings, return_exceptions=True)
                truth = rig.bench.truth()["devices"]["device"]
                assert (number, truth["heating"], truth["target_c"]) == (number, False, 0.0)

    run_virtual(main())


async def _read(rig: SimulatedRig, plate: Thermostat, after_s: float) -> float:
    await rig.clock.sleep(max(after_s, 0.0))
    return await plate.read_temperature()
