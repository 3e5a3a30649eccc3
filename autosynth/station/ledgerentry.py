"""A line of a station's ledger, as it was written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: `kind` is opening, opened, closed, settled or correction; `wall` is ISO 8601."""

    seq: int
    kind: str
    wall: str
    run: str
    who: str
    why: str
    detail: dict[str, Any]

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Self:
        """Return the entry of a row: number, kind, wall, run, who, why, and the detail as JSON.

        Raises:
            ValueError, TypeError, RecursionError: it is no such row; of an opened run, it names no folder.
        """
        seq, *texts, detail = row
        kind, wall, run, who, why = map(_text, texts)
        entry = cls(int(seq), kind, wall, run, who, why, {**json.loads(detail)})
        if kind == "opened":
            _text(entry.detail.get("folder"))
        return entry


def _text(value: object) -> str:
    if not isinstance(value, str):
        msg = f"{value!r} is no text"
        raise TypeError(msg)
    return value
