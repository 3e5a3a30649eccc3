"""MT-SICS lines and the documents of dosing heads, and the framing fed in every way."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Event, Reply
from drivers.mettler_sics.codec import (
    Answer,
    Reading,
    answer_to,
    encode,
    head_of,
    parse_answer,
    parse_reading,
    parse_text,
    target_command,
    target_told_mg,
    tolerance_command,
    tolerance_told_frac,
)
from drivers.mettler_sics.document import LONGEST, Head, parse_head
from drivers.mettler_sics.faults import advice, meaning
from drivers.mettler_sics.framing import SicsFraming
from tests.drivers.frames import frames, pieces

DOCUMENT = (
    b'<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<Head>\r\n<Substance>Na2WO4\xb72H2O</Substance>\r\n'
    b"<Lot_ID>A-17</Lot_ID>\r\n<Rem._quantity>4.9</Rem._quantity>\r\n<Dosing_counter>12</Dosing_counter>\r\n</Head>\r\n"
)
SERIAL = b'I4 A "B021002593"\r\n'


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        (b"S S    100.0000 g\r\n", Reading(100000.0, stable=True)),
        (b"S D     -0.0012 g\r\n", Reading(-1.2, stable=False)),
        (b"S S 12.5 mg", Reading(12.5, stable=True)),
        (b"S S 1 kg\r\n", Reading(1e6, stable=True)),
        (b"S I\r\n", Reading(None, stable=False, reason="I")),
        (b"S +\r\n", Reading(None, stable=False, reason="+")),
        (b"S -\r\n", Reading(None, stable=False, reason="-")),
        (b"S S Error 5b\r\n", Reading(None, stable=False, reason="error 5b")),
        (b"ES\r\n", Reading(None, stable=False, reason="syntax error")),
    ],
)
def test_readings_are_split_at_blanks(line: bytes, reading: Reading) -> None:
    """Whatever the columns are."""
    found = parse_reading(line)
    assert (found.mass_mg, found.stable, found.reason) == (
        reading.mass_mg if reading.mass_mg is None else pytest.approx(reading.mass_mg),
        reading.stable,
        reading.reason,
    )


@pytest.mark.parametrize(
    "line", [b"S\r\n", b"S S 1.0 lb", b"S S 1e3 g", b"S S nan g", b"T S 1.0 g", b"I4 A", b"S S 1 g 2"]
)
def test_what_is_no_reading_is_garbled(line: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(GarbledReplyError):
        parse_reading(line)


def test_texts_are_told_without_their_quotes() -> None:
    """And "" where the balance does not know the inquiry."""
    assert parse_text(b'I2 A "XPE205 220.0090 g"\r\n', "I2") == "XPE205 220.0090 g"
    assert parse_text(b"ES\r\n", "I2") == ""
    with pytest.raises(GarbledReplyError):
        parse_text(SERIAL, "I2")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"QRA 61 1 B\r\n", Answer(("QRA", "61", "1"), "B")),
        (b"QRA 61 1 I 13\r\n", Answer(("QRA", "61", "1"), "I", 13)),
        (b"QRA 60 7 2 A\r\n", Answer(("QRA", "60", "7"), "A", 0, ("2",))),
        (b"QRD 2 3 7 3 A\r\n", Answer(("QRD", "2", "3", "7"), "A", 0, ("3",))),
        (b"QRD 1 1 5 L\r\n", Answer(("QRD", "1", "1", "5"), "L")),
        (b"S S 1.0 g\r\n", None),
        (b"QRA 61\r\n", None),
    ],
)
def test_answers_have_a_head_a_code_and_an_error(line: bytes, answer: Answer | None) -> None:
    """With the value of the command or without."""
    assert answer == parse_answer(line)


def test_the_answer_to_another_command_is_garbled() -> None:
    """Starting is not stopping; a plain error is anybody's."""
    assert answer_to(b"QRA 61 4 B\r\n", "QRA 61 4").code == "B"
    assert answer_to(b"EL\r\n", "QRA 61 4").code == "EL"
    with pytest.raises(GarbledReplyError):
        answer_to(b"QRA 61 1 B\r\n", "QRA 61 4")


def test_masses_and_tolerances_are_written_plainly() -> None:
    """In mg and per cent, without an exponent."""
    assert [target_command(mg) for mg in (0.1, 25.0, 250000.0)] == ["QRD 1 1 5 0.1", "QRD 1 1 5 25", "QRD 1 1 5 250000"]
    assert tolerance_command(0.005) == "QRD 1 1 6 0.5"
    assert (encode("S"), head_of("QRD 1 1 5 25")) == (b"S\r\n", ("QRD", "1", "1", "5"))


def test_what_cannot_be_said_exactly_is_not_said() -> None:
    """Nothing is rounded where nobody would see it."""
    for target_mg in (0.105, 114.6734, math.nan, math.inf):
        with pytest.raises(ValueError, match="decimals"):
            target_command(target_mg)
    for tolerance_frac in (0.0055, 0.00049, math.nan):
        with pytest.raises(ValueError, match="decimals"):
            tolerance_command(tolerance_frac)


@given(st.floats(0.001, 0.4), st.floats(0.1, 250000.0))
def test_what_is_told_can_be_said_and_is_never_wider(tolerance_frac: float, target_mg: float) -> None:
    """A tolerance of the range stays in it."""
    told_frac, told_mg = tolerance_told_frac(tolerance_frac), target_told_mg(target_mg)
    assert 0.001 <= told_frac <= tolerance_frac + 1e-6
    assert tolerance_frac - told_frac < 0.001
    assert abs(told_mg - target_mg) <= 0.0050001
    assert tolerance_command(told_frac).startswith("QRD 1 1 6 ")
    assert target_command(told_mg).startswith("QRD 1 1 5 ")


@pytest.mark.parametrize("number", range(1, 14))
def test_every_error_has_a_name_and_advice(number: int) -> None:
    """1 is not 10, 11, 12 or 13."""
    names = {meaning(Answer((), "I", each)) for each in range(1, 14)}
    assert len(names) == 13
    assert advice(Answer((), "I", number))


def test_a_head_says_substance_lot_and_count() -> None:
    """Wherever in the document they stand."""
    assert parse_head(DOCUMENT) == Head("Na2WO4·2H2O", "A-17", 12)
    assert parse_head(b"<a><b><Substance/></b></a>") == Head("unnamed", "", None)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<a>",
        b"no XML",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a>" + b"<b/>" * 501 + b"</a>",
        b"<a>" + b" " * LONGEST + b"</a>",
        b'<?xml version="1.0" encoding="none"?><a/>',
    ],
)
def test_what_is_no_document_of_a_head_is_garbled(document: bytes) -> None:
    """No entities, no more elements or bytes than a head could have."""
    with pytest.raises(GarbledReplyError):
        parse_head(document)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_head_or_anything_but_garbled(document: bytes) -> None:
    """Other errors do not come out."""
    with suppress(GarbledReplyError):
        assert parse_head(document).substance


@given(st.data())
def test_second_answers_are_events_however_they_are_cut(data: st.DataObject) -> None:
    """And so are the lines of a document between two answers, and what a balance says that was switched on."""
    stream = b"QRD 2 4 11 B\r\n" + DOCUMENT + b"QRD 2 4 11 A\r\nS S 1.0 g\r\nQRA 61 1 B\r\nSI\r\n" + b"QRA 61 1 I 7\r\n"
    expected = [*stream.splitlines(keepends=True), SERIAL, SERIAL]
    found, garbled = frames(SicsFraming(), data.draw(pieces(stream + SERIAL)))
    assert (found, garbled) == (expected, 0)


def test_what_is_awaited_outlives_a_resynchronisation() -> None:
    """The end of a dosing comes minutes later, whatever else was asked meanwhile."""
    framing = SicsFraming()
    framing.feed(b"QRA 61 1 B\r\n")
    assert framing.next() == Reply(b"QRA 61 1 B\r\n")
    framing.feed(b"S S")
    framing.reset()
    framing.feed(b"QRA 61 1 A\r\nQRA 61 1 A\r\n")
    assert (framing.next(), framing.next()) == (Event(b"QRA 61 1 A\r\n"), Reply(b"QRA 61 1 A\r\n"))


@pytest.mark.parametrize("line", [b"S S\xb1 1.0 g\r\n", b"S \x00\r\n", b"9" * 16385])
def test_a_line_that_is_not_plain_text_is_reported(line: bytes) -> None:
    """Or does not end."""
    assert frames(SicsFraming(), [line]) == ([], 1)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_framing(noise: bytes) -> None:
    """After a reset a line is read."""
    framing = SicsFraming()
    frames(framing, [noise])
    framing.reset()
    assert frames(framing, [b"S S 21.5 g\r\n"])[0] == [b"S S 21.5 g\r\n"]
