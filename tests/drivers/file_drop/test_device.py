"""Files are waited for by the clock until they are whole; what is late, cut, doubled or foreign is told by name."""

import pytest

from autosynth.contracts.device import Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.spectrometer import Exposure
from autosynth.contracts.stroke_solid import Collect, StopMill
from autosynth.errors import ArgumentError, DeviceBusyError, GarbledReplyError, NotConnectedError
from drivers.file_drop.device import FileDrop
from drivers.file_drop.options import read_options
from tests.drivers.file_drop.rig import EXPOSURE, OPTIONS, FolderRig, file, intent, play
from tests.drivers.file_drop.texts import CSV, JCAMP


def test_a_file_is_collected_when_it_has_not_grown_for_a_while() -> None:
    """Not while it grows, though it looks whole before, and soon after its last byte."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(30.0, file(), JCAMP)
        rig.folder.write(31.5, file(), JCAMP.replace(b"##END=", b"$$ more\n##END="))
        outcome = await device.collect(EXPOSURE)
        assert outcome.state == {"folder_seen": True}
        assert outcome.note == file()
        assert 33.5 <= rig.clock.now() <= 36.5
        assert await device.data(EXPOSURE.name) == {file(): JCAMP.replace(b"##END=", b"$$ more\n##END=")}

    play(main)


def test_passing_names_are_not_the_file() -> None:
    """What is renamed when it is whole is taken then."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        for passing in (file(suffix=".dx.part"), file(suffix=".tmp"), file(suffix=".dx~"), "~" + file()):
            rig.folder.write(1.0, passing, JCAMP)
            rig.folder.write(20.0, passing, None)
        rig.folder.write(20.0, file(), JCAMP)
        await device.collect(EXPOSURE)
        assert rig.clock.now() >= 22.0

    play(main)


def test_names_that_only_begin_alike_are_others() -> None:
    """The tenth measurement is not the first."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(1.0, file("run7-ir-10"), JCAMP)
        rig.folder.write(1.0, file(suffix=".spa"), b"x")
        with pytest.raises(DeviceBusyError, match=r"no file run7-ir-1.dx or .* in 10 s; there is .*run7-ir-1.spa"):
            await device.collect(Exposure("infrared", EXPOSURE.name, 10.0))

    play(main)


def test_several_files_are_named() -> None:
    """Nobody but a person can tell which one counts."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(1.0, file(), JCAMP)
        rig.folder.write(1.0, file(suffix=".csv"), CSV)
        for attempt in (device.collect(EXPOSURE), device.data(EXPOSURE.name)):
            with pytest.raises(GarbledReplyError, match=r"2 files .*: run7-ir-1.csv, run7-ir-1.dx|run7-ir-1.dx, run7"):
                await attempt
        found = await device.reconcile(await intent(device))
        assert (found.verdict, "several" in found.reason) == (Verdict.NOT_STARTED, True)

    play(main)


def test_a_file_that_still_grows_at_the_end_is_said_to() -> None:
    """It is a DeviceBusyError, as one that has not come is."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.grow(1.0, file(), JCAMP * 40, over_s=100.0, pieces=200)
        with pytest.raises(DeviceBusyError, match=r"after 20 s run7-ir-1.dx \(\d+ bytes\) still grows"):
            await device.collect(Exposure("infrared", EXPOSURE.name, 20.0))

    play(main)


def test_a_file_that_is_not_whole_and_stays_so_is_not_judged_at_every_poll() -> None:
    """Once its time of change is old enough to be believed, it is judged again when it changes, in size or not."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        cut = JCAMP.replace(b"##END=", b"##EMD=")
        rig.folder.write(10.0, file(), cut)
        rig.folder.write(60.0, file(), JCAMP)
        await device.collect(EXPOSURE)
        assert 60.0 <= rig.clock.now() <= 65.0
        assert rig.folder.examinations <= 8

    play(main, {"patience": "5 min"})


def test_a_time_of_change_that_is_new_is_not_believed() -> None:
    """What was written anew within the same tick of the file system, as long as before, is seen all the same."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.tick_s = 2.0
        rig.folder.write(10.0, file(), JCAMP.replace(b"##END=", b"##EMD="))
        rig.folder.write(11.9, file(), JCAMP)
        await device.collect(EXPOSURE)
        assert rig.clock.now() <= 20.0

    play(main, {"stable_for": "0.5 s", "poll": "0.5 s", "patience": "5 min"})


def test_a_file_that_came_just_in_time_is_given_its_time() -> None:
    """What stands still when the wait is over is looked at until it counts as whole."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(19.5, file(), JCAMP)
        await device.collect(Exposure("infrared", EXPOSURE.name, 20.0))
        assert rig.clock.now() < 25.0

    play(main)


def test_a_file_that_pauses_is_waited_for() -> None:
    """Software that writes its end much later than its data is not taken for broken."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(5.0, file(), JCAMP[:-20])
        rig.folder.write(30.0, file(), JCAMP)
        await device.collect(EXPOSURE)

    play(main)


def test_a_broken_file_is_named_long_before_the_wait_is_over() -> None:
    """Nobody waits for hours for what a person has to make anew; once it is exported again it is done."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(5.0, file(), JCAMP[:-20])
        with pytest.raises(GarbledReplyError, match=r"run7-ir-1.dx does not end with ##END=") as broken:
            await device.collect(EXPOSURE)
        assert rig.clock.now() < 60.0
        assert "whole" in broken.value.advice
        with pytest.raises(GarbledReplyError, match=r"run7-ir-1.dx does not end"):
            await device.data(EXPOSURE.name)
        rig.folder.write(rig.clock.now() + 5.0, file(), JCAMP)
        await device.collect(EXPOSURE)
        assert (await device.reconcile(await intent(device))).verdict is Verdict.DONE

    play(main)


def test_a_share_that_is_gone_is_said() -> None:
    """The state says it; whoever needs the folder is not connected."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        asked = await intent(device)
        rig.folder.gone = True
        assert await device.read_state() == {"folder_seen": False}
        with pytest.raises(NotConnectedError):
            await device.connect()
        with pytest.raises(NotConnectedError):
            await device.collect(EXPOSURE)
        with pytest.raises(NotConnectedError):
            await device.reconcile(asked)

    play(main)


def test_a_pattern_says_how_files_are_called() -> None:
    """What software puts before and behind the name; suffixes count in either case."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        rig.folder.write(1.0, "IR_run7-ir-1_0001.DX", JCAMP)
        await device.collect(EXPOSURE)
        assert list(await device.data(EXPOSURE.name)) == ["IR_run7-ir-1_0001.DX"]

    play(main, {"pattern": "IR_{name}_0001"})


def test_what_it_cannot_do_is_refused() -> None:
    """Other strokes, techniques, names and times."""

    async def main(rig: FolderRig, device: FileDrop) -> None:
        state = await device.read_state()
        with pytest.raises(ArgumentError, match="stop_mill is no stroke"):
            device.expect(state, StopMill())
        for wrong in ("a/b", "a\\b", "..", "a\n", "x" * 121, "a:b", " a", "."):
            with pytest.raises(ArgumentError, match="no file's name"):
                device.expect(state, Collect(Exposure("infrared", wrong, 10.0)))
        looks = rig.folder.looks
        with pytest.raises(ArgumentError, match="uv_vis is none of its infrared"):
            await device.collect(Exposure("uv_vis", "a", 10.0))
        assert rig.folder.looks == looks
        assert device.duration_s(state, Collect(EXPOSURE)) == 120.0
        assert device.duration_s(state, Collect(Exposure("infrared", "a", 10.0))) == 10.0

    play(main)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "techniques is missing"),
        ({"techniques": "alchemy"}, "'alchemy' is none of infrared"),
        ({"techniques": []}, "neither a text nor a list"),
        ({"techniques": ["infrared", "infrared"]}, "twice"),
        ({"techniques": ["infrared", 3]}, "something else than texts"),
        ({"techniques": "infrared", "suffixes": [".spa"]}, "'.spa' is none of .dx"),
        ({"techniques": "infrared", "pattern": "ir"}, "pattern"),
        ({"techniques": "infrared", "pattern": "{name}/{name}"}, "pattern"),
        ({"techniques": "infrared", "pattern": "a/{name}"}, "pattern"),
        ({"techniques": "infrared", "stable_for": "2"}, "stable_for"),
        ({"techniques": "infrared", "stabel_for": "2 s"}, "did you mean stable_for"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], complaint: str) -> None:
    """The message says which and what is right."""
    with pytest.raises(OptionsError, match=complaint):
        read_options(options)


def test_options_have_defaults_by_technique() -> None:
    """Two techniques share one folder and each has its suffixes."""
    read = read_options({"techniques": ["infrared", "diffraction"]})
    assert read.suffixes == (".dx", ".jdx", ".csv", ".xye", ".xy")
    assert (read.stable_s, read.poll_s) == (2.0, 1.0)


def test_without_a_folder_it_is_not_built() -> None:
    """The message says where the folder belongs."""
    with pytest.raises(OptionsError, match=r"address: \{folder: /mnt/ir\}"):
        FileDrop(DriverSettings("ir", OPTIONS), None, None)  # type: ignore[arg-type]
