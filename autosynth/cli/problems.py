"""Problems as people read them: the place, what is wrong, the source line with a caret, what would be right.

Nothing is rephrased here, and nothing from a file reaches the terminal as a control character.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from autosynth.errors import Mark, Problem, Severity

INDENT = "    "
TAB = 4
WORDS = {Severity.REJECT: "error", Severity.ACKNOWLEDGE: "acknowledge", Severity.NOTE: "note"}
ACCEPTED = "accepted: "
"""A hint that begins so is the reason with which a finding was accepted."""
OPTION = "--"
"""A mark whose file begins so is an option of the command line, not a place in a file."""


def render_problems(problems: Sequence[Problem], width: int | None = None) -> str:
    """Return the problems as text; excerpts fit into `width` columns (the terminal's when None)."""
    columns = width or shutil.get_terminal_size().columns
    return "\n".join(_render(problem, columns) for problem in problems)


def _render(problem: Problem, columns: int) -> str:
    accepted = problem.hint.startswith(ACCEPTED)
    word = "accepted" if accepted else WORDS[problem.severity]
    rule = "" if problem.rule == "input" else f" [{problem.rule}]"
    lines = [f"{_where(problem.mark)}{word}: {printable(problem.message)}{rule}"]
    lines += excerpt(problem.mark, columns)
    if problem.hint:
        lines.append(f"{INDENT}{'reason' if accepted else 'hint'}: {printable(problem.hint.removeprefix(ACCEPTED))}")
    if problem.severity is Severity.ACKNOWLEDGE and not accepted and "--acknowledge" not in problem.hint:
        lines.append(f'{INDENT}hint: to accept it: --acknowledge {problem.rule}="why that is all right"')
    return "\n".join(lines)


def _where(mark: Mark | None) -> str:
    if mark is None:
        return ""
    return f"{mark.file if mark.file.startswith(OPTION) else mark}: "


def excerpt(mark: Mark | None, columns: int) -> list[str]:
    """Return the marked line and a caret below its column; nothing when the line cannot be read."""
    if mark is None or mark.file.startswith(OPTION):
        return []
    try:
        lines = Path(mark.file).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
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
