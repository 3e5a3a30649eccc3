"""What libyaml complains about, said so that a chemist can mend it."""

import yaml

from autosynth.errors import Mark, Problem

_TRANSLATIONS: tuple[tuple[str, str, str], ...] = (
    # part of libyaml's problem, what it means, what to do
    ("mapping values are not allowed", "a second colon in this line", "put a text that contains ': ' in quotes"),
    ("found unexpected end of stream", "the quotes opened here are never closed", "close them"),
    (
        "did not find expected ',' or ']'",
        "the list opened here is never closed",
        "add , between items, or ] at its end",
    ),
    (
        "did not find expected ',' or '}'",
        "the mapping opened here is never closed",
        "add , between entries, or } at its end",
    ),
    (
        "did not find expected key",
        "this line is not indented like the lines it belongs to",
        "align it with the keys above",
    ),
    ("did not find expected '-' indicator", "a list goes on without its -", "begin the line with - or indent it"),
    ("could not find expected ':'", "this line has no colon after its key", "write key: value"),
    ("unknown escape character", "a backslash in double quotes begins an escape", "use single quotes"),
    ("did not find expected node content", "a value is missing here", "write one, or remove the bracket"),
    ("did not find expected alphabetic", "* and & are not allowed here", "put the text in quotes"),
    ("block sequence entries are not allowed", "a list cannot begin in this line", "begin it in a new line"),
)
_OPENED = ("the quotes opened", "the list opened", "the mapping opened")


def explain(error: Exception, text: str, file: str) -> Problem:
    """Return the problem behind a parser's error, at the place where it should be mended."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(f"this is not YAML: {error}", Mark(file, 1, 1), rule="yaml")
    problem = str(error.problem)
    line, column = error.problem_mark.line, error.problem_mark.column
    message, hint = f"this is not YAML: {problem}", ""
    for part, meaning, advice in _TRANSLATIONS:
        if part in problem:
            message, hint = meaning, advice
            break
    if error.context_mark is not None and (message.startswith(_OPENED) or "could not find expected ':'" in problem):
        line, column = error.context_mark.line, error.context_mark.column
    lines = text.splitlines()
    shown = lines[line] if line < len(lines) else ""
    if message.startswith("this line is not indented") and shown[:column].strip():
        message, hint = "something follows the value here", "put the whole text in one pair of quotes"
    if "cannot start any token" in problem:
        found = shown[column : column + 1]
        tab = found == "\t"
        message = "a tab is used for indentation" if tab else f"a value cannot begin with {found}"
        hint = "use spaces" if tab else "put the text in quotes"
    return Problem(message, Mark(file, line + 1, column + 1), hint, rule="yaml")
