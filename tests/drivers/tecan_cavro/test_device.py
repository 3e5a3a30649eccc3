"""What the Cavro driver does when things go wrong, byte for byte."""

import asyncio
from collections.abc import Coroutine
from functools import partial
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
from drivers.tecan_cavro.codec import encode_dt, encode_oem
from simulators.bench import open_bench
from tests.drivers.played import SILENCE, played
from tests.drivers.simulated import SimulatedRig, plumbing
from tests.drivers.tecan_cavro.test_codec import oem_answer

OPTIONS = {"syringe": "1 mL", "retries": 2}
DT = {**OPTIONS, "protocol": "dt"}
MOVE = "L7V1200c900v900A600R"
READY, BUSY = 0x60, 0x40

oem = partial(encode_oem, 0)
dt = partial(encode_dt, 0)


def dt_answer(status: int, data: str = "") -> bytes:
    """Return an answer in the terminal protocol."""
    return b"/0" + bytes((status,)) + data.encode() + b"\x03\r\n"


def move(exchanges: list[tuple[bytes, bytes]], options: dict[str, Any] = OPTIONS) -> Coroutine[Any, Any, Any]:
    """Return the outcome of drawing 0.2 mL at 12 mL/min in a written conversation."""

    async def main() -> Any:
        async with played(DRIVER, options, exchanges) as pump:
            return await pump.move_plunger(0.2, 12.0)

    return main()


ASKED = (oem(1, "?"), oem_answer(READY, "0"))
AFTER = [
    (oem(4, "?"), oem_answer(READY, "600")),
    (oem(5, "?6"), oem_answer(READY, "2")),
]


def test_an_unanswered_oem_order_is_repeated_under_its_number() -> None:
    """The repeat flag is set, the sequence is not advanced, and the stroke is made once."""
    conversation = [
        ASKED,
        (oem(2, MOVE), SILENCE),
        (oem(2, MOVE, repeat=True), oem_answer(BUSY, "")),
        (oem(3, "Q"), oem_answer(READY, "")),
        *AFTER,
    ]
    outcome = run_virtual(move(conversation))
    assert outcome.moved_ml == pytest.approx(-0.2)
    assert outcome.state["port"] == "2"


def test_a_garbled_answer_is_repeated_too() -> None:
    """A wrong checksum says nothing about what the pump did."""
    spoiled = oem_answer(BUSY, "")[:-1] + b"\x00"
    conversation = [
        ASKED,
        (oem(2, MOVE), spoiled),
        (oem(2, MOVE, repeat=True), oem_answer(BUSY, "")),
        (oem(3, "Q"), oem_answer(READY, "")),
        *AFTER,
    ]
    assert run_virtual(move(conversation)).state["increments"] == 600


def test_an_oem_order_that_is_never_answered_ends_in_bounded_time() -> None:
    """One order and `retries` repetitions, all under one number."""
    repetition = (oem(2, MOVE, repeat=True), SILENCE)
    with pytest.raises(NoReplyError, match="device"):
        run_virtual(move([ASKED, (oem(2, MOVE), SILENCE), repetition, repetition]))


def test_a_report_is_asked_again_under_a_new_number() -> None:
    """A repetition may come back without data."""

    async def main() -> Any:
        conversation = [
            (oem(1, "Q"), SILENCE),
            (oem(2, "Q"), oem_answer(READY, "")),
            (oem(3, "?"), oem_answer(READY, "12")),
            (oem(4, "?6"), oem_answer(READY, "4")),
        ]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            return await pump.read_state()

    assert run_virtual(main())["increments"] == 12


def test_an_unanswered_dt_order_is_never_repeated() -> None:
    """The pump stands where it stood: it did not take it, and the caller is told."""
    conversation = [
        (dt("?"), dt_answer(READY, "0")),
        (dt(MOVE), SILENCE),
        (dt("Q"), dt_answer(READY)),
        (dt("?"), dt_answer(READY, "0")),
        (dt("?6"), dt_answer(READY, "2")),
    ]
    with pytest.raises(NoReplyError, match="did not carry it out"):
        run_virtual(move(conversation, DT))


def test_an_unanswered_dt_order_that_was_taken_is_a_success() -> None:
    """The position says so."""
    conversation = [
        (dt("?"), dt_answer(READY, "0")),
        (dt(MOVE), SILENCE),
        (dt("Q"), dt_answer(READY)),
        (dt("?"), dt_answer(READY, "600")),
        (dt("?6"), dt_answer(READY, "2")),
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
        run_virtual(move([ASKED, (oem(2, MOVE), oem_answer(status, ""))]))


def test_an_overload_costs_the_trust() -> None:
    """The stroke is refused with advice, and the next one before a byte is sent."""

    async def main() -> None:
        conversation = [
            ASKED,
            (oem(2, MOVE), oem_answer(BUSY, "")),
            (oem(3, "Q"), oem_answer(0x69, "")),
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
        ASKED,
        (oem(2, MOVE), oem_answer(BUSY, "")),
        (oem(3, "Q"), oem_answer(READY, "")),
        (oem(4, "?"), oem_answer(READY, "599")),
        (oem(5, "?6"), oem_answer(READY, "2")),
    ]
    with pytest.raises(DeviceRefusedError, match="599 instead of 600"):
        run_virtual(move(conversation))


def test_a_valve_elsewhere_is_reported() -> None:
    """The port is asked, not assumed."""

    async def main() -> None:
        conversation = [
            (oem(1, "?6"), oem_answer(READY, "2")),
            (oem(2, "I4R"), oem_answer(BUSY, "")),
            (oem(3, "Q"), oem_answer(READY, "")),
            (oem(4, "?"), oem_answer(READY, "0")),
            (oem(5, "?6"), oem_answer(READY, "3")),
        ]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            await pump.turn_to("4")

    with pytest.raises(DeviceRefusedError, match="port 3 instead of 4"):
        run_virtual(main())


def test_no_order_is_repeated_after_a_terminate() -> None:
    """The order that waited for its answer gives way and is not said again."""

    async def main() -> None:
        conversation = [ASKED, (oem(2, MOVE), SILENCE), (oem(3, "T"), oem_answer(READY, ""))]
        async with played(DRIVER, OPTIONS, conversation) as pump:
            stroke = asyncio.create_task(pump.move_plunger(0.2, 12.0))
            await asyncio.sleep(0.1)  # noqa: TID251 - virtual time
            await pump.make_safe()
            with pytest.raises(NoReplyError, match="urgent"):
                await stroke

    run_virtual(main())


def test_a_garbled_position_is_reported_with_its_bytes() -> None:
    """No number is made up."""

    async def main() -> None:
        conversation = [(oem(1, "Q"), oem_answer(READY, "")), (oem(2, "?"), oem_answer(READY, "12x"))]
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
