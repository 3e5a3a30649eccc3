"""What a potentiostat must do: scan as asked, hand points over while they arrive, and never leave the cell on.

A scan is repeatable and its data exist only in the host that made it, so a new host never calls one done.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.potentiostat import Point, Potentiostat, Voltammetry
from autosynth.contracts.stroke import AnyStroke, Scan
from autosynth.errors import ExchangeError, WireError
from autosynth.testing.device import (
    check_identity,
    check_lost_replies,
    check_noise,
    check_refusals,
    check_silence,
    check_strokes,
)
from autosynth.testing.rig import MakeRig, Rig, require
from autosynth.testing.tap import Tap

METHOD = Voltammetry(begin_v=-0.2, vertex1_v=0.3, vertex2_v=-0.4, step_v=0.01, rate_v_s=0.2, current_range_a=1e-4)
_INSTANTS_S = (*(0.002 * number for number in range(16)), 0.1, 0.5, 3.0)
_QUIET_S = 30.0
_LOOKS, _LOOK_S = 10, 0.02
_ENDS_S = 2.0


async def check_potentiostat(make: MakeRig[Potentiostat]) -> None:
    """Check all that a Potentiostat promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, frozenset())
    await check_strokes(make, _nothing, _scans)
    await check_points(make)
    await check_new_host(make)
    await check_safe(make)
    await check_safe_in_preparation(make)
    await check_silence(make, _nothing, _scans)
    await check_noise(make, _nothing, _scans)
    await check_lost_replies(make, _nothing, _scans)
    await check_refusals(make, _nothing, _wrong_scans)


async def check_points(make: MakeRig[Potentiostat]) -> None:
    """Points follow the staircase, in order and in time, most of them before the scan has ended."""
    rig = make()
    async with rig.connect(Tap()) as potentiostat:
        await potentiostat.connect()
        points: list[Point] = []
        heard_s: list[float] = []

        def hear(point: Point) -> None:
            points.append(point)
            heard_s.append(rig.clock.now())

        potentiostat.on_point = hear
        began_s = rig.clock.now()
        await potentiostat.scan(METHOD)
        ended_s = rig.clock.now()
        first = potentiostat.raw
        require(len(first) > len(points), "the instrument's own bytes are kept")
        late = sum(t_s > ended_s - 0.1 * (ended_s - began_s) for t_s in heard_s)
        require(late < len(points) / 3, "points are handed over while the scan runs")
        _staircase(points, METHOD)
        await potentiostat.scan(METHOD)
        require((await potentiostat.read_state())["scans_done"] == 2, "two scans are counted as two")


async def check_new_host(make: MakeRig[Potentiostat]) -> None:
    """A host that died in a scan leaves nothing running once another has settled it, and the scan can be made."""
    rig = make()
    async with rig.connect(Tap()) as potentiostat:
        await potentiostat.connect()
        before = await potentiostat.read_state()
        intent = Intent(potentiostat.name, Scan(METHOD), before, potentiostat.expect(before, Scan(METHOD)))
        scan = asyncio.create_task(potentiostat.scan(METHOD))
        await rig.clock.sleep(0.3 * METHOD.duration_s)
    (failure,) = await asyncio.gather(scan, return_exceptions=True)
    require(isinstance(failure, WireError), f"a scan whose port is gone fails on the wire, not {failure!r}")
    async with rig.connect(Tap()) as potentiostat:
        await potentiostat.connect()
        found = await potentiostat.reconcile(intent)
        settled = (Verdict.NOT_STARTED, Verdict.UNKNOWN)
        require(found.verdict in settled, f"a scan of another host is not called done: {found}")
        require(found.moved_ml == 0 and bool(found.reason), "a person is told why, and nothing moved")
        require(found.state["cell_on"] is False, "after settling the cell is off")
        await potentiostat.scan(METHOD)


async def check_safe(make: MakeRig[Potentiostat]) -> None:
    """Made safe once or twice, nothing runs and the cell is off; then it scans again."""
    rig = make()
    async with rig.connect(Tap()) as potentiostat:
        await potentiostat.connect()
        for _ in range(2):
            await potentiostat.make_safe()
        state = await potentiostat.read_state()
        require(state["cell_on"] is False and state["running"] is False, "made safe, the cell is off")
        await potentiostat.scan(METHOD)


async def check_safe_in_preparation(make: MakeRig[Potentiostat]) -> None:
    """A scan that waits for its turn, is prepared or rests when all is made safe leaves the cell off and ends soon."""
    rig = make()
    async with rig.connect(Tap()) as potentiostat:
        await potentiostat.connect()
        for instant_s in _INSTANTS_S:
            for asked in (False, True):
                await _stopped_at(rig, potentiostat, instant_s, asked=asked)
        await potentiostat.scan(METHOD)


async def _stopped_at(rig: Rig[Potentiostat], potentiostat: Potentiostat, instant_s: float, *, asked: bool) -> None:
    """Stop a scan so long after it was asked for; `asked`: it has to wait for a question first."""
    when = f"made safe {instant_s:.3f} s after a scan was asked"
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(potentiostat.read_state())] if asked else []
    tasks.append(asyncio.create_task(potentiostat.scan(replace(METHOD, quiet_s=_QUIET_S))))
    await rig.clock.sleep(instant_s)
    await potentiostat.make_safe()
    stopped_s = rig.clock.now()
    for _ in range(_LOOKS):
        require((await potentiostat.read_state())["cell_on"] is False, f"{when}, the cell is off and stays off")
        await rig.clock.sleep(_LOOK_S)
    ended = (await asyncio.gather(*tasks, return_exceptions=True))[-1]
    require(isinstance(ended, ExchangeError), f"{when}, the scan is an error, not {ended!r}")
    require(rig.clock.now() - stopped_s < _ENDS_S, f"{when}, the scan ends within {_ENDS_S:g} s")


def _staircase(points: Sequence[Point], method: Voltammetry) -> None:
    low_v, high_v = sorted((method.vertex1_v, method.vertex2_v))
    path_v = method.duration_s / method.scans * method.rate_v_s
    close_v = 1.5 * method.step_v
    reached = [point.potential_v for point in points]
    times = [point.t_s for point in points]
    require(len(points) >= method.scans * (path_v / method.step_v - 1), f"there is a point a step, not {len(points)}")
    require(times == sorted(times), "points come in order")
    require(abs(reached[0] - method.begin_v) < close_v, "the scan begins at its begin potential")
    require(abs(reached[-1] - method.begin_v) < close_v, "the scan ends where it began")
    require(high_v - close_v < max(reached) < high_v + close_v, "the scan turns at its upper vertex")
    require(low_v - close_v < min(reached) < low_v + close_v, "the scan turns at its lower vertex")
    rate_v_s = (len(points) - 1) * method.step_v / (times[-1] - times[0])
    require(0.8 < rate_v_s / method.rate_v_s < 1.25, f"the scan rate is the asked one, not {rate_v_s:.3g} V/s")


def _nothing(_: Potentiostat) -> Sequence[AnyStroke]:
    return ()


def _scans(_: Potentiostat) -> Sequence[AnyStroke]:
    return (Scan(METHOD),)


def _wrong_scans(potentiostat: Potentiostat) -> Sequence[AnyStroke]:
    beyond_v, below_v = potentiostat.potential_max_v + 0.01, potentiostat.potential_min_v - 0.01
    beyond_a = 1.01 * potentiostat.current_max_a
    nan = float("nan")
    return tuple(
        Scan(Voltammetry(begin_v, vertex1_v, METHOD.vertex2_v, step_v, METHOD.rate_v_s, range_a))
        for begin_v, vertex1_v, step_v, range_a in (
            (METHOD.begin_v, beyond_v, METHOD.step_v, METHOD.current_range_a),
            (below_v, METHOD.vertex1_v, METHOD.step_v, METHOD.current_range_a),
            (nan, METHOD.vertex1_v, METHOD.step_v, METHOD.current_range_a),
            (METHOD.begin_v, METHOD.vertex1_v, -METHOD.step_v, METHOD.current_range_a),
            (METHOD.begin_v, METHOD.vertex1_v, METHOD.step_v, beyond_a),
        )
    )
