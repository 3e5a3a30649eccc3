"""What the driver does with a small board, in virtual time: it never turns with the lift down, and trusts no reset."""

import asyncio

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Verdict
from autosynth.contracts.stroke import HomeSampler, TurnTo
from autosynth.errors import (
    ArgumentError,
    DeviceRefusedError,
    NoReplyError,
)
from drivers.grbl_carousel import DRIVER
from drivers.grbl_carousel.device import Carousel
from tests.drivers.grbl_carousel.rig import OPTIONS, TO_12, FakeRig, intent, moves, play
from tests.drivers.played import played

DOWN = b"G90 G53 G1 Z-100.000 F1000"


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
