"""What the driver does with a small board, in virtual time: it never turns with the lift down, and trusts no reset."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke import AnyStroke, HomeSampler, MoveLift, SetSpeed, TurnTo
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    GarbledReplyError,
    IdentityError,
    NoReplyError,
)
from autosynth.testing import Tap
from drivers.grbl_carousel import DRIVER
from drivers.grbl_carousel.device import Carousel
from drivers.grbl_carousel.motion import trapezoid_s
from tests.drivers.grbl_carousel.rig import OPTIONS, FakeRig
from tests.drivers.played import played

Play = Callable[[FakeRig, Carousel], Awaitable[None]]
TO_12 = b"G90 G53 G1 X165.000 F3000"
DOWN = b"G90 G53 G1 Z-100.000 F1000"


def play(main: Play, options: dict[str, Any] | None = None, *, homed: bool = True) -> None:
    """Run `main` with a connected and, if so, homed driver."""

    async def whole() -> None:
        rig = FakeRig({**OPTIONS, **(options or {})})
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            if homed:
                await carousel.home_sampler()
            await main(rig, carousel)

    run_virtual(whole())


def moves(rig: FakeRig) -> list[bytes]:
    return [line for line in rig.fake.told if line.startswith(b"G90")]


async def intent(carousel: Carousel, stroke: AnyStroke) -> Intent:
    before = await carousel.read_state()
    return Intent("device", stroke, before, carousel.expect(before, stroke))


def test_a_turn_is_one_absolute_line_a_barrier_and_reports_until_two_agree() -> None:
    """Byte for byte."""
    conversation = [
        (b"?", b"<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n"),
        (b"?", b"<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n"),
        (TO_12 + b"\n", b"ok\r\n"),
        (b"G4 P0\n", b"ok\r\n"),
        (b"?", b"<Run|MPos:164.900,0.000,0.000|FS:10,0>\r\n"),
        (b"?", b"<Idle|MPos:164.998,0.000,0.000|FS:0,0>\r\n"),
        (b"?", b"<Idle|MPos:165.002,0.000,0.000|FS:0,0|Pn:P>\r\n"),
        (b"?", b"<Idle|MPos:165.002,0.000,0.000|FS:0,0|Pn:P>\r\n"),
    ]

    async def main() -> None:
        async with played(DRIVER, OPTIONS, conversation) as carousel:
            outcome = await carousel.turn_to("12")
            assert outcome.state == {
                "port": "12",
                "at_magnet": 24,
                "inserted": False,
                "tube_present": True,
                "trusted": True,
                "ready": True,
                "error": 0,
            }

    run_virtual(main())


def test_a_locked_board_is_not_trusted_until_it_is_homed() -> None:
    """Nothing is said of where it stands, nothing moves; homed it stands at the first position with the lift up."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        state = await carousel.read_state()
        assert (state["trusted"], state["port"], state["inserted"], state["ready"]) == (False, None, None, False)
        for attempt in (carousel.turn_to("2"), carousel.move_lift(True), carousel.move_lift(False)):
            with pytest.raises(DeviceRefusedError, match="not trusted"):
                await attempt
        with pytest.raises(ArgumentError, match="not trusted"):
            carousel.expect(state, TurnTo("2"))
        assert moves(rig) == []
        homed = (await carousel.home_sampler()).state
        assert (homed["port"], homed["at_magnet"], homed["inserted"], homed["trusted"]) == ("1", 13, False, True)
        assert rig.fake.told.count(b"$H") == 1

    play(main, homed=False)


def test_the_carousel_never_turns_with_the_lift_down_or_between() -> None:
    """Nothing that moves is sent."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        await carousel.move_lift(True)
        sent = moves(rig)
        with pytest.raises(DeviceRefusedError, match="break the tube"):
            await carousel.turn_to("12")
        with pytest.raises(ArgumentError, match="lift must be up"):
            carousel.expect(await carousel.read_state(), TurnTo("12"))
        rig.fake.at["Z"] = -50.0
        assert (await carousel.read_state())["inserted"] is None
        with pytest.raises(DeviceRefusedError, match="break the tube"):
            await carousel.turn_to("12")
        assert moves(rig) == sent
        await carousel.move_lift(False)
        assert (await carousel.turn_to("12")).state["port"] == "12"

    play(main)


def test_reports_that_come_late_do_not_free_the_carousel() -> None:
    """A host that has lowered the lift turns only once it was raised, whatever two reports from before say."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        await carousel.move_lift(True)
        rig.fake.at["Z"] = 0.0
        with pytest.raises(DeviceRefusedError, match="break the tube"):
            await carousel.turn_to("12")
        assert TO_12 not in rig.fake.told
        await carousel.move_lift(False)
        await carousel.turn_to("12")

    play(main)


def test_no_tube_is_put_in_where_none_is_seen() -> None:
    """Nor between positions; without a sensor nobody knows."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.tubes = frozenset({165.0})
        with pytest.raises(DeviceRefusedError, match="no tube is seen over the bore, where that of position 13"):
            await carousel.move_lift(True)
        assert DOWN not in rig.fake.told
        await carousel.turn_to("12")
        assert (await carousel.move_lift(True)).state["inserted"] is True
        rig.fake.tubes = frozenset()
        assert (await carousel.move_lift(True)).state["tube_present"] is False
        await carousel.move_lift(False)
        rig.fake.at["X"] = 170.0
        with pytest.raises(DeviceRefusedError, match="between positions"):
            await carousel.move_lift(True)

    play(main)


def test_without_a_sensor_a_tube_is_put_in_unseen() -> None:
    """And `tube_present` is None."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.tubes = frozenset()
        state = (await carousel.move_lift(True)).state
        assert (state["inserted"], state["tube_present"]) == (True, None)

    play(main, {"tube_sensor": False})


@pytest.mark.parametrize(("at", "done"), [("deaf", False), ("mute", True)])
def test_an_unanswered_turn_is_never_repeated(at: str, done: bool) -> None:
    """The board is asked where it stands, and that decides."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        setattr(rig.fake, at, frozenset({TO_12}))
        if done:
            assert (await carousel.turn_to("12")).state["port"] == "12"
        else:
            with pytest.raises(NoReplyError, match="did not carry it out"):
                await carousel.turn_to("12")
        assert rig.fake.told.count(TO_12) == 1

    play(main)


@pytest.mark.parametrize(("number", "trusted"), [(1, False), (2, True), (3, False), (8, False), (77, False)])
def test_an_alarm_while_moving_ends_the_wait_and_says_what_it_means(number: int, trusted: bool) -> None:
    """Whether the position is lost depends on the alarm; strokes are refused until it is homed."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.alarm_at = ("X", number)
        begun_s = rig.clock.now()
        with pytest.raises(DeviceRefusedError, match=f"alarm {number}, ") as caught:
            await carousel.turn_to("12")
        assert caught.value.advice
        assert rig.clock.now() - begun_s < 4.0
        state = await carousel.read_state()
        assert (state["trusted"], state["error"], state["ready"]) == (trusted, number, False)
        with pytest.raises(DeviceRefusedError, match=f"alarm {number}, "):
            await carousel.turn_to("2")
        assert (await carousel.home_sampler()).state["error"] == 0
        assert rig.fake.told.count(b"\x18") == (number in {1, 2})
        await carousel.turn_to("2")

    play(main)


def test_a_reset_nobody_asked_for_ends_a_stroke_and_the_trust() -> None:
    """Also when it is only heard."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        turning = asyncio.create_task(carousel.turn_to("12"))
        await rig.clock.sleep(1.0)
        rig.power_cycle()
        with pytest.raises(DeviceRefusedError, match="was reset"):
            await turning
        await carousel.home_sampler()
        rig.power_cycle()
        await rig.clock.sleep(0.5)
        assert (await carousel.read_state())["trusted"] is False

    play(main)


@pytest.mark.parametrize("number", [8, 9])
def test_homing_that_fails_says_why(number: int) -> None:
    """At once, not after its deadline."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.homing_alarm = number
        with pytest.raises(DeviceRefusedError, match=f"alarm {number}, homing"):
            await carousel.home_sampler()
        assert rig.clock.now() < 15.0
        assert (await carousel.read_state())["trusted"] is False

    play(main, homed=False)


@pytest.mark.parametrize("at", ["mute", "deaf"])
def test_homing_that_is_not_heard_to_end_is_told_by_the_lock(at: str) -> None:
    """Only homing unlocks a board; one that is still locked was not homed, and homing is made again."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        asked = await intent(carousel, HomeSampler())
        setattr(rig.fake, at, frozenset({b"$H"}))
        if at == "mute":
            assert (await carousel.home_sampler()).state["trusted"] is True
        else:
            with pytest.raises(NoReplyError, match="did not say that it is homed"):
                await carousel.home_sampler()
            assert (await carousel.reconcile(asked)).verdict is Verdict.NOT_STARTED
            rig.fake.deaf = frozenset()
            await carousel.home_sampler()
        assert (await carousel.reconcile(asked)).verdict is Verdict.DONE

    play(main, homed=False)


def test_homing_that_is_not_heard_to_end_on_a_board_that_was_not_locked_is_not_known() -> None:
    """Nothing tells whether it was homed again."""

    async def main(rig: FakeRig, carousel: Carousel) -> None:
        rig.fake.mute = frozenset({b"$H"})
        with pytest.raises(NoReplyError, match="did not say that it is homed"):
            await carousel.home_sampler()

    play(main)


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
