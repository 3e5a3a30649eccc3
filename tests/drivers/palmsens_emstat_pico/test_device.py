"""The driver against transcripts and against a small instrument in virtual time."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.potentiostat import Point, Potentiostat, Voltammetry
from autosynth.errors import (
    ArgumentError,
    DeviceRefusedError,
    GarbledReplyError,
    IdentityError,
)
from autosynth.testing import check_potentiostat
from autosynth.wire.transcript import Record, parse_transcript
from drivers.palmsens_emstat_pico import DRIVER
from drivers.palmsens_emstat_pico.device import EmStatPico
from tests.drivers.palmsens_emstat_pico.fake_pico import RESISTANCE_OHM
from tests.drivers.palmsens_emstat_pico.rig import METHOD, TRANSCRIPTS, FakeRig, Played, Rig

_: type[Potentiostat] = EmStatPico


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
