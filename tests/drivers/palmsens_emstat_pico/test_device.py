"""The driver against transcripts and against a small instrument in virtual time."""

import asyncio
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
from autosynth.errors import (
    ArgumentError,
    DeviceRefusedError,
    GarbledReplyError,
    IdentityError,
    NoReplyError,
    NotConnectedError,
)
from autosynth.testing import Tap, check_potentiostat
from autosynth.wire.bus import Bus
from autosynth.wire.memory import MemoryBench
from autosynth.wire.replay import ReplayStream, replay_lane
from autosynth.wire.transcript import Record, parse_transcript
from drivers.palmsens_emstat_pico import DRIVER
from drivers.palmsens_emstat_pico.device import EmStatPico
from tests.drivers.palmsens_emstat_pico.fake_pico import RESISTANCE_OHM, FakePico

_: type[Potentiostat] = EmStatPico
TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "palmsens_emstat_pico"
METHOD = Voltammetry(-0.5, 0.5, -0.5, 0.25, 0.5, 1e-4, quiet_s=2.0)


class Played:
    """The driver on a transcript."""

    def __init__(self, name: str, bytewise: bool = False, records: tuple[Record, ...] | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.records = records or parse_transcript((TRANSCRIPTS / name).read_text(), name).records
        self.stream = ReplayStream(self.records, bytewise=bytewise)
        self.bus, lane = replay_lane(self.stream, DRIVER.framing({}), self.clock, "pico")
        self.pico = EmStatPico(DriverSettings("pico", {}), lane, self.clock)
        self.points: list[Point] = []
        self.pico.on_point = self.points.append


class Rig:
    """The driver on a small instrument."""

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.fake = FakePico()
        self.bus = Bus(MemoryBench(self.fake.bench, self.clock).stream("pico"), self.clock)
        self.pico = EmStatPico(
            DriverSettings("pico", options or {}), self.bus.lane("pico", DRIVER.framing({})), self.clock
        )
        self.points: list[Point] = []
        self.pico.on_point = self.points.append

    async def start(self) -> "Rig":
        await self.bus.open()
        await self.pico.connect()
        return self


class FakeRig:
    """The small instrument and its hosts, for the conformance battery."""

    def __init__(self, *, power_cycle_s: float | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self._memory = MemoryBench(FakePico().bench, self.clock)

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[EmStatPico]:
        bus = Bus(tap.around(self._memory.stream("pico")), self.clock)
        lane = bus.lane("pico", DRIVER.framing({}))
        await bus.open()
        yield EmStatPico(DriverSettings("pico", {}), lane, self.clock)
        await lane.aclose()


@pytest.mark.parametrize("bytewise", [False, True])
def test_connecting_brings_to_rest_and_identifies(bytewise: bool) -> None:
    """Version, build and serial number come from the instrument's own words."""

    async def main() -> None:
        played = Played("identify.txt", bytewise)
        await played.bus.open()
        identity = await played.pico.connect()
        assert (identity.model, identity.serial_number, identity.firmware) == ("EmStat Pico", "ESPICO2G07", "1.3.04")
        assert identity.details["kind"] == "release"
        played.stream.finish()

    run_virtual(main())


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_scan_is_sent_as_written_and_its_points_arrive(bytewise: bool) -> None:
    """Nine points with potential, current, time and overload; the bytes are kept exactly; the cell is off."""

    async def main() -> None:
        played = Played("scan.txt", bytewise)
        await played.bus.open()
        outcome = await played.pico.scan(METHOD)
        assert outcome.state == {"cell_on": False, "running": False, "scans_done": 1}
        assert outcome.note == "9 points, 1 overloaded"
        assert [point.potential_v for point in played.points] == [-0.5, -0.25, 0, 0.25, 0.5, 0.25, 0, -0.25, -0.5]
        assert [point.t_s for point in played.points] == [0.5 * i for i in range(9)]
        assert [point.overload for point in played.points] == [False] * 3 + [True] + [False] * 5
        assert [played.points[i].current_a for i in (0, 1, 3, 4)] == [-2.5e-9, 2.799987e-9, 1e-3, 2.5e-9]
        assert played.points[5].current_a != played.points[5].current_a
        assert played.pico.raw == b"".join(record.data for record in played.records[1:])
        played.stream.finish()

    run_virtual(main())


def test_a_refused_script_says_what_and_where() -> None:
    """The error number is translated, and nothing is repeated."""

    async def main() -> None:
        played = Played("refused.txt")
        await played.bus.open()
        with pytest.raises(DeviceRefusedError, match=r"4003: script argument out of range \(Line 7, Col 21\)"):
            await played.pico.scan(METHOD)
        played.stream.finish()

    run_virtual(main())


@pytest.mark.parametrize("bytewise", [False, True])
def test_a_run_time_error_ends_the_scan_and_leaves_the_instrument_idle(bytewise: bool) -> None:
    """The old glued answer is understood; the points that came are kept in `raw`."""

    async def main() -> None:
        played = Played("overload_abort.txt", bytewise)
        await played.bus.open()
        with pytest.raises(DeviceRefusedError, match="0032: critical overload"):
            await played.pico.scan(METHOD)
        assert played.points == [Point(0.0, -0.5, -2.5e-9, overload=True)]
        assert played.pico.raw.startswith(b"eM0005\n")
        played.stream.finish()

    run_virtual(main())


@pytest.mark.parametrize(
    ("damaged", "complaint"),
    [
        (b"Pda7F85EE0u;ba7D9D@60f\n", "not a data package"),
        (b"Pda7F85EE0u\n", "without potential and current"),
        (b"+\n", "did not begin"),
        (b"?\n", "not a line"),
        (b"\n", "within a loop"),
    ],
)
def test_damaged_output_is_an_error_and_not_data(damaged: bytes, complaint: str) -> None:
    """One bad line spoils the scan, which is then repeatable; the script is ended first."""

    async def main() -> None:
        script = parse_transcript((TRANSCRIPTS / "scan.txt").read_text()).records
        rest = (Record(">", b"\n"), Record(">", b"Z\n"), Record("<", b"Z!0006\n"))
        played = Played("", records=(*script[:4], Record("<", damaged), *script[4:], *rest))
        await played.bus.open()
        with pytest.raises(GarbledReplyError, match=complaint):
            await played.pico.scan(METHOD)
        assert played.pico.raw

    run_virtual(main())


def test_points_arrive_while_the_scan_runs() -> None:
    """At half time half the points are there, at the instrument's times, with Ohm's current."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.pico.scan(Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4)))
        await rig.clock.sleep(4.0)
        assert 35 <= len(rig.points) <= 41
        assert (await rig.pico.read_state())["running"] is True
        await scan
        assert len(rig.points) == 81
        assert rig.points[20].current_a == pytest.approx(0.2 / RESISTANCE_OHM)
        assert rig.points[-1].t_s == pytest.approx(8.0)

    run_virtual(main())


def test_a_negative_anodic_sign_is_turned() -> None:
    """The option makes oxidation positive."""

    async def main() -> None:
        rig = await Rig({"anodic": "negative"}).start()
        await rig.pico.scan(Voltammetry(0.0, 0.4, 0.0, 0.1, 0.1, 1e-4))
        assert rig.points[4].current_a == pytest.approx(-0.4 / RESISTANCE_OHM)

    run_virtual(main())


def test_silence_in_a_scan_is_no_reply_and_stops_the_script() -> None:
    """The deadline counts from the last package, and the cell is off afterwards."""

    async def main() -> None:
        rig = await Rig({"silence": "1 s"}).start()
        rig.fake.fall_silent_after = 5
        started_s = rig.clock.now()
        with pytest.raises(NoReplyError, match="after 5 points"):
            await rig.pico.scan(Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4))
        assert rig.clock.now() - started_s < 2.5
        assert not rig.fake.cell_on
        assert rig.pico.raw.count(b"P") == 5

    run_virtual(main())


def test_an_instrument_that_does_not_answer_the_script_is_no_reply() -> None:
    """Nothing is retried."""

    async def main() -> None:
        rig = await Rig().start()
        rig.fake.deaf = True
        with pytest.raises(NoReplyError):
            await rig.pico.scan(METHOD)
        assert rig.fake.scripts == 0

    run_virtual(main())


def test_making_safe_stops_a_running_scan() -> None:
    """The scan ends with an error that says so, within a second."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.pico.scan(Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4)))
        await rig.clock.sleep(2.0)
        await rig.pico.make_safe()
        with pytest.raises(DeviceRefusedError, match="stopped"):
            await scan
        assert rig.clock.now() < 4.0
        assert (await rig.pico.read_state())["running"] is False

    run_virtual(main())


def test_making_safe_stops_a_script_whose_scan_was_cancelled() -> None:
    """An abort that cancels the waiting task still ends the script in the instrument."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.pico.scan(Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4)))
        await rig.clock.sleep(2.0)
        scan.cancel()
        await asyncio.gather(scan, return_exceptions=True)
        await rig.pico.make_safe()
        assert rig.fake.bench.ports["pico"].due == []

    run_virtual(main())


def test_reconciling_after_a_crash_finds_the_running_script_and_ends_it() -> None:
    """A new host tells what it found; the scan counts as not made, because its data are gone."""

    async def main() -> None:
        rig = await Rig().start()
        method = Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4)
        scan = asyncio.create_task(rig.pico.scan(method))
        await rig.clock.sleep(2.0)
        scan.cancel()
        await asyncio.gather(scan, return_exceptions=True)
        again = EmStatPico(DriverSettings("pico", {}), rig.bus.lane("pico", DRIVER.framing({})), rig.clock)
        await again.connect()
        state = await again.read_state()
        intent = Intent("pico", Scan(method), state, again.expect(state, Scan(method)))
        found = await again.reconcile(intent)
        assert found.verdict is Verdict.NOT_STARTED
        assert "was stopped" in found.reason
        assert "no script is running" in (await again.reconcile(intent)).reason

    run_virtual(main())


def test_a_lost_port_is_not_connected() -> None:
    """Unplugging ends the scan at once."""

    async def main() -> None:
        rig = await Rig().start()
        scan = asyncio.create_task(rig.pico.scan(Voltammetry(0.0, 0.4, 0.0, 0.01, 0.1, 1e-4)))
        await rig.clock.sleep(2.0)
        rig.fake.bench.unplugged.add("pico")
        with pytest.raises((NotConnectedError, NoReplyError)):
            await scan

    run_virtual(main())


def test_another_instrument_is_recognised() -> None:
    """A bootloader or a stranger is an IdentityError."""

    async def main() -> None:
        records = parse_transcript((TRANSCRIPTS / "identify.txt").read_text()).records
        for word in (b"tespbl1304#x\nR*\n", b"tpotato0001#x\nR*\n"):
            played = Played("", records=(*records[:4], Record("<", word), *records[5:]))
            await played.bus.open()
            with pytest.raises((IdentityError, GarbledReplyError)):
                await played.pico.connect()

    run_virtual(main())


@pytest.mark.parametrize(
    "method",
    [
        Voltammetry(-1.8, 0.5, -0.5, 0.01, 0.1, 1e-4),
        Voltammetry(0.0, 2.1, -0.5, 0.01, 0.1, 1e-4),
        Voltammetry(0.0, 0.5, -0.5, 0.0, 0.1, 1e-4),
        Voltammetry(0.0, 0.5, -0.5, 0.01, 0.1, 6e-3),
        Voltammetry(0.0, 0.5, -0.5, 0.0001, 1.0, 1e-4),
        Voltammetry(0.1, 0.1, 0.1, 0.01, 0.1, 1e-4),
    ],
)
def test_what_the_instrument_cannot_do_is_refused_before_a_byte(method: Voltammetry) -> None:
    """ArgumentError, and nothing was sent."""

    async def main() -> None:
        rig = await Rig().start()
        sent = len(rig.fake.bench.ports["pico"].written)
        with pytest.raises(ArgumentError):
            await rig.pico.scan(method)
        assert len(rig.fake.bench.ports["pico"].written) == sent

    run_virtual(main())


@pytest.mark.parametrize(
    "options", [{"mode": "fast"}, {"potential_min": "1 V"}, {"potential_max": "2"}, {"speed": 3}, {"silence": "0 s"}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    """Each is an OptionsError."""
    with pytest.raises(OptionsError):
        DRIVER.limits(DriverSettings("pico", options))


def test_the_simulated_body_is_told_the_range() -> None:
    """Limits and the mapping `simulated` reach the bench description."""
    settings = DriverSettings("pico", {"potential_min": "-1.2 V", "simulated": {"ru_ohm": 200.0}})
    assert DRIVER.simulator_options(settings) == {"potential_min_v": -1.2, "potential_max_v": 2.0, "ru_ohm": 200.0}
    assert DRIVER.limits(settings).potential_min_v == -1.2


def test_the_driver_keeps_the_contract() -> None:
    """The conformance battery passes on a small instrument."""
    run_virtual(check_potentiostat(FakeRig))
