"""Orders that a halt takes back, on a bus that is busy."""

import asyncio

import pytest

from autosynth.clock import run_virtual
from autosynth.errors import NoReplyError
from autosynth.wire.orders import Orders
from tests.autosynth.wire.test_bus import Rig, echo


@pytest.mark.parametrize("at_s", [0.1, 0.5, 0.6])
def test_an_order_that_was_taken_back_is_not_said_afterwards(at_s: float) -> None:
    """Neither while a question is on its way, nor when that is just answered; when it was said already, it was."""

    async def main() -> None:
        rig = Rig(echo(0.5))
        await rig.bus.open()
        orders = Orders("pump", rig.lane)
        question = asyncio.create_task(rig.lane.exchange(b"question\n", deadline_s=1))
        await asyncio.sleep(0)  # noqa: TID251 - lets the question go first
        order = asyncio.create_task(orders.exchange(b"run\n", orders.halts, deadline_s=1))
        await rig.clock.sleep(at_s)
        orders.recall()
        await rig.lane.urgent(b"stop\n", deadline_s=1)
        with pytest.raises(NoReplyError, match="gave way") as caught:
            await order
        await asyncio.gather(question, return_exceptions=True)
        await rig.clock.sleep(5.0)
        assert (caught.value.device, caught.value.sent) == ("pump", b"run\n")
        said = [data for _, data in rig.written]
        assert (said[0], said[-1]) == (b"question\n", b"stop\n")
        assert at_s >= 0.5 or b"run\n" not in said

    run_virtual(main())


def test_an_order_of_before_a_halt_is_not_sent() -> None:
    """One of after it is."""

    async def main() -> None:
        rig = Rig(echo(0.5))
        await rig.bus.open()
        orders = Orders("pump", rig.lane)
        before = orders.halts
        orders.recall()
        with pytest.raises(NoReplyError):
            await orders.exchange(b"run\n", before, deadline_s=1)
        assert not rig.written
        assert await orders.exchange(b"run\n", orders.halts, deadline_s=1) == b"re run\n"

    run_virtual(main())


def test_an_order_without_an_answer_is_taken_back_too() -> None:
    """Whether it waits for its turn when it is taken back, or comes after; one of after the halt is sent."""

    async def main() -> None:
        rig = Rig(echo(0.5))
        await rig.bus.open()
        orders = Orders("cell", rig.lane)
        question = asyncio.create_task(rig.lane.exchange(b"question\n", deadline_s=1))
        await rig.clock.sleep(0.1)
        before = orders.halts
        order = asyncio.create_task(orders.send(b"on\n", before))
        await rig.clock.sleep(0.1)
        orders.recall()
        for late in (order, orders.send(b"start\n", before)):
            with pytest.raises(NoReplyError, match="gave way"):
                await late
        await question
        await orders.send(b"off\n", orders.halts)
        assert [data for _, data in rig.written] == [b"question\n", b"off\n"]

    run_virtual(main())


@pytest.mark.parametrize("recalled", [False, True])
def test_who_is_cancelled_is_cancelled(recalled: bool) -> None:
    """Whether the order was taken back at the same time or not, nothing is made of it; the order ends with it."""

    async def main() -> None:
        rig = Rig(echo(0.05))
        await rig.bus.open()
        orders = Orders("pump", rig.lane)
        order = asyncio.create_task(orders.exchange(b"run\n", orders.halts, deadline_s=1))
        await rig.clock.sleep(0.01)
        if recalled:
            orders.recall()
        order.cancel()
        with pytest.raises(asyncio.CancelledError):
            await order
        assert await rig.lane.exchange(b"next\n", deadline_s=1) == b"re next\n"

    run_virtual(main())
