"""What a spectrometer must do: measure each block once, into a folder of its own, and call it done when it is whole.

A block goes on without its host, so a new host may find it done; what it may never do is call one done whose files are
not whole, or start one twice.
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autosynth.contracts.device import Intent, State, Verdict
from autosynth.contracts.nmr import Acquisition, Nmr, ShimMethod
from autosynth.contracts.stroke import Acquire, AnyStroke, Shim
from autosynth.errors import ArgumentError, ExchangeError, GarbledReplyError, WireError
from autosynth.testing.device import check_identity, check_noise, check_refusals, check_silence
from autosynth.testing.rig import MakeRig, differences, make_stroke, require
from autosynth.testing.tap import Tap

BLOCK = Acquisition("31P", 8, 4.0, 1.6, 90.0, "kit/block", "conformance kit", "D2O")
"""A small block; each check gives it folders of its own, and the last nucleus that the spectrometer has."""
_LOST_REPLIES = 12


async def check_nmr(make: MakeRig[Nmr]) -> None:
    """Check all that an Nmr promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, frozenset())
    await check_blocks(make)
    await check_shims(make)
    await check_settling(make)
    await check_new_host(make)
    await check_safe(make)
    await check_silence(make, _nothing, lambda nmr: (Acquire(next(_blocks(nmr, "silence"))),))
    await check_noise(make, _nothing, lambda nmr: (Acquire(next(_blocks(nmr, "noise"))),))
    await check_lost_notices(make)
    await check_refusals(make, _nothing, _wrong_blocks)


async def check_blocks(make: MakeRig[Nmr]) -> None:
    """A block leaves the state and takes the time expected, and its files are whole; no folder is used twice."""
    rig = make()
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        seen: list[bytes] = []
        for block in itertools.islice(_blocks(nmr, "block"), 2):
            before, began_s = await nmr.read_state(), rig.clock.now()
            expected = nmr.expect(before, Acquire(block))
            reported = await make_stroke(nmr, Acquire(block))
            took_s, allowed_s = rig.clock.now() - began_s, nmr.duration_s(before, Acquire(block))
            wrong = differences(expected, reported) + differences(expected, await nmr.read_state())
            require(not wrong, f"a block leaves the state expected: {wrong}")
            require(block.duration_s <= took_s <= 1.5 * allowed_s + 4.0, f"it takes {allowed_s} s, not {took_s} s")
            files = await nmr.data(block.folder)
            require(bool(files) and all(files.values()), "a block has files, and none is empty")
            require(files == await nmr.data(block.folder), "a block's files stay as they are")
            seen.append(max(files.values(), key=len))
            await _refused_again(nmr, block)
        require(seen[0] != seen[1], "two blocks are two measurements")


async def check_shims(make: MakeRig[Nmr]) -> None:
    """Every shim ends in time and leaves its widths in the state, and ready is said of no line that is too wide."""
    rig = make()
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        for method in ShimMethod:
            before, began_s = await nmr.read_state(), rig.clock.now()
            expected = nmr.expect(before, Shim(method))
            reported = await make_stroke(nmr, Shim(method))
            took_s, allowed_s = rig.clock.now() - began_s, nmr.duration_s(before, Shim(method))
            require(took_s <= 1.5 * allowed_s + 4.0, f"a {method} shim takes {allowed_s} s, not {took_s} s")
            wrong = differences(expected, reported) + differences(reported, await nmr.read_state())
            require(not wrong, f"a {method} shim leaves the state expected: {wrong}")
            _narrow(reported, nmr)


async def check_settling(make: MakeRig[Nmr]) -> None:
    """A block that was not started is told from one that was measured, by any host, and looking changes nothing."""
    rig = make()
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        block = next(_blocks(nmr, "settling"))
        intent = await _intent(nmr, block)
        found = await nmr.reconcile(intent)
        require(found.verdict is Verdict.NOT_STARTED, f"a block that was not started is not {found}")
        require(not differences(intent.before, await nmr.read_state()), "reconciling changes nothing")
        await nmr.acquire(block)
        found = await nmr.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"a measured block is done for the host that measured it: {found}")
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        found = await nmr.reconcile(intent)
        require(found.verdict is Verdict.DONE, f"a measured block is done for a new host: {found}")


async def check_new_host(make: MakeRig[Nmr]) -> None:
    """A host that died in a block leaves it to the next: whole and done, or not started; then work goes on."""
    rig = make()
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        blocks = _blocks(nmr, "host")
        block = next(blocks)
        intent = await _intent(nmr, block)
        measuring = asyncio.create_task(nmr.acquire(block))
        await rig.clock.sleep(0.5 * block.duration_s)
    (failure,) = await asyncio.gather(measuring, return_exceptions=True)
    require(isinstance(failure, WireError), f"a block whose port is gone fails on the wire, not {failure!r}")
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        found = await nmr.reconcile(intent)
        require(found.verdict in (Verdict.DONE, Verdict.NOT_STARTED), f"the folder decides: {found}")
        require(found.moved_ml == 0.0 and bool(found.reason), "a person is told why, and nothing moved")
        await _as_settled(nmr, block, found.verdict)
        require(not found.state["running"], "nothing is being measured once it is settled")
        await nmr.acquire(next(blocks))


async def check_safe(make: MakeRig[Nmr]) -> None:
    """Made safe, nothing is measured, whoever waited is told, and what was cut short is not called done."""
    rig = make()
    async with rig.connect(Tap()) as nmr:
        await nmr.connect()
        await nmr.make_safe()
        blocks = _blocks(nmr, "safe")
        block = next(blocks)
        intent = await _intent(nmr, block)
        measuring = asyncio.create_task(nmr.acquire(block))
        await rig.clock.sleep(0.5 * block.duration_s)
        await nmr.make_safe()
        (failure,) = await asyncio.gather(measuring, return_exceptions=True)
        require(isinstance(failure, ExchangeError), f"a stopped block is an error, not {failure!r}")
        found = await nmr.reconcile(intent)
        require(found.verdict is Verdict.NOT_STARTED, f"a stopped block is not called done: {found}")
        await nmr.acquire(next(blocks))


async def check_lost_notices(make: MakeRig[Nmr]) -> None:
    """Whichever message is lost, a block is measured, or settled and measured into another folder."""
    rig, tap = make(), Tap()
    async with rig.connect(tap) as nmr:
        await nmr.connect()
        blocks = _blocks(nmr, "lost")
        for lost in range(_LOST_REPLIES):
            block = next(blocks)
            intent = await _intent(nmr, block)
            tap.count_from_here()
            tap.drop = frozenset({lost})
            try:
                await nmr.acquire(block)
            except ExchangeError as error:
                tap.drop = frozenset()
                require(isinstance(error, WireError), f"a lost message is the wire's fault, not {error!r}")
                found = await nmr.reconcile(intent)
                require(found.verdict in (Verdict.DONE, Verdict.NOT_STARTED), f"it can be settled: {found}")
                await _as_settled(nmr, block, found.verdict)
                if found.verdict is Verdict.NOT_STARTED:
                    await nmr.acquire(next(blocks))
            else:
                tap.drop = frozenset()
                await nmr.data(block.folder)


async def _intent(nmr: Nmr, block: Acquisition) -> Intent:
    before = await nmr.read_state()
    return Intent(nmr.name, Acquire(block), before, nmr.expect(before, Acquire(block)))


async def _as_settled(nmr: Nmr, block: Acquisition, verdict: Verdict) -> None:
    """See that a block that is called done has its files."""
    if verdict is Verdict.DONE:
        try:
            await nmr.data(block.folder)
        except GarbledReplyError as error:
            require(False, f"a block that is called done is whole: {error}")


async def _refused_again(nmr: Nmr, block: Acquisition) -> None:
    try:
        await nmr.acquire(block)
    except ArgumentError as error:
        require(error.device == nmr.name, "an error names its device")
    else:
        require(False, "a folder is not used twice")


def _narrow(state: State, nmr: Nmr) -> None:
    width_hz, ready = state["line_width_hz"], state["shim_ready"]
    require(isinstance(ready, bool), "after a shim it is known whether the field is fit for work")
    require(not ready or isinstance(width_hz, float | int), "a field fit for work has a width")
    if ready and isinstance(width_hz, float | int):
        require(0.0 < width_hz <= nmr.line_width_max_hz, f"a line of {width_hz} Hz is not called ready")


def _blocks(nmr: Nmr, name: str) -> Iterator[Acquisition]:
    """Return blocks that differ in their folders."""
    for number in itertools.count(1):
        yield replace(BLOCK, nucleus=nmr.nuclei[-1], folder=f"{BLOCK.folder}-{name}-{number}")


def _nothing(_: Nmr) -> Sequence[AnyStroke]:
    return ()


def _wrong_blocks(nmr: Nmr) -> Sequence[AnyStroke]:
    block = next(_blocks(nmr, "refused"))
    nan = float("nan")
    return tuple(
        Acquire(wrong)
        for wrong in (
            replace(block, nucleus="1X"),
            replace(block, scans=0),
            replace(block, scans=nmr.scans_max + 1),
            replace(block, acquisition_s=2 * block.repetition_s),
            replace(block, acquisition_s=0.0),
            replace(block, repetition_s=nan),
            replace(block, pulse_deg=0.0),
            replace(block, pulse_deg=91.0),
            replace(block, folder=""),
        )
    )
