"""What the journal's tests share: a clock that is set by hand, and a journal on a disk that loses power."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.journal import Journal

PATH = Path("/run/journal.sqlite")


class SetClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> float:
        return self.now_s

    async def sleep(self, duration_s: float) -> None:
        self.now_s += duration_s

    def wall(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def disk() -> CrashDisk:
    return CrashDisk()


@pytest.fixture
def start(disk: CrashDisk, clock: SetClock) -> Callable[[], Journal]:
    """Return what starts an inline journal on the disk."""
    return lambda: Journal.create(PATH, disk, clock, {"recipe": "r.yaml"}, threaded=False)


@pytest.fixture
def go_on(disk: CrashDisk, clock: SetClock) -> Callable[[], Journal]:
    """Return what opens the journal on the disk again."""
    return lambda: Journal.open(PATH, disk, clock, threaded=False)
