"""What a report is made of: sections of text, tables, pictures and texts to unfold; the template knows no others.

Everything here is plain data, escaped by the template. Only a `Picture` carries markup, and only what
`report/figures` drew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["good", "bad", "warn", "plain", "mark"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with a colour and a sign, so that it is understood without the colour."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Mono:
    """Text to be read letter by letter: bytes, hashes, identifiers."""

    text: str


Cell = str | Badge | Mono


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; `numeric` columns are aligned to the right; `fold` hides it under its caption."""

    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    caption: str = ""
    numeric: frozenset[int] = frozenset()
    fold: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with what it shows in words; `svg` is trusted markup."""

    svg: str
    title: str
    caption: str = ""
    kind: str = "picture"


@dataclass(frozen=True, slots=True)
class Gallery:
    """Small pictures side by side, with a legend of names and colours common to all."""

    pictures: Sequence[Picture]
    legend: Sequence[tuple[str, str]] = ()
    columns: int = 3
    kind: str = "gallery"


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it was, folded."""

    title: str
    lines: Sequence[str]
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph."""

    text: str
    tone: Tone = "plain"
    kind: str = "note"


Part = Table | Picture | Gallery | Text | Note


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the page."""

    key: str
    title: str
    parts: Sequence[Part] = field(default_factory=tuple[Part, ...])
