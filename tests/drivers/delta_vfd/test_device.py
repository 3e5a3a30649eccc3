"""What the driver says to a drive and what it concludes, in written conversations."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, State, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke import SetSpeed
from autosynth.contracts.stroke_solid import StartMill, StopMill
from autosynth.errors import ArgumentError, DeviceRefusedError, GarbledReplyError, NoReplyError
from drivers.delta_vfd import DRIVER
from drivers.modbus.codec import read_holding, write_register
from simulators.modbus import crc
from tests.drivers.played import SILENCE, Exchanges, played

OPTIONS = {"model": "delta_el", "frequency_max": "35 Hz", "retries": 1, "follow_time": "0.25 s"}
Act = Callable[[Any], Coroutine[Any, Any, Any]]
SET, RUN, STOP = write_register(1, 0x2001, 2500), write_register(1, 0x2000, 0x12), write_register(1, 0x2000, 1)
LOOK = read_holding(1, 0x2100, 5)
RESET = write_register(1, 0x2002, 2)


def sealed(text: str) -> bytes:
    """Return bytes with their sum."""
    data = bytes.fromhex(text)
    return data + crc(data)


def look(status: int, target: int = 2500, output: int = 0, fault: int = 0) -> tuple[bytes, bytes]:
    """Return a look at the drive and its answer."""
    return LOOK, sealed(f"01030A{fault:04X}{status:04X}{target:04X}{output:04X}0000")


REST, RUNNING = look(0x0500, target=0), look(0x0503)
TAKEN = look(0x0500)


def play(exchanges: Exchanges, act: Act, **options: Any) -> Any:
    """Return what `act` returns of a device in a written conversation."""

    async def main() -> Any:
        async with played(DRIVER, {**OPTIONS, **options}, exchanges) as mill:
            return await act(mill)

    return run_virtual(main())


def start(mill: Any) -> Coroutine[Any, Any, Any]:
    """Start at 25 Hz."""
    return mill.start_mill(25.0)  # type: ignore[no-any-return]


def test_the_frequency_is_read_back_before_the_order_to_run() -> None:
    """It returns when the drive says that it runs, not when it has reached its frequency."""
    outcome = play([REST, (SET, SET), TAKEN, (RUN, RUN), TAKEN, RUNNING], start, ratio_uncertainty="2 %")
    assert outcome.state == {
        "running": True,
        "frequency_hz": 0.0,
        "target_hz": 25.0,
        "fault": "",
        "remembers": True,
    }
    assert outcome.gain_rel_sd == 0.02


def test_a_lost_power_is_given_as_the_reason() -> None:
    """The frequency that was there before is gone."""
    before: State = {"running": False, "target_hz": 10.0, "fault": "", "remembers": True}

    async def settled(mill: Any) -> Any:
        return await mill.reconcile(Intent("device", StartMill(25.0), before, mill.expect(before, StartMill(25.0))))

    found = play([REST], settled)
    assert (found.verdict, found.reason.partition(":")[0]) == (Verdict.UNKNOWN, "the drive lost its power")


def test_the_order_to_run_is_not_repeated_when_it_is_not_confirmed() -> None:
    """The drive is asked instead: it runs."""
    assert play([REST, (SET, SET), TAKEN, (RUN, SILENCE), RUNNING], start).state["running"] is True


def test_an_order_to_run_that_nobody_heard_is_an_error_and_known_as_not_started() -> None:
    """Neither confirmed nor carried out: for this host it is certain that nothing ran."""

    async def settled(mill: Any) -> Any:
        before: State = {"running": False, "target_hz": 10.0, "fault": "", "remembers": True}
        intent = Intent("device", StartMill(25.0), before, mill.expect(before, StartMill(25.0)))
        with pytest.raises(NoReplyError):
            await mill.start_mill(25.0)
        return await mill.reconcile(intent)

    looks = [TAKEN] * 3
    told = [look(0x0500, 1000), (SET, SET), TAKEN, (RUN, SILENCE)]
    found = play([*told, *looks, (STOP, STOP), TAKEN], settled)
    assert found.verdict is Verdict.NOT_STARTED


def test_a_drive_that_takes_no_frequency_from_the_line_is_not_told_to_run() -> None:
    """Its source is the keypad: it confirms and ignores."""
    with pytest.raises(DeviceRefusedError, match="2500 counts of frequency and says 5000") as caught:
        play([REST, (SET, SET), look(0x0400, target=5000)], start)
    assert "RS-485" in caught.value.advice


def test_a_drive_that_does_not_follow_is_refused() -> None:
    """Its source of commands is the keypad."""
    with pytest.raises(DeviceRefusedError, match="does not follow") as caught:
        play([REST, (SET, SET), TAKEN, (RUN, RUN), *[TAKEN] * 4, (STOP, STOP)], start)
    assert "RS-485" in caught.value.advice


@pytest.mark.parametrize("code", [4, 5])
def test_an_order_to_run_that_is_begun_is_not_taken_for_refused(code: int) -> None:
    """The drive is asked: it runs. One that does not is told to stop, as it may follow later."""
    begun = (RUN, sealed(f"0186{code:02X}"))
    assert play([REST, (SET, SET), TAKEN, begun, RUNNING], start).state["running"] is True
    with pytest.raises(NoReplyError, match="does not run"):
        play([REST, (SET, SET), TAKEN, begun, *[TAKEN] * 4, (STOP, STOP)], start)
    with pytest.raises(DeviceRefusedError, match="busy"):
        play([REST, (SET, SET), TAKEN, (RUN, sealed("018606"))], start)


def test_a_fault_is_refused_before_anything_is_written() -> None:
    """It is the operator's to clear."""
    with pytest.raises(DeviceRefusedError, match=r"fault 8 \(EF\)") as caught:
        play([look(0x0500, fault=8)], start)
    assert "emergency stop" in caught.value.advice


def test_a_warning_in_the_high_byte_is_no_fault() -> None:
    """Newer drives have one there."""
    state = play([look(0x0500, fault=0x1700)], lambda mill: mill.read_state())
    assert state["fault"] == ""


def test_the_fault_of_our_own_silence_is_cleared() -> None:
    """It says nothing but that the last host was gone."""
    lost = look(0x0500, fault=24)
    conversation = [lost, (RESET, RESET), TAKEN, (SET, SET), TAKEN, (RUN, RUN), RUNNING]
    assert play(conversation, start).state["fault"] == ""


def test_a_fault_while_it_starts_is_refused() -> None:
    """The lid was opened."""
    with pytest.raises(DeviceRefusedError, match="EF"):
        play([REST, (SET, SET), TAKEN, (RUN, RUN), look(0x0500, fault=8)], start)


@pytest.mark.parametrize(
    ("code", "name"), [(1, "function"), (2, "address"), (3, "value"), (4, "cannot do what was asked"), (9, "unknown")]
)
def test_exceptions_are_named(code: int, name: str) -> None:
    """They are refusals, and not asked again."""
    with pytest.raises(DeviceRefusedError, match=rf"exception {code}, .*{name}"):
        play([(LOOK, sealed(f"0183{code:02X}"))], lambda mill: mill.read_state())


@pytest.mark.parametrize(
    "answer",
    ["010302000A", "010414" + "00" * 20, "01030C" + "00" * 12, "010620010000"],
    ids=["fewer registers", "another function", "more registers", "a confirmation"],
)
def test_the_answer_to_something_else_is_garbled(answer: str) -> None:
    """Asked again once, then an error."""
    with pytest.raises(GarbledReplyError):
        play([(LOOK, sealed(answer))] * 2, lambda mill: mill.read_state())


def test_a_confirmation_of_something_else_is_garbled_and_a_set_is_repeated() -> None:
    """Writing a frequency twice is writing it once."""
    other = write_register(1, 0x2001, 2400)
    conversation = [REST, (SET, other), (SET, SET), TAKEN, (RUN, RUN), RUNNING]
    assert play(conversation, start).state["running"] is True


def test_making_safe_is_repeated_until_it_is_confirmed() -> None:
    """Stopping twice is stopping."""
    play([(STOP, SILENCE), (STOP, STOP)], lambda mill: mill.make_safe())
    with pytest.raises(NoReplyError):
        play([(STOP, SILENCE), (STOP, SILENCE)], lambda mill: mill.make_safe())


def refused(code: int) -> tuple[bytes, bytes]:
    """Return a stop that is answered by an exception."""
    return STOP, sealed(f"0186{code:02X}")


@pytest.mark.parametrize("code", [4, 5, 6])
@pytest.mark.parametrize("retries", [0, 1])
def test_a_stop_is_said_again_to_a_drive_that_is_busy(code: int, retries: int) -> None:
    """Made safe or stopped, however seldom questions are repeated; one that never takes it is an error."""
    busy = [refused(code)] * 4
    play([*busy, (STOP, STOP)], lambda mill: mill.make_safe(), retries=retries)
    play([*busy, (STOP, STOP), look(0x0500)], lambda mill: mill.stop_mill(), retries=retries)
    with pytest.raises(DeviceRefusedError, match=f"exception {code}"):
        play([refused(code)] * 11, lambda mill: mill.make_safe(), retries=retries)


@pytest.mark.parametrize(("code", "name"), [(1, "function"), (2, "address"), (3, "value")])
def test_a_stop_that_is_wrong_is_told_at_once(code: int, name: str) -> None:
    """Saying it again would not make it right."""
    for act in (lambda mill: mill.make_safe(), lambda mill: mill.stop_mill()):
        with pytest.raises(DeviceRefusedError, match=f"exception {code}, .*{name}") as caught:
            play([refused(code)], act)
        assert "model" in caught.value.advice


def test_a_stop_returns_when_nothing_turns() -> None:
    """Stopping, coasting with a status of rest, at rest."""
    looks = [look(0x0501, output=1200), look(0x0500, output=5), look(0x0500)]
    state = play([(STOP, STOP), *looks], lambda mill: mill.stop_mill()).state
    assert (state["running"], state["frequency_hz"]) == (False, 0.0)


def test_the_status_of_an_ed_is_asked_for_by_itself() -> None:
    """It is at 2119."""
    status = (read_holding(1, 0x2119, 1), sealed("0103020503"))
    state = play([look(0, output=2500), status], lambda mill: mill.read_state(), model="delta_ed", ratio="0.5")
    assert (state["running"], state["frequency_hz"], state["target_hz"]) == (True, 12.5, 12.5)


@pytest.mark.parametrize(("stated", "counts", "right"), [("10 s", 100, True), ("0 s", 0, True), ("10 s", 0, False)])
def test_the_communication_timeout_is_compared_with_the_station(stated: str, counts: int, right: bool) -> None:
    """A dead-man's switch that is not there is no safety."""
    conversation = [REST, (read_holding(1, 0x0903, 1), sealed(f"010302{counts:04X}"))]
    if right:
        play(conversation, lambda mill: mill.connect(), silence=stated)
    else:
        with pytest.raises(DeviceRefusedError, match="0 s, the station says 10 s"):
            play(conversation, lambda mill: mill.connect(), silence=stated)


def test_a_mill_has_strokes_of_its_own_only() -> None:
    """And says how long they take."""

    async def asked(mill: Any) -> None:
        with pytest.raises(ArgumentError, match="set_speed"):
            mill.expect({}, SetSpeed(100.0))
        still, running = {"running": False}, {"running": True, "frequency_hz": 7.0, "target_hz": 17.5}
        assert mill.duration_s(still, StopMill()) == 0.5
        assert mill.duration_s(running, StopMill()) == pytest.approx(5.5)

    play([], asked)


def test_options_are_read_strictly() -> None:
    """Limits follow them; no timeout is none."""
    limits = DRIVER.limits(DriverSettings("mill", {**OPTIONS, "silence": "0 s", "ramp": "4 s"}))
    assert (limits.frequency_min_hz, limits.frequency_max_hz) == (3.0, 35.0)
    assert (limits.ramp_s, limits.silence_s, limits.watchdog) == (4.0, None, False)
    for wrong, words in (
        ({"model": "delta_xx"}, "delta_xx"),
        ({"frequency_min": "40 Hz"}, "below"),
        ({"ratio": "0.05"}, "more than"),
        ({"frequency_min": "0.49 Hz"}, "less than 50 counts"),
        ({"ratio": "7"}, "less than 50 counts"),
        ({"adress": 2}, "adress"),
    ):
        with pytest.raises(OptionsError, match=words):
            DRIVER.limits(DriverSettings("mill", {**OPTIONS, **wrong}))
