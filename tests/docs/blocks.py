"""Markdown as these tests see it: fenced blocks with what their fence line says, headings, and links."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^(?P<ticks>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)[ ]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!\\)!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_SOURCE = re.compile(r"<(?:img|source)[^>]*?src(?:set)?=\"(?P<target>[^\"]+)\"")
_CODE = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text, and the line it begins on."""

    document: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def documents() -> list[Path]:
    """Return every Markdown file of the project that people read."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]


def blocks(document: Path) -> list[Block]:
    """Return the fenced blocks of a document, in order."""
    content = document.read_text(encoding="utf-8")
    found: list[Block] = []
    for match in _FENCE.finditer(content):
        language, *words = match["info"].split() or [""]
        line = content.count("\n", 0, match.start()) + 1
        found.append(Block(document, line, language, tuple(words), match["body"]))
    return found


def links(document: Path) -> list[str]:
    """Return what a document links to, pictures included; code is no link."""
    prose = _CODE.sub("", _FENCE.sub("", document.read_text(encoding="utf-8")))
    return [match["target"] for pattern in (_LINK, _SOURCE) for match in pattern.finditer(prose)]


def anchors(document: Path) -> set[str]:
    """Return the names under which a document's headings can be linked to."""
    prose = _FENCE.sub("", document.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ +(.+?) *$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
