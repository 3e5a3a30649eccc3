"""The picture of a run, drawn again and again in one place of a terminal; it gives way while a person is asked."""

import time
from typing import Self

from rich.console import Console, Group
from rich.live import Live

from autosynth.cli.keyboard import Keyboard
from autosynth.cli.live import EVERY_S, Ticker
from autosynth.cli.screen import Screen, shown_run
from autosynth.engine.run import OpenRun
from autosynth.journal.event import Event


class Stage:
    """The part of a terminal that is drawn again and again; left and begun again, it goes on below what was printed."""

    def __init__(self, console: Console, *, transient: bool) -> None:
        self.console = console
        self._transient = transient
        self._live: Live | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def is_started(self) -> bool:
        """Return whether it is being drawn."""
        return self._live is not None

    def start(self) -> None:
        """Begin, below whatever the terminal shows."""
        if self._live is None:
            self._live = Live(console=self.console, auto_refresh=False, transient=self._transient)
            self._live.start()

    def stop(self) -> None:
        """Leave the terminal to others."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def draw(self, content: Group) -> None:
        """Draw in place of what was drawn before."""
        if self._live is not None:
            self._live.update(content, refresh=True)


class Frame:
    """A picture drawn again and again in place; it gives way while a person is asked something."""

    def __init__(self, screen: Screen, stage: Stage, keyboard: Keyboard | None) -> None:
        self._screen = screen
        self._stage = stage
        self._keyboard = keyboard
        self._drawn_s = 0.0

    def tick(self) -> None:
        """Ask what is to be asked, below a picture that stands still meanwhile; else draw."""
        if self._keyboard is not None:
            asks = self._keyboard.asks()
            if asks and self._stage.is_started:
                self._stage.stop()
                self._stage.console.print(self._content())
            elif not asks and not self._stage.is_started:
                self._stage.start()
            self._keyboard.look()
        self.draw()

    def draw(self, every_s: float = 0.0) -> None:
        """Draw, unless it was drawn less than `every_s` wall seconds ago."""
        now_s = time.monotonic()
        if self._stage.is_started and now_s - self._drawn_s >= every_s:
            self._drawn_s = now_s
            self._stage.draw(self._content())

    def _content(self) -> Group:
        size = self._stage.console.size
        return self._screen.render(size.width, size.height - 1)


class LiveView:
    """The picture of a run of this process; `speed` None is virtual time."""

    def __init__(self, run: OpenRun, stage: Stage, speed: float | None) -> None:
        self._run = run
        self._speed = speed
        self._screen = Screen(shown_run(run))
        self._keyboard = None if speed is None else Keyboard(run.session, self._screen.progress.entry)
        self._frame = Frame(self._screen, stage, self._keyboard)

    def open(self) -> None:
        """Begin."""
        self._run.on_event(self._take)
        if self._speed is not None and self._keyboard is not None:
            self._keyboard.open()
            Ticker(self._speed, self._frame.tick)
        self._frame.draw()

    def _take(self, event: Event) -> None:
        self._screen.take(event)
        self._frame.draw(EVERY_S)
