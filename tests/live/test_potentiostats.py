"""Scans over real transports: packages streamed over a pseudo-terminal, a sweep fetched through PyVISA."""

import asyncio
import os
from pathlib import Path

import pytest

from autosynth.clock import LoopClock, run_real
from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.engine.bench import connect, real_ports
from autosynth.station.load import load_station
from tests.live.processes import ROOT, ServedBench

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]
METHOD = Voltammetry(0.0, -0.4, 0.0, 0.01, 1.0, 1e-4)


async def scanned(station: Path, name: str) -> list[Point]:
    """Return the points of one scan by the potentiostat `name`."""
    clock = LoopClock(asyncio.get_running_loop())
    connections = await connect(load_station(station), real_ports(clock), clock, only=[name])
    points: list[Point] = []
    try:
        potentiostat = connections.devices[name]
        potentiostat.on_point = points.append  # type: ignore[attr-defined]
        await potentiostat.scan(METHOD)  # type: ignore[attr-defined]
        assert (await potentiostat.read_state())["cell_on"] is False
    finally:
        await connections.aclose()
    return points


def test_both_potentiostats_scan_over_their_transports(tmp_path: Path) -> None:
    """Every point comes, in order, from begin over the vertex and back; afterwards the cell is off."""
    with ServedBench(ROOT / "protocols/pom/station.yaml", tmp_path, speed=1.0) as bench:
        for name in ("potentiostat", "smu"):
            points = run_real(scanned(bench.station, name))
            potentials_v = [point.potential_v for point in points]
            assert len(points) == pytest.approx(81, abs=2)
            assert min(potentials_v) == pytest.approx(-0.4, abs=0.02)
            assert potentials_v[-1] == pytest.approx(0.0, abs=0.02)
            assert [point.t_s for point in points] == sorted(point.t_s for point in points)
