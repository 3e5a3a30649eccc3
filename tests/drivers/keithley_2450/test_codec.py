"""SCPI built and parsed, and the staircase it carries."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import ArgumentError, GarbledReplyError, IdentityError
from autosynth.wire.lane import Reply
from autosynth.wire.transcript import parse_transcript
from drivers.keithley_2450 import codec
from drivers.keithley_2450.framing import LineFraming
from drivers.keithley_2450.options import read_options
from drivers.keithley_2450.staircase import check_method, staircase, timing

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "keithley_2450"
METHOD = Voltammetry(0.0, 0.2, -0.1, 0.1, 0.1, 1e-4)


def test_the_manual_s_answers_are_understood() -> None:
    """Identity, trigger state and empty error queue."""
    transcript = parse_transcript((TRANSCRIPTS / "answers.txt").read_text())
    assert transcript.golden
    identity, state, error = (record.data for record in transcript.records if record.way == "<")
    parsed = codec.parse_identity(identity, "smu")
    assert (parsed.model, parsed.serial_number, parsed.firmware) == ("Keithley 2450", "04488850", "1.7.3c")
    assert codec.parse_running(state) is False
    assert codec.parse_error(error) == ""
    asked = [record.data for record in transcript.records if record.way == ">"]
    assert asked == [codec.message(question) for question in (codec.IDENTITY, codec.STATE, codec.ERROR)]


@pytest.mark.parametrize("reply", [b"RUNNING;RUNNING;3\n", b"WAITING;WAITING;2\n", b"Running;x;1\n"])
def test_a_sweep_at_work_is_running(reply: bytes) -> None:
    """Also while it waits."""
    assert codec.parse_running(reply) is True


@pytest.mark.parametrize(
    ("parse", "reply"),
    [
        (codec.parse_running, b"9;1\n"),
        (codec.parse_count, b"-1\n"),
        (codec.parse_count, b"1.5\n"),
        (codec.parse_switch, b"2\n"),
        (codec.parse_error, b"No error\n"),
        (codec.parse_error, b"0\n"),
        (lambda reply: codec.parse_points(reply, 1, 1.0, 1.0), b"1,2\n"),
        (lambda reply: codec.parse_points(reply, 1, 1.0, 1.0), b"1,2,x\n"),
        (lambda reply: codec.parse_identity(reply, "smu"), b"0\n"),
    ],
)
def test_another_question_s_answer_is_garbled(parse, reply: bytes) -> None:  # type: ignore[no-untyped-def]
    """A line that cannot answer is refused, so that a late reply is noticed."""
    with pytest.raises(GarbledReplyError):
        parse(reply)


def test_a_stranger_is_recognised() -> None:
    """Another model is an IdentityError."""
    with pytest.raises(IdentityError):
        codec.parse_identity(b"KEITHLEY INSTRUMENTS INC.,MODEL 2700,1150720,B09\n", "smu")


def test_errors_are_told_with_number_and_text() -> None:
    """The quotes of the queue go, the rest stays."""
    assert codec.parse_error(b'-222,"Parameter data out of range;1;x"\n') == "-222 Parameter data out of range;1;x"


def test_overflow_and_compliance_are_overloads() -> None:
    """9.9e37 is no current; a current at the limit is one that the source did not follow."""
    points = codec.parse_points(b"0.1,9.9E+37,0,0.2,1.00E-04,1,0.3,5E-05,2\n", 3, -1.0, 1e-4)
    assert [point.overload for point in points] == [True, True, False]
    assert points[0].current_a != points[0].current_a
    assert (points[2].potential_v, points[2].current_a, points[2].t_s) == (-0.3, -5e-5, 2.0)


def test_a_long_list_is_sent_in_parts_of_a_hundred() -> None:
    """The first replaces, the others append; together they are the staircase, turned for a reversed cell."""
    options = read_options({"polarity": "reversed", "off_state": "unchanged", "sense": "2-wire"})
    method = Voltammetry(0.0, 0.5, -0.5, 0.005, 0.1, 1e-5, scans=2)
    levels = staircase(method)
    commands = codec.set_up(method, levels, timing(method, options, "smu"), options)
    lists = [command for command in commands if command.startswith("SOUR:LIST")]
    assert [command.split()[0] for command in lists] == ["SOUR:LIST:VOLT"] + ["SOUR:LIST:VOLT:APP"] * 4
    sent = [float(text) for command in lists for text in command.split()[1].split(",")]
    assert sent == pytest.approx([-level for level in levels])
    assert commands[-1].endswith(', 2, OFF, "defbuffer1"')
    assert "SENS:CURR:RSEN OFF" in commands
    assert not any("SMOD" in command for command in commands)


def test_the_staircase_of_a_scan() -> None:
    """Every step and both vertices, once each."""
    assert staircase(METHOD) == pytest.approx([0.0, 0.1, 0.2, 0.1, 0.0, -0.1, 0.0])
    assert staircase(Voltammetry(0.0, 0.25, 0.0, 0.1, 0.1, 1e-4)) == pytest.approx([0, 0.1, 0.2, 0.25, 0.15, 0.05, 0])


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 0.5).map(lambda value: round(value, 4)))
def test_no_step_is_larger_than_asked(begin_v: float, vertex1_v: float, vertex2_v: float, step_v: float) -> None:
    """And no potential outside the three that were asked; the scan closes."""
    levels = staircase(Voltammetry(begin_v, vertex1_v, vertex2_v, step_v, 0.1, 1e-4))
    assert all(abs(b - a) <= step_v * (1 + 1e-5) + 1e-12 for a, b in itertools.pairwise(levels))
    assert min(begin_v, vertex1_v, vertex2_v) - 1e-9 <= min(levels)
    assert max(levels) <= max(begin_v, vertex1_v, vertex2_v) + 1e-9
    assert levels[-1] == pytest.approx(begin_v, abs=step_v * 1e-5 + 1e-12)


def test_delay_and_integration_fill_the_time_of_a_point() -> None:
    """20 ms a point: half of it integration, the rest delay and overhead."""
    timed = timing(Voltammetry(0, 0.5, 0, 0.002, 0.1, 1e-4), read_options({}), "smu")
    assert timed.cycles == pytest.approx(0.5)
    assert timed.delay_s + timed.cycles / 50 + 0.0005 == pytest.approx(0.02)


@pytest.mark.parametrize(
    "method",
    [
        Voltammetry(0, 0.5, 0, 0.001, 10.0, 1e-4),
        Voltammetry(0, 5.1, 0, 0.01, 0.1, 1e-4),
        Voltammetry(0, 0.5, 0, 0.01, 0.1, 0.2),
        Voltammetry(0, 2.5, -2.5, 0.002, 0.02, 1e-4),
        Voltammetry(0, 0, 0, 0.01, 0.1, 1e-4),
        Voltammetry(0, 0.5, 0, 0.01, 0.1, 1e-4, scans=0),
        Voltammetry(float("nan"), 0.5, 0, 0.01, 0.1, 1e-4),
    ],
)
def test_what_cannot_be_done_is_our_mistake(method: Voltammetry) -> None:
    """Too fast, too far, too much, too long, nowhere, never."""
    with pytest.raises(ArgumentError):
        check_method(method, read_options({}), "smu")


@given(st.lists(st.integers(0, 12), max_size=5))
def test_lines_come_whole_however_they_are_cut(cuts: list[int]) -> None:
    """Cut anywhere, the answers are the same."""
    stream, framing, frames = b"0\nIDLE;x;9\n\n", LineFraming(), list[Reply]()
    edges = [0, *sorted(cuts), len(stream)]
    for a, b in itertools.pairwise(edges):
        framing.feed(stream[a:b])
        while (frame := framing.next()) is not None:
            frames.append(frame)
    assert frames == [Reply(b"0\n"), Reply(b"IDLE;x;9\n"), Reply(b"\n")]


def test_an_answer_without_end_is_dropped() -> None:
    """A megabyte without a line end is garbage."""
    framing = LineFraming()
    framing.feed(b"x" * ((1 << 20) + 1))
    with pytest.raises(GarbledReplyError):
        framing.next()
    framing.feed(b"1")
    framing.reset()
    framing.feed(b"0\n")
    assert framing.next() == Reply(b"0\n")
