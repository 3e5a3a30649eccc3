"""A page as its readers get it: text without markup, tables, and everything that refers to something else."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})


@dataclass(slots=True)
class Page:
    """What a parser found."""

    words: list[str] = field(default_factory=list[str])
    tags: list[str] = field(default_factory=list[str])
    references: list[str] = field(default_factory=list[str])
    ids: list[str] = field(default_factory=list[str])
    unlabelled: int = 0
    """Drawings without a name for those who cannot see them."""
    unclosed: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """Return all text, runs of white space as one space."""
        return " ".join(" ".join(self.words).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.page.tags.append(tag)
        self.page.references += [str(given[key]) for key in ("src", "href", "xlink:href", "action") if key in given]
        if "id" in given:
            self.page.ids.append(str(given["id"]))
        if tag == "svg" and "aria-labelledby" not in given:
            self.page.unlabelled += 1
        if tag not in VOID:
            self.page.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.page.unclosed.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.page.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        self.page.words.append(data)


def read_page(text: str) -> Page:
    """Return what the page says; every element must be closed in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page
