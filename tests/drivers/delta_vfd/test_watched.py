"""A mill and its block on one line: guards, stops, the dead-man's switch, sources, power."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke_solid import StartMill
from autosynth.errors import DeviceRefusedError, WireError
from tests.drivers.delta_vfd.bench import Watched


def test_a_lid_that_opens_trips_the_drive_whoever_talks() -> None:
    """Hard-wired: an external fault, coasting, a door that stays locked until the jar has stood."""

    async def main() -> None:
        rig = Watched()
        async with rig.connect() as (mill, block):
            await mill.start_mill(30.0)
            await rig.clock.sleep(9.0)
            assert await mill.read_frequency() == pytest.approx(30.0, abs=3.5)
            rig.suffer("block:contact_open@position=1,for=20,t=0")
            assert (await block.read_inputs())["lid_closed"] is False
            state = await mill.read_state()
            assert (state["running"], state["fault"]) == (True, "fault 8 (EF)")
            await rig.clock.sleep(7.0)
            assert (await mill.read_state())["running"] is False
            assert rig.truth()["door_locked"] is True
            with pytest.raises(DeviceRefusedError, match="EF"):
                await mill.start_mill(30.0)
            await rig.clock.sleep(6.0)
            assert rig.truth()["door_locked"] is False

    run_virtual(main())


def test_a_contact_that_is_not_wired_does_not_stop_the_drive() -> None:
    """A clamp is the engine's to watch."""

    async def main() -> None:
        rig = Watched()
        async with rig.connect() as (mill, block):
            await mill.start_mill(30.0)
            rig.suffer("block:contact_open@position=2,t=0")
            assert (await block.read_inputs())["clamp_ok"] is False
            assert (await mill.read_state())["running"] is True

    run_virtual(main())


def test_a_mill_with_an_open_lid_does_not_start() -> None:
    """The circuit is open before the order."""

    async def main() -> None:
        rig = Watched(("block:contact_open@position=3,t=0",))
        async with rig.connect() as (mill, _):
            with pytest.raises(DeviceRefusedError, match="EF"):
                await mill.start_mill(30.0)
            assert rig.truth()["output_hz"] == 0.0

    run_virtual(main())


def test_a_stop_overtakes_everything_on_a_busy_line() -> None:
    """While both are asked without a pause; the start that was under way does not run it afterwards."""

    async def main() -> None:
        rig = Watched()
        async with rig.connect() as (mill, block):
            await mill.start_mill(30.0)
            await rig.clock.sleep(2.0)
            chatter = [asyncio.ensure_future(_chatter(block.read_inputs)), asyncio.ensure_future(_chatter(mill.feed))]
            await rig.clock.sleep(0.507)
            began_s = rig.clock.now()
            await mill.make_safe()
            assert rig.clock.now() - began_s < 1.5
            assert rig.truth()["running"] is False
            for task in chatter:
                task.cancel()
            await asyncio.gather(*chatter, return_exceptions=True)

    run_virtual(main())


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.03, 0.06, 0.09, 0.12, 0.15, 0.2, 0.3])
def test_a_start_that_is_made_safe_at_any_moment_leaves_the_mill_at_rest(after_s: float) -> None:
    """Whether the order to run was already out or not."""

    async def main() -> None:
        rig = Watched()
        async with rig.connect() as (mill, _):
            stroke = asyncio.ensure_future(mill.start_mill(30.0))
            await rig.clock.sleep(after_s)
            await mill.make_safe()
            await asyncio.gather(stroke, return_exceptions=True)
            await rig.clock.sleep(0.5)
            assert rig.truth()["running"] is False

    run_virtual(main())


def test_the_drive_stops_by_itself_when_nobody_speaks() -> None:
    """Coasting after its communication timeout; feeding keeps it running."""

    async def main() -> None:
        rig = Watched(silence="5 s")
        async with rig.connect() as (mill, _):
            await mill.connect()
            await mill.start_mill(30.0)
            for _ in range(10):
                await rig.clock.sleep(4.0)
                await mill.feed()
            assert rig.truth()["output_hz"] == pytest.approx(30.0)
            await rig.clock.sleep(4.9)
            assert rig.truth()["running"] is True
            await rig.clock.sleep(0.2)
            assert rig.truth()["running"] is False
            assert (await mill.read_state())["fault"] == "fault 24 (CE10)"

    run_virtual(main())


@pytest.mark.parametrize("source", ["frequency_source", "command_source"])
def test_sources_that_are_not_the_line_are_noticed(source: str) -> None:
    """Everything that is written is confirmed, and ignored."""

    async def main() -> None:
        rig = Watched(simulated={source: "keypad"})
        async with rig.connect() as (mill, _):
            with pytest.raises(DeviceRefusedError) as caught:
                await mill.start_mill(30.0)
            assert "RS-485" in caught.value.advice

    run_virtual(main())


def test_a_broken_sensor_is_refused_and_the_others_with_it() -> None:
    """Nothing is made up; afterwards it reads again."""

    async def main() -> None:
        rig = Watched(("block:sensor_broken@position=1,for=5,t=0", "block:jar_hot@by=40,t=20"))
        async with rig.connect() as (_, block):
            await block.connect()
            with pytest.raises(DeviceRefusedError, match="jar_temperature reads"):
                await block.read_values()
            await rig.clock.sleep(6.0)
            assert (await block.read_values())["jar_temperature"] == pytest.approx(22.0, abs=0.5)
            await rig.clock.sleep(20.0)
            assert (await block.read_values())["jar_temperature"] == pytest.approx(62.0, abs=0.5)

    run_virtual(main())


@pytest.mark.parametrize(
    "fault",
    [
        "drop_reply",
        "late_reply@by=0.4",
        "late_reply@by=0.29",
        "corrupt_reply",
        "truncate_reply",
        "garbage",
        "duplicate_reply",
        "glue_reply",
        "glue_reply@byte=3",
    ],
)
def test_whatever_befalls_replies_a_start_is_made_once_or_not_at_all(fault: str) -> None:
    """Each in turn: it runs, or an error and nothing that is called done."""

    async def main(number: int) -> None:
        name, _, keys = fault.partition("@")
        rig = Watched()
        async with rig.connect() as (mill, _):
            await mill.start_mill(10.0)
            await mill.stop_mill()
            before = await mill.read_state()
            intent = Intent("mill", StartMill(30.0), before, mill.expect(before, StartMill(30.0)))
            rig.suffer(f"mill:{name}@{','.join(part for part in (f'n={number}', keys) if part)}")
            made = await _made(mill.start_mill(30.0))
            found = await mill.reconcile(intent)
            runs = rig.truth()["running"]
            assert found.verdict is not Verdict.NOT_STARTED or not runs
            assert found.verdict is not Verdict.DONE or runs
            assert made == runs

    for number in range(1, 6):
        run_virtual(main(number))


async def _made(stroke: Coroutine[Any, Any, Any]) -> bool:
    try:
        await stroke
    except WireError:
        return False
    return True


async def _chatter(say: Any) -> None:
    while True:
        try:
            await say()
        except WireError:
            continue
