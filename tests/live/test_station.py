"""Commands without a recipe on a served bench, and what `simulate` writes and refuses."""

import os
import re
import signal
from pathlib import Path

import pytest

from autosynth.wire.transcript import parse_transcript
from tests.live.processes import ONE_VESSEL, ROOT, Process, ServedBench, called

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]


def test_devices_safe_and_record_on_a_served_bench(tmp_path: Path) -> None:
    """All devices answer over their transports, the hotplate stirs safely, and a wire is captured as simulated."""
    with ServedBench(ROOT / "protocols/pom/station.yaml", tmp_path, speed=1.0) as bench:
        code, output = called(["devices", bench.station, "--json"], tmp_path)
        assert (code, 6) == (0, output.count('"driver"')), output
        code, output = called(["safe", bench.station], tmp_path)
        assert (code, True) == (0, "POM bench: safe" in output), output
        hotplate = bench.truth()["devices"]["hotplate"]
        assert (hotplate["target_rpm"], hotplate["stirring"]) == (200.0, True)
        out = tmp_path / "pump.txt"
        code, output = called(["record", bench.station, "pump", out], tmp_path)
        assert code == 0, output
        transcript = parse_transcript(out.read_text(encoding="utf-8"))
        assert transcript.records
        assert not transcript.golden  # what a simulator said proves nothing
        bench.ask("fault selector:unplug@t=0")
        code, output = called(["safe", bench.station], tmp_path)
        assert (code, True, True) == (5, "selector" in output, "NOT wholly safe" in output), output
        bench.signal(signal.SIGINT)
        assert bench.ended() == 0


def test_simulate_writes_a_station_beside_the_original_and_nothing_else(tmp_path: Path) -> None:
    """Comments and all else are kept; the original, and files that simulate has not written, are left alone."""
    original = ONE_VESSEL.read_text(encoding="utf-8")
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        written = bench.station.read_text(encoding="utf-8")
    changed = [line for line in original.splitlines() if line not in written.splitlines()]
    assert all("address: {serial: /dev/ttyUSB" in line for line in changed)
    assert original == ONE_VESSEL.read_text(encoding="utf-8")
    assert not ONE_VESSEL.with_name("one_vessel.ledger.sqlite").exists()
    mine = tmp_path / "mine.yaml"
    mine.write_text(original, encoding="utf-8")
    code, output = called(["simulate", ONE_VESSEL, "--out", mine], tmp_path)
    assert (code, True) == (2, "not written by simulate" in output), output
    with ServedBench(ONE_VESSEL, tmp_path) as again:  # its own file it does overwrite
        assert again.reactor_ml() == 0.0


def test_simulate_makes_the_folders_that_instruments_write_into(tmp_path: Path) -> None:
    """They are there before the first file, under the address that the written station gives them."""
    with ServedBench(ROOT / "protocols/pom/station_nmr.yaml", tmp_path) as bench:
        found = re.findall(r'folder: "([^"]+)"', bench.station.read_text(encoding="utf-8"))
        assert [Path(each).is_dir() for each in found] == [True]


def test_simulate_refuses_a_fault_it_does_not_know(tmp_path: Path) -> None:
    """A wrong device in --fault is bad input."""
    with Process(["simulate", ONE_VESSEL, "--fault", "oven:unplug@t=1"], tmp_path) as process:
        assert "oven" in process.said("error")
        assert process.ended() == 2
