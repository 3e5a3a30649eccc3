"""A scan that ends before its time: silence, stopping, a crash of the host, a lost port."""

import asyncio

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.potentiostat import Voltammetry
from autosynth.contracts.stroke import Scan
from autosynth.errors import (
    DeviceRefusedError,
    NoReplyError,
    NotConnectedError,
)
from drivers.palmsens_emstat_pico import DRIVER
from drivers.palmsens_emstat_pico.device import EmStatPico
from tests.drivers.palmsens_emstat_pico.rig import METHOD, Rig


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
