"""A file's bytes to text: limited in size, UTF-8, free of characters that make a line look like another one."""

import re
from pathlib import Path

from autosynth.errors import InputError, Mark, Problem
from autosynth.files import read_within

LARGEST_FILE = 10_000_000
LARGEST_SCALAR = 10_000
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def read_source(path: Path) -> str:
    """Return the text of a file.

    Raises:
        InputError: the file cannot be read, is no regular file, is larger than 10 MB, or is not UTF-8.
    """
    try:
        content = read_within(path, LARGEST_FILE)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Problem(f"{path} cannot be read: {reason}", hint="check the path", rule="file")) from error
    return decode(content, str(path))


def decode(content: bytes, file: str) -> str:
    """Return the text of a file's bytes; a byte order mark is dropped.

    Raises:
        InputError: not UTF-8; at the first bad byte.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", errors="replace")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise InputError(Problem(message, _place(before, file), "save the file as UTF-8", rule="yaml")) from error


def check_source(text: str, file: str) -> list[Problem]:
    """Return what makes a text unfit to be read on; empty for a good one."""
    if len(text) > LARGEST_FILE:
        return [_too_large(file, len(text))]
    control = _CONTROL.search(text)
    if control:
        message = f"the control character U+{ord(control[0]):04X} does not belong in a text"
        return [Problem(message, _place(text[: control.start()], file), "delete it", rule="yaml")]
    hidden = _INVISIBLE.search(text, 1) if text.startswith("\ufeff") else _INVISIBLE.search(text)
    if hidden:
        message = f"the invisible character U+{ord(hidden[0]):04X} can make a line look like another one"
        return [Problem(message, _place(text[: hidden.start()], file), "delete it", rule="yaml")]
    return []


def _too_large(file: str, size: int) -> Problem:
    message = f"the file has {size / 1e6:.1f} MB, at most {LARGEST_FILE / 1e6:.0f} MB are read"
    return Problem(message, Mark(file, 1, 1), "split it, or use a repeat", rule="yaml")


def _place(before: str, file: str) -> Mark:
    return Mark(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
