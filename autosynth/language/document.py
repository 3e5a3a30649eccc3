"""A YAML file as plain data, with the place of every key and value on the side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from autosynth.errors import Mark, Problem

Node: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"
Path: TypeAlias = Sequence[str | int]


class RawMark(Protocol):
    """A place as the parser counts it: from zero."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """The data of one file, where each part stands, and what was wrong with it besides its meaning.

    `places` maps the id of a mapping to the places of its keys and values in turn, that of a list to its items'. What
    is left out of the data (the value of a key that is there twice) is in `dropped`: as long as it is there nothing
    else gets its id.
    """

    file: str
    text: str = ""
    data: Node = None
    root: RawMark | None = None
    places: dict[int, list[RawMark]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    dropped: list[Node] = field(default_factory=list)

    def mark(self, path: Path = ()) -> Mark:
        """Return the place of the value at a path; of the deepest part of the path that exists."""
        return self.within(self.data, path) or self.located(self.root)

    def key_mark(self, path: Path) -> Mark:
        """Return the place of the key (or list item) that the path ends in; of its deepest part that exists."""
        return self.within(self.data, path, key=True) or self.located(self.root)

    def within(self, container: Node, path: Path, *, key: bool = False) -> Mark | None:
        """Return the place of the deepest part that exists of a path inside a mapping or list of this document."""
        node = container
        place: RawMark | None = None
        for step in path:
            found = self._find(node, step)
            if found is None:
                break
            node, place = found[0], found[1] if key else found[2]
        return None if place is None else self.located(place)

    def value_of(self, container: Node, key: str | int) -> Mark:
        """Return the place of a value in a mapping or list of this document; the file's beginning if not there."""
        return self.within(container, (key,)) or self.located(self.root)

    def key_of(self, container: Node, key: str | int) -> Mark:
        """Return the place of a key in a mapping of this document; the file's beginning if not there."""
        return self.within(container, (key,), key=True) or self.located(self.root)

    def shifted(self, mark: Mark, columns: int) -> Mark:
        """Return the place some columns into a text value: past its quote, or its beginning if it is a block."""
        lines = self.text.split("\n", mark.line)
        opening = lines[mark.line - 1][mark.column - 1 : mark.column] if mark.line <= len(lines) else ""
        if opening in {"|", ">"}:
            return mark
        return Mark(mark.file, mark.line, mark.column + columns + (opening in {"'", '"'}))

    def _find(self, node: Node, step: str | int) -> tuple[Node, RawMark, RawMark] | None:
        places = self.places.get(id(node))
        if places is None:
            return None
        if isinstance(node, dict):
            if step not in node:
                return None
            index = 2 * list(node).index(str(step))
            return node[str(step)], places[index], places[index + 1]
        if isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
            return node[step], places[step], places[step]
        return None

    def first_key(self, container: Node) -> RawMark | None:
        """Return the raw place of the first key of a mapping."""
        places = self.places.get(id(container))
        return places[0] if places else None

    def located(self, place: RawMark | None) -> Mark:
        """Return a raw place as a place in this file; the file's beginning for none."""
        return Mark(self.file, 1, 1) if place is None else Mark(self.file, place.line + 1, place.column + 1)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a mapping of a file stands: lets a model tell the places of its own fields long after loading."""

    document: Document
    body: Node
    place: Mark | RawMark | None

    @property
    def mark(self) -> Mark:
        """Return the place of the mapping itself."""
        return self.place if isinstance(self.place, Mark) else self.document.located(self.place)

    def where(self, *path: str | int) -> Mark:
        """Return the place of the value at a path inside the mapping; the mapping's own place if there is none."""
        return self.document.within(self.body, path) or self.mark

    def key(self, name: str) -> Mark:
        """Return the place of a key of the mapping; the mapping's own place if there is none."""
        return self.document.within(self.body, (name,), key=True) or self.mark


NOWHERE = Origin(Document("(no file)"), None, Mark("(no file)", 1, 1))
"""The origin of models that were built by a program."""
