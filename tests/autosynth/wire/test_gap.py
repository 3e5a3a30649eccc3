"""Silence between frames: devices that tell frames apart by it hear each as one, urgent ones too."""

import asyncio

import pytest

from autosynth.clock import run_virtual
from autosynth.errors import NoReplyError
from tests.autosynth.wire.fake_bench import LineFraming
from tests.autosynth.wire.test_bus import Rig, by_request, echo

GAP_S = 0.005


def test_a_command_waits_for_the_silence_after_a_reply() -> None:
    """The next is written 5 ms after the last reply came, and at once when it came long ago."""

    async def main() -> None:
        rig = Rig(echo(0.25))
        rig.bus.gap.length_s = GAP_S
        await rig.bus.open()
        for request in (b"a\n", b"b\n"):
            await rig.lane.exchange(request, deadline_s=1)
        await rig.clock.sleep(1.0)
        await rig.lane.exchange(b"c\n", deadline_s=1)
        assert rig.written == [(0.0, b"a\n"), (0.255, b"b\n"), (1.505, b"c\n")]

    run_virtual(main())


def test_without_a_gap_nothing_waits() -> None:
    """A line whose frames have ends of their own is spoken on at once."""

    async def main() -> None:
        rig = Rig(echo(0.25))
        await rig.bus.open()
        for request in (b"a\n", b"b\n"):
            await rig.lane.exchange(request, deadline_s=1)
        assert rig.written == [(0.0, b"a\n"), (0.25, b"b\n")]

    run_virtual(main())


def test_what_is_never_answered_is_followed_by_silence_too() -> None:
    """A command to all is a frame: the next is not part of it. Bytes need their time on the line."""

    async def main() -> None:
        rig = Rig(by_request({b"b\n": [(0.1, b"re b\n")]}), byte_s=0.001)
        rig.bus.gap.length_s = GAP_S
        await rig.bus.open()
        await rig.lane.send(b"a\n")
        await rig.lane.exchange(b"b\n", deadline_s=1)
        assert rig.written == [(0.0, b"a\n"), (0.007, b"b\n")]

    run_virtual(main())


def test_an_urgent_command_keeps_the_silence() -> None:
    """A stop right after a reply would be part of that frame and not be heard: it waits for the gap, no longer."""

    async def main() -> None:
        rig = Rig(echo(0.25))
        rig.bus.gap.length_s = GAP_S
        await rig.bus.open()
        await rig.lane.exchange(b"a\n", deadline_s=1)
        assert await rig.lane.urgent(b"stop\n", deadline_s=1) == b"re stop\n"
        assert rig.written[1] == (0.255, b"stop\n")

    run_virtual(main())


def test_an_urgent_command_during_the_silence_goes_first() -> None:
    """A command that waits for its silence gives way, and neither takes the other's reply."""

    async def main() -> None:
        rig = Rig(echo(0.25))
        rig.bus.gap.length_s = GAP_S
        await rig.bus.open()
        other = rig.bus.lane("valve", LineFraming())
        await rig.lane.exchange(b"a\n", deadline_s=1)
        waiting = asyncio.ensure_future(other.exchange(b"b\n", deadline_s=1))
        await rig.clock.sleep(0.002)
        assert await rig.lane.urgent(b"stop\n", deadline_s=1) == b"re stop\n"
        assert await waiting == b"re b\n"
        assert [data for _, data in rig.written] == [b"a\n", b"stop\n", b"b\n"]
        assert rig.written[2][0] == pytest.approx(0.51)

    run_virtual(main())


def babble(rig: Rig, until_s: float) -> None:
    """Let the line say something every 2 ms."""
    for number in range(int(until_s / 0.002)):
        rig.bench.ports["pump"].say(number * 0.002, b"#babble\n")
    rig.memory.advance()


def test_a_stop_is_said_on_a_line_that_is_never_silent() -> None:
    """It waits for the quiet time, no longer, and its answer is found among what else is said."""

    async def main() -> None:
        rig = Rig(echo(0.02))
        rig.bus.gap.length_s = GAP_S
        await rig.bus.open()
        babble(rig, 10.0)
        await rig.clock.sleep(1.0)
        assert await rig.lane.urgent(b"stop\n", deadline_s=1) == b"re stop\n"
        ((said_s, said),) = rig.written
        assert said == b"stop\n"
        assert said_s == pytest.approx(1.1, abs=0.005)

    run_virtual(main())


@pytest.mark.parametrize("answered", [True, False])
def test_a_command_for_a_line_that_is_never_silent_is_not_sent(answered: bool) -> None:
    """It ends within the bound of a drain, with an error that says so; the line is free for others."""

    async def main() -> None:
        rig = Rig(echo(0.02))
        rig.bus.gap.length_s = GAP_S
        await rig.bus.open()
        babble(rig, 3.0)
        await rig.clock.sleep(0.5)
        with pytest.raises(NoReplyError, match="never silent") as caught:
            await (rig.lane.exchange(b"a\n", deadline_s=1) if answered else rig.lane.send(b"a\n"))
        assert caught.value.sent == b""
        assert rig.clock.now() == pytest.approx(2.5, abs=0.01)
        assert rig.written == []
        await rig.clock.sleep(1.0)
        assert await rig.lane.exchange(b"b\n", deadline_s=1) == b"re b\n"

    run_virtual(main())
