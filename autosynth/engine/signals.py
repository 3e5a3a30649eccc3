"""Signals of the operating system as commands: Ctrl-C once holds, twice aborts; SIGTERM and a closed terminal hold."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def commanded_by_signals(
    hold: Callable[[str], None], abort: Callable[[str], None], end: Callable[[], None]
) -> Iterator[None]:
    """Route signals for the time of the block.

    The first interrupt calls `hold`, the next `abort`; a termination or a closed terminal calls `hold` and then
    `end` (leave once held). On platforms without loop signal handlers the plain ones are used.
    """
    interrupts = 0

    def interrupted() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            hold("Ctrl-C")
        else:
            abort("Ctrl-C again")

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
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_, handler=handler: loop.call_soon_threadsafe(handler))
    try:
        yield
    finally:
        for number, old in before.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, old)
