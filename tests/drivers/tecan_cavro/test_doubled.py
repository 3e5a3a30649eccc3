"""Doubled and late answers: a Cavro answer does not say what it answers, so none is believed for being the next."""

from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.errors import GarbledReplyError
from autosynth.testing import Tap
from drivers.tecan_cavro import DRIVER
from tests.drivers.played import played
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
    read,
    reports,
)
from tests.drivers.tecan_cavro.test_codec import oem_answer


def test_a_doubled_answer_about_the_port_is_not_taken_for_a_position() -> None:
    """Port 9 said twice is no 9 increments: every answer after it is one late until the line has been quiet."""
    conversation = [
        (oem(1, "Q"), oem_answer(READY, "")),
        *reports(2, "?", "9", "1200", "1200"),
        *reports(5, "?6", "1200", "9", "9"),
    ]
    state = run_virtual(read(conversation))
    assert (state["increments"], state["port"]) == (1200, "9")


def test_a_late_answer_about_the_port_does_not_change_the_volume_that_is_booked() -> None:
    """The stroke starts from 600 increments, though the first answer says 2."""
    conversation = [
        *reports(1, "?", "2", "600", "600"),
        (oem(4, "L7V1200c900v900A0R"), oem_answer(BUSY, "")),
        (oem(5, "Q"), oem_answer(READY, "")),
        *reports(6, "?", "0"),
        *reports(7, "?6", "2"),
        *reports(1, "?6", "2"),
    ]

    async def main() -> Any:
        async with played(DRIVER, OPTIONS, conversation) as pump:
            return await pump.move_plunger(0.0, 12.0)

    assert run_virtual(main()).moved_ml == pytest.approx(0.2)


def test_what_has_to_be_is_asked_once_unless_an_answer_before_said_the_same() -> None:
    """The second reading of a pump that did nothing takes single answers; at 9 increments port 9 is asked twice."""

    async def main() -> tuple[Any, Any]:
        first = [(oem(1, "Q"), oem_answer(READY, "")), *reports(2, "?", "1200", "1200"), *reports(4, "?6", "9", "9")]
        again = [(oem(6, "Q"), oem_answer(READY, "")), *reports(7, "?", "1200"), *reports(1, "?6", "9")]
        async with played(DRIVER, OPTIONS, [*first, *again]) as pump:
            return await pump.read_state(), await pump.read_state()

    one, two = run_virtual(main())
    assert one == two

    async def equal() -> Any:
        first = [(oem(1, "Q"), oem_answer(READY, "")), *reports(2, "?", "9", "9"), *reports(4, "?6", "9", "9")]
        again = [
            (oem(6, "Q"), oem_answer(READY, "")),
            *reports(7, "?", "9"),
            *reports(1, "?", "9"),
            *reports(2, "?6", "9", "9"),
        ]
        async with played(DRIVER, OPTIONS, [*first, *again]) as pump:
            await pump.read_state()
            return await pump.read_state()

    assert run_virtual(equal())["increments"] == 9


def test_answers_that_never_agree_are_no_position() -> None:
    """After the first, four contradictions end it; nothing is made of any of them."""
    conversation = [(oem(1, "Q"), oem_answer(READY, "")), *reports(2, "?", "1", "2", "3", "4", "5")]
    with pytest.raises(GarbledReplyError, match="contradict each other"):
        run_virtual(read(conversation))


def test_an_answer_with_data_is_no_answer_to_the_status_question() -> None:
    """A late position would say ready while the plunger moves; the status is asked again."""
    conversation = [
        (oem(1, "Q"), oem_answer(READY, "1200")),
        (oem(2, "Q"), oem_answer(0x69, "")),
        *reports(3, "?", "12", "12"),
        *reports(5, "?6", "4", "4"),
    ]
    state = run_virtual(read(conversation))
    assert (state["error"], state["trusted"]) == (9, False)


def test_an_answer_without_data_is_no_report() -> None:
    """A late status is skipped even when it comes twice."""
    conversation = [
        (oem(1, "Q"), oem_answer(READY, "")),
        *reports(2, "?", "", "", "12", "12"),
        *reports(6, "?6", "4"),
        *reports(7, "?6", "4"),
    ]
    assert run_virtual(read(conversation))["increments"] == 12


def test_a_late_report_does_not_answer_an_order() -> None:
    """OEM repeats the order under its number, which is safe; the pump then acknowledges it."""
    conversation = [
        *ASKED,
        (oem(3, MOVE), oem_answer(READY, "0")),
        (oem(3, MOVE, repeat=True), oem_answer(BUSY, "")),
        (oem(4, "Q"), oem_answer(READY, "")),
        *AFTER,
    ]
    assert run_virtual(move(conversation)).moved_ml == pytest.approx(-0.2)


def test_a_late_report_to_a_dt_order_is_settled_by_looking() -> None:
    """The order is not said again; where the plunger stands says that it was taken."""
    conversation = [
        *dt_reports("?", "0", "0"),
        (dt(MOVE), dt_answer(READY, "0")),
        (dt("Q"), dt_answer(READY)),
        *dt_reports("?", "600"),
        *dt_reports("?6", "2", "2"),
    ]
    assert run_virtual(move(conversation, DT)).moved_ml == pytest.approx(-0.2)


@pytest.mark.parametrize("seed", range(6))
def test_strokes_are_booked_rightly_while_every_other_answer_is_doubled(seed: int) -> None:
    """Against the simulated pump: what the strokes report adds up to where the plunger stands."""

    async def main() -> None:
        rig = SimulatedRig(DRIVER, OPTIONS, bench=plumbing(9), faults=("device:duplicate_reply@p=0.5",), seed=seed)
        async with rig.connect(Tap()) as pump:
            await pump.connect()
            await pump.home_plunger()
            held_ml = 0.0
            for port, to_ml in (("2", 0.004), ("9", 0.001), ("1", 0.5), ("3", 0.009)):
                assert (await pump.turn_to(port)).state["port"] == port
                held_ml -= (await pump.move_plunger(to_ml, 12.0)).moved_ml
                assert held_ml == pytest.approx(to_ml, abs=pump.resolution_ml)

    run_virtual(main())
