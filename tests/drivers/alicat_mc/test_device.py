"""What the Alicat driver does when frames are spoilt, late, refused or of another gas, byte for byte."""

from collections.abc import Coroutine
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.errors import ArgumentError, DeviceRefusedError, GarbledReplyError
from drivers.alicat_mc import DRIVER
from drivers.alicat_mc.codec import decode
from drivers.alicat_mc.options import read_options
from tests.drivers.played import SILENCE, Exchanges, played

OPTIONS = {"full_scale": "1000 mL/min", "retries": 1}
ASK, SET = b"A\r", b"AS500\r"


def frame(flow: int, target: int, gas: str = "N2", status: str = "", unit: str = "A") -> bytes:
    return f"{unit} +14.70 +25.00 +{flow:04} +{flow:04} +{target:04} {gas:>6} {status}\r".encode()


def asked(way: str, exchanges: Exchanges, *arguments: float) -> Coroutine[Any, Any, Any]:
    """Return what a method of the driver gives in a written conversation."""

    async def main() -> Any:
        async with played(DRIVER, OPTIONS, exchanges) as controller:
            return await getattr(controller, way)(*arguments)

    return main()


def twice(flow: int, target: int, **other: str) -> list[tuple[bytes, bytes]]:
    return [(ASK, frame(flow, target, **other))] * 2


def test_a_set_point_is_read_back_in_two_frames() -> None:
    """The answer to the command itself is not enough: nothing says what it answers."""
    done = run_virtual(asked("set_flow", [*twice(0, 0), (SET, frame(0, 500)), *twice(3, 500)], 500.0))
    assert done.state == {"flow_target_ml_min": 500.0, "flow_ml_min": 3.0, "gas": "N2", "fault": ""}


def test_a_set_point_that_was_not_heard_is_set_again() -> None:
    """Setting is absolute."""
    said = [*twice(0, 0), (SET, SILENCE), *twice(0, 0), (SET, frame(0, 500)), *twice(9, 500)]
    assert run_virtual(asked("set_flow", said, 500.0)).state["flow_target_ml_min"] == 500.0


def test_a_set_point_that_is_refused_is_said() -> None:
    """As when its source is the analog input."""
    with pytest.raises(DeviceRefusedError, match="does not take 500"):
        run_virtual(asked("set_flow", [*twice(0, 0), (SET, b"?\r"), *twice(0, 0)], 500.0))


def test_the_lower_of_two_flows_counts() -> None:
    """A sweep may be more, not less; one spoilt digit makes no flow."""
    assert run_virtual(asked("read_flow", [(ASK, frame(900, 500)), (ASK, frame(500, 500))])) == 500.0
    assert run_virtual(asked("read_flow", [(ASK, frame(100, 500)), (ASK, frame(500, 500))])) == 100.0


def test_frames_that_never_agree_are_garbled() -> None:
    """A set-point that changes from frame to frame is nobody's."""
    said = [(ASK, frame(1, target)) for target in (100, 200, 300, 400, 500)]
    with pytest.raises(GarbledReplyError, match="contradict"):
        run_virtual(asked("read_flow", said))


def test_another_gas_is_not_let_in_but_closing_is_free() -> None:
    """The station says nitrogen."""
    with pytest.raises(DeviceRefusedError, match="set for H2"):
        run_virtual(asked("set_flow", twice(0, 0, gas="H2"), 500.0))
    said = [*twice(9, 9, gas="H2"), (b"AS0\r", frame(9, 0, gas="H2")), *twice(9, 0, gas="H2")]
    assert run_virtual(asked("set_flow", said, 0.0)).state["flow_target_ml_min"] == 0.0


def test_a_held_valve_and_a_flow_out_of_range_are_told() -> None:
    """HLD controls nothing; MOV measures nothing."""
    with pytest.raises(DeviceRefusedError, match="HLD"):
        run_virtual(asked("set_flow", twice(0, 0, status="HLD"), 500.0))
    with pytest.raises(DeviceRefusedError, match="MOV"):
        run_virtual(asked("read_flow", twice(999, 500, status="MOV LCK")))


def test_another_unit_does_not_answer_for_this_one() -> None:
    """On a shared line every unit's frames look alike."""
    with pytest.raises(GarbledReplyError, match="unit B answered"):
        run_virtual(asked("read_flow", [(ASK, frame(1, 1, unit="B"))] * 2))


@pytest.mark.parametrize("flow_ml_min", [-1.0, 1000.5, float("nan"), float("inf"), 0.5])
def test_what_cannot_be_set_is_refused_before_a_byte(flow_ml_min: float) -> None:
    """Out of range, or finer than the display."""
    with pytest.raises(ArgumentError):
        run_virtual(asked("set_flow", [], flow_ml_min))


def test_old_firmware_does_not_say_its_version() -> None:
    """It is connected all the same."""
    assert run_virtual(asked("connect", [*twice(0, 0), (b"AVE\r", b"?\r")])).firmware == ""
    assert run_virtual(asked("connect", [*twice(0, 0), (b"AVE\r", b"A   6v27\r")])).firmware == "6v27"


@pytest.mark.parametrize(
    "line",
    [b"A +1 +2 +3 +4 N2\r", b"A +1 +2 +3 +x +5 N2\r", b"A +1 +2 +3 +4 +5 N2 ABC\r", b"\r"],
)
def test_what_is_no_frame_is_garbled(line: bytes) -> None:
    """A meter's frame, no number, an unknown status, no unit, nothing."""
    with pytest.raises(GarbledReplyError):
        decode(line)


def test_options_are_checked() -> None:
    """Full scale is required; the resolution is a digit of the display."""
    for wrong in ({}, {"full_scale": "1 L"}, {**OPTIONS, "resolution": "0.3 mL/min"}, {**OPTIONS, "unit": "@"}):
        with pytest.raises(OptionsError):
            DRIVER.limits(DriverSettings("gas", wrong))
    assert read_options({**OPTIONS, "units": "SLPM", "resolution": "10 mL/min"}).decimals == 2
