"""Exit codes, and the one place where an error becomes one.

What a person can put right is a message on standard error; a fault of ours shows its traceback and is never dressed up.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum

from autosynth.cli.problems import printable, render_problems
from autosynth.errors import AutosynthError, ExchangeError, InputError


class Exit(IntEnum):
    """What a caller's script can rely on."""

    COMPLETE = 0
    BAD_INPUT = 2
    STOPPED = 3
    HELD = 4
    NO_DEVICE = 5
    NO_READER = 141
    """Nobody reads our output any more (`| head`): what shells report for a closed pipe."""


@contextmanager
def explained() -> Generator[None]:
    """Turn errors into a message on standard error and an exit code; anything unforeseen shows itself.

    Raises:
        SystemExit: with the code, for every error raised on purpose, an interrupt, or a refusal of the system.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except InputError as error:
        print(render_problems(error.problems), file=sys.stderr)
        raise SystemExit(Exit.BAD_INPUT) from error
    except ExchangeError as error:
        _say(str(error))
        raise SystemExit(Exit.NO_DEVICE) from error
    except AutosynthError as error:
        _say(str(error))
        raise SystemExit(Exit.BAD_INPUT) from error
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(Exit.NO_READER) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _say(f"{place}{error.strerror or error}")
        raise SystemExit(Exit.BAD_INPUT) from error
    except KeyboardInterrupt as error:
        print("interrupted", file=sys.stderr)
        raise SystemExit(Exit.STOPPED) from error


def _say(message: str) -> None:
    print(f"error: {printable(message)}", file=sys.stderr)
