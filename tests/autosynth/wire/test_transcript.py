"""Transcripts: readable, exact, and played in pieces of any size."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.clock import LoopClock, run_virtual
from autosynth.errors import InputError, NoReplyError, WireError
from autosynth.wire.bus import Bus
from autosynth.wire.replay import ReplayStream, replay_lane
from autosynth.wire.transcript import (
    Record,
    Transcript,
    parse_transcript,
    recorder,
    write_transcript,
)
from tests.autosynth.wire.fake_bench import LineFraming

TEXT = """\
# source: manual, Illustrated Pump, 3rd edition, p. 12
# the device greets first
< "hello\\n"
> 61 62 0a   ask
< @0.250 6f 6b 0a # fine
> "be\\n"  words of hex digits are remarks only after two spaces
< "caf\\u00e9\\n"
"""
RECORDS = (
    Record("<", b"hello\n"),
    Record(">", b"ab\n"),
    Record("<", b"ok\n", 0.25),
    Record(">", b"be\n"),
    Record("<", b"caf\xe9\n"),
)


def test_a_transcript_is_read_with_its_provenance() -> None:
    """Hex and text records, times and remarks."""
    transcript = parse_transcript(TEXT)
    assert transcript == Transcript("manual, Illustrated Pump, 3rd edition, p. 12", RECORDS)
    assert transcript.golden


@pytest.mark.parametrize("line", ["> 6", "> zz", "61 62", '> "open', "< 61  62x"])
def test_what_is_not_a_record_is_named_with_its_line(line: str) -> None:
    """A malformed line is an InputError at its place, unless the rest is a remark."""
    text = f"# source: derived\n{line}\n"
    if line == "< 61  62x":
        assert parse_transcript(text).records == (Record("<", b"a"),)
    else:
        with pytest.raises(InputError, match=r"pump\.txt:2:1"):
            parse_transcript(text, "pump.txt")


def test_a_transcript_without_provenance_is_refused() -> None:
    """What nobody vouches for is not evidence."""
    with pytest.raises(InputError, match="provenance"):
        parse_transcript("> 61\n")
    with pytest.raises(InputError, match="provenance"):
        recorder(lambda _: None, "")


@given(
    st.lists(
        st.builds(
            Record,
            st.sampled_from([">", "<"]),
            st.binary(min_size=1, max_size=30),
            st.none() | st.integers(0, 10**9).map(lambda us: us / 1e6),
        )
    )
)
def test_writing_and_reading_is_the_identity(records: list[Record]) -> None:
    """Any bytes survive the text form."""
    transcript = Transcript("derived", tuple(records))
    assert parse_transcript(write_transcript(transcript)) == transcript


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_conversation_is_replayed_and_its_end_checked(bytewise: bool) -> None:
    """The replayed instrument answers what is written, whole or one byte at a time."""

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        stream = ReplayStream(RECORDS, bytewise=bytewise)
        bus, lane = replay_lane(stream, LineFraming(), clock)
        await bus.open()
        await clock.sleep(0.1)
        assert await lane.exchange(b"ab\n", deadline_s=1) == b"ok\n"
        with pytest.raises(WireError, match="2 records"):
            stream.finish()
        assert await lane.exchange(b"be\n", deadline_s=1) == b"caf\xe9\n"
        stream.finish()
        await lane.aclose()

    run_virtual(main())


def test_bytes_that_differ_are_refused_at_once_and_at_the_end() -> None:
    """A driver that says something else than the transcript fails, even when it hides the error."""

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        stream = ReplayStream(RECORDS[1:])
        bus, lane = replay_lane(stream, LineFraming(), clock)
        await bus.open()
        with pytest.raises(WireError, match="not as written"):
            await lane.exchange(b"ax\n", deadline_s=1)
        with pytest.raises(WireError, match="not as written"):
            stream.finish()

    run_virtual(main())


def test_a_recording_is_a_transcript_of_what_was_said() -> None:
    """Recorded traffic, unanswered commands included, replays as it was."""

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        written: list[str] = []
        bus, lane = replay_lane(ReplayStream((*RECORDS[1:3], Record(">", b"x\n"))), LineFraming(), clock)
        bus.on_trace(recorder(written.append, "derived, this test"))
        await bus.open()
        await lane.exchange(b"ab\n", deadline_s=1)
        with pytest.raises(NoReplyError):
            await lane.exchange(b"x\n", deadline_s=1)
        assert parse_transcript("".join(written)) == Transcript(
            "derived, this test",
            (Record(">", b"ab\n", 0.0), Record("<", b"ok\n", 0.001), Record(">", b"x\n", 0.001)),
        )
        await lane.aclose()

    run_virtual(main())


def test_nothing_is_played_before_it_is_opened() -> None:
    """A replay that is not open is not connected."""

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        with pytest.raises(WireError, match="not open"):
            ReplayStream(RECORDS).write(b"ab\n")
        assert not Bus(ReplayStream(RECORDS), clock).connected

    run_virtual(main())
