"""Events become canonical bytes and come back the same; anything else is refused."""

import hashlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import JournalCorruptError, JournalError
from autosynth.journal.event import GENESIS, Event, Row, encode, parse, sealed, verify

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
EVENTS = st.builds(
    Event,
    seq=st.integers(1, 2**53),
    t_s=st.floats(allow_nan=False, allow_infinity=False),
    kind=TEXT,
    action=st.none() | TEXT,
    schema=st.integers(1, 99),
    payload=st.dictionaries(TEXT, PLAIN, max_size=4),
    prev=st.just(GENESIS),
)
EXAMPLE = Event(1, 0.5, "intent", "steps/2", 1, {"volume_µl": 5.0, "device": "pump"}, GENESIS)


def chain(*payloads: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    head = GENESIS
    for number, payload in enumerate(payloads, 1):
        _, row = sealed(Event(number, float(number), "note", None, 1, payload, head))
        rows.append(row)
        head = row.digest.hex()
    return rows


@given(EVENTS)
def test_what_is_encoded_is_parsed_back_equal(event: Event) -> None:
    """Parsing the bytes of any event gives that event."""
    assert event == parse(encode(event))


@given(EVENTS)
def test_bytes_are_the_sorted_compact_json_of_the_fields(event: Event) -> None:
    """The bytes are what a plain JSON writer gives with sorted keys, no spaces and UTF-8."""
    fields = {name: getattr(event, name) for name in Event.__slots__}
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert plain.encode() == encode(event)


@given(EVENTS)
def test_a_sealed_event_is_what_will_be_read_back(event: Event) -> None:
    """The event handed to listeners equals the one parsed from the stored bytes."""
    stored, row = sealed(event)
    assert parse(row.body) == stored


def test_bytes_of_one_event_are_these() -> None:
    """The canonical form is fixed to the byte."""
    expected = (
        '{"action":"steps/2","kind":"intent","payload":{"device":"pump","volume_µl":5.0},'
        f'"prev":"{GENESIS}","schema":1,"seq":1,"t_s":0.5}}'
    )
    assert expected.encode() == encode(EXAMPLE)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, b"x", {1}, object(), "\ud800"])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    """A payload that JSON cannot say exactly is refused by name of its kind."""
    with pytest.raises(JournalError, match="intent"):
        sealed(Event(1, 0.0, "intent", None, 1, {"value": value}, GENESIS))


def test_a_key_that_is_no_text_is_refused() -> None:
    """A number as a key would be read back as text, so it is refused, and the place is named."""
    with pytest.raises(JournalError, match=r"intent\.ports\[0\]: the key 3"):
        sealed(Event(1, 0.0, "intent", None, 1, {"ports": [{3: "waste"}]}, GENESIS))


def test_tuples_become_lists() -> None:
    """A tuple in a payload is stored, and seen by listeners, as a list."""
    event, _ = sealed(Event(1, 0.0, "note", None, 1, {"pair": (1, 2)}, GENESIS))
    assert event.payload == {"pair": [1, 2]}


def test_a_time_that_is_no_number_is_refused() -> None:
    """An event at no finite time is refused."""
    with pytest.raises(JournalError, match="its time is nan"):
        encode(Event(1, math.nan, "note", None, 1, {}, GENESIS))


def test_a_kind_that_is_no_text_is_refused() -> None:
    """A kind or an action of another type would make the journal unreadable, so it is refused."""
    wrong: Any = 3
    with pytest.raises(JournalError, match="must be text"):
        sealed(Event(1, 0.0, wrong, None, 1, {}, GENESIS))
    with pytest.raises(JournalError, match="must be text"):
        sealed(Event(1, 0.0, "note", wrong, 1, {}, GENESIS))


def test_later_changes_to_the_callers_payload_change_nothing() -> None:
    """A sealed event holds its own copy of the payload."""
    payload = {"list": [1]}
    event, _ = sealed(Event(1, 0.0, "note", None, 1, payload, GENESIS))
    payload["list"].append(2)
    assert event.payload == {"list": [1]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":1', b'"seq": 1'),
        (b'"seq":1', b'"seq":1.0'),
        (b'"seq":1', b'"seq":true'),
        (b'"t_s":0.5', b'"t_s":5e-1'),
        (b'"t_s":0.5', b'"t_s":NaN'),
        (b'"t_s":0.5', b'"t_s":1'),
        (b'"schema":1,', b""),
        (b'"schema":1', b'"schema":1,"schema":1'),
        (b'"action":"steps/2"', b'"action":3'),
        (b'"kind":"intent"', b'"kind":null'),
        (b"\xc2\xb5", b"\xb5"),
        (b"\xc2\xb5", b"\\u00b5"),
        (b'{"action"', b' {"action"'),
        (b'"t_s":0.5}', b'"t_s":0.5}{}'),
        (b'"t_s":0.5}', b'"t_s":0.5,"zoo":1}'),
        (b'{"action"', b'[{"action"'),
    ],
)
def test_bytes_in_any_other_form_are_refused(old: bytes, new: bytes) -> None:
    """The same event written differently, or something else, is not parsed."""
    body = encode(EXAMPLE)
    assert old in body
    with pytest.raises(JournalCorruptError):
        parse(body.replace(old, new, 1))


def test_a_number_too_large_for_a_float_is_refused() -> None:
    """A number that would be read as infinity is not parsed."""
    with pytest.raises(JournalCorruptError):
        parse(encode(EXAMPLE).replace(b"5.0", b"1e999"))


def test_a_chain_verifies() -> None:
    """Events recorded one after the other verify, in order."""
    rows = chain({"a": 1}, {"a": 2}, {"a": 3})
    assert [event.seq for _, event in verify(rows)] == [1, 2, 3]


@given(st.data())
def test_any_changed_byte_is_found_and_named(data: st.DataObject) -> None:
    """Whichever byte of whichever event is changed, the error names that event."""
    rows = chain({"a": 1}, {"b": "zwei"}, {"c": None})
    victim = data.draw(st.integers(0, 2))
    body = bytearray(rows[victim].body)
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    rows[victim] = rows[victim]._replace(body=bytes(body))
    with pytest.raises(JournalCorruptError, match=f"event {victim + 1}:"):
        list(verify(rows))


def test_a_row_that_was_replaced_with_its_hash_breaks_the_chain() -> None:
    """Changing an event and its hash together is found at the next event."""
    rows = chain({"a": 1}, {"a": 2}, {"a": 3})
    rows[1] = chain({"a": 1}, {"a": 9})[1]
    with pytest.raises(JournalCorruptError, match="event 3: it does not continue the chain of event 2"):
        list(verify(rows))


def test_a_missing_row_is_named() -> None:
    """A gap in the numbers is found."""
    rows = chain({"a": 1}, {"a": 2}, {"a": 3})
    with pytest.raises(JournalCorruptError, match="event 2 is missing"):
        list(verify([rows[0], rows[2]]))


def test_a_row_that_is_no_event_is_named() -> None:
    """Bytes with a matching hash that are no event are refused under the row's number."""
    _, row = sealed(EXAMPLE)
    alien = Row(1, hashlib.sha256(b"[]").digest(), b"[]")
    assert row.seq == alien.seq
    with pytest.raises(JournalCorruptError, match="event 1: not an event"):
        list(verify([alien]))
