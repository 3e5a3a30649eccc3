"""Two processes and one journal: the reader sees a live run, the second writer is refused, a killed run is whole."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autosynth.errors import LockedError
from autosynth.journal.disk import Disk, OsDisk
from autosynth.journal.export import read_events, read_trail
from autosynth.journal.place import Mount
from autosynth.journal.store import JournalStore

WRITER = """
import asyncio, pathlib, sys
from autosynth.clock import LoopClock, run_real
from autosynth.journal import Journal, OsDisk

async def main():
    clock = LoopClock(asyncio.get_running_loop())
    journal = Journal.create(pathlib.Path(sys.argv[1]), OsDisk(list), clock, {}, threaded=True)
    while True:
        journal.record("intent", {"text": "x" * 500})
        await journal.durable()
        print(journal.seq, flush=True)

run_real(main())
"""


@pytest.fixture
def disk() -> Disk:
    return OsDisk(lambda: [Mount("/", "ext4")])


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "journal.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def told(writer: subprocess.Popen[str]) -> int:
    """Return the next number that the writer says is durable."""
    assert writer.stdout is not None
    return int(writer.stdout.readline())


def test_a_killed_writer_has_all_it_said_was_durable(tmp_path: Path, disk: Disk, writer: subprocess.Popen[str]) -> None:
    """After a kill without warning every event that was reported durable is there, and the run goes on from it."""
    path = tmp_path / "journal.sqlite"
    first = [told(writer) for _ in range(50)]
    writer.kill()
    assert writer.stdout is not None
    numbers = [int(line) for line in writer.stdout.read().split()]
    trail = read_trail(path, disk)
    store = JournalStore.open(path, disk)
    again = (store.ended_cleanly, store.tail())
    store.close()
    assert trail.events >= max(first + numbers)
    assert (trail.ended_cleanly, again) == (False, (False, (trail.events, trail.chain_head)))


def test_a_live_run_is_read_while_its_log_comes_round(
    tmp_path: Path, disk: Disk, writer: subprocess.Popen[str]
) -> None:
    """However often it is looked at, a live run shows at least what was durable before, and is never called damaged."""
    path = tmp_path / "journal.sqlite"
    for _ in range(60):
        last = max(told(writer) for _ in range(30))
        assert sum(1 for _ in read_events(path, disk, from_seq=last)) >= 1


def test_a_second_writing_process_is_refused(tmp_path: Path, disk: Disk, writer: subprocess.Popen[str]) -> None:
    """A journal that a live process writes cannot be opened for writing by another."""
    told(writer)
    with pytest.raises(LockedError, match="another live process"):
        JournalStore.open(tmp_path / "journal.sqlite", disk)
