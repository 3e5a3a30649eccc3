"""Urgent commands of several devices on one bus: each is soon said, and none takes another's answer for its own."""

import asyncio
from contextlib import suppress

import pytest

from autosynth.clock import run_virtual
from autosynth.errors import NoReplyError
from autosynth.wire.member import BusLane
from tests.autosynth.wire.fake_bench import LineFraming
from tests.autosynth.wire.test_bus import Rig


async def _stopped(lane: BusLane, request: bytes, deadline_s: float, attempts: int = 3) -> bytes:
    """Say a stop as drivers do, again when it was not answered."""
    for _ in range(attempts - 1):
        try:
            return await lane.urgent(request, deadline_s=deadline_s)
        except NoReplyError:
            continue
    return await lane.urgent(request, deadline_s=deadline_s)


@pytest.mark.parametrize("silent", [1, 3])
def test_a_stop_is_said_within_half_a_second_whatever_its_neighbours_reply_time(silent: int) -> None:
    """Neighbours that do not answer share the patience; then each has its whole time for an answer."""

    async def main() -> None:
        rig = Rig(lambda request: [(0.02, b"re " + request)] if request == b"T\n" else [])
        await rig.bus.open()
        others = [rig.bus.lane(f"valve{k}", LineFraming()) for k in range(silent)]
        stops = [_stopped(lane, b"S%d\n" % k, 5.0) for k, lane in enumerate(others)]
        *lost, answer = await asyncio.gather(*stops, _stopped(rig.lane, b"T\n", 5.0), return_exceptions=True)
        assert answer == b"re T\n"
        assert all(isinstance(each, NoReplyError) and "in time" in each.message for each in lost)
        first = {data: t_s for t_s, data in reversed(rig.written)}
        assert max(first.values()) <= 0.5
        assert len(first) == silent + 1
        assert rig.written[-1][0] >= 5.0

    run_virtual(main())


def test_an_answer_later_than_the_patience_is_not_taken_for_a_neighbours() -> None:
    """A slow device gives way once; both are answered, each by its own, and later questions are too."""

    async def main() -> None:
        rig = Rig(lambda request: [(0.45 if request == b"S\n" else 0.02, b"re " + request)])
        await rig.bus.open()
        slow = rig.bus.lane("valve", LineFraming())
        answers = await asyncio.gather(_stopped(slow, b"S\n", 1.0), _stopped(rig.lane, b"T\n", 1.0))
        assert list(answers) == [b"re S\n", b"re T\n"]
        assert rig.written[1] == (0.4, b"T\n")
        assert await rig.lane.exchange(b"next\n", deadline_s=1) == b"re next\n"

    run_virtual(main())


def test_one_that_comes_late_presses_who_is_waiting() -> None:
    """It has its patience from then; what it hears is believed once nothing is owed by the other."""

    async def main() -> None:
        rig = Rig(lambda request: [(0.02, b"re " + request)] if request == b"T\n" else [])
        await rig.bus.open()
        slow = rig.bus.lane("valve", LineFraming())
        silent = asyncio.create_task(slow.urgent(b"S\n", deadline_s=5))
        await rig.clock.sleep(2.0)
        assert await _stopped(rig.lane, b"T\n", 5.0) == b"re T\n"
        with pytest.raises(NoReplyError, match="gave way"):
            await silent
        assert rig.written == [(0.0, b"S\n"), (2.4, b"T\n"), (5.0, b"T\n")]

    run_virtual(main())


def test_what_is_owed_is_no_answer_to_a_question() -> None:
    """A device that gave way answers late; a question to its neighbour waits for that, and gets its own answer."""

    async def main() -> None:
        rig = Rig(lambda request: [(3.85 if request == b"S\n" else 0.02, b"re " + request)])
        await rig.bus.open()
        slow = asyncio.create_task(rig.bus.lane("valve", LineFraming()).urgent(b"S\n", deadline_s=4))
        await rig.clock.sleep(0.01)
        with pytest.raises(NoReplyError, match="may be the answer of another"):
            await rig.lane.urgent(b"T\n", deadline_s=0.2)
        assert await rig.lane.exchange(b"next\n", deadline_s=1) == b"re next\n"
        assert rig.bus.stale_bytes == len(b"re S\n")
        (ended,) = await asyncio.gather(slow, return_exceptions=True)
        assert isinstance(ended, NoReplyError)

    run_virtual(main())


def test_who_gives_up_waiting_presses_nobody() -> None:
    """Its turn goes to nobody, and who speaks has its whole time."""

    async def main() -> None:
        rig = Rig(lambda request: [(0.9, b"re " + request)])
        await rig.bus.open()
        other = rig.bus.lane("valve", LineFraming())
        speaking = asyncio.create_task(rig.lane.urgent(b"T\n", deadline_s=1))
        waiting = asyncio.create_task(other.urgent(b"S\n", deadline_s=1))
        await rig.clock.sleep(0.2)
        waiting.cancel()
        assert await speaking == b"re T\n"
        (ended,) = await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError)
        assert rig.written == [(0.0, b"T\n")]

    run_virtual(main())


def test_who_says_it_again_takes_nobodys_place() -> None:
    """A stop that is said a second time in the very instant in which another is asked for does not make it wait."""

    async def main() -> None:
        rig = Rig(lambda request: [(0.02, b"re " + request)] if request == b"Y\n" else [])
        await rig.bus.open()
        first, second = rig.bus.lane("x", LineFraming()), rig.bus.lane("z", LineFraming())

        async def quietly(lane: BusLane, request: bytes) -> None:
            with suppress(NoReplyError):
                await lane.urgent(request, deadline_s=5.0)

        before = [asyncio.create_task(quietly(first, b"X\n"))]
        await rig.clock.sleep(0.05)
        before.append(asyncio.create_task(quietly(second, b"Z\n")))
        await before[0]
        asked_s = rig.clock.now()
        await asyncio.gather(quietly(first, b"X\n"), quietly(rig.lane, b"Y\n"), *before)
        said_s = next(t_s for t_s, data in rig.written if data == b"Y\n")
        assert said_s - asked_s <= 0.5

    run_virtual(main())
