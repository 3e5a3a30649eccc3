"""What every device must do whatever its kind: say who it is, keep its word, survive silence and noise.

`prepare` are strokes that bring a powered-up instrument to work, `strokes` some that change its state, `refused` some
that it cannot do. The checks know nothing of bytes.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

from autosynth.contracts.device import Device, Intent, Verdict
from autosynth.contracts.stroke import AnyStroke
from autosynth.errors import ArgumentError, ExchangeError, NoReplyError, WireError
from autosynth.testing.rig import DeviceT, MakeRig, differences, make_stroke, require
from autosynth.testing.tap import Mode, Tap

_PATIENCE_S = 60.0
_LOST_REPLIES = 12
Strokes = Callable[[DeviceT], Sequence[AnyStroke]]


async def check_device(
    make: MakeRig[DeviceT],
    prepare: Strokes[DeviceT],
    strokes: Strokes[DeviceT],
    refused: Strokes[DeviceT],
    measured: frozenset[str] = frozenset(),
) -> None:
    """Check all that does not depend on the kind of device; state keys in `measured` may change by themselves.

    Raises:
        NonConformanceError: a promise of `Device` is broken.
    """
    await check_identity(make, measured)
    await check_reconnection(make, prepare, strokes, measured)
    await check_strokes(make, prepare, strokes)
    await check_reconcile(make, prepare, strokes, measured)
    await check_silence(make, prepare, strokes)
    await check_noise(make, prepare, strokes)
    await check_lost_replies(make, prepare, strokes)
    await check_refusals(make, prepare, refused)


async def check_identity(make: MakeRig[DeviceT], measured: frozenset[str]) -> None:
    """Host after host hears the same name and reads the same state, which is flat JSON."""
    rig = make()
    found = []
    for _ in range(2):
        async with rig.connect(Tap()) as device:
            identity = await device.connect()
            state = {key: value for key, value in (await device.read_state()).items() if key not in measured}
            require(json.loads(json.dumps(state)) == state, "a state is flat JSON")
            wrong = differences(state, await device.read_state())
            require(not wrong, f"reading the state twice reads the same: {wrong}")
            found.append((identity, state))
    require(found[0] == found[1], f"connecting changes nothing: {found[0]} became {found[1]}")


async def check_reconnection(
    make: MakeRig[DeviceT], prepare: Strokes[DeviceT], strokes: Strokes[DeviceT], measured: frozenset[str]
) -> None:
    """A host that connects to a device at work changes nothing; what it cannot know it reads as None."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        await _make_all(device, (*prepare(device), strokes(device)[0]))
        before = await device.read_state()
    async with rig.connect(Tap()) as device:
        await device.connect()
        now = await device.read_state()
        known = {k: value for k, value in before.items() if k not in measured and now.get(k) is not None}
        wrong = differences(known, now)
        require(not wrong, f"connecting changes nothing: {wrong}")


async def check_strokes(make: MakeRig[DeviceT], prepare: Strokes[DeviceT], strokes: Strokes[DeviceT]) -> None:
    """Every stroke leaves the state that was expected, in the time that was expected; twice is once."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        for stroke in (*prepare(device), *strokes(device), *strokes(device)[-1:]):
            before = await device.read_state()
            expected, duration_s = device.expect(before, stroke), device.duration_s(before, stroke)
            start_s = rig.clock.now()
            reported = await make_stroke(device, stroke)
            took_s = rig.clock.now() - start_s
            wrong = differences(expected, reported)
            require(not wrong, f"{stroke} reports the state expected: {wrong}")
            wrong = differences(expected, await device.read_state())
            require(not wrong, f"{stroke} leaves the state expected: {wrong}")
            require(took_s <= 1.5 * duration_s + 4.0, f"{stroke} takes {duration_s} s, not {took_s} s")


async def check_reconcile(
    make: MakeRig[DeviceT], prepare: Strokes[DeviceT], strokes: Strokes[DeviceT], measured: frozenset[str]
) -> None:
    """A new host tells a stroke that was made from one that was not, and moves nothing in finding out."""
    rig = make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        await _make_all(device, prepare(device))
        planned = strokes(device)
    for stroke in planned:
        async with rig.connect(Tap()) as device:
            await device.connect()
            before = await device.read_state()
            intent = Intent(device.name, stroke, before, device.expect(before, stroke))
            changes = bool(differences(intent.expected, before))
            found = await device.reconcile(intent)
            kept = {key: value for key, value in before.items() if key not in measured}
            require(not differences(kept, await device.read_state()), "reconciling changes nothing")
            if changes:
                require(found.verdict is Verdict.NOT_STARTED, f"{stroke} was not started, not {found}")
            require(found.moved_ml == 0 or not changes, f"{stroke} moved nothing yet: {found}")
            await make_stroke(device, stroke)
            found = await device.reconcile(intent)
            require(found.verdict is Verdict.DONE, f"{stroke} is done for the host that made it: {found}")
        async with rig.connect(Tap()) as device:
            await device.connect()
            found = await device.reconcile(intent)
            done = (Verdict.DONE, Verdict.PARTLY)
            require(found.verdict in done, f"{stroke} is done, or to be made again, for a new host: {found}")


async def check_silence(make: MakeRig[DeviceT], prepare: Strokes[DeviceT], strokes: Strokes[DeviceT]) -> None:
    """A silent device is NoReplyError in bounded time, and its strokes can be settled when it speaks again."""
    rig, tap = make(), Tap()
    async with rig.connect(tap) as device:
        await device.connect()
        await _make_all(device, prepare(device))
        stroke = strokes(device)[0]
        before = await device.read_state()
        intent = Intent(device.name, stroke, before, device.expect(before, stroke))
        tap.mode = Mode.SILENT
        start_s = rig.clock.now()
        for attempt in (device.connect, device.read_state, lambda: make_stroke(device, stroke)):
            try:
                await attempt()
            except NoReplyError as error:
                require(bool(error.sent), "a NoReplyError says what was sent")
            else:
                require(False, "a silent device is a NoReplyError")
        require(rig.clock.now() - start_s < _PATIENCE_S, "silence is noticed in bounded time")
        tap.mode = Mode.PASS
        found = await device.reconcile(intent)
        require(found.verdict is not Verdict.UNKNOWN, f"after mere silence the instrument knows: {found}")


async def check_noise(make: MakeRig[DeviceT], prepare: Strokes[DeviceT], strokes: Strokes[DeviceT]) -> None:
    """Bytes outside frames are survived or reported as WireError, and are forgotten when they stop."""
    rig, tap = make(), Tap()
    async with rig.connect(tap) as device:
        await device.connect()
        await _make_all(device, prepare(device))
        state = await device.read_state()
        expected = device.expect(state, strokes(device)[0])
        tap.mode = Mode.NOISY
        with suppress(WireError):
            await device.read_state()
        tap.mode = Mode.PASS
        kept = {key: value for key, value in state.items() if key in expected}
        wrong = differences(kept, await device.read_state())
        require(not wrong, f"noise leaves nothing behind: {wrong}")


async def check_lost_replies(make: MakeRig[DeviceT], prepare: Strokes[DeviceT], strokes: Strokes[DeviceT]) -> None:
    """Whichever reply is lost, a stroke is made once: it succeeds, or can be settled and then made."""
    rig, tap = make(), Tap()
    async with rig.connect(tap) as device:
        await device.connect()
        await _make_all(device, prepare(device))
        for lost in range(_LOST_REPLIES):
            stroke = strokes(device)[lost % len(strokes(device))]
            before = await device.read_state()
            intent = Intent(device.name, stroke, before, device.expect(before, stroke))
            tap.count_from_here()
            tap.drop = frozenset({lost})
            try:
                await make_stroke(device, stroke)
            except ExchangeError as error:
                tap.drop = frozenset()
                require(isinstance(error, WireError), f"a lost reply is the wire's fault, not {error!r}")
                found = await device.reconcile(intent)
                require(found.verdict is not Verdict.UNKNOWN, f"a lost reply can be settled: {found}")
                await make_stroke(device, stroke)
            tap.drop = frozenset()
            wrong = differences(intent.expected, await device.read_state())
            require(not wrong, f"{stroke} is made although reply {lost} was lost: {wrong}")


async def check_refusals(make: MakeRig[DeviceT], prepare: Strokes[DeviceT], refused: Strokes[DeviceT]) -> None:
    """What the device cannot do is refused by `expect` and by the verb before a byte is sent."""
    rig, tap = make(), Tap()
    async with rig.connect(tap) as device:
        await device.connect()
        await _make_all(device, prepare(device))
        state = await device.read_state()
        for stroke in refused(device):
            sent = tap.sent
            try:
                device.expect(state, stroke)
            except ArgumentError as error:
                require(error.device == device.name, "an error names its device")
            else:
                require(False, f"{stroke} is refused when the plan is made")
            try:
                await make_stroke(device, stroke)
            except ArgumentError:
                pass
            else:
                require(False, f"{stroke} is refused")
            require(tap.sent == sent, f"{stroke} is refused before a byte is sent")


async def _make_all(device: Device, strokes: Sequence[AnyStroke]) -> None:
    for stroke in strokes:
        await make_stroke(device, stroke)
