"""A line that is longer than any of the instrument's is garbled, whether its end has come or not."""

from collections.abc import Callable

import pytest

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Framing
from drivers.alicat_mc.framing import AlicatFraming
from drivers.grbl_carousel.framing import GrblFraming
from drivers.ika_ret.framing import NamurFraming
from drivers.keithley_2450.codec import parse_count
from drivers.keithley_2450.framing import LineFraming
from drivers.mettler_sics.framing import SicsFraming
from drivers.palmsens_emstat_pico.framing import MethodScriptFraming
from drivers.tecan_cavro.framing import DtFraming
from tests.drivers.frames import frames

LINES = [
    (GrblFraming, b"error:%b\n", b"ok\n", 300),
    (GrblFraming, b"ALARM:%b\n", b"ok\n", 5000),
    (AlicatFraming, b"A +%b\r", b"A ?\r", 5000),
    (NamurFraming, b"%b 1\r\n", b"25.0 1\r\n", 5000),
    (LineFraming, b"%b\n", b"7\n", 1 << 20),
    (SicsFraming, b"S S %b g\r\n", b"S S 1.0 g\r\n", 1 << 15),
    (MethodScriptFraming, b"i%b\n", b"iX\n", 5000),
    (MethodScriptFraming, b"Pda%b\n", b"iX\n", 5000),
]


@pytest.mark.parametrize(("framing", "line", "good", "digits"), LINES)
def test_an_endless_line_is_garbled_in_one_piece_or_two(
    framing: Callable[[], Framing], line: bytes, good: bytes, digits: int
) -> None:
    """What follows it is read as if it had not been."""
    whole = line % (b"9" * digits)
    assert frames(framing(), [whole + good]) == ([good], 1)
    found, garbled = frames(framing(), [whole[:-2], whole[-2:] + good])
    assert (found[-1:], garbled >= 1) == ([good], True)


def test_an_endless_report_is_no_dt_frame() -> None:
    """It is skipped as noise is; the frame after it is read."""
    good = b"/0`12\x03\r\n"
    assert frames(DtFraming(), [b"/0`" + b"9" * 5000 + b"\x03\r\n" + good]) == ([good], 0)


def test_a_count_of_more_digits_than_any_buffer_is_garbled() -> None:
    """Not even a number too long for the interpreter to read is anything else."""
    for digits in (10, 5000):
        with pytest.raises(GarbledReplyError, match="not a count"):
            parse_count(b"9" * digits + b"\n")
