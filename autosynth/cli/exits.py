"""Exit codes, and the one place where an error becomes one."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from autosynth.errors import (
    AutosynthError,
    ExchangeError,
    InputError,
    JournalError,
    LockedError,
    Mark,
    Problem,
    StateError,
)


class Exit(IntEnum):
    """What a caller's script can rely on."""

    COMPLETE = 0
    BAD_INPUT = 2
    STOPPED = 3
    HELD = 4
    NO_DEVICE = 5


@contextmanager
def explained() -> Iterator[None]:
    """Turn our errors into a message on standard error and an exit code; anything else is a fault and shows itself."""
    try:
        yield
    except InputError as error:
        print(render_problems(error.problems), file=sys.stderr)
        raise SystemExit(Exit.BAD_INPUT) from error
    except (LockedError, StateError, JournalError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(Exit.BAD_INPUT) from error
    except ExchangeError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(Exit.NO_DEVICE) from error
    except AutosynthError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(Exit.BAD_INPUT) from error


def render_problems(problems: Sequence[Problem]) -> str:
    """Return the problems as text: place, message, the line with a caret, what would be right."""
    return "\n".join(_render(problem) for problem in problems)


def _render(problem: Problem) -> str:
    where = f"{problem.mark}: " if problem.mark else ""
    lines = [f"{where}{problem.severity.value}: {problem.message} [{problem.rule}]"]
    lines += _excerpt(problem.mark)
    if problem.hint:
        lines.append(f"    {problem.hint}")
    return "\n".join(lines)


def _excerpt(mark: Mark | None) -> list[str]:
    """Return the source line with a caret below the column, when the file can be read."""
    if mark is None:
        return []
    try:
        text = Path(mark.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    if not 1 <= mark.line <= len(text):
        return []
    line = text[mark.line - 1].replace("\t", " ")
    start = max(0, mark.column - 60)
    shown = line[start : start + 72]
    return [f"    {shown}", "    " + " " * (mark.column - 1 - start) + "^"]
