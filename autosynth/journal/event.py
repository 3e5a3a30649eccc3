"""One event of a run as bytes that never change: canonical JSON, chained by hash.

An event is stored, hashed and exported as the same UTF-8 bytes: keys sorted, no spaces, no NaN, no infinity. Each
names the SHA-256 of the one before it (`prev`), so the hash of the last event stands for the whole run. Nothing here
repairs or guesses: bytes that are not exactly what `encode` writes are refused.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from autosynth.errors import JournalCorruptError, JournalError

GENESIS = "0" * 64
"""What the first event of a run names as the one before it."""

_FIELDS = itemgetter("seq", "t_s", "kind", "action", "schema", "payload", "prev")
_TYPES = {(int, float, str, action, int, dict, str) for action in (str, type(None))}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: number, run time, kind, action it belongs to, payload and the chain before it."""

    seq: int
    t_s: float
    kind: str
    action: str | None
    schema: int
    payload: Mapping[str, Any]
    prev: str


class Row(NamedTuple):
    """An event as the file holds it: its number, the SHA-256 of its bytes, its bytes."""

    seq: int
    digest: bytes
    body: bytes


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is no JSON number"
    raise ValueError(msg)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def encode(event: Event) -> bytes:
    """Return the canonical bytes of an event.

    Raises:
        JournalError: the payload holds what JSON cannot say exactly (NaN, an object, a key that is no text).
    """
    return _written(event)[0]


def _written(event: Event) -> tuple[bytes, str]:
    """Return the canonical bytes of an event and the payload's part of them as text."""
    text = _ENCODER.encode
    action = "null" if event.action is None else text(event.action)
    try:
        if not isfinite(event.t_s):
            msg = f"its time is {event.t_s}"
            raise ValueError(msg)
        payload = text(dict(event.payload))
        body = (
            f'{{"action":{action},"kind":{text(event.kind)},"payload":{payload},"prev":{text(event.prev)},'
            f'"schema":{event.schema:d},"seq":{event.seq:d},"t_s":{event.t_s!r}}}'
        )
        return body.encode(), payload
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"event {event.seq} ({event.kind}) cannot be written as JSON: {error}"
        raise JournalError(msg) from error


def parse(body: bytes) -> Event:
    """Return the event in these bytes.

    Raises:
        JournalCorruptError: the bytes are not exactly what `encode` writes.
    """
    event = _parse_fields(body)
    try:
        canonical = encode(event)
    except JournalError as error:
        raise JournalCorruptError(str(error)) from error
    if canonical != body:
        msg = f"event {event.seq} is not in canonical form"
        raise JournalCorruptError(msg)
    return event


def _parse_fields(body: bytes) -> Event:
    try:
        text = body.decode()
        raw, end = _DECODER.raw_decode(text)
        fields = _FIELDS(raw)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"not an event: {error}"
        raise JournalCorruptError(msg) from error
    if end != len(text) or len(raw) != len(fields) or tuple(map(type, fields)) not in _TYPES:
        msg = "not an event: a field has the wrong type, or there is more than an event"
        raise JournalCorruptError(msg)
    return Event(*fields)


def sealed(event: Event) -> tuple[Event, Row]:
    """Return the event exactly as it will be read back, and the row to store.

    What listeners and folds see live is thereby what recovery will see; later changes to the caller's payload
    change neither.

    Raises:
        JournalError: the payload holds what JSON cannot say exactly.
    """
    _require_text(event.kind)
    if event.action is not None:
        _require_text(event.action)
    body, text = _written(event)
    payload: dict[str, Any] = _DECODER.raw_decode(text)[0]
    if payload != event.payload:
        _require_text_keys(event.payload, event.kind)
    stored = Event(event.seq, event.t_s, event.kind, event.action, event.schema, payload, event.prev)
    return stored, Row(event.seq, hashlib.sha256(body).digest(), body)


def _require_text(name: object) -> None:
    if not isinstance(name, str):
        msg = f"an event's kind and action must be text, not {name!r}"
        raise JournalError(msg)


def _require_text_keys(value: object, where: str) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                msg = f"{where}: the key {key!r} must be text, or it would be read back as something else"
                raise JournalError(msg)
            _require_text_keys(item, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _require_text_keys(item, f"{where}[{index}]")


def verify(rows: Iterable[Row], after: int = 0, head: str = GENESIS) -> Iterator[tuple[Row, Event]]:
    """Yield consecutive rows and their events, that follow number `after` whose hash is `head`.

    Raises:
        JournalCorruptError: a row is missing, changed or out of the chain; the message names its number.
    """
    for row in rows:
        seq, digest, body = row
        after += 1
        if seq != after:
            msg = f"event {after} is missing: the next one found is {seq}"
            raise JournalCorruptError(msg)
        if type(body) is not bytes or hashlib.sha256(body).digest() != digest:
            msg = f"event {seq}: its bytes do not match their hash"
            raise JournalCorruptError(msg)
        try:
            event = _parse_fields(body)
        except JournalCorruptError as error:
            msg = f"event {seq}: {error}"
            raise JournalCorruptError(msg) from error
        if event.seq != seq or event.prev != head:
            msg = f"event {seq}: it does not continue the chain of event {seq - 1}"
            raise JournalCorruptError(msg)
        head = digest.hex()
        yield row, event
