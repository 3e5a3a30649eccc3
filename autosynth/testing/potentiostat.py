"""What every potentiostat driver must do, whatever its wire: a battery for drivers in the house and outside it.

The battery runs real scans, so `make` must connect it to a simulated instrument (or to a dummy cell). It judges
promises of the contract, never numbers of an instrument.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.potentiostat import Point, Potentiostat, Voltammetry
from autosynth.contracts.stroke import Scan, SetSpeed
from autosynth.errors import ArgumentError

MakePotentiostat = Callable[[], AbstractAsyncContextManager[Potentiostat]]
"""Gives a connected potentiostat and takes it back."""

METHOD = Voltammetry(begin_v=-0.2, vertex1_v=0.3, vertex2_v=-0.2, step_v=0.01, rate_v_s=0.5, current_range_a=1e-4)


class ConformanceError(AssertionError):
    """A driver breaks a promise of its contract; the message names the promise."""


async def check_potentiostat(make: MakePotentiostat, method: Voltammetry = METHOD) -> None:
    """Put a driver through the battery, each part on a fresh instrument.

    Raises:
        ConformanceError: a promise of the contract is broken.
    """
    for part in (_scans, _repeats, _refuses, _expects, _reconciles, _is_made_safe):
        async with make() as potentiostat:
            await part(potentiostat, method)


async def _scans(potentiostat: Potentiostat, method: Voltammetry) -> None:
    points: list[Point] = []
    potentiostat.on_point = points.append
    before = await potentiostat.read_state()
    _promise(before["cell_on"] is False and before["running"] is False, "at rest the cell is off and nothing runs")
    outcome = await potentiostat.scan(method)
    expected = potentiostat.expect(before, Scan(method))
    _promise(outcome.state == expected, f"a scan leaves the expected state {expected}, not {outcome.state}")
    _promise(await potentiostat.read_state() == expected, "the state read afterwards is the expected one")
    _promise(outcome.moved_ml == 0, "a scan moves no liquid")
    _promise(len(potentiostat.raw) > len(points), "the instrument's own bytes are kept")
    _points(points, method)


def _points(points: list[Point], method: Voltammetry) -> None:
    low_v, high_v = sorted((method.vertex1_v, method.vertex2_v))
    path_v = method.duration_s / method.scans * method.rate_v_s
    _promise(len(points) >= method.scans * (path_v / method.step_v - 1), "there is a point a step")
    times = [point.t_s for point in points]
    _promise(times == sorted(times), "points come in order")
    reached = [point.potential_v for point in points]
    close_v = 1.5 * method.step_v
    _promise(abs(reached[0] - method.begin_v) < close_v, "the scan begins at its begin potential")
    _promise(max(reached) > high_v - close_v and min(reached) < low_v + close_v, "the scan reaches both vertices")
    _promise(max(reached) < high_v + close_v and min(reached) > low_v - close_v, "the scan keeps between its vertices")
    rate_v_s = path_v * method.scans / (times[-1] - times[0] + method.step_v / method.rate_v_s)
    _promise(0.8 < rate_v_s / method.rate_v_s < 1.25, f"the scan rate is the asked one, not {rate_v_s:.3g} V/s")


async def _repeats(potentiostat: Potentiostat, method: Voltammetry) -> None:
    await potentiostat.scan(method)
    first = potentiostat.raw
    await potentiostat.scan(method)
    count = (await potentiostat.read_state())["scans_done"]
    _promise(count == 2, f"two scans are counted as two, not {count}")
    _promise(bool(first) and bool(potentiostat.raw), "each scan has bytes of its own")


async def _refuses(potentiostat: Potentiostat, method: Voltammetry) -> None:
    beyond_v = potentiostat.potential_max_v + 0.01
    below_v = potentiostat.potential_min_v - 0.01
    for begin_v, vertex1_v, range_a in (
        (method.begin_v, beyond_v, method.current_range_a),
        (below_v, method.vertex1_v, method.current_range_a),
        (method.begin_v, method.vertex1_v, potentiostat.current_max_a * 1.01),
    ):
        bad = Voltammetry(begin_v, vertex1_v, method.vertex2_v, method.step_v, method.rate_v_s, range_a)
        state = await potentiostat.read_state()
        for attempt in ("expect", "scan"):
            try:
                if attempt == "expect":
                    potentiostat.expect(state, Scan(bad))
                else:
                    await potentiostat.scan(bad)
            except ArgumentError:
                continue
            _promise(False, f"{attempt} refuses what the instrument cannot do: {bad}")


async def _expects(potentiostat: Potentiostat, method: Voltammetry) -> None:
    state = await potentiostat.read_state()
    shortest_s = method.duration_s + method.quiet_s
    takes_s = potentiostat.duration_s(state, Scan(method))
    _promise(shortest_s <= takes_s < 2 * shortest_s + 30, "a scan takes its own time")
    try:
        potentiostat.expect(state, SetSpeed(100.0))
    except ArgumentError:
        return
    _promise(False, "a stroke of another kind of device is refused")


async def _reconciles(potentiostat: Potentiostat, method: Voltammetry) -> None:
    before = await potentiostat.read_state()
    stroke = Scan(method)
    found = await potentiostat.reconcile(Intent(potentiostat.name, stroke, before, potentiostat.expect(before, stroke)))
    _promise(found.verdict in (Verdict.NOT_STARTED, Verdict.UNKNOWN), "a scan without an outcome is not called done")
    _promise(found.state["cell_on"] is False, "after reconciliation the cell is off")
    _promise(bool(found.reason), "a person is told why")


async def _is_made_safe(potentiostat: Potentiostat, method: Voltammetry) -> None:
    await potentiostat.make_safe()
    await potentiostat.make_safe()
    state = await potentiostat.read_state()
    _promise(state["cell_on"] is False and state["running"] is False, "a safe potentiostat has its cell off")
    await potentiostat.scan(method)


def _promise(kept: bool, promise: str) -> None:
    if not kept:
        raise ConformanceError(promise)
