"""Standard output for scripts: strict JSON, no NaN and no Infinity."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any


def print_json(content: Any) -> None:
    """Print one JSON value on standard output; numbers that are not finite become null.

    Raises:
        TypeError: something in it is not data.
    """
    text = json.dumps(strict(content), allow_nan=False, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # the output lacks a character: escaped, it is told all the same
        text = json.dumps(strict(content), allow_nan=False)
    print(text)


def strict(content: Any) -> Any:
    """Return the same content in the types that JSON has."""
    if isinstance(content, bool | str) or content is None:
        return content
    if isinstance(content, Mapping):
        return {str(key): strict(value) for key, value in content.items()}
    if isinstance(content, Sequence | set | frozenset | tuple):
        return [strict(each) for each in content]
    if isinstance(content, PurePath):
        return str(content)
    number = content.item() if hasattr(content, "item") else content
    if isinstance(number, float) and not math.isfinite(number):
        return None
    return number
