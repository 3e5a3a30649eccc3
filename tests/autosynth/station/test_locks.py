"""One process at a time owns a station and its ports."""

import errno
import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from autosynth.errors import JournalError, LockedError
from autosynth.station.locks import (
    Owner,
    holder,
    is_alive,
    lock,
    locked_devices,
    locked_file,
    locked_station,
    this_process,
)
from tests.autosynth.station.small_bench import small_bench

OTHER = Owner(4711, 1.0, "bench-pc", "run r1")
ME = Owner(42, 2.0, "bench-pc", "check")


def write(path: Path, owner: Owner) -> None:
    """Put a lock of another owner in place."""
    path.write_text(json.dumps(asdict(owner)), encoding="utf-8")


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
    assert not is_alive(replace(me, boot="an earlier one"))
    assert is_alive(replace(me, host="elsewhere", started_s=0.0))


def test_setting_the_time_of_day_makes_no_process_a_dead_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the clock jumped by a day, or was corrected bit by bit, a lock's owner still lives."""
    me = this_process("test")
    really_s, process = psutil.boot_time(), psutil.Process  # type: ignore[no-untyped-call]

    class Shifted(process):  # type: ignore[misc, valid-type]
        def create_time(self) -> float:
            return float(super().create_time()) + 86_400.0

    monkeypatch.setattr(psutil, "boot_time", lambda: really_s + 86_400.0)  # where systems take both times from
    monkeypatch.setattr(psutil, "Process", Shifted)
    assert is_alive(me)


def test_a_lock_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever dies while writing a lock leaves nothing that blocks the next."""

    def dies(descriptor: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "x.lock"
    monkeypatch.setattr(os, "fsync", dies)
    with pytest.raises(KeyboardInterrupt), lock(path, OTHER, "the station"):
        pytest.fail("not locked")
    monkeypatch.undo()
    assert not path.exists()
    with lock(path, ME, "the station"):
        assert json.loads(path.read_text(encoding="utf-8"))["pid"] == ME.pid


def test_a_lock_can_be_had_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that has none, a lock is made all the same, and by one process only."""

    def refused(source: str, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "x.lock"
    with lock(path, ME, "the station"):
        with pytest.raises(LockedError), lock(path, OTHER, "the station", lambda owner: True):
            pytest.fail("two owners")
        assert json.loads(path.read_text(encoding="utf-8"))["pid"] == ME.pid
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("linked", [True, False])
def test_a_lock_that_cannot_be_written_says_where_and_what_to_do(
    tmp_path: Path, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, with hard links or without, leaves no half lock behind."""

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if linked:
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(os, "link", full)
        dump = json.dump
        left = [dump]

        def fills(*arguments: Any) -> None:
            (left.pop() if left else full)(*arguments)

        monkeypatch.setattr(json, "dump", fills)
    path = tmp_path / "x.lock"
    with (
        pytest.raises(JournalError, match=r"x\.lock cannot be written \(No space.*XDG_STATE_HOME"),
        lock(path, ME, "x"),
    ):
        pytest.fail("a lock without a file")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_for_locks_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """The place is named, with what to do."""
    (tmp_path / "file").touch()
    wrong = tmp_path / "file" / "locks"
    with pytest.raises(JournalError, match="XDG_STATE_HOME"), locked_devices(["a"], ME, wrong):
        pytest.fail("a lock without a folder")


def test_who_has_a_station_is_known_while_they_have_it(tmp_path: Path) -> None:
    """The live process, and nobody where there is no lock, or a dead one's."""
    file = tmp_path / "station.yaml"
    assert holder(file) is None
    with locked_file(file, OTHER):
        assert holder(file, lambda owner: True) == OTHER
        assert holder(file, lambda owner: False) is None
        with (
            pytest.raises(LockedError, match=r"the station file .*station\.yaml is used by process 4711"),
            locked_file(file, ME, lambda owner: True),
        ):
            pytest.fail("two owners")
    assert holder(file) is None
