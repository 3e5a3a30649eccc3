"""What the IKA driver knows, and what it does when settings are not taken."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke import SetTemperature
from autosynth.errors import ArgumentError, DeviceRefusedError, NoReplyError
from autosynth.testing import Tap
from autosynth.testing.tap import Mode
from drivers.ika_ret import DRIVER
from tests.drivers.ika_ret.test_conformance import VESSELS
from tests.drivers.played import SILENCE, Exchanges, played
from tests.drivers.simulated import SimulatedRig

RIG = partial(SimulatedRig, DRIVER, {}, bench={"vessels": VESSELS}, device={"vessel": "flask"})


def play(exchanges: Exchanges, act: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    """Return what `act` returns of a device in a written conversation."""

    async def main() -> Any:
        async with played(DRIVER, {"retries": 1}, exchanges) as plate:
            return await act(plate)

    return run_virtual(main())


def test_a_setpoint_that_was_not_taken_is_set_again_before_heating() -> None:
    """START_1 comes only after the setpoint was read back."""
    conversation = [
        (b"OUT_SP_1 62.5\r\n", SILENCE),
        (b"IN_SP_1\r\n", b"20.0 1\r\n"),
        (b"OUT_SP_1 62.5\r\n", SILENCE),
        (b"IN_SP_1\r\n", b"62.5 1\r\n"),
        (b"START_1\r\n", SILENCE),
        (b"IN_SP_1\r\n", b"62.5 1\r\n"),
        (b"IN_SP_4\r\n", b"0.0 4\r\n"),
        (b"IN_PV_1\r\n", b"21.5 1\r\n"),
        (b"IN_PV_4\r\n", b"0.0 4\r\n"),
    ]
    state = play(conversation, lambda plate: plate.set_temperature(62.5)).state
    assert (state["target_c"], state["heating"], state["temperature_c"]) == (62.5, True, 21.5)


def test_a_doubled_answer_is_not_taken_for_a_measured_value() -> None:
    """The setpoints are said twice: each answer is one late, and its channel shows it."""
    conversation = [
        (b"IN_SP_1\r\n", b"62.5 1\r\n"),
        (b"IN_SP_4\r\n", b"62.5 1\r\n"),
        (b"IN_SP_4\r\n", b"350.0 4\r\n"),
        (b"IN_PV_1\r\n", b"350.0 4\r\n"),
        (b"IN_PV_1\r\n", b"21.5 1\r\n"),
        (b"IN_PV_4\r\n", b"21.5 1\r\n"),
        (b"IN_PV_4\r\n", b"340.0 4\r\n"),
    ]
    state = play(conversation, lambda plate: plate.read_state())
    assert (state["temperature_c"], state["turning_rpm"]) == (21.5, 340.0)


@pytest.mark.parametrize("seed", range(4))
def test_no_setpoint_passes_for_a_temperature_while_answers_are_doubled(seed: int) -> None:
    """Against the simulated plate, which is cold when it is told to heat."""

    async def main() -> None:
        rig = RIG(faults=("device:duplicate_reply@p=0.5",), seed=seed)
        async with rig.connect(Tap()) as plate:
            await plate.arm(60, 30.0, 200.0)
            state = (await plate.set_temperature(90.0)).state
            assert (state["target_c"], state["temperature_c"]) == (90.0, pytest.approx(22.0, abs=2.0))
            assert (await plate.set_speed(600.0)).state["speed_rpm"] == 600.0

    run_virtual(main())


def test_a_late_value_does_not_confirm_a_watchdog() -> None:
    """It is set again; setting it twice is setting it once."""
    conversation = [
        (b"OUT_SP_12@30\r\n", b"30.0 4\r\n"),
        (b"OUT_SP_12@30\r\n", b"30\r\n"),
        (b"OUT_SP_42@200\r\n", b"200\r\n"),
        (b"OUT_WD2@60\r\n", b"60\r\n"),
    ]
    play(conversation, lambda plate: plate.arm(60, 30.0, 200.0))


def test_heating_that_was_overtaken_by_making_safe_does_not_start() -> None:
    """STOP_1 is not followed by the START_1 of a stroke that had already begun."""

    async def overtaken(plate: Any) -> None:
        stroke = asyncio.create_task(plate.set_temperature(62.5))
        await asyncio.sleep(0.0005)  # noqa: TID251 - virtual time
        await plate.make_safe()
        with pytest.raises(NoReplyError, match="gave way to an urgent"):
            await stroke

    conversation = [
        (b"OUT_SP_1 62.5\r\n", SILENCE),
        (b"IN_SP_1\r\n", SILENCE),
        (b"STOP_1\r\nOUT_SP_1 0.0\r\nIN_SP_1\r\n", b"0.0 1\r\n"),
        (b"IN_SP_1\r\n", b"0.0 1\r\n"),
    ]
    play(conversation, overtaken)


def test_a_setpoint_that_is_never_taken_is_refused_without_heating() -> None:
    """The plate may be in local mode."""
    conversation = [(b"OUT_SP_1 62.5\r\n", SILENCE), (b"IN_SP_1\r\n", b"20.0 1\r\n")] * 2
    with pytest.raises(DeviceRefusedError, match=r"20 instead of 62\.5"):
        play(conversation, lambda plate: plate.set_temperature(62.5))


def test_a_new_host_does_not_know_whether_it_heats() -> None:
    """NAMUR cannot say; a setpoint that is not zero may be heated for."""

    async def main() -> None:
        rig = RIG()
        async with rig.connect(Tap()) as plate:
            before = await plate.read_state()
            stroke = SetTemperature(45.0)
            intent = Intent("device", stroke, before, plate.expect(before, stroke))
            await plate.set_temperature(45.0)
            assert (await plate.reconcile(intent)).verdict is Verdict.DONE
        async with rig.connect(Tap()) as plate:
            state = await plate.read_state()
            assert (state["heating"], state["target_c"]) == (None, 45.0)
            assert (await plate.reconcile(intent)).verdict is Verdict.PARTLY

    run_virtual(main())


def test_off_is_a_setpoint_that_can_be_read_back() -> None:
    """So a new host knows that it does not heat."""

    async def main() -> None:
        rig = RIG()
        async with rig.connect(Tap()) as plate:
            await plate.set_temperature(45.0)
            await plate.set_temperature(None)
        async with rig.connect(Tap()) as plate:
            state = await plate.read_state()
            assert (state["heating"], state["target_c"]) == (False, None)

    run_virtual(main())


def test_the_watchdog_falls_back_when_the_host_dies() -> None:
    """It cools to the safe temperature and keeps stirring."""

    async def main() -> None:
        rig = RIG()
        async with rig.connect(Tap()) as plate:
            await plate.set_temperature(80.0)
            await plate.set_speed(600.0)
            await plate.arm(60, 30.0, 200.0)
            for _ in range(40):
                await rig.clock.sleep(45.0)
                await plate.feed()
            hot_c = await plate.read_temperature()
            assert hot_c > 50.0
            await rig.clock.sleep(4 * 3600.0)
        async with rig.connect(Tap()) as plate:
            assert await plate.read_temperature() < 40.0
            assert (await plate.read_state())["turning_rpm"] == pytest.approx(200.0, abs=5.0)

    run_virtual(main())


def test_closing_leaves_the_watchdog_armed() -> None:
    """Nothing is sent: a plate whose host leaves falls back to its safe values by itself."""

    async def arm_and_close(plate: Any) -> None:
        await plate.arm(60, 30.5, 200.0)
        await plate.aclose()

    conversation = [
        (b"OUT_SP_12@30.5\r\n", b"30.5\r\n"),
        (b"OUT_SP_42@200\r\n", b"200\r\n"),
        (b"OUT_WD2@60\r\n", b"60\r\n"),
    ]
    play(conversation, arm_and_close)


def test_an_echo_that_differs_is_refused() -> None:
    """The watchdog that was set is not the one that was asked for."""
    with pytest.raises(DeviceRefusedError, match="40 instead of 30"):
        play([(b"OUT_SP_12@30\r\n", b"40\r\n")], lambda plate: plate.arm(60, 30.0, 200.0))


@pytest.mark.parametrize(
    "arguments", [(19, 30.0, 200.0), (1501, 30.0, 200.0), (60.5, 30.0, 200.0), (60, 400.0, 200.0), (60, 30.0, 20.0)]
)
def test_a_watchdog_that_the_plate_cannot_do_is_refused(arguments: tuple[float, float, float]) -> None:
    """Nothing is sent."""
    with pytest.raises(ArgumentError):
        play([], lambda plate: plate.arm(*arguments))


def test_making_safe_is_one_write_and_is_verified() -> None:
    """The setpoint read back is zero, or it is set again."""
    urgent = (b"STOP_1\r\nOUT_SP_1 0.0\r\nIN_SP_1\r\n", b"80.0 1\r\n")
    again = [(b"STOP_1\r\n", SILENCE), (b"OUT_SP_1 0.0\r\n", SILENCE), (b"IN_SP_1\r\n", b"0.0 1\r\n")]
    play([urgent, *again], lambda plate: plate.make_safe())


def test_making_a_silent_plate_safe_is_an_error() -> None:
    """Nobody may believe that it is off."""

    async def main() -> None:
        tap = Tap()
        async with RIG().connect(tap) as plate:
            tap.mode = Mode.SILENT
            await plate.make_safe()

    with pytest.raises(NoReplyError):
        run_virtual(main())


@pytest.mark.parametrize("temperature_c", [0.0, 310.1, 25.03])
def test_temperatures_that_the_plate_cannot_take_are_refused(temperature_c: float) -> None:
    """0 means off, and a tenth of a degree is the finest."""
    with pytest.raises(ArgumentError):
        play([], lambda plate: plate.set_temperature(temperature_c))


def test_options_are_read_strictly() -> None:
    """Limits follow them."""
    limits = DRIVER.limits(DriverSettings("plate", {"max_temperature": "120 °C", "max_speed": "1000 rpm"}))
    assert (limits.temperature_max_c, limits.speed_max_rpm, limits.watchdog) == (120.0, 1000.0, True)
    with pytest.raises(OptionsError, match="max_temp"):
        DRIVER.limits(DriverSettings("plate", {"max_temp": "120 °C"}))


async def arm_and_stir(plate: Any) -> None:
    await plate.arm(60, 30.0, 200.0)
    await plate.set_speed(400.0)


REFUSED = [(b"OUT_SP_4 400\r\n", b""), (b"IN_SP_4\r\n", b"200.0 4\r\n")] * 2
ARMED = [
    (b"OUT_SP_12@30\r\n", b"30\r\n"),
    (b"OUT_SP_42@200\r\n", b"200\r\n"),
    (b"OUT_WD2@60\r\n", b"60\r\n"),
]
FALLEN_BACK = [(b"IN_SP_1\r\n", b"30.0 1\r\n"), (b"IN_SP_4\r\n", b"200.0 4\r\n")]


def test_a_watchdog_that_has_tripped_is_cleared_when_a_setpoint_is_not_taken() -> None:
    """Never before: clearing disarms, and a host that died then would leave a plate that nobody watches."""
    conversation = [
        *ARMED,
        *REFUSED,
        *FALLEN_BACK,
        (b"OUT_WD2@0\r\n", b"0\r\n"),
        (b"OUT_WD2@60\r\n", b"60\r\n"),
        (b"OUT_SP_4 400\r\n", b""),
        (b"IN_SP_4\r\n", b"400.0 4\r\n"),
        *ARMED,  # what lost its power has forgotten it
        (b"START_4\r\n", b""),
        (b"IN_SP_1\r\n", b"30.0 1\r\n"),
        (b"IN_SP_4\r\n", b"400.0 4\r\n"),
        (b"IN_PV_1\r\n", b"22.0 1\r\n"),
        (b"IN_PV_4\r\n", b"400.0 4\r\n"),
    ]
    play(conversation, arm_and_stir)


def test_the_watchdog_of_a_plate_that_has_not_fallen_back_is_never_cleared() -> None:
    """It heats for 80 degrees and takes no speed, as in local mode: its watchdog stays armed, its heater on."""
    conversation = [*ARMED, *REFUSED, (b"IN_SP_1\r\n", b"80.0 1\r\n")]
    with pytest.raises(DeviceRefusedError, match="200 instead of 400"):
        play(conversation, arm_and_stir)


def test_a_plate_that_cannot_be_armed_again_is_switched_off() -> None:
    """Cleared, and then silent: nobody may go on heating unwatched."""
    unheard = [(b"OUT_WD2@60\r\n", SILENCE)] * 2
    conversation = [
        *ARMED,
        *REFUSED,
        *FALLEN_BACK,
        (b"OUT_WD2@0\r\n", b"0\r\n"),
        *unheard,
        (b"STOP_1\r\n", SILENCE),
    ]
    with pytest.raises(NoReplyError):
        play(conversation, arm_and_stir)
