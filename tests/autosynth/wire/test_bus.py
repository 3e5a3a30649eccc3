"""The bus: one command at a time, urgent ones first, and no late reply taken for another."""

import asyncio
from collections.abc import Sequence

import pytest

from autosynth.clock import LoopClock, run_virtual
from autosynth.errors import GarbledReplyError, NoReplyError, NotConnectedError
from autosynth.wire.bus import Bus
from autosynth.wire.member import BusLane
from autosynth.wire.memory import MemoryBench
from tests.autosynth.wire.fake_bench import Answer, FakeBench, LineFraming


class Rig:
    """A bench with one device named `pump`, a bus on it and a lane."""

    def __init__(self, answer: Answer, quiet_s: float = 0.1, drain_s: float = 2.0, byte_s: float = 0.0) -> None:
        self.bench = FakeBench({"pump": answer})
        self.clock = LoopClock(asyncio.get_running_loop())
        self.memory = MemoryBench(self.bench, self.clock)
        self.bus = Bus(self.memory.stream("pump"), self.clock, quiet_s=quiet_s, drain_s=drain_s, byte_s=byte_s)
        self.lane: BusLane = self.bus.lane("pump", LineFraming())

    @property
    def written(self) -> list[tuple[float, bytes]]:
        return [(round(t_s, 6), data) for t_s, data in self.bench.ports["pump"].written]


def echo(delay_s: float) -> Answer:
    return lambda request: [(delay_s, b"re " + request)]


def by_request(table: dict[bytes, Sequence[tuple[float, bytes]]]) -> Answer:
    return lambda request: table.get(request, [])


def test_exchange_returns_the_frame_and_takes_the_time_of_the_device() -> None:
    """An exchange ends when the reply arrives, in virtual time."""

    async def main() -> None:
        rig = Rig(echo(0.25))
        await rig.bus.open()
        assert await rig.lane.exchange(b"a\n", deadline_s=1) == b"re a\n"
        assert rig.clock.now() == pytest.approx(0.25)
        assert rig.bus.exchanges == 1

    run_virtual(main())


def test_two_exchanges_at_once_go_one_after_the_other() -> None:
    """The second command is written only after the first was answered."""

    async def main() -> None:
        rig = Rig(echo(0.5))
        await rig.bus.open()
        other = rig.bus.lane("valve", LineFraming())
        replies = await asyncio.gather(rig.lane.exchange(b"a\n", deadline_s=1), other.exchange(b"b\n", deadline_s=1))
        assert list(replies) == [b"re a\n", b"re b\n"]
        assert rig.written == [(0.0, b"a\n"), (0.5, b"b\n")]

    run_virtual(main())


def test_silence_is_no_reply_at_the_deadline_with_what_came() -> None:
    """NoReplyError carries device, request and the incomplete bytes, and comes at the deadline."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.1, b"half")]}))
        await rig.bus.open()
        with pytest.raises(NoReplyError) as caught:
            await rig.lane.exchange(b"a\n", deadline_s=0.4)
        assert (caught.value.device, caught.value.sent, caught.value.received) == ("pump", b"a\n", b"half")
        assert rig.clock.now() == pytest.approx(0.4)
        assert rig.bus.timeouts == 1

    run_virtual(main())


def test_the_deadline_counts_from_the_last_byte_sent() -> None:
    """With a byte time of 10 ms a request of 20 bytes gets 0.2 s more."""

    async def main() -> None:
        rig = Rig(by_request({}), byte_s=0.01)
        await rig.bus.open()
        with pytest.raises(NoReplyError):
            await rig.lane.exchange(b"x" * 20, deadline_s=0.4)
        assert rig.clock.now() == pytest.approx(0.6)

    run_virtual(main())


def test_a_late_reply_is_drained_and_never_taken_for_the_next() -> None:
    """After a timeout the bus waits for quiet, drops the late reply and counts it."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.45, b"late\n")], b"b\n": [(0.01, b"mine\n")]}))
        await rig.bus.open()
        with pytest.raises(NoReplyError):
            await rig.lane.exchange(b"a\n", deadline_s=0.4)
        assert await rig.lane.exchange(b"b\n", deadline_s=0.4) == b"mine\n"
        assert rig.written[1] == (0.55, b"b\n")
        assert rig.bus.stale_bytes == len(b"late\n")

    run_virtual(main())


def test_a_partial_late_reply_is_forgotten_by_the_framing() -> None:
    """Half a frame that stayed behind does not glue itself to the next reply."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.1, b"half")], b"b\n": [(0.01, b"mine\n")]}))
        await rig.bus.open()
        with pytest.raises(NoReplyError):
            await rig.lane.exchange(b"a\n", deadline_s=0.4)
        assert await rig.lane.exchange(b"b\n", deadline_s=0.4) == b"mine\n"

    run_virtual(main())


def test_the_drain_is_bounded() -> None:
    """A device that never stops talking delays the next command by the bound, not for ever."""

    async def main() -> None:
        chatter = [(0.05 * i, b"chat\n") for i in range(1, 200)]
        rig = Rig(by_request({b"a\n": [(0.0, b"?\n"), *chatter], b"b\n": []}), drain_s=1.0)
        await rig.bus.open()
        with pytest.raises(GarbledReplyError):
            await rig.lane.exchange(b"a\n", deadline_s=0.4)
        await rig.lane.send(b"b\n")
        assert rig.written[1] == (1.0, b"b\n")

    run_virtual(main())


def test_garbage_fails_the_command_with_the_bytes() -> None:
    """GarbledReplyError names the device and carries the bytes both ways."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.1, b"?what\n")]}))
        await rig.bus.open()
        with pytest.raises(GarbledReplyError) as caught:
            await rig.lane.exchange(b"a\n", deadline_s=0.4)
        assert (caught.value.device, caught.value.sent, caught.value.received) == ("pump", b"a\n", b"?what\n")

    run_virtual(main())


def test_events_reach_the_handler_in_order_and_are_not_replies() -> None:
    """Frames nobody asked for go to the handler, before and after a command, in pieces or not."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.1, b"#1\n#2"), (0.2, b"\nok\n"), (0.3, b"#3\n")]}))
        events: list[bytes] = []
        rig.lane.on_event(events.append)
        await rig.bus.open()
        assert await rig.lane.exchange(b"a\n", deadline_s=1) == b"ok\n"
        await rig.clock.sleep(1)
        assert events == [b"#1\n", b"#2\n", b"#3\n"]

    run_virtual(main())


def test_an_event_cut_in_two_by_a_command_stays_whole() -> None:
    """A command sent while an event is half received does not lose its first half."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.1, b"#lo"), (0.3, b"ng\n")], b"b\n": [(0.2, b"ok\n")]}))
        events: list[bytes] = []
        rig.lane.on_event(events.append)
        await rig.bus.open()
        await rig.lane.send(b"a\n")
        await rig.clock.sleep(0.2)
        assert await rig.lane.exchange(b"b\n", deadline_s=1) == b"ok\n"
        assert events == [b"#long\n"]

    run_virtual(main())


def test_bytes_that_came_unasked_are_dropped_before_a_command() -> None:
    """A duplicated reply and half a frame are counted as stale and not taken for an answer."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.1, b"one\none\nha")], b"b\n": [(0.1, b"two\n")]}))
        await rig.bus.open()
        assert await rig.lane.exchange(b"a\n", deadline_s=1) == b"one\n"
        assert await rig.lane.exchange(b"b\n", deadline_s=1) == b"two\n"
        assert rig.bus.stale_bytes == len(b"one\nha")

    run_virtual(main())


def test_urgent_goes_out_at_once_and_the_waiting_command_gives_way() -> None:
    """The pending command gets NoReplyError; the urgent one takes the last reply before quiet."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.5, b"a done\n")], b"T\n": [(0.33, b"stopped\n")]}))
        await rig.bus.open()
        slow = asyncio.create_task(rig.lane.exchange(b"a\n", deadline_s=5))
        queued = asyncio.create_task(rig.lane.send(b"c\n"))
        await rig.clock.sleep(0.2)
        assert await rig.lane.urgent(b"T\n", deadline_s=1) == b"stopped\n"
        with pytest.raises(NoReplyError, match="gave way"):
            await slow
        await queued
        assert rig.written[:2] == [(0.0, b"a\n"), (0.2, b"T\n")]
        assert rig.written[2][1] == b"c\n"

    run_virtual(main())


def test_urgent_without_anything_pending_returns_the_first_reply() -> None:
    """Nothing gave way, so there is nothing to wait for."""

    async def main() -> None:
        rig = Rig(echo(0.1))
        await rig.bus.open()
        assert await rig.lane.urgent(b"T\n", deadline_s=1) == b"re T\n"
        assert rig.clock.now() == pytest.approx(0.1)

    run_virtual(main())


def test_urgent_commands_wait_for_each_other() -> None:
    """Stopping two devices on one bus loses neither answer."""

    async def main() -> None:
        rig = Rig(echo(0.1))
        await rig.bus.open()
        other = rig.bus.lane("valve", LineFraming())
        replies = await asyncio.gather(rig.lane.urgent(b"T\n", deadline_s=1), other.urgent(b"U\n", deadline_s=1))
        assert list(replies) == [b"re T\n", b"re U\n"]

    run_virtual(main())


def test_a_cancelled_exchange_leaves_no_reply_behind() -> None:
    """The reply of a command whose caller gave up is drained before the next."""

    async def main() -> None:
        rig = Rig(by_request({b"a\n": [(0.25, b"a\n")], b"b\n": [(0.01, b"b\n")]}))
        await rig.bus.open()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await rig.lane.exchange(b"a\n", deadline_s=5)
        assert await rig.lane.exchange(b"b\n", deadline_s=1) == b"b\n"

    run_virtual(main())


def test_a_lost_port_fails_the_waiting_command_and_later_ones_until_reopened() -> None:
    """NotConnectedError until `reconnect`, and then the device answers again."""

    async def main() -> None:
        rig = Rig(echo(0.5))
        await rig.bus.open()
        slow = asyncio.create_task(rig.lane.exchange(b"a\n", deadline_s=5))
        await rig.clock.sleep(0.2)
        rig.bench.unplugged.add("pump")
        with pytest.raises(NotConnectedError) as caught:
            await slow
        assert caught.value.device == "pump"
        assert not rig.bus.connected
        with pytest.raises(NotConnectedError):
            await rig.lane.exchange(b"b\n", deadline_s=1)
        with pytest.raises(NotConnectedError):
            await rig.bus.reconnect()
        rig.bench.unplugged.clear()
        await rig.bus.reconnect()
        assert await rig.lane.exchange(b"c\n", deadline_s=1) == b"re c\n"

    run_virtual(main())


def test_a_port_lost_at_the_write_is_not_connected() -> None:
    """A write into an unplugged port raises, and only once per command."""

    async def main() -> None:
        rig = Rig(echo(0.5))
        await rig.bus.open()
        rig.bench.unplugged.add("pump")
        for _ in range(2):
            with pytest.raises(NotConnectedError):
                await rig.lane.exchange(b"a\n", deadline_s=1)

    run_virtual(main())


def test_nothing_is_sent_before_the_port_is_open() -> None:
    """A lane of an unopened bus says so."""

    async def main() -> None:
        with pytest.raises(NotConnectedError, match="not been opened"):
            await Rig(echo(0)).lane.exchange(b"a\n", deadline_s=1)

    run_virtual(main())


def test_the_last_lane_closes_the_port() -> None:
    """The port stays open while another lane is in use, and is given back after."""

    async def main() -> None:
        rig = Rig(echo(0.1))
        await rig.bus.open()
        other = rig.bus.lane("valve", LineFraming())
        await rig.lane.aclose()
        assert await other.exchange(b"b\n", deadline_s=1) == b"re b\n"
        await other.aclose()
        await other.aclose()
        assert rig.bench.ports["pump"].closed
        with pytest.raises(NotConnectedError):
            await other.exchange(b"b\n", deadline_s=1)

    run_virtual(main())


def test_a_trace_hook_sees_every_byte_with_its_time() -> None:
    """Both directions, at the run's clock."""

    async def main() -> None:
        rig = Rig(echo(0.25))
        seen: list[tuple[str, float, bytes]] = []
        rig.bus.on_trace(lambda direction, t_s, data: seen.append((direction, t_s, data)))
        await rig.bus.open()
        await rig.lane.exchange(b"a\n", deadline_s=1)
        assert seen == [(">", 0.0, b"a\n"), ("<", 0.25, b"re a\n")]

    run_virtual(main())


def test_a_command_that_paused_for_the_line_gives_way_to_an_urgent_one_that_came_meanwhile() -> None:
    """Between frames the line is silent; an urgent command said in that silence is answered, and before the other."""

    async def main() -> None:
        rig = Rig(echo(0.02))
        rig.bus.gap.length_s = 0.05
        await rig.bus.open()
        await rig.lane.exchange(b"a\n", deadline_s=1)
        waiting = asyncio.create_task(rig.lane.exchange(b"b\n", deadline_s=1))
        await rig.clock.sleep(0.04)
        other = rig.bus.lane("valve", LineFraming())
        async with asyncio.timeout(5.0):
            assert await other.urgent(b"T\n", deadline_s=1) == b"re T\n"
            assert await waiting == b"re b\n"
        assert [data for _, data in rig.written] == [b"a\n", b"T\n", b"b\n"]

    run_virtual(main())
