"""What a person sees while a run goes on: a live view on a terminal, plain lines in a log, nothing when asked.

Both hang on the journal's events and on nothing else; a view that breaks never stops a run. The view draws a few times
a second by the wall clock, whatever the speed of the bench, so that it costs a run in virtual time next to nothing.
"""

import asyncio
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from autosynth.cli.keyboard import Keyboard
from autosynth.cli.progress import Progress
from autosynth.cli.words import clock_text, describe, one_line
from autosynth.engine.run import OpenRun
from autosynth.journal.event import Event

View = Callable[[OpenRun], None]
EVERY_S = 0.25
"""Wall seconds between two drawings."""
LONGEST_LINE = 300


@contextmanager
def live_view(*, plain: bool, quiet: bool, speed: float | None = 1.0) -> Generator[View]:
    """Give a function that hangs a view on a run as it opens; `speed` None is virtual time, where nobody is asked."""
    if quiet:
        yield lambda run: None
    elif plain or not sys.stdout.isatty():
        yield lambda run: PlainView(run, speed).open()
    else:
        from rich.console import Console

        from autosynth.cli.stage import LiveView, Stage

        with Stage(Console(highlight=False), transient=True) as stage:
            yield lambda run: LiveView(run, stage, speed).open()


class Ticker:
    """Calls back about every EVERY_S wall seconds on a loop whose time may run `speed` times faster."""

    def __init__(self, speed: float, call: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._delay_s = EVERY_S * speed
        self._call = call
        self._arm()

    def _arm(self) -> None:
        self._loop.call_later(self._delay_s, self._tick)

    def _tick(self) -> None:
        self._call()
        self._arm()


class PlainView:
    """One line for each thing worth saying."""

    def __init__(self, run: OpenRun, speed: float | None) -> None:
        self._run = run
        self._speed = speed
        self._progress = Progress(run.session.plan, run.history)
        self._leave: Callable[[], None] = lambda: None

    def open(self) -> None:
        """Begin."""
        print(f"run folder {self._run.folder.path}", flush=True)
        self._leave = self._run.on_event(self._print)
        if self._speed is not None:
            keyboard = Keyboard(self._run.session, self._progress.entry)
            keyboard.open()
            Ticker(self._speed, keyboard.look)

    def _print(self, event: Event) -> None:
        line = describe(event, self._progress.deciding)
        if line:
            try:
                print(one_line(f"{clock_text(event.t_s)}  {line}", LONGEST_LINE), flush=True)
            except BrokenPipeError:  # nobody reads any more: the run goes on
                self._leave()
