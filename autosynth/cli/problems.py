"""Problems as people read them: the place, what is wrong, the source line with a caret, what would be right.

Nothing is rephrased here, and nothing from a file reaches the terminal as a control character.
"""

import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from autosynth.errors import InputError, Mark, Problem, Severity
from autosynth.files import read_within
from autosynth.language.source import LARGEST_FILE
from autosynth.plan.findings import OF_STATION

INDENT = "    "
TAB = 4
WORDS = {Severity.REJECT: "error", Severity.ACKNOWLEDGE: "acknowledge", Severity.NOTE: "note"}
ACCEPTED = "accepted: "
"""A hint that begins so is the reason with which a finding was accepted."""
OPTION = "--"
"""A mark whose file begins so is an option of the command line, not a place in a file."""


def render_problems(problems: Sequence[Problem], width: int | None = None) -> str:
    """Return the problems as text that fits into `width` columns.

    Without a width excerpts fit into the terminal's, and sentences too if somebody reads them there; in a log each
    stays one line, so that it can be searched for.
    """
    columns = width or shutil.get_terminal_size().columns
    broken = width is not None or sys.stderr.isatty()
    return "\n".join(_render(problem, columns, broken=broken) for problem in problems)


def against(problems: Sequence[Problem], station: Path | None) -> str:
    """Return which station was taken unasked, a line with its end, where on another there may be fewer problems."""
    if station is None or not any(problem.rule in OF_STATION for problem in problems):
        return ""
    return f"against station {station} (taken because it lies beside the recipe; another with --station)\n"


def _render(problem: Problem, columns: int, *, broken: bool) -> str:
    accepted = problem.hint.startswith(ACCEPTED)
    word = "accepted" if accepted else WORDS[problem.severity]
    rule = "" if problem.rule == "input" else f" [{problem.rule}]"
    hints: list[str] = []
    if problem.hint:
        hints.append(f"{INDENT}{'reason' if accepted else 'hint'}: {printable(problem.hint.removeprefix(ACCEPTED))}")
    if problem.severity is Severity.ACKNOWLEDGE and not accepted and "--acknowledge" not in problem.hint:
        hints.append(f'{INDENT}hint: to accept it: --acknowledge {problem.rule}="why that is all right"')
    said = f"{_where(problem.mark)}{word}: {printable(problem.message)}{rule}"
    lines = [said, *excerpt(problem.mark, columns), *hints]
    return "\n".join(_folded(line, columns) if broken and line in (said, *hints) else line for line in lines)


def _folded(line: str, columns: int) -> str:
    """Return a sentence broken between words into lines that fit; a word is never broken, a path neither."""
    deeper = INDENT + INDENT if line.startswith(INDENT) else INDENT
    parts = textwrap.wrap(
        line, columns, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(parts)


def _where(mark: Mark | None) -> str:
    if mark is None:
        return ""
    return f"{mark.file if mark.file.startswith(OPTION) else mark}: "


def excerpt(mark: Mark | None, columns: int) -> list[str]:
    """Return the marked line and a caret below its column; nothing when the line cannot be read."""
    if mark is None or mark.file.startswith(OPTION):
        return []
    try:
        lines = read_within(Path(mark.file), LARGEST_FILE).decode().split("\n")
    except (OSError, UnicodeDecodeError, InputError):
        return []
    if not 1 <= mark.line <= len(lines) or mark.column < 1:
        return []
    line = lines[mark.line - 1].rstrip()
    before = printable(line[: mark.column - 1].expandtabs(TAB))
    shown, at = _window(printable(line.expandtabs(TAB)), len(before), max(columns - len(INDENT), 20))
    return [f"{INDENT}{shown}", f"{INDENT}{' ' * at}^"]


def _window(line: str, at: int, columns: int) -> tuple[str, int]:
    """Return the part of a line round character `at` that fits, and the column of that character in it."""
    if cell_len(line) <= columns:
        return line, cell_len(line[:at])
    start = at
    while start > 0 and cell_len(line[start - 1 : at]) <= columns // 2:
        start -= 1
    head = "…" if start else ""
    stop = start
    while stop < len(line) and cell_len(head + line[start : stop + 1]) < columns:
        stop += 1
    tail = "…" if stop < len(line) else ""
    return head + line[start:stop] + tail, cell_len(head + line[start:at])


def printable(text: str) -> str:
    """Return the text with control characters shown as a replacement character; line ends stay."""
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in text)
