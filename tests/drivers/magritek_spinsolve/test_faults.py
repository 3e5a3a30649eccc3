"""The Spinsolve driver on the simulated spectrometer when things go wrong: what is called done is whole."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.nmr import ShimMethod
from autosynth.contracts.stroke import Acquire
from autosynth.errors import (
    DeviceBusyError,
    GarbledReplyError,
    NoReplyError,
    NotConnectedError,
)
from autosynth.testing import Tap
from drivers.magritek_spinsolve.dataset import fault
from drivers.magritek_spinsolve.device import Spinsolve
from tests.drivers.magritek_spinsolve.rig import BLOCK
from tests.drivers.magritek_spinsolve.test_conformance import NmrRig

FIRST, SECOND = (replace(BLOCK, scans=8, folder=f"run/{number}") for number in (1, 2))
Play = Callable[[NmrRig, Spinsolve], Awaitable[None]]


def play(main: Play, *faults: str, seed: int = 7) -> None:
    """Run `main` with a connected driver on a spectrometer with faults."""

    async def whole() -> None:
        rig = NmrRig(faults=faults, seed=seed)
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            await main(rig, nmr)

    run_virtual(whole())


async def intent(nmr: Spinsolve) -> Intent:
    before = await nmr.read_state()
    return Intent("device", Acquire(FIRST), before, nmr.expect(before, Acquire(FIRST)))


@pytest.mark.parametrize(
    "spec",
    [
        "drop_reply@p=0.3",
        "duplicate_reply@p=0.5",
        "corrupt_reply@p=0.2",
        "truncate_reply@p=0.2",
        "garbage@p=0.3",
        "late_reply@p=0.3,by=7",
        "silent@t=10,for=30",
    ],
)
def test_a_block_is_whole_or_settled_whatever_becomes_of_messages(spec: str) -> None:
    """And what is called done is."""

    async def main(rig: NmrRig, nmr: Spinsolve) -> None:
        asked = await intent(nmr)
        try:
            await nmr.acquire(FIRST)
        except (NoReplyError, GarbledReplyError):
            found = await nmr.reconcile(asked)
            if found.verdict is Verdict.NOT_STARTED:
                await nmr.acquire(SECOND)
                assert fault(await nmr.data(SECOND.folder)) == ""
                return
        assert fault(await nmr.data(FIRST.folder)) == ""

    play(main, f"device:{spec}")


def test_a_block_cut_short_is_not_called_done_and_the_next_one_is_whole() -> None:
    """The file's own header gives it away."""

    async def main(rig: NmrRig, nmr: Spinsolve) -> None:
        asked = await intent(nmr)
        with pytest.raises(GarbledReplyError, match=r"data\.1d has \d+ of \d+ bytes"):
            await nmr.acquire(FIRST)
        assert (await nmr.reconcile(asked)).verdict is Verdict.NOT_STARTED
        await nmr.acquire(SECOND)

    play(main, "device:fid_truncated@n=1")


@pytest.mark.parametrize(("late_s", "comes"), [(30, True), (100, False)])
def test_a_late_folder_is_waited_for_so_long(late_s: int, comes: bool) -> None:
    """60 s, and then it is explained."""

    async def main(rig: NmrRig, nmr: Spinsolve) -> None:
        if comes:
            await nmr.acquire(FIRST)
            return
        asked = await intent(nmr)
        with pytest.raises(NoReplyError, match="folder is not there"):
            await nmr.acquire(FIRST)
        assert (await nmr.reconcile(asked)).verdict is Verdict.NOT_STARTED
        await rig.clock.sleep(100.0)
        assert (await nmr.reconcile(asked)).verdict is Verdict.DONE

    play(main, f"device:folder_late@for={late_s}")


def test_somebody_elses_measurement_is_named() -> None:
    """Also in settling."""

    async def main(rig: NmrRig, nmr: Spinsolve) -> None:
        await rig.clock.sleep(15.0)
        with pytest.raises(DeviceBusyError, match=r"measuring (?!run)"):
            await nmr.acquire(FIRST)
        found = await nmr.reconcile(await intent(nmr))
        assert (found.verdict, "it is measuring " in found.reason) == (Verdict.NOT_STARTED, True)
        await rig.clock.sleep(60.0)
        await nmr.acquire(SECOND)

    play(main, "device:busy_other_user@t=5,for=60")


def test_a_shim_that_failed_is_not_ready() -> None:
    """Its widths are told all the same."""

    async def main(rig: NmrRig, nmr: Spinsolve) -> None:
        outcome = await nmr.shim(ShimMethod.CHECK)
        assert outcome.state["shim_ready"] is False
        assert outcome.note

    play(main, "device:shim_failed@t=0")


def test_a_measurement_that_never_ends_is_given_up() -> None:
    """As busy, with what it is measuring."""

    async def main(rig: NmrRig, nmr: Spinsolve) -> None:
        with pytest.raises(DeviceBusyError, match="still measuring run/1"):
            await nmr.acquire(FIRST)
        assert rig.clock.now() < 250.0

    play(main, "device:busy_forever@t=5")


@pytest.mark.parametrize(("spec", "verdict"), [("unplug@t=10,for=5", Verdict.DONE), ("power_cycle@t=10", None)])
def test_a_lost_connection_is_settled_by_the_next_host(spec: str, verdict: Verdict | None) -> None:
    """A cable ends no measurement; the end of its software does, and then it is measured again."""

    async def main() -> None:
        rig = NmrRig(faults=[f"device:{spec}"])
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            asked = await intent(nmr)
            with pytest.raises(NotConnectedError):
                await nmr.acquire(FIRST)
        await rig.clock.sleep(120.0)
        async with rig.connect(Tap()) as nmr:
            await nmr.connect()
            found = await nmr.reconcile(asked)
            assert found.verdict is (verdict or Verdict.NOT_STARTED)
            await nmr.acquire(SECOND)

    run_virtual(main())
