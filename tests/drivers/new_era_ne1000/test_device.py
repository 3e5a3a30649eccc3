"""What the NE-1000 driver does when things go wrong."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import LoopClock, run_virtual
from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke_solid import InfuseTo
from autosynth.errors import ArgumentError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.testing import Tap
from drivers.new_era_ne1000 import DRIVER
from drivers.new_era_ne1000.codec import encode_safe
from drivers.new_era_ne1000.options import Scale, read_options
from tests.drivers.new_era_ne1000.rig import ONE_ML, TEN_ML, InfuserRig
from tests.drivers.new_era_ne1000.test_codec import STOPPED, safe
from tests.drivers.played import SILENCE, Exchanges, played

STROKE = InfuseTo(2.0, 4.0)


async def ready(pump: Any) -> Intent:
    """Let a pump count from zero and return the intent to push."""
    await pump.connect()
    await pump.clear_counter()
    before = await pump.read_state()
    return Intent("device", STROKE, before, pump.expect(before, STROKE))


def talked(exchanges: Exchanges, command: str = "") -> Any:
    """Return what the driver's talk makes of a written conversation: RUN is started, anything else is said."""

    async def main() -> Any:
        async with played(DRIVER, {**TEN_ML, "retries": 1}, exchanges) as pump:
            return await (pump._talk.start(pump._talk.halts) if command == "RUN" else pump._talk.say(command))

    return run_virtual(main())


def packet(command: str) -> bytes:
    """Return a command as the driver sends it."""
    return encode_safe(0, command)


def test_what_is_pushed_is_calibrated() -> None:
    """The volume asked for is what leaves the syringe by its calibration; the pump counts nominal ones."""

    async def main() -> None:
        rig = InfuserRig(dict(TEN_ML) | {"simulated": {"gain_sd": 0.0}})
        async with rig.connect(Tap()) as pump:
            await ready(pump)
            outcome = await pump.infuse_to(1.97, 4.0)
            assert (outcome.moved_ml, outcome.gain_rel_sd) == (pytest.approx(1.97, abs=0.006), 0.005)
            assert rig.pushed_ml() == pytest.approx(1.97 / 0.985, abs=0.006)

    run_virtual(main())


def test_a_stall_is_told_and_its_counter_is_trusted_by_nobody() -> None:
    """Neither by this host nor by the next, which has not heard the alarm."""

    async def main() -> None:
        rig = InfuserRig(faults=("device:stall@t=20",))
        async with rig.connect(Tap()) as pump:
            intent = await ready(pump)
            with pytest.raises(DeviceRefusedError, match="stalled"):
                await pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min)
            assert (await pump.reconcile(intent)).verdict is Verdict.UNKNOWN
        async with rig.connect(Tap()) as pump:
            await pump.connect()
            found = await pump.reconcile(intent)
            assert (found.verdict, found.low_ml, found.state["trusted"]) == (Verdict.UNKNOWN, 0.0, False)
            assert found.low_ml <= 0.985 * rig.pushed_ml() <= found.high_ml
            with pytest.raises(ArgumentError, match="not trusted"):
                pump.expect(found.state, STROKE)
            await pump.clear_counter()
            assert (await pump.read_state())["trusted"] is True

    run_virtual(main())


def test_a_pump_without_its_host_stops_and_says_how_much() -> None:
    """Its own watchdog stops it; the counter is as good as ever."""

    async def main() -> None:
        rig = InfuserRig(dict(TEN_ML) | {"watchdog": "4 s"})
        async with rig.connect(Tap()) as pump:
            intent = await ready(pump)
            task = asyncio.create_task(pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min))
            await rig.clock.sleep(10.0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await rig.clock.sleep(60.0)
        async with rig.connect(Tap()) as pump:
            await pump.connect()
            found = await pump.reconcile(intent)
            assert (found.verdict, found.state["trusted"]) == (Verdict.PARTLY, True)
            assert 10.0 / 15.0 - 0.1 < found.moved_ml < 14.5 / 15.0
            await pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min)
            assert rig.pushed_ml() == pytest.approx(2.0 / 0.985, rel=0.02)

    run_virtual(main())


def test_a_host_that_was_silent_for_too_long_is_told_so() -> None:
    """The stroke is an error that names the watchdog, and its rest can be pushed."""

    async def main() -> None:
        rig = InfuserRig(dict(TEN_ML) | {"watchdog": "2 s"})
        async with rig.connect(Tap()) as pump:
            intent = await ready(pump)
            task = asyncio.create_task(pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min))
            await rig.clock.sleep(5.0)
            pump._clock = _Drowsy(asyncio.get_running_loop())
            with pytest.raises(DeviceRefusedError, match="watchdog"):
                await task
            assert (await pump.reconcile(intent)).verdict is Verdict.PARTLY

    run_virtual(main())


class _Drowsy(LoopClock):
    """A clock on which everything takes five seconds longer."""

    async def sleep(self, duration_s: float) -> None:
        await super().sleep(duration_s + 5.0)


def test_an_idle_pump_whose_watchdog_ran_out_is_simply_used() -> None:
    """Its alarm stands in the place of one answer; what was asked is asked again."""

    async def main() -> None:
        rig = InfuserRig()
        async with rig.connect(Tap()) as pump:
            await ready(pump)
            for to_ml in (0.5, 1.0):
                await rig.clock.sleep(300.0)
                assert (await pump.infuse_to(to_ml, 8.0)).state["trusted"] is True

    run_virtual(main())


def test_setting_and_question_are_said_again_after_an_alarm() -> None:
    """It was not carried out; three alarms in a row are a refusal."""
    alarm = safe("00A?T")
    assert talked([(packet("VOL1.000"), alarm), (packet("VOL1.000"), STOPPED)], "VOL1.000").status == "S"
    with pytest.raises(DeviceRefusedError, match="watchdog"):
        talked([(packet("VOL1.000"), alarm)] * 3, "VOL1.000")


def test_starting_is_said_once() -> None:
    """Without an answer it may have been taken; with an alarm it was not."""
    assert talked([(packet("RUN"), safe("00I"))], "RUN") is True
    assert talked([(packet("RUN"), SILENCE)], "RUN") is False
    assert talked([(packet("RUN"), safe("00A?T")), (packet("RUN"), safe("00I"))], "RUN") is True
    with pytest.raises(DeviceRefusedError, match="lost its power"):
        talked([(packet("RUN"), safe("00A?R"))], "RUN")
    with pytest.raises(DeviceRefusedError, match="out of its range"):
        talked([(packet("RUN"), safe("00S?OOR"))], "RUN")


def test_a_bad_packet_is_said_again_and_an_error_is_named() -> None:
    """The pump has not carried out what it could not read."""
    assert talked([(packet("DIS"), safe("00S?COM")), (packet("DIS"), safe("00SI0W0ML"))], "DIS").data == "I0W0ML"
    with pytest.raises(DeviceRefusedError, match="unknown command"):
        talked([(packet("XYZ"), safe("00S?"))], "XYZ")


def test_silence_and_noise_are_the_wires_faults() -> None:
    """After the retries."""
    with pytest.raises(NoReplyError):
        talked([(packet("DIS"), SILENCE)] * 2, "DIS")
    with pytest.raises(GarbledReplyError):
        talked([(packet("DIS"), safe("00Q"))] * 2, "DIS")


def test_stopping_is_said_twice_and_verified() -> None:
    """The first pauses, the second ends; a pump that is not heard is an error."""

    async def stopped(exchanges: Exchanges) -> None:
        async with played(DRIVER, {**TEN_ML, "retries": 0}, exchanges) as pump:
            await pump.make_safe()

    run_virtual(stopped([(packet("STP"), safe("00P")), (packet("STP"), STOPPED)]))
    run_virtual(stopped([(packet("STP"), safe("00A?T")), (packet("STP"), safe("00S?NA"))]))
    with pytest.raises(NoReplyError):
        run_virtual(stopped([(packet("STP"), SILENCE)] * 4))


def test_a_counter_that_went_back_is_not_trusted() -> None:
    """Somebody has cleared it, or the alarm that tells of lost power was missed."""

    async def main() -> None:
        rig = InfuserRig()
        async with rig.connect(Tap()) as pump:
            await ready(pump)
            await pump.infuse_to(1.0, 8.0)
            pump._counted_ml = 1.5
            assert (await pump.read_state())["trusted"] is False

    run_virtual(main())


def test_a_pump_at_work_is_left_alone() -> None:
    """Neither another stroke nor a cleared counter before it stands."""

    async def main() -> None:
        rig = InfuserRig()
        async with rig.connect(Tap()) as pump:
            await ready(pump)
            task = asyncio.create_task(pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min))
            await rig.clock.sleep(5.0)
            with pytest.raises(DeviceRefusedError, match="pushing already"):
                await pump.infuse_to(3.0, 8.0)
            with pytest.raises(DeviceRefusedError, match="is pushing"):
                await pump.clear_counter()
            assert (await task).moved_ml == pytest.approx(2.0, abs=0.006)

    run_virtual(main())


def test_more_than_is_counted_cannot_be_taken_back() -> None:
    """It only pushes."""

    async def main() -> None:
        rig = InfuserRig()
        async with rig.connect(Tap()) as pump:
            await ready(pump)
            state = (await pump.infuse_to(1.0, 8.0)).state
            with pytest.raises(ArgumentError, match="already"):
                pump.expect(state, InfuseTo(0.5, 8.0))
            with pytest.raises(ArgumentError, match="already"):
                await pump.infuse_to(0.5, 8.0)

    run_virtual(main())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fault", ["duplicate_reply@p=0.3", "corrupt_reply@p=0.2", "drop_reply@p=0.2"])
def test_bad_lines_push_nothing_twice(fault: str, seed: int) -> None:
    """However answers are bent, what has left the syringe is what the counter and the verdict say."""

    async def main() -> None:
        rig = InfuserRig(dict(TEN_ML) | {"retries": 8}, faults=(f"device:{fault}",), seed=seed)
        async with rig.connect(Tap()) as pump:
            intent = await ready(pump)
            try:
                await pump.infuse_to(STROKE.to_ml, STROKE.rate_ml_min)
            except (NoReplyError, GarbledReplyError, DeviceRefusedError):
                found = await pump.reconcile(intent)
                if found.verdict is not Verdict.UNKNOWN:
                    assert found.moved_ml == pytest.approx(0.985 * rig.pushed_ml(), abs=0.03)
            assert rig.pushed_ml() <= 2.0 / 0.985 * 1.02

    run_virtual(main())


def test_options_are_read_strictly_and_limits_follow() -> None:
    """Rates go with the syringe's area unless they are given; the last digit with its size."""
    settings = DriverSettings("pump", ONE_ML)
    limits = DRIVER.limits(settings)
    assert (limits.resolution_ml, limits.ports, limits.silence_s) == (0.001, ("out",), 10.0)
    assert limits.rate_max_ml_min == pytest.approx(0.8845, rel=1e-3)
    big = {"syringe": "60 mL", "diameter": "26.59 mm", "max_rate": "20 mL/min"}
    assert DRIVER.limits(DriverSettings("pump", big)).resolution_ml == 0.01
    assert DRIVER.limits(DriverSettings("pump", big)).rate_max_ml_min == 20.0
    for wrong in ({"watchdog": "2.5 s"}, {"min_rate": "2 mL/min", "max_rate": "1 mL/min"}, {"adress": 1}):
        with pytest.raises(OptionsError):
            DRIVER.limits(DriverSettings("pump", {**ONE_ML, **wrong}))


@pytest.mark.parametrize(("rate_ml_min", "said"), [(4.0, "4.000MM"), (0.5, "500.0UM"), (12.345, "12.35MM")])
def test_rates_are_said_in_the_unit_that_has_more_digits(rate_ml_min: float, said: str) -> None:
    """Microlitres a minute below one millilitre."""
    big = {"syringe": "60 mL", "diameter": "26.59 mm"}
    assert Scale(read_options(big), PumpCalibration()).rate(rate_ml_min) == said
