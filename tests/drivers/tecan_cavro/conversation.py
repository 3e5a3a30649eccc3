"""Written conversations with a Cavro pump: what is said, what is answered, and what the driver makes of it."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from drivers.tecan_cavro import DRIVER
from drivers.tecan_cavro.codec import encode_dt, encode_oem
from tests.drivers.played import played
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


def reports(first: int, report: str, *answers: str) -> list[tuple[bytes, bytes]]:
    """Return a report asked under running numbers from `first`, and what the pump answers each time."""
    return [(oem(first + i, report), oem_answer(READY, answer)) for i, answer in enumerate(answers)]


def dt_reports(report: str, *answers: str) -> list[tuple[bytes, bytes]]:
    """Return a report asked in the terminal protocol and its answers."""
    return [(dt(report), dt_answer(READY, answer)) for answer in answers]


ASKED = reports(1, "?", "0", "0")
AFTER = [*reports(5, "?", "600"), *reports(6, "?6", "2", "2")]


def read(exchanges: list[tuple[bytes, bytes]], options: dict[str, Any] = OPTIONS) -> Coroutine[Any, Any, Any]:
    """Return the state that the pump reports in a written conversation."""

    async def main() -> Any:
        async with played(DRIVER, options, exchanges) as pump:
            return await pump.read_state()

    return main()
