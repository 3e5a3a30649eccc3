"""Texts bent out of shape: as characters, as words, and as YAML whose parts are exchanged, doubled or buried."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

import yaml

_WORD = re.compile(r"[A-Za-z_][\w.]*|[-+]?[0-9][0-9.eE+-]*|\s+|.", re.DOTALL)
VALUES: Sequence[Any] = (
    *(None, True, False, 0, -1, 1e-320, 1e308, 10**17, -0.0, [], {}, [[]], {"a": {}}),
    *(
        "",
        " ",
        "1e999",
        "1e-400",
        "nan",
        "inf",
        "-5 mL",
        "1e300 mL",
        "999999999999 h",
        "5 parsec",
        "0 mL",
        "µ",
        "a.b.c",
    ),
    *("../../etc/passwd", "/dev/zero", "x" * 300, "\u202e", "~", "(" * 500 + "1" + ")" * 500, "not " * 200 + "x"),
    *("1 + " * 100 + "1", "x > 1 for 99999999 rounds", "2 ** 9", "1 / 0", "min()"),
)
WORDS = ("", "\x00", "\ufeff", "\t", "-", ":", "&a", "*a", "<<", "!!x", "{", "[", "---", "|", ">", "1e999", "?", "nan")


def bent(chance: Random, text: str, others: Sequence[str]) -> str:
    """Return a text changed a few times, in one of three ways."""
    way = chance.randrange(3)
    if way == 0:
        return _characters(chance, text, others)
    return _words(chance, text) if way == 1 else _parts(chance, text)


def _characters(chance: Random, text: str, others: Sequence[str]) -> str:
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((1, 1, 3, 40, 400)))
        other = chance.choice(others)
        at = chance.randint(0, len(other))
        piece = chance.choice(
            ("", text[start:end] * 2, chr(chance.randrange(0x250)), other[at : at + 200], chr(0xFFFD))
        )
        text = text[:start] + piece + text[end:]
    return text


def _words(chance: Random, text: str) -> str:
    words = _WORD.findall(text)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(words) or 1)
        words[at : at + 1] = [chance.choice((*WORDS, *map(str, VALUES), chance.choice(words or [""])))]
    return "".join(words)


def _parts(chance: Random, text: str) -> str:
    """Change nodes of the document and write it anew."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return text[: chance.randint(0, len(text))]
    for _ in range(chance.randint(1, 3)):
        places = list(_places(data))
        if not places:
            break
        container, key = chance.choice(places)
        _change(chance, container, key, places)
    return yaml.safe_dump(
        data, allow_unicode=True, sort_keys=False, default_flow_style=chance.choice((None, True, False))
    )


def _change(chance: Random, container: Any, key: Any, places: Sequence[tuple[Any, Any]]) -> None:
    match chance.randrange(5):
        case 0:
            del container[key]
        case 1:
            container[key] = chance.choice(VALUES)
        case 2:
            other, name = chance.choice(places)
            container[key] = yaml.safe_load(yaml.safe_dump(other[name])) if name in _keys(other) else None
        case 3:
            for _ in range(chance.choice((1, 3, 60))):
                container[key] = chance.choice(
                    ([container[key]], {"steps": container[key]}, {str(key): container[key]})
                )
        case _ if isinstance(container, dict):
            container[chance.choice(("steps", "id", "volume", "when", "x", "", str(key) + "2"))] = container.pop(key)
        case _:
            container.insert(key, container[key])


def _keys(container: Any) -> Sequence[Any]:
    return list(container) if isinstance(container, dict) else range(len(container))


def _places(node: Any) -> Any:
    if isinstance(node, dict | list):
        for key in _keys(node):
            yield node, key
            yield from _places(node[key])
