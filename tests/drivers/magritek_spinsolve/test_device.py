"""What the driver does with a small spectrometer, in virtual time: it starts once, and the folder decides."""

import dataclasses
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Verdict
from autosynth.contracts.nmr import ShimMethod
from autosynth.contracts.stroke import Acquire
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    IdentityError,
    NoReplyError,
)
from autosynth.testing import Tap
from drivers.magritek_spinsolve.device import Spinsolve
from tests.drivers.magritek_spinsolve.fake_spinsolve import OTHERS, fid, state
from tests.drivers.magritek_spinsolve.rig import BLOCK, OPTIONS, FakeRig, intent, play, starts

ALL = frozenset({"Running", "Progress", "Ready", "Completed"})


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
