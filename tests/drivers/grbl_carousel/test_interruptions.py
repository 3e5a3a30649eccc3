"""What the driver makes of stops, dead hosts and boards that do not fit, and which options it takes."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke import HomeSampler, MoveLift, SetSpeed, TurnTo
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    GarbledReplyError,
    IdentityError,
)
from autosynth.testing import Tap
from drivers.grbl_carousel import DRIVER
from drivers.grbl_carousel.device import Carousel
from drivers.grbl_carousel.motion import trapezoid_s
from tests.drivers.grbl_carousel.rig import OPTIONS, TO_12, FakeRig, intent, moves, play
from tests.drivers.played import played

DOWN = b"G90 G53 G1 Z-100.000 F1000"


def test_a_board_that_strays_is_refused() -> None:
    """Standing without alarm is not enough."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.slip_mm = 1.0
        with pytest.raises(DeviceRefusedError, match="X stands at 166 mm instead of 165 mm"):
            await carousel.turn_to("12")
        assert (await carousel.read_state())["port"] is None

    play(main)


def test_making_safe_stops_and_drops_what_it_was_told() -> None:
    """A hold, a reset once it stands; the stroke is refused and the position not trusted."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        asked = await intent(carousel, TurnTo("12"))
        turning = asyncio.create_task(carousel.turn_to("12"))
        await rig.clock.sleep(1.0)
        await carousel.make_safe()
        stopped_s = rig.clock.now()
        assert rig.fake.told[-3:] == [b"!", b"?", b"\x18"]
        assert 10.0 < rig.fake.at["X"] < 100.0
        with pytest.raises(DeviceRefusedError, match=r"stopped|reset"):
            await turning
        assert stopped_s < 13.0
        found = await carousel.reconcile(asked)
        assert (found.verdict, found.state["trusted"]) == (Verdict.PARTLY, False)
        assert moves(rig)[-1] == TO_12

    play(main)


def test_making_safe_a_standing_sampler_only_asks() -> None:
    """It stays trusted and can be turned."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        told = len(rig.fake.told)
        await carousel.make_safe()
        assert rig.fake.told[told:] == [b"?"]
        assert (await carousel.turn_to("12")).state["port"] == "12"

    play(main)


def test_making_safe_while_homing_resets() -> None:
    """Homing heeds nothing else."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        homing = asyncio.create_task(carousel.home_sampler())
        await rig.clock.sleep(2.0)
        await carousel.make_safe()
        with pytest.raises(DeviceRefusedError):
            await homing
        assert (await carousel.read_state())["trusted"] is False

    play(main, homed=False)


def test_a_new_host_finds_what_a_dead_one_left() -> None:
    """A board that does not reset is waited for while it moves, and knows where it stands."""

    async def main() -> None:
        rig = FakeRig()
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            await carousel.home_sampler()
            asked = await intent(carousel, TurnTo("24"))
            turning = asyncio.create_task(carousel.turn_to("24"))
            await rig.clock.sleep(1.0)
        await asyncio.gather(turning, return_exceptions=True)
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            found = await carousel.reconcile(asked)
            assert (found.verdict, found.state["port"], found.state["trusted"]) == (Verdict.DONE, "24", True)

    run_virtual(main())


def test_a_board_that_resets_when_opened_is_to_be_homed_by_every_host() -> None:
    """What was under way is partly done at most, and moved no liquid."""

    async def main() -> None:
        rig = FakeRig({})
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            await carousel.home_sampler()
            asked = await intent(carousel, TurnTo("24"))
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            found = await carousel.reconcile(asked)
            assert (found.verdict, found.moved_ml, found.state["trusted"]) == (Verdict.PARTLY, 0.0, False)
            await carousel.home_sampler()
            await carousel.turn_to("24")
            assert (await carousel.reconcile(asked)).verdict is Verdict.DONE

    run_virtual(main())


@pytest.mark.parametrize(
    ("settings", "modal", "words"),
    [
        ({22: 0}, "G21", r"homing is off.*\$22=1"),
        ({10: 0}, "G21", r"work positions.*\$10=1"),
        ({13: 1}, "G21", r"inches.*\$13=0"),
        ({130: 300}, "G21", r"X travels 300 mm and the station needs 345 mm.*\$130"),
        ({132: 50}, "G21", r"Z travels 50 mm and the station needs 100 mm.*\$132"),
        ({}, "G20", "numbers for inches.*G21"),
    ],
)
def test_a_board_that_does_not_fit_the_station_is_refused(settings: dict[int, float], modal: str, words: str) -> None:
    """With the setting that would."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.settings.update(settings)
        rig.fake.modal = f"G0 {modal}"
        with pytest.raises(IdentityError, match=words):
            await carousel.connect()

    play(main, homed=False)


def test_who_answers_is_told() -> None:
    """The firmware's version."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        identity = await carousel.connect()
        assert (identity.model, identity.firmware) == ("Grbl", "1.1h.20190830")

    play(main, homed=False)


def test_times_are_trapezoids_of_the_boards_own_settings() -> None:
    """50 mm/s and 100 mm/s^2: half a second of ramp each way."""
    assert trapezoid_s(165.0, 3000.0, 100.0) == pytest.approx(0.5 + 3.3)
    assert trapezoid_s(1.0, 3000.0, 100.0) == pytest.approx(0.2)

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        state = await carousel.read_state()
        assert carousel.duration_s(state, TurnTo("12")) == pytest.approx(3.8)
        assert carousel.duration_s(state, TurnTo("1")) == 0.0
        assert carousel.duration_s({}, TurnTo("1")) == pytest.approx(0.5 + 6.9)
        assert carousel.duration_s(state, MoveLift(True)) == pytest.approx(6.0 + 16.667 / 50.0, rel=1e-3)
        assert carousel.duration_s(state, HomeSampler()) == 60.0

    play(main)


def test_a_board_that_is_held_is_given_up() -> None:
    """With its own word for it."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.real_time(b"!", rig.clock.now())
        with pytest.raises(DeviceRefusedError, match="Hold"):
            await carousel.turn_to("12")
        with pytest.raises(DeviceBusyError, match="says Hold"):
            await carousel.reconcile(Intent("device", TurnTo("2"), {"port": "1"}, {"port": "2"}))

    play(main)


def test_reports_that_never_agree_are_no_place() -> None:
    """After the first, four contradictions end it."""
    reports = [(b"?", f"<Idle|MPos:{x}.000,0.000,0.000|FS:0,0>\r\n".encode()) for x in range(5)]

    async def main() -> None:
        async with played(DRIVER, OPTIONS, reports) as carousel:
            await carousel.read_state()

    with pytest.raises(GarbledReplyError, match="contradict"):
        run_virtual(main())


def test_only_strokes_of_a_sampler_and_ports_that_exist_are_taken() -> None:
    """Others are refused before a byte."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        state, told = await carousel.read_state(), len(rig.fake.told)
        for stroke in (TurnTo("0"), TurnTo("25"), SetSpeed(1.0)):
            with pytest.raises(ArgumentError):
                carousel.expect(state, stroke)
            with pytest.raises(ArgumentError):
                carousel.duration_s(state, stroke)
        with pytest.raises(ArgumentError):
            await carousel.turn_to("25")
        assert len(rig.fake.told) == told

    play(main)


@pytest.mark.parametrize(
    "options",
    [
        {"positions": 1},
        {"magnet_offset": 24},
        {"position_pitch": "0 mm"},
        {"position_pitch": 15},
        {"lift_down": "0.05 mm"},
        {"tube_sensor": "perhaps"},
        {"speed": 1},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    """Each is an OptionsError."""
    with pytest.raises(OptionsError):
        DRIVER.limits(DriverSettings("device", options))


def test_limits_are_those_of_the_options() -> None:
    """Ports, positions, offset."""
    limits = DRIVER.limits(DriverSettings("device", {"positions": 3, "magnet_offset": 1}))
    assert (limits.ports, limits.positions, limits.magnet_offset) == (("1", "2", "3"), 3, 1)
