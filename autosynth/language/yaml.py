"""YAML as data with places, and nothing more: no tags, anchors, merges, several documents, or guessed types.

Built straight on libyaml's events, because every error needs its place and loaders that build objects first take
several times as long. Plain scalars are numbers, `true`, `false`, `null` or text; `on`, `yes`, dates and `012` stay
text; keys are always text. Size and depth are limited before anything is built.
"""

import gc
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import yaml

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.document import Document, Node, RawMark
from autosynth.language.source import LARGEST_SCALAR, check_source, read_source
from autosynth.language.yaml_problems import explain

DEEPEST = 50
MOST_PROBLEMS = 200
_WORDS: dict[str, Node] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile("[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_Loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def load_yaml(path: Path) -> Document:
    """Return the document in a file.

    Raises:
        InputError: the file cannot be read, is too large, is not UTF-8, or is not YAML.
    """
    return parse_yaml(read_source(path), str(path))


def parse_yaml(text: str, file: str) -> Document:
    """Return the document that the text says.

    What leaves the rest readable (a key twice, an anchor, a tag, a merge, a second document) is collected in the
    document's `problems`; its reader adds its own findings and raises all of them at once.

    Raises:
        InputError: the text is no YAML, nests deeper than 50, or is too large; with what was found before that place.
    """
    problems = check_source(text, file)
    if problems:
        raise InputError(*problems)
    builder = _Builder(text, file)
    try:
        with garbage_collection_paused():
            builder.build()
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(*builder.document.problems, explain(error, text, file)) from error
    return builder.document


@contextmanager
def garbage_collection_paused() -> Generator[None]:
    """Switch the cyclic collector off meanwhile: it would walk the growing, cycle-free data again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def scalar(text: str) -> Node:
    """Return what a plain scalar stands for: a number, true, false, null, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= 40 and _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text


class _Builder:
    """Turns the events of one text into a document."""

    def __init__(self, text: str, file: str) -> None:
        self.document = Document(file, text)
        self._next: Callable[[], Any] = _Loader(text).get_event
        self._scalars: dict[str, Node] = {}
        self._keys: set[str] = set()

    def build(self) -> None:
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return
        event = self._next()
        self.document.root = _start(event)
        self.document.data = self._value(event, 0)
        self._next()  # the document's end
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._problem(event, "a second document begins here", "one file holds one document: remove the ---")

    def _value(self, event: yaml.Event, depth: int) -> Node:
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event)
        if type(event) is yaml.AliasEvent:
            name = event.anchor
            self._problem(event, f"the alias *{name} is not allowed", "write the value out, or use a parameter")
            return None
        if depth >= DEEPEST:
            problem = Problem(f"nested deeper than {DEEPEST} levels", self._mark(event), "flatten it", rule="yaml")
            raise InputError(*self.document.problems, problem)
        self._refuse_decoration(cast("yaml.NodeEvent", event))
        return self._mapping(depth + 1) if type(event) is yaml.MappingStartEvent else self._sequence(depth + 1)

    def _mapping(self, depth: int) -> dict[str, Node]:
        data: dict[str, Node] = {}
        places: list[RawMark] = []
        step = self._next
        while type(key := step()) is not yaml.MappingEndEvent:
            name: str | None = getattr(key, "value", None)
            if name not in self._keys or key.anchor is not None or key.tag is not None:
                name = self._key(key, depth)
            event: Any = step()
            value = self._value(event, depth)
            if name is None:
                self.document.dropped.append(value)
                continue
            if name in data:
                self.document.dropped.append(value)
                first = self._line(places[2 * list(data).index(name)])
                self._problem(key, f"the key {name!r} is already there, in line {first}", "keep one of the two")
                continue
            data[name] = value
            places.append(key.start_mark)
            places.append(event.start_mark)
        self.document.places[id(data)] = places
        return data

    def _sequence(self, depth: int) -> list[Node]:
        data: list[Node] = []
        places: list[RawMark] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            data.append(self._value(event, depth))
            places.append(event.start_mark)
        self.document.places[id(data)] = places
        return data

    def _key(self, event: yaml.Event, depth: int) -> str | None:
        if type(event) is not yaml.ScalarEvent:
            self.document.dropped.append(self._value(event, depth))
            self._problem(event, "a key has to be a plain word", "did you forget quotes around { or [ ?")
            return None
        key = event
        if key.anchor is not None or key.tag is not None:
            self._refuse_decoration(key)
        if not key.value:
            self._problem(event, "a key is empty", "write a name before the colon")
            return None
        if key.value == "<<" and not key.style:
            self._problem(event, "<< (merge) is not allowed", "write the keys out")
            return None
        if key.value != "<<":
            self._keys.add(key.value)
        return key.value

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text = event.value
        if event.anchor is not None or event.tag is not None:
            self._refuse_decoration(event)
        if len(text) > LARGEST_SCALAR:
            self._problem(event, f"a text of {len(text)} characters is too long", f"at most {LARGEST_SCALAR}")
            return ""
        if event.style:
            return text
        try:
            return self._scalars[text]
        except KeyError:
            self._scalars[text] = value = scalar(text)
            return value

    def _refuse_decoration(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self._problem(event, f"the anchor &{event.anchor} is not allowed", "write values out, or use a parameter")
        tag = getattr(event, "tag", None)
        if tag is not None:
            short = str(tag).replace("tag:yaml.org,2002:", "!!")
            self._problem(event, f"the tag {short} is not allowed", "remove it; put texts in quotes")

    def _problem(self, event: yaml.Event, message: str, hint: str) -> None:
        problems = self.document.problems
        problems.append(Problem(message, self._mark(event), hint, rule="yaml"))
        if len(problems) >= MOST_PROBLEMS:
            raise InputError(*problems, Problem(f"stopped after {MOST_PROBLEMS} problems", rule="yaml"))

    def _mark(self, event: yaml.Event) -> Mark:
        start = _start(event)
        return Mark(self.document.file, start.line + 1, start.column + 1)

    @staticmethod
    def _line(place: RawMark) -> int:
        return place.line + 1


def _start(event: yaml.Event) -> RawMark:
    return cast("RawMark", event.start_mark)
