"""Standard output for people: text as wide as their terminal."""

from typing import NoReturn

from rich.console import Console


class Terminal(Console):
    """Standard output for people; what it does when nobody reads any more is decided with all other exits."""

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> NoReturn:
        """Say that the pipe is closed instead of leaving with a code of the library's."""
        raise BrokenPipeError
