"""The driver against transcripts and against a small instrument in virtual time."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from autosynth.clock import LoopClock, run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.potentiostat import Point, Potentiostat, Voltammetry
from autosynth.contracts.stroke import Scan
from autosynth.errors import ArgumentError, DeviceRefusedError, NoReplyError
from autosynth.testing import Tap, check_potentiostat
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from autosynth.wire.replay import ReplayStream, replay_lane
from autosynth.wire.transcript import parse_transcript
from drivers.keithley_2450 import DRIVER
from drivers.keithley_2450.device import Keithley2450
from drivers.keithley_2450.talk import Talk
from tests.drivers.keithley_2450.fake_keithley import RESISTANCE_OHM, FakeKeithley

_: type[Potentiostat] = Keithley2450
TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "keithley_2450"
METHOD = Voltammetry(0.0, 0.2, -0.1, 0.1, 0.1, 1e-4)
LONG = Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4)


class Rig:
    """The driver on a small instrument."""

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.fake = FakeKeithley()
        self.bus = Bus(MemoryBench(self.fake.bench, self.clock).stream("smu"), self.clock)
        lane = self.bus.lane("smu", DRIVER.framing({}))
        self.smu = Keithley2450(DriverSettings("smu", options or {}), lane, self.clock)
        self.points: list[Point] = []
        self.smu.on_point = self.points.append

    async def start(self) -> "Rig":
        await self.bus.open()
        await self.smu.connect()
        return self


class FakeRig:
    """The small instrument and its hosts, for the conformance battery."""

    def __init__(self, *, power_cycle_s: float | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self._memory = MemoryBench(FakeKeithley().bench, self.clock)

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[Keithley2450]:
        lane = (bus := Bus(tap.around(self._memory.stream("smu")), self.clock)).lane("smu", DRIVER.framing({}))
        await bus.open()
        yield Keithley2450(DriverSettings("smu", {}), lane, self.clock)
        await lane.aclose()


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_scan_is_set_up_followed_and_switched_off_as_written(bytewise: bool) -> None:
    """Every command of the transcript in its order; points in pieces; overloads marked; bytes kept."""

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        records = parse_transcript((TRANSCRIPTS / "scan.txt").read_text()).records
        stream = ReplayStream(records, delay_s=1e-4, bytewise=bytewise)
        bus, lane = replay_lane(stream, DRIVER.framing({}), clock, "smu")
        smu = Keithley2450(DriverSettings("smu", {}), lane, clock)
        points: list[Point] = []
        smu.on_point = points.append
        await bus.open()
        outcome = await smu.scan(METHOD)
        stream.finish()
        assert outcome.state == {"cell_on": False, "running": False, "scans_done": 1}
        assert outcome.note == "7 points, 2 overloaded"
        assert [point.potential_v for point in points] == [0, 0.1, 0.2, 0.1, 0, -0.1, 0]
        assert [point.overload for point in points] == [False, False, True, False, False, True, False]
        assert math.isnan(points[2].current_a)
        assert (points[1].current_a, points[3].t_s) == (1.012345e-5, 3.000369)
        heading, _, points_text = smu.raw.partition(b"\n")
        assert heading == b"# SourceMeter points: source V, reading A, seconds; sign +1"
        assert points_text == b"".join(record.data for record in records if record.way == "<" and b"E+" in record.data)
        await lane.aclose()

    run_virtual(main())


def test_a_refused_set_up_tells_all_errors() -> None:
    """The queue is drained, and its entries are the message."""

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        stream = ReplayStream(parse_transcript((TRANSCRIPTS / "refused.txt").read_text()).records)
        bus, lane = replay_lane(stream, DRIVER.framing({}), clock, "smu")
        await bus.open()
        with pytest.raises(DeviceRefusedError, match=r"-222 Parameter data out of range.*; -113 Undefined header"):
            await Talk("smu", lane, clock, 1.0).tell('SENS:FUNC "CURR"', "SENS:CURR:RANGE 7", halts=0)
        stream.finish()

    run_virtual(main())


def test_points_arrive_while_the_sweep_runs() -> None:
    """At half time almost half the points are there, in time and with Ohm's current."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.smu.scan(LONG))
        await rig.clock.sleep(4.0)
        assert 33 <= len(rig.points) <= 41
        state = await rig.smu.read_state()
        assert (state["cell_on"], state["running"]) == (True, True)
        await scan
        assert len(rig.points) == 81
        assert rig.points[20].current_a == pytest.approx(0.2 / RESISTANCE_OHM)
        assert rig.points[-1].t_s == pytest.approx(8.0)
        assert not rig.fake.output_on

    run_virtual(main())


def test_the_quiet_time_is_spent_at_the_begin_potential_with_the_output_on() -> None:
    """The sweep starts only after it."""

    async def main() -> None:
        rig = await Rig({"polarity": "reversed"}).start()
        scan = asyncio.create_task(rig.smu.scan(Voltammetry(-0.1, 0.2, -0.1, 0.1, 0.1, 1e-4, quiet_s=5.0)))
        await rig.clock.sleep(4.0)
        assert rig.fake.output_on
        assert rig.fake.started_s is None
        assert "SOUR:VOLT 0.1" in rig.fake.told
        await scan
        assert rig.points[0].potential_v == -0.1

    run_virtual(main())


def test_a_refused_set_up_leaves_the_output_off() -> None:
    """No sweep is started after an error."""

    async def main() -> None:
        rig = await Rig().start()
        rig.fake.errors = ['-222,"Parameter data out of range;1;x"']
        with pytest.raises(DeviceRefusedError, match="-222"):
            await rig.smu.scan(METHOD)
        assert "INIT" not in rig.fake.told
        assert rig.fake.told[-3:] == ["ABOR", "OUTP OFF", "OUTP?"]

    run_virtual(main())


def test_a_sweep_that_ends_early_is_refused_and_switched_off() -> None:
    """The points that came are kept, the count is told."""

    async def main() -> None:
        rig = await Rig().start()
        rig.fake.stop_after = 10
        with pytest.raises(DeviceRefusedError, match="after 10 of 81"):
            await rig.smu.scan(LONG)
        assert len(rig.points) == 10
        assert not rig.fake.output_on

    run_virtual(main())


def test_a_sweep_that_stalls_is_no_reply() -> None:
    """Silence of the buffer is noticed after the option's time."""

    async def main() -> None:
        rig = await Rig({"silence": "1 s"}).start()
        rig.fake.stall_after = 10
        with pytest.raises(NoReplyError, match="after 10 of 81"):
            await rig.smu.scan(LONG)
        assert rig.clock.now() < 5.0
        assert not rig.fake.output_on

    run_virtual(main())


def test_an_output_that_stays_on_is_an_error() -> None:
    """Nobody is told that the cell is off when it is not."""

    async def main() -> None:
        rig = await Rig().start()
        rig.fake.stuck = True
        with pytest.raises(DeviceRefusedError, match="stays on"):
            await rig.smu.make_safe()

    run_virtual(main())


def test_making_safe_stops_a_running_scan() -> None:
    """The output is off at once, and the scan ends with an error that says so."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.smu.scan(LONG))
        await rig.clock.sleep(2.0)
        await rig.smu.make_safe()
        assert not rig.fake.output_on
        assert rig.clock.now() < 2.5
        with pytest.raises(DeviceRefusedError, match="stopped"):
            await scan

    run_virtual(main())


def test_a_cancelled_scan_switches_off() -> None:
    """Also when the task that waits is cancelled."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.smu.scan(LONG))
        await rig.clock.sleep(2.0)
        scan.cancel()
        await asyncio.gather(scan, return_exceptions=True)
        assert not rig.fake.output_on

    run_virtual(main())


def test_reconciling_switches_off_what_a_dead_host_left_on() -> None:
    """A new host tells what it found."""

    async def main() -> None:
        rig = await Rig().start()
        rig.fake.output_on = True
        state = await rig.smu.read_state()
        intent = Intent("smu", Scan(METHOD), state, rig.smu.expect(state, Scan(METHOD)))
        found = await rig.smu.reconcile(intent)
        assert found.verdict is Verdict.NOT_STARTED
        assert "still on" in found.reason
        assert not rig.fake.output_on
        assert "is off" in (await rig.smu.reconcile(intent)).reason

    run_virtual(main())


def test_what_the_instrument_cannot_do_is_refused_before_a_byte() -> None:
    """ArgumentError, and nothing was sent."""

    async def main() -> None:
        rig = await Rig({"potential_max": "1 V"}).start()
        told = len(rig.fake.told)
        with pytest.raises(ArgumentError):
            await rig.smu.scan(Voltammetry(0.0, 1.1, 0.0, 0.1, 0.1, 1e-4))
        assert len(rig.fake.told) == told

    run_virtual(main())


@pytest.mark.parametrize("options", [{"polarity": "up"}, {"list_max": 3000}, {"poll": "1"}, {"speed": 3}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    """Each is an OptionsError."""
    with pytest.raises(OptionsError):
        DRIVER.limits(DriverSettings("smu", options))


def test_the_driver_keeps_the_contract() -> None:
    """The conformance battery passes on a small instrument."""
    run_virtual(check_potentiostat(FakeRig))
