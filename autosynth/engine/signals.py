"""Signals of the operating system as commands: Ctrl-C once holds, twice aborts; SIGTERM and a closed terminal hold.

Twice means twice since the run last went on: after a hold and a restart the first Ctrl-C holds again.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def commanded_by_signals(
    hold: Callable[[str], bool], abort: Callable[[str], None], end: Callable[[], None]
) -> Generator[None]:
    """Route signals for the time of the block.

    An interrupt calls `hold`, which says whether there was anything to hold; if not, a second interrupt calls `abort`.
    A termination or a closed terminal calls `hold` and then `end` (leave once held). Where the loop has no signal
    handlers (Windows, virtual time) the plain ones are used; outside the main thread there are none at all.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    warned = False

    def interrupted() -> None:
        nonlocal warned
        if not hold("Ctrl-C") and warned:
            abort("Ctrl-C again")
        warned = True

    def terminated() -> None:
        hold("the process was told to end")
        end()

    handlers: dict[int, Callable[[], None]] = {signal.SIGINT: interrupted, signal.SIGTERM: terminated}
    if hasattr(signal, "SIGHUP"):
        handlers[signal.SIGHUP] = terminated
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in handlers}
    for number, handler in handlers.items():
        try:
            loop.add_signal_handler(number, handler)
        except NotImplementedError:
            signal.signal(number, _passed_on(loop, handler))
    try:
        yield
    finally:
        for number, old in before.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, old)


def _passed_on(
    loop: asyncio.AbstractEventLoop, handler: Callable[[], None]
) -> Callable[[int, FrameType | None], object]:
    return lambda number, frame: loop.call_soon_threadsafe(handler)
