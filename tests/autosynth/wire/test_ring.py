"""The wire trace keeps the newest lines and its bound."""

from pathlib import Path

import pytest

from autosynth.errors import JournalError
from autosynth.wire.ring import RingFile


def test_lines_name_port_direction_time_and_bytes(tmp_path: Path) -> None:
    """What was said can be read by people and by the transcript reader."""
    with RingFile(tmp_path / "wire.trace") as ring:
        ring.hook("pump")(">", 1.25, b"/1?\r\n")
        ring.hook("valve")("<", 2.0, b"\xcc\x00")
        assert ring.lines() == ['pump > @1.250000 "/1?\\r\\n"', "valve < @2.000000 cc 00"]


def test_the_file_never_exceeds_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    """After a thousand lines the two halves hold the last ones, without a gap."""
    with RingFile(tmp_path / "wire.trace", max_bytes=2000) as ring:
        hook = ring.hook("pump")
        for i in range(1000):
            hook(">", i, b"abc\n")
            assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2000
        kept = [float(line.split("@")[1].split()[0]) for line in ring.lines()]
    assert len(kept) > 25
    assert kept == [float(i) for i in range(1000 - len(kept), 1000)]


def test_a_place_that_cannot_be_written_is_a_journal_error(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(JournalError, match="nowhere"):
        RingFile(tmp_path / "nowhere" / "wire.trace")
