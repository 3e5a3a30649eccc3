"""SCPI grammar: headers long or short in any case, optional nodes, several commands a message, paths.

A header is written as manuals do: `SOURce[1]:VOLTage[:LEVel]` accepts SOUR:VOLT, source1:voltage:level and so on. After
a semicolon a header without leading colon continues in the path of the one before, as the standard says. Nothing here
knows what a command does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
UNDEFINED_HEADER, MISSING, NOT_ALLOWED, DATA_TYPE, OUT_OF_RANGE, ILLEGAL = -113, -109, -108, -104, -222, -224
SETTINGS_CONFLICT, INIT_IGNORED, OVERFLOW = -221, -213, -350
TEXTS = {
    UNDEFINED_HEADER: "Undefined header",
    MISSING: "Missing parameter",
    NOT_ALLOWED: "Parameter not allowed",
    DATA_TYPE: "Data type error",
    OUT_OF_RANGE: "Parameter data out of range",
    ILLEGAL: "Illegal parameter value",
    SETTINGS_CONFLICT: "Settings conflict",
    INIT_IGNORED: "Init ignored",
    OVERFLOW: "Queue overflow",
}
_NODE = re.compile(r"([A-Z]+)([a-z]*)")


class ScpiError(Exception):
    """What goes into the error queue; `code` is SCPI's."""

    def __init__(self, code: int) -> None:
        super().__init__(TEXTS[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class Command:
    """A header with its path made whole (upper case, a query's `?` kept) and its parameters."""

    header: str
    parameters: tuple[str, ...]


def header_pattern(spec: str) -> re.Pattern[str]:
    """Return what matches every accepted way to write a header."""
    optional = _NODE.sub(
        lambda node: node[1] + (f"(?:{node[2].upper()})?" if node[2] else ""), spec.replace("*", r"\*")
    )
    return re.compile(optional.replace("[", "(?:").replace("]", ")?").replace("?QUERY", r"\?"))


class Headers(Generic[T]):
    """Looks up what a header means; remembers spellings seen. A spec ending in `?` is a query."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._patterns = [
            (header_pattern(spec.removesuffix("?") + ("?QUERY" if spec.endswith("?") else "")), meaning)
            for spec, meaning in meanings.items()
        ]
        self._seen: dict[str, T | None] = {}

    def find(self, header: str) -> T | None:
        """Return a header's meaning, None for an undefined one."""
        if header not in self._seen:
            found = (meaning for pattern, meaning in self._patterns if pattern.fullmatch(header))
            self._seen[header] = next(found, None)
        return self._seen[header]


def commands(message: str) -> Iterator[Command]:
    """Cut a message (without its line feed) into commands with whole paths."""
    path = ""
    for text in _split(message, ";"):
        header, _, rest = text.strip().partition(" ")
        header = header.upper()
        if not header:
            continue
        if header.startswith(":"):
            header = header[1:]
        elif not header.startswith("*"):
            header = path + header
        if not header.startswith("*"):
            path = header[: header.rfind(":") + 1]
        yield Command(header, tuple(part.strip() for part in _split(rest, ",") if rest.strip()))


def _split(text: str, separator: str) -> list[str]:
    """Split outside quotes."""
    parts, quote, start = [""], "", 0
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == separator:
            parts[-1] = text[start:index]
            parts.append("")
            start = index + 1
    parts[-1] = text[start:]
    return parts


def number(text: str, low: float, high: float) -> float:
    """Read a number within bounds.

    Raises:
        ScpiError: -104 for what is no number, -222 for one out of bounds.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise ScpiError(DATA_TYPE) from error
    if not low <= value <= high:
        raise ScpiError(OUT_OF_RANGE)
    return value


def switch(text: str) -> bool:
    """Read ON, OFF, 1 or 0.

    Raises:
        ScpiError: -224 for anything else.
    """
    try:
        return {"ON": True, "1": True, "OFF": False, "0": False}[text.upper()]
    except KeyError as error:
        raise ScpiError(ILLEGAL) from error


def word(text: str, spec: str) -> None:
    """Check that a word (quoted or not) is `spec` in its long or short form.

    Raises:
        ScpiError: -224 otherwise.
    """
    if header_pattern(spec).fullmatch(text.strip("\"'").upper()) is None:
        raise ScpiError(ILLEGAL)


def choice(text: str, specs: tuple[str, ...]) -> str:
    """Return the short form of the one of `specs` that a word is, in its long or short form.

    Raises:
        ScpiError: -224 when it is none of them.
    """
    for spec in specs:
        if header_pattern(spec).fullmatch(text.strip("\"'").upper()) is not None:
            return spec.rstrip("abcdefghijklmnopqrstuvwxyz")
    raise ScpiError(ILLEGAL)
