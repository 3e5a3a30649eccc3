"""Signals of the operating system become commands, and are given back afterwards."""

import asyncio
import os
import signal

import pytest

from autosynth.clock import run_real
from autosynth.engine.signals import commanded_by_signals

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")


def received(*numbers: signal.Signals, holds: bool = True) -> list[str]:
    """Send signals to this process one by one and return what was commanded; only a first hold `holds`."""

    async def listen() -> list[str]:
        heard: list[str] = []
        news = asyncio.Event()

        def note(what: str) -> bool:
            first = what not in heard
            heard.append(what)
            news.set()
            return first and holds

        def abort(reason: str) -> None:
            note(f"abort: {reason}")

        def end() -> None:
            note("end")

        with commanded_by_signals(lambda reason: note(f"hold: {reason}"), abort, end):
            for number in numbers:
                news.clear()
                os.kill(os.getpid(), number)
                await news.wait()
        return heard

    return run_real(listen())


def test_ctrl_c_once_holds_and_twice_aborts() -> None:
    """The first interrupt holds the run; the second, when there is nothing more to hold, aborts it."""
    assert received(signal.SIGINT) == ["hold: Ctrl-C"]
    assert received(signal.SIGINT, signal.SIGINT) == ["hold: Ctrl-C", "hold: Ctrl-C", "abort: Ctrl-C again"]


def test_a_single_ctrl_c_never_aborts() -> None:
    """An interrupt of a run that is held already warns first: only the next one aborts."""
    assert received(signal.SIGINT, holds=False) == ["hold: Ctrl-C"]
    assert received(signal.SIGINT, signal.SIGINT, holds=False)[-1] == "abort: Ctrl-C again"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_holds_and_ends(number: signal.Signals) -> None:
    """A termination or a closed terminal holds the run and ends the process once it is held."""
    assert received(number) == ["hold: the process was told to end", "end"]


def test_handlers_are_given_back() -> None:
    """After the run the signals do what they did before."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    received(signal.SIGINT)
    assert [signal.getsignal(number) for number in numbers] == before
