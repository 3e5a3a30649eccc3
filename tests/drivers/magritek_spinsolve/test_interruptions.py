"""What the driver makes of lost connections, stops and shims on a small spectrometer, and which options it takes."""

import asyncio
import dataclasses
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.nmr import Acquisition, ShimMethod
from autosynth.contracts.stroke import Acquire, Shim, TurnTo
from autosynth.errors import (
    ArgumentError,
    DeviceRefusedError,
    GarbledReplyError,
    NoReplyError,
    NotConnectedError,
)
from autosynth.testing import Tap
from drivers.magritek_spinsolve import DRIVER
from drivers.magritek_spinsolve.device import Spinsolve
from tests.drivers.magritek_spinsolve.fake_spinsolve import OTHERS, fid, progress, said, state
from tests.drivers.magritek_spinsolve.rig import BLOCK, OPTIONS, FakeRig, intent, play, starts

ALL = frozenset({"Running", "Progress", "Ready", "Completed"})


def test_a_truncated_block_is_garbled_and_measured_again_elsewhere() -> None:
    """It is never called done."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        asked = await intent(nmr)
        with pytest.raises(GarbledReplyError, match="100 of 128 bytes"):
            await nmr.acquire(BLOCK)
        with pytest.raises(GarbledReplyError, match="100 of 128 bytes"):
            await nmr.data(BLOCK.folder)
        found = await nmr.reconcile(asked)
        assert (found.verdict, "100 of 128" in found.reason) == (Verdict.NOT_STARTED, True)

    play(main, data=fid()[:100])


def test_a_lost_connection_is_noticed_while_waiting_and_ends_no_measurement() -> None:
    """A new host finds it running by its progress, waits, and finds it done."""

    async def main() -> None:
        rig = FakeRig()
        block = dataclasses.replace(BLOCK, scans=16)
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            asked = await intent(nmr, Acquire(block))
            running = asyncio.create_task(nmr.acquire(block))
            await rig.clock.sleep(5.0)
            rig.fake.bench.unplugged.add("nmr")
            with pytest.raises(NotConnectedError):
                await running
            assert rig.clock.now() < 20.0
        rig.fake.bench.unplugged.clear()
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            rig.fake.bench.ports["nmr"].say(rig.clock.now() + 3.0, progress("1D PHOSPHORUS", 30))
            found = await nmr.reconcile(asked)
            assert (found.verdict, found.state["running"]) == (Verdict.DONE, "")
            assert 69.0 < rig.clock.now() < 76.0
            assert starts(rig) == 1

    run_virtual(main())


@pytest.mark.parametrize(("overheard", "verdict"), [(True, Verdict.NOT_STARTED), (False, Verdict.DONE)])
def test_a_measurement_that_only_its_own_host_hears_of_is_waited_for_if_the_station_says_so(
    overheard: bool, verdict: Verdict
) -> None:
    """Otherwise silence is taken for idleness, and the next start would be refused as busy."""

    async def main() -> None:
        rig = FakeRig({**OPTIONS, "overheard": overheard})
        rig.fake.mute = ALL
        block = dataclasses.replace(BLOCK, scans=16)
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            asked = await intent(nmr, Acquire(block))
            running = asyncio.create_task(nmr.acquire(block))
            await rig.clock.sleep(5.0)
        await asyncio.gather(running, return_exceptions=True)
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            assert (await nmr.reconcile(asked)).verdict is verdict
        assert starts(rig) == 1

    run_virtual(main())


def test_a_new_host_that_finds_nothing_running_does_not_wait_for_long() -> None:
    """It listens, looks, and says that nothing is there."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        begun_s = rig.clock.now()
        found = await nmr.reconcile(await intent(nmr))
        assert found.verdict is Verdict.NOT_STARTED
        assert rig.clock.now() - begun_s < 15.0

    play(main)


def test_another_programs_measurement_is_not_waited_for_in_settling() -> None:
    """It is named."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        rig.fake.bench.ports["nmr"].say(rig.clock.now() + 1.0, state("1D PROTON", "Running", OTHERS))
        found = await nmr.reconcile(await intent(nmr))
        assert (found.verdict, "ester" in found.reason) == (Verdict.NOT_STARTED, True)
        assert rig.clock.now() < 15.0

    play(main)


def test_making_safe_aborts_at_once() -> None:
    """The block is refused as stopped, and the next one can be measured."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        running = asyncio.create_task(nmr.acquire(BLOCK))
        await rig.clock.sleep(6.0)
        await nmr.make_safe()
        with pytest.raises(DeviceRefusedError, match="stopped"):
            await running
        assert rig.clock.now() < 7.0
        await nmr.acquire(dataclasses.replace(BLOCK, folder="run7/titration-2"))
        assert starts(rig) == 2

    play(main)


def test_nothing_is_started_after_a_stop() -> None:
    """A block still being set up when it was stopped is never started."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        running = asyncio.create_task(nmr.acquire(BLOCK))
        await rig.clock.sleep(0.015)
        await nmr.make_safe()
        with pytest.raises((DeviceRefusedError, NoReplyError)):
            await running
        assert starts(rig) == 0

    play(main)


def test_closing_aborts_what_is_ours() -> None:
    """And gives the wire back."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        running = asyncio.create_task(nmr.acquire(BLOCK))
        await rig.clock.sleep(6.0)
        await nmr.aclose()
        await asyncio.gather(running, return_exceptions=True)
        assert "Abort" in rig.fake.told
        assert rig.fake.running is None

    play(main)


@pytest.mark.parametrize(("line_hz", "ready"), [(0.52, True), (1.5, False)])
def test_a_shim_tells_its_widths_whatever_they_are(line_hz: float, ready: bool) -> None:
    """Ready means within the station's bound."""
    widths = f"<LineWidth>{line_hz}</LineWidth><BaseWidth>14.5</BaseWidth><SystemIsReady>true</SystemIsReady>"

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        outcome = await nmr.shim(ShimMethod.QUICK)
        assert {**outcome.state} == {
            "ready": True,
            "running": "",
            "shim_ready": ready,
            "line_width_hz": line_hz,
            "base_width_hz": 14.5,
        }
        assert "QuickShimRequest" in rig.fake.told

    play(main, widths=widths)


def test_a_shim_with_an_error_and_widths_is_a_remark_without_is_refused() -> None:
    """Errors come as attributes."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        assert (await nmr.shim(ShimMethod.CHECK)).note == "drift"
        rig.fake.widths = ""
        with pytest.raises(DeviceRefusedError, match="drift"):
            await nmr.shim(ShimMethod.CHECK)

    play(main, shim_error="drift")


def test_a_shim_that_never_ends_is_no_reply() -> None:
    """Within one and a half times of what it takes, and the patience."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        with pytest.raises(NoReplyError, match="60 s were expected"):
            await nmr.shim(ShimMethod.CHECK)
        assert rig.clock.now() < 170.0
        found = await nmr.reconcile(await intent(nmr, Shim(ShimMethod.CHECK)))
        assert found.verdict is Verdict.NOT_STARTED

    play(main, mute=frozenset({"Shim"}))


def test_answers_out_of_order_are_told_apart_by_their_names() -> None:
    """An answer to another question is passed over, and the question asked again."""
    stray = said("<GetResponse><Sample>old</Sample></GetResponse>")

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        rig.fake.strays = [stray]
        assert (await nmr.read_state())["ready"] is True
        rig.fake.deaf, rig.fake.strays = frozenset({"HardwareRequest"}), [stray] * 3
        with pytest.raises(GarbledReplyError, match="<GetResponse> instead of <HardwareResponse>"):
            await nmr.read_state()

    play(main)


def test_it_needs_its_folder() -> None:
    """And says what to write."""
    with pytest.raises(OptionsError, match="folder: /mnt/spinsolve"):
        DRIVER.build(DriverSettings("nmr", OPTIONS), None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data_folder": ""},
        {**OPTIONS, "nesting": "deep"},
        {**OPTIONS, "protocols": {"31P": "1D PHOSPHORUS"}},
        {**OPTIONS, "protocols": {"31P": {"name": "X", "options": {"RepetitionTime": "repetition"}}}},
        {**OPTIONS, "protocols": {"31P": {"name": "X", "options": {"N": "scans"}, "option": 1}}},
        {**OPTIONS, "line_width_max": "1 s"},
        {**OPTIONS, "speed": 1},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    """Each is an OptionsError."""
    with pytest.raises(OptionsError):
        DRIVER.limits(DriverSettings("nmr", options))


def test_limits_are_those_of_the_options() -> None:
    """Nuclei and scans."""
    limits = DRIVER.limits(DriverSettings("nmr", {**OPTIONS, "scans_max": 64}))
    assert (limits.nuclei, limits.scans_max) == (("1H", "31P"), 64)


def test_only_strokes_of_a_spectrometer_are_taken() -> None:
    """Others are refused."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        with pytest.raises(ArgumentError, match="no stroke of a spectrometer"):
            nmr.duration_s({}, TurnTo("1"))
        assert nmr.duration_s({}, Acquire(BLOCK)) == 36.0
        assert Acquisition(**dataclasses.asdict(BLOCK)) == BLOCK

    play(main)
