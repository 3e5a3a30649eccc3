"""One process at a time owns a station and its ports."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.errors import LockedError
from autosynth.station.locks import Owner, is_alive, lock, locked_devices, locked_station, this_process
from tests.autosynth.station.small_bench import small_bench

OTHER = Owner(4711, 1.0, "bench-pc", "run r1")
ME = Owner(42, 2.0, "bench-pc", "check")


def write(path: Path, owner: Owner) -> None:
    """Put a lock of another owner in place."""
    data = {"pid": owner.pid, "started_s": owner.started_s, "host": owner.host, "what": owner.what}
    path.write_text(json.dumps(data), encoding="utf-8")


def test_lock_is_held_and_given_back(tmp_path: Path) -> None:
    """While it is held nobody else gets it, afterwards the file is gone."""
    path = tmp_path / "x.lock"
    with (
        lock(path, OTHER, "the station"),
        pytest.raises(LockedError, match="the station is used by process 4711 on bench-pc"),
        lock(path, ME, "the station", lambda owner: True),
    ):
        pytest.fail("two owners")
    assert not path.exists()


def test_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    """A stale lock is replaced, and leaves nothing beside it."""
    path = tmp_path / "x.lock"
    write(path, OTHER)
    with lock(path, ME, "the station", lambda owner: owner != OTHER):
        assert json.loads(path.read_text(encoding="utf-8"))["pid"] == ME.pid
    assert list(tmp_path.iterdir()) == []


def test_lock_taken_over_by_another_is_not_removed(tmp_path: Path) -> None:
    """At the end only one's own lock is removed."""
    path = tmp_path / "x.lock"
    with lock(path, ME, "the station"):
        write(path, OTHER)
    assert path.exists()


def test_unreadable_lock_is_not_touched(tmp_path: Path) -> None:
    """A lock that says nothing might be one: a person decides."""
    path = tmp_path / "x.lock"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(LockedError, match="unreadable"), lock(path, ME, "the station"):
        pytest.fail("two owners")
    assert path.exists()


def test_this_process_lives_and_its_past_does_not() -> None:
    """The same process id with another start time was another process; another host's may be alive."""
    me = this_process("test")
    assert me.pid == os.getpid()
    assert is_alive(me)
    assert not is_alive(replace(me, started_s=me.started_s - 1000))
    assert is_alive(replace(me, host="elsewhere", started_s=0.0))


def test_devices_are_locked_all_or_none(tmp_path: Path) -> None:
    """When one port is taken the others are given back."""
    with locked_devices(["b"], OTHER, tmp_path):
        with pytest.raises(LockedError, match="the port b"), locked_devices(["a", "b"], ME, tmp_path, lambda o: True):
            pytest.fail("two owners")
        assert len(list(tmp_path.iterdir())) == 1


def test_station_is_locked_with_its_ports(tmp_path: Path) -> None:
    """Another station file that names the same port cannot be used meanwhile."""
    first = replace(small_bench(), path=tmp_path / "one.yaml")
    second = replace(small_bench(), name="second", path=tmp_path / "two.yaml")
    folder = tmp_path / "locks"
    with (
        locked_station(first, OTHER, folder),
        pytest.raises(LockedError, match=r"the port serial:/dev/ttyUSB0 is used .*run r1"),
        locked_station(second, ME, folder, lambda owner: True),
    ):
        pytest.fail("two owners")
    assert list(folder.iterdir()) == []
