"""What the Runze driver does when things go wrong, byte for byte."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, State, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke import TurnTo
from autosynth.errors import DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.testing import Tap
from drivers.runze_sv06 import DRIVER
from drivers.runze_sv06.codec import Function, encode
from tests.drivers.played import SILENCE, Exchanges, played
from tests.drivers.runze_sv06.test_codec import answer
from tests.drivers.simulated import SimulatedRig

OPTIONS = {"ports": 6, "retries": 1}
say = partial(encode, 0)
heard = partial(answer, 0)
MOTOR, POSITION, RESET = say(Function.MOTOR), say(Function.POSITION), say(Function.RESET)
GO4 = say(Function.GO, 4)


def twice(request: bytes, reply: bytes) -> list[tuple[bytes, bytes]]:
    """Return a question that is answered alike two times running."""
    return [(request, reply)] * 2


def turn(exchanges: Exchanges) -> Coroutine[Any, Any, Any]:
    """Return the outcome of turning to port 4 in a written conversation."""

    async def main() -> Any:
        async with played(DRIVER, OPTIONS, exchanges) as valve:
            return await valve.turn_to("4")

    return main()


def test_a_turn_waits_for_the_motor_and_asks_for_the_position() -> None:
    """Busy is polled until it ends."""
    conversation = [
        *twice(POSITION, heard(0, 1)),
        (GO4, heard(0xFE)),
        *twice(MOTOR, heard(4)),
        *twice(MOTOR, heard(0)),
        *twice(MOTOR, heard(0)),
        *twice(POSITION, heard(0, 4)),
    ]
    assert run_virtual(turn(conversation)).state == {"port": "4", "ready": True, "error": 0}


def test_a_valve_that_does_not_know_its_position_is_homed_first() -> None:
    """Home and go are one turn."""
    conversation = [
        *twice(POSITION, heard(6)),
        (RESET, heard(0)),
        *twice(MOTOR, heard(0)),
        (GO4, heard(0)),
        *twice(MOTOR, heard(0)),
        *twice(MOTOR, heard(0)),
        *twice(POSITION, heard(0, 4)),
    ]
    assert run_virtual(turn(conversation)).state["port"] == "4"


@pytest.mark.parametrize(("at", "done"), [(1, False), (4, True)])
def test_an_unanswered_turn_is_never_repeated(at: int, done: bool) -> None:
    """The valve is asked where it is, and that decides."""
    conversation = [
        *twice(POSITION, heard(0, 1)),
        (GO4, SILENCE),
        *twice(MOTOR, heard(0)),
        *twice(MOTOR, heard(0)),
        *twice(POSITION, heard(0, at)),
    ]
    if done:
        assert run_virtual(turn(conversation)).state["port"] == "4"
    else:
        with pytest.raises(NoReplyError, match="did not carry it out"):
            run_virtual(turn(conversation))


@pytest.mark.parametrize(("status", "words"), [(2, "parameter error"), (5, "stalled"), (1, "frame error")])
def test_a_status_is_refused_with_its_meaning(status: int, words: str) -> None:
    """And with advice."""
    with pytest.raises(DeviceRefusedError, match=words) as caught:
        run_virtual(turn([*twice(POSITION, heard(0, 1)), (GO4, heard(status))]))
    assert caught.value.advice


def test_a_valve_elsewhere_is_reported() -> None:
    """Standing without error is not enough."""
    conversation = [
        *twice(POSITION, heard(0, 1)),
        (GO4, heard(0)),
        *twice(MOTOR, heard(0)),
        *twice(MOTOR, heard(0)),
        *twice(POSITION, heard(0, 3)),
    ]
    with pytest.raises(DeviceRefusedError, match="port 3 instead of 4"):
        run_virtual(turn(conversation))


def test_a_motor_that_never_stands_is_given_up() -> None:
    """After one and a half revolutions and 2 s."""

    async def main() -> None:
        rig = SimulatedRig(DRIVER, OPTIONS, faults=["device:busy_forever@t=30"])
        async with rig.connect(Tap()) as valve:
            await valve.turn_to("1")
            await rig.clock.sleep(30.0 - rig.clock.now() - 0.001)
            with pytest.raises((DeviceBusyError, DeviceRefusedError)):
                await valve.turn_to("4")
            assert rig.clock.now() < 41.0

    run_virtual(main())


def test_a_late_position_is_not_taken_for_the_present_one() -> None:
    """The port it left is said once more, after the turn."""
    conversation = [
        *twice(POSITION, heard(0, 1)),
        (GO4, heard(0)),
        *[(MOTOR, heard(0))] * 4,
        (POSITION, heard(0, 1)),
        *twice(POSITION, heard(0, 4)),
    ]
    assert run_virtual(turn(conversation)).state["port"] == "4"


def test_a_late_acknowledgement_is_not_taken_for_a_standing_motor() -> None:
    """The turn is acknowledged twice with 00, which is also what a standing motor says."""
    conversation = [
        *twice(POSITION, heard(0, 1)),
        (GO4, heard(0)),
        (MOTOR, heard(0)),
        *twice(MOTOR, heard(4)),
        *[(MOTOR, heard(0))] * 4,
        *twice(POSITION, heard(0, 4)),
    ]
    assert run_virtual(turn(conversation)).state["port"] == "4"


def test_positions_that_never_agree_are_no_position() -> None:
    """After the first, four contradictions end it, and the valve is not turned."""
    conversation = [(POSITION, heard(0, port)) for port in (1, 2, 3, 4, 5)]
    with pytest.raises(GarbledReplyError, match="contradict each other"):
        run_virtual(turn(conversation))


def test_no_turn_is_sent_after_a_stop() -> None:
    """A turn still held back when the valve was stopped is never said."""

    async def main() -> None:
        stop = (say(Function.STOP), heard(0))
        async with played(DRIVER, OPTIONS, [*twice(POSITION, heard(0, 1)), stop]) as valve:
            stroke = asyncio.create_task(valve.turn_to("4"))
            await asyncio.sleep(0.03)  # noqa: TID251 - virtual time
            await valve.make_safe()
            with pytest.raises(NoReplyError, match="gave way"):
                await stroke

    run_virtual(main())


@pytest.mark.parametrize("seed", range(4))
def test_turns_are_right_while_every_other_answer_is_doubled(seed: int) -> None:
    """Against the simulated valve."""

    async def main() -> None:
        rig = SimulatedRig(DRIVER, OPTIONS, faults=("device:duplicate_reply@p=0.5",), seed=seed)
        async with rig.connect(Tap()) as valve:
            assert (await valve.connect()).firmware == "2.1"
            for port in ("2", "1", "6", "3"):
                assert (await valve.turn_to(port)).state["port"] == port

    run_virtual(main())


def test_an_answer_of_another_valve_is_garbled() -> None:
    """Valves may share a bus."""

    async def main() -> None:
        async with played(DRIVER, OPTIONS, [(MOTOR, answer(3, 0))] * 2) as valve:
            await valve.read_state()

    with pytest.raises(GarbledReplyError, match="valve 3 answered"):
        run_virtual(main())


def test_a_valve_between_ports_is_on_its_way() -> None:
    """Partly, with nothing moved: it may simply be turned again."""

    async def main() -> None:
        conversation = [*[(MOTOR, heard(6))] * 4, *twice(POSITION, heard(6))]
        async with played(DRIVER, OPTIONS, conversation) as valve:
            before: State = {"port": "1", "ready": True, "error": 0}
            found = await valve.reconcile(Intent("device", TurnTo("4"), before, {**before, "port": "4"}))
            assert (found.verdict, found.state["port"]) == (Verdict.PARTLY, None)

    run_virtual(main())


def test_ports_must_be_said() -> None:
    """There is no default number of ports, and only known options."""
    assert DRIVER.limits(DriverSettings("valve", {"ports": 3})).ports == ("1", "2", "3")
    for options in ({}, {"ports": 1}, {"ports": 6, "links": "rs232"}):
        with pytest.raises(OptionsError):
            DRIVER.limits(DriverSettings("valve", options))
