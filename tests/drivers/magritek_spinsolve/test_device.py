"""What the driver does with a small spectrometer, in virtual time: it starts once, and the folder decides."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.nmr import Acquisition, ShimMethod
from autosynth.contracts.stroke import Acquire, AnyStroke, Shim, TurnTo
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    GarbledReplyError,
    IdentityError,
    NoReplyError,
    NotConnectedError,
)
from autosynth.testing import Tap
from drivers.magritek_spinsolve import DRIVER
from drivers.magritek_spinsolve.device import Spinsolve
from tests.drivers.magritek_spinsolve.fake_spinsolve import OTHERS, fid, progress, said, state
from tests.drivers.magritek_spinsolve.rig import BLOCK, OPTIONS, FakeRig

ALL = frozenset({"Running", "Progress", "Ready", "Completed"})
Play = Callable[[FakeRig, Spinsolve], Awaitable[None]]


def play(main: Play, options: dict[str, Any] | None = None, **spoilt: Any) -> None:
    """Run `main` with a connected driver on a spectrometer that is spoilt as said."""

    async def whole() -> None:
        rig = FakeRig({**OPTIONS, **(options or {})})
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            for name, value in spoilt.items():
                setattr(rig.fake, name, value)
            await main(rig, nmr)

    run_virtual(whole())


async def intent(nmr: Spinsolve, stroke: AnyStroke | None = None) -> Intent:
    before = await nmr.read_state()
    asked = stroke or Acquire(BLOCK)
    return Intent("nmr", asked, before, nmr.expect(before, asked))


def starts(rig: FakeRig) -> int:
    return rig.fake.told.count("Start")


def test_a_block_is_set_up_started_once_and_followed_until_its_files_are_whole() -> None:
    """21 s of measuring, half a second of writing, two looks."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        begun_s = rig.clock.now()
        outcome = await nmr.acquire(BLOCK)
        assert 21.5 < rig.clock.now() - begun_s < 26.0
        assert outcome.note == ""
        assert (outcome.state["ready"], outcome.state["running"], outcome.state["shim_ready"]) == (True, "", None)
        assert rig.fake.path == "C:\\Data\\autosynth\\run7\\titration-1"
        assert rig.fake.text == {"Sample": "tube 3: P2W17", "Solvent": "D2O"}
        assert starts(rig) == 1
        assert await nmr.data(BLOCK.folder) == {"acqu.par": b'rxChannel = "31P"\r\n', "data.1d": fid()}

    play(main)


def test_who_answers_is_told() -> None:
    """Type and software."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        identity = await nmr.connect()
        assert (identity.model, identity.firmware) == ("Spinsolve 80 Multi X", "1.18.1.3062")

    play(main)


def test_a_protocol_that_the_software_lacks_is_refused_at_once() -> None:
    """With those that it has, and where to write them."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        with pytest.raises(
            IdentityError, match=r"no protocol '1D PHOSPHORUS' for 31P, only 1D EXTENDED\+, 1D PHOSP.*W"
        ):
            await nmr.connect()

    play(main, phosphorus="1D PHOSPHORUS WALTZ")


def test_the_protocols_are_options() -> None:
    """Names, options and fixed values."""
    waltz = {"name": "1D PHOSPHORUS WALTZ", "options": {"Number": "scans", "PulseAngle": "90"}}

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        rig.fake.phosphorus = "1D PHOSPHORUS WALTZ"
        await nmr.connect()
        assert nmr.nuclei == ("31P",)

    async def whole() -> None:
        rig = FakeRig({**OPTIONS, "protocols": {"31P": waltz}})
        async with rig.connect(Tap()) as nmr:
            await main(rig, nmr)

    run_virtual(whole())


@pytest.mark.parametrize(
    "change", [{"repetition_s": 3.5}, {"scans": 5}, {"pulse_deg": 80.0}, {"nucleus": "19F"}, {"sample": "a\x00b"}]
)
def test_what_the_software_does_not_offer_is_refused_before_a_byte(change: dict[str, Any]) -> None:
    """Also when the plan is made."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        block, told = dataclasses.replace(BLOCK, **change), len(rig.fake.told)
        with pytest.raises(ArgumentError):
            await nmr.acquire(block)
        with pytest.raises(ArgumentError):
            nmr.expect({}, Acquire(block))
        assert len(rig.fake.told) == told

    play(main)


def test_a_folder_is_never_used_twice() -> None:
    """Nothing is sent."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        rig.folder.write(0.0, "run7/titration-1/acqu.par", b"")
        with pytest.raises(ArgumentError, match="there already"):
            await nmr.acquire(BLOCK)
        assert starts(rig) == 0

    play(main)


def test_another_programs_measurement_is_named_and_left_alone() -> None:
    """Whether it was heard of before, or refuses the start, and making safe does not abort it."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        port = rig.fake.bench.ports["nmr"]
        with pytest.raises(DeviceBusyError, match="something that it does not name"):
            await nmr.acquire(BLOCK)
        for t_s in range(1, 60, 5):
            port.say(rig.clock.now() + t_s, state("1D PROTON", "Running", OTHERS))
        await rig.clock.sleep(2.0)
        assert (await nmr.read_state())["running"] == OTHERS
        with pytest.raises(DeviceBusyError, match="ester"):
            await nmr.acquire(BLOCK)
        with pytest.raises(DeviceBusyError, match="ester"):
            await nmr.shim(ShimMethod.CHECK)
        await nmr.make_safe()
        assert "Abort" not in rig.fake.told
        assert starts(rig) == 1

    play(main, other=OTHERS)


def test_a_measurement_whose_end_was_lost_holds_up_nothing() -> None:
    """What was running when last heard of is listened for, and then taken to be over."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        rig.fake.bench.ports["nmr"].say(rig.clock.now() + 1.0, state("1D PROTON", "Running", OTHERS))
        await rig.clock.sleep(2.0)
        await nmr.acquire(BLOCK)
        assert starts(rig) == 1

    play(main)


@pytest.mark.parametrize("mute", [{"Running"}, {"Progress"}, {"Ready"}, {"Completed"}, {"Ready", "Completed"}, ALL])
def test_no_notification_is_needed(mute: frozenset[str]) -> None:
    """The folder tells that it is done; an end that was not heard is remarked."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        outcome = await nmr.acquire(BLOCK)
        assert ("not heard" in outcome.note) == ("Completed" in mute)
        assert starts(rig) == 1

    play(main, mute=frozenset(mute))


def test_what_is_not_heard_to_start_is_no_reply_and_is_settled_by_the_folder() -> None:
    """It was started all the same: it is found done, and is not started again."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        asked = await intent(nmr)
        with pytest.raises(NoReplyError, match="not heard to have started") as caught:
            await nmr.acquire(BLOCK)
        assert b"<Start" in caught.value.sent
        assert (await nmr.reconcile(asked)).verdict is Verdict.DONE
        assert starts(rig) == 1

    play(main, mute=ALL, write_s=50.0)


def test_a_start_that_was_lost_is_not_started() -> None:
    """And may be made again."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        asked = await intent(nmr)
        with pytest.raises(NoReplyError):
            await nmr.acquire(BLOCK)
        found = await nmr.reconcile(asked)
        assert (found.verdict, "not there" in found.reason) == (Verdict.NOT_STARTED, True)
        rig.fake.deaf = frozenset()
        await nmr.acquire(BLOCK)

    play(main, deaf=frozenset({"Start"}))


def test_a_block_without_success_is_refused() -> None:
    """With what the software says of it."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        with pytest.raises(DeviceRefusedError, match="without success"):
            await nmr.acquire(BLOCK)

    play(main, successful="false")


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [({"estimate_error": "too long"}, "too long"), ({"connected": "false"}, "no connection to the magnet")],
)
def test_what_cannot_be_measured_is_not_started(spoilt: dict[str, Any], words: str) -> None:
    """The software is asked first."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        with pytest.raises(DeviceRefusedError, match=words):
            await nmr.acquire(BLOCK)
        assert starts(rig) == 0

    play(main, **spoilt)


@pytest.mark.parametrize("write_s", [5.0, 50.0])
def test_files_that_come_late_are_waited_for(write_s: float) -> None:
    """Up to `file_time`."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        await nmr.acquire(BLOCK)
        assert (await nmr.data(BLOCK.folder))["data.1d"] == fid()

    play(main, write_s=write_s)


def test_files_that_never_come_are_explained() -> None:
    """The two names of the folder are what to look at."""

    async def main(rig: FakeRig, nmr: Spinsolve) -> None:
        with pytest.raises(NoReplyError, match=r"60 s after the end, its folder is not there.*Is C:\\Data"):
            await nmr.acquire(BLOCK)

    play(main, write_s=1e6)


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
