"""What the Cavro driver does when things go wrong, byte for byte."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke import MovePlunger
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    GarbledReplyError,
    NoReplyError,
)
from autosynth.testing import Tap
from drivers.tecan_cavro import DRIVER
from simulators.bench import open_bench
from tests.drivers.played import SILENCE, played
from tests.drivers.simulated import SimulatedRig, plumbing
from tests.drivers.tecan_cavro.conversation import (
    AFTER,
    ASKED,
    BUSY,
    DT,
    MOVE,
    OPTIONS,
    READY,
    dt,
    dt_answer,
    dt_reports,
    move,
    oem,
    reports,
)
from tests.drivers.tecan_cavro.test_codec import oem_answer


def test_an_unanswered_oem_order_is_repeated_under_its_number() -> None:
    """The repeat flag is set, the sequence is not advanced, and the stroke is made once."""
    conversation = [
        *ASKED,
        (oem(3, MOVE), SILENCE),
        (oem(3, MOVE, repeat=True), oem_answer(BUSY, "")),
        (oem(4, "Q"), oem_answer(READY, "")),
        *AFTER,
    ]
    outcome = run_virtual(move(conversation))
    assert outcome.moved_ml == pytest.approx(-0.2)
    assert outcome.state["port"] == "2"


def test_a_garbled_answer_is_repeated_too() -> None:
    """A wrong checksum says nothing about what the pump did."""
    spoiled = oem_answer(BUSY, "")[:-1] + b"\x00"
    conversation = [
        *ASKED,
        (oem(3, MOVE), spoiled),
        (oem(3, MOVE, repeat=True), oem_answer(BUSY, "")),
        (oem(4, "Q"), oem_answer(READY, "")),
        *AFTER,
    ]
    assert run_virtual(move(conversation)).state["increments"] == 600


def test_an_oem_order_that_is_never_answered_ends_in_bounded_time() -> None:
    """One order and `retries` repetitions, all under one number."""
    repetition = (oem(3, MOVE, repeat=True), SILENCE)
    with pytest.raises(NoReplyError, match="device"):
        run_virtual(move([*ASKED, (oem(3, MOVE), SILENCE), repetition, repetition]))


def test_a_report_is_asked_again_under_a_new_number() -> None:
    """A repetition may come back without data."""

    async def main() -> Any:
        conversation = [
            (oem(1, "Q"), SILENCE),
            (oem(2, "Q"), oem_answer(READY, "")),
            *reports(3, "?", "12", "12"),
            *reports(5, "?6", "4", "4"),
        ]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            return await pump.read_state()

    assert run_virtual(main())["increments"] == 12


def test_an_unanswered_dt_order_is_never_repeated() -> None:
    """The pump stands where it stood: it did not take it, and the caller is told."""
    conversation = [
        *dt_reports("?", "0", "0"),
        (dt(MOVE), SILENCE),
        (dt("Q"), dt_answer(READY)),
        *dt_reports("?", "0", "0"),
        *dt_reports("?6", "2", "2"),
    ]
    with pytest.raises(NoReplyError, match="did not carry it out"):
        run_virtual(move(conversation, DT))


def test_an_unanswered_dt_order_that_was_taken_is_a_success() -> None:
    """The position says so."""
    conversation = [
        *dt_reports("?", "0", "0"),
        (dt(MOVE), SILENCE),
        (dt("Q"), dt_answer(READY)),
        *dt_reports("?", "600"),
        *dt_reports("?6", "2", "2"),
    ]
    assert run_virtual(move(conversation, DT)).moved_ml == pytest.approx(-0.2)


def test_a_silent_dt_pump_may_have_heard_oem_before() -> None:
    """The advice names the latch."""

    async def main() -> None:
        async with played(DRIVER, DT, [(dt("Q"), SILENCE)] * 3) as pump:
            await pump.connect()

    with pytest.raises(NoReplyError, match="power is cycled"):
        run_virtual(main())


@pytest.mark.parametrize(
    ("status", "words"), [(0x43, "error 3, invalid operand"), (0x6B, "bypass"), (0x4F, "still busy"), (0x6C, "manual")]
)
def test_an_error_in_the_answer_is_refused_with_its_meaning(status: int, words: str) -> None:
    """Immediate errors do not show again in `Q`."""
    with pytest.raises(DeviceRefusedError, match=words):
        run_virtual(move([*ASKED, (oem(3, MOVE), oem_answer(status, ""))]))


def test_an_overload_costs_the_trust() -> None:
    """The stroke is refused with advice, and the next one before a byte is sent."""

    async def main() -> None:
        conversation = [
            *ASKED,
            (oem(3, MOVE), oem_answer(BUSY, "")),
            (oem(4, "Q"), oem_answer(0x69, "")),
        ]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            with pytest.raises(DeviceRefusedError, match=r"overload.*blockage"):
                await pump.move_plunger(0.2, 12.0)
            with pytest.raises(ArgumentError, match="not trusted"):
                await pump.move_plunger(0.0, 12.0)

    run_virtual(main())


def test_a_plunger_elsewhere_is_reported() -> None:
    """Ready without error is not enough."""
    conversation = [
        *ASKED,
        (oem(3, MOVE), oem_answer(BUSY, "")),
        (oem(4, "Q"), oem_answer(READY, "")),
        *reports(5, "?", "599", "599"),
        *reports(7, "?6", "2"),
        *reports(1, "?6", "2"),
    ]
    with pytest.raises(DeviceRefusedError, match="599 instead of 600"):
        run_virtual(move(conversation))


def test_a_valve_elsewhere_is_reported() -> None:
    """The port is asked, not assumed."""

    async def main() -> None:
        conversation = [
            *reports(1, "?6", "2", "2"),
            (oem(3, "I4R"), oem_answer(BUSY, "")),
            (oem(4, "Q"), oem_answer(READY, "")),
            *reports(5, "?", "0", "0"),
            *reports(7, "?6", "3"),
            *reports(1, "?6", "3"),
        ]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            await pump.turn_to("4")

    with pytest.raises(DeviceRefusedError, match="port 3 instead of 4"):
        run_virtual(main())


def test_no_order_is_repeated_after_a_terminate() -> None:
    """The order that waited for its answer gives way and is not said again."""

    async def main() -> None:
        conversation = [*ASKED, (oem(3, MOVE), SILENCE), (oem(4, "T"), oem_answer(READY, ""))]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            stroke = asyncio.create_task(pump.move_plunger(0.2, 12.0))
            await asyncio.sleep(0.1)  # noqa: TID251 - virtual time
            await pump.make_safe()
            with pytest.raises(NoReplyError, match="urgent"):
                await stroke

    run_virtual(main())


def test_no_order_is_sent_after_a_terminate() -> None:
    """An order still held back when the pump was terminated is never said."""

    async def main() -> None:
        async with played(DRIVER, OPTIONS, [*ASKED, (oem(4, "T"), oem_answer(READY, ""))]) as pump:
            stroke = asyncio.create_task(pump.move_plunger(0.2, 12.0))
            await asyncio.sleep(0.03)  # noqa: TID251 - virtual time
            await pump.make_safe()
            with pytest.raises(NoReplyError, match="gave way"):
                await stroke

    run_virtual(main())


def test_a_garbled_position_is_reported_with_its_bytes() -> None:
    """No number is made up."""

    async def main() -> None:
        conversation = [(oem(1, "Q"), oem_answer(READY, "")), *reports(2, "?", "12x", "12x")]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            await pump.read_state()

    with pytest.raises(GarbledReplyError, match="12x"):
        run_virtual(main())


class FaultyRig(SimulatedRig):
    """A simulated pump with faults."""

    def __init__(self, *faults: str) -> None:
        super().__init__(DRIVER, OPTIONS, bench=plumbing(9), faults=faults)


def test_a_pump_that_stays_busy_is_given_up() -> None:
    """After the stroke's expected time, half as long again and 2 s."""

    async def main() -> None:
        rig = FaultyRig("device:busy_forever@t=61")
        async with rig.connect(Tap()) as pump:
            await pump.connect()
            await pump.home_plunger()
            await pump.turn_to("1")
            await rig.clock.sleep(60.5 - rig.clock.now())
            with pytest.raises(DeviceBusyError, match="were expected"):
                await pump.move_plunger(0.5, 30.0)
            assert rig.clock.now() < 66.0

    run_virtual(main())


def test_a_stalled_stroke_is_seen_soon_and_stays_unknown() -> None:
    """Long before a slow stroke would have ended; the bounds hold all of it."""

    async def main() -> None:
        rig = FaultyRig("device:overload@t=70")
        async with rig.connect(Tap()) as pump:
            await pump.connect()
            await pump.home_plunger()
            await pump.turn_to("1")
            await rig.clock.sleep(60.0 - rig.clock.now())
            before, stroke = await pump.read_state(), MovePlunger(0.9, 0.9)
            with pytest.raises(DeviceRefusedError, match=r"overload|not initialised"):
                await pump.move_plunger(stroke.to_ml, stroke.rate_ml_min)
            assert 70.0 <= rig.clock.now() < 72.0
            found = await pump.reconcile(Intent("device", stroke, before, pump.expect(before, stroke)))
            assert found.verdict is Verdict.UNKNOWN
            assert found.low_ml == pytest.approx(-0.9, abs=1e-3)

    run_virtual(main())


def test_a_long_stroke_is_polled_about_once_a_second() -> None:
    """A minute of dosing costs some sixty polls, not six hundred."""

    async def main() -> None:
        rig, tap = FaultyRig(), Tap()
        async with rig.connect(tap) as pump:
            await pump.connect()
            await pump.home_plunger()
            await pump.turn_to("1")
            sent, began_s = tap.sent, rig.clock.now()
            outcome = await pump.move_plunger(0.9, 0.9)
            assert rig.clock.now() - began_s == pytest.approx(60.0, abs=1.0)
            assert (tap.sent - sent) / len(oem(1, "Q")) < 80
            assert outcome.note == ""

    run_virtual(main())


def test_the_bench_refuses_faults_it_does_not_know() -> None:
    """So that the tests above cannot pass for want of a fault."""
    with pytest.raises(ValueError, match="melts"):
        open_bench({"schema": 1, "vessels": {}, "lines": [], "devices": {}}, 1, ["device:melts@t=1"])
