"""Whatever is recorded, made durable, cut off and opened again: what was durable is there, in order, without a gap."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import apsw
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import Event
from autosynth.journal.journal import Journal
from autosynth.journal.store import JournalStore
from tests.autosynth.journal.conftest import PATH, SetClock


class PowerCuts(RuleBasedStateMachine):
    """The model: the events recorded since the start, and how many of them must survive."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.disk = CrashDisk()
        self.clock = SetClock()
        self.recorded: list[Event] = []
        self.durable = 0
        self.full = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        self.runner.run(work)

    @initialize()
    def start(self) -> None:
        self.journal = Journal.create(PATH, self.disk, self.clock, {}, threaded=False)

    @rule(size=st.integers(0, 3000), advance_s=st.floats(0, 10))
    def record(self, size: int, advance_s: float) -> None:
        self.clock.now_s += advance_s
        self.recorded.append(self.journal.record("note", {"text": "x" * size}))

    @rule(count=st.integers(2, 40))
    def record_many(self, count: int) -> None:
        for number in range(count):
            self.recorded.append(self.journal.record("note", {"number": number}))

    @precondition(lambda self: not self.full)
    @rule()
    def make_durable(self) -> None:
        self.run(self.journal.durable())
        self.durable = len(self.recorded)

    @precondition(lambda self: not self.full)
    @rule(room=st.integers(0, 5000))
    def fill_the_disk(self, room: int) -> None:
        self.disk.capacity_bytes = sum(map(len, self.disk.files().values())) + room
        self.full = True

    @precondition(lambda self: self.full)
    @rule()
    def try_on_a_full_disk(self) -> None:
        try:
            self.run(self.journal.durable())
        except JournalError:
            return
        self.durable = len(self.recorded)

    @precondition(lambda self: self.full)
    @rule()
    def make_room(self) -> None:
        self.disk.capacity_bytes = None
        self.full = False

    @rule(seed=st.none() | st.integers(0, 2**32))
    def cut_the_power(self, seed: int | None) -> None:
        self.disk.crash(None if seed is None else random.Random(seed))
        self.disk.capacity_bytes = None
        self.full = False
        self.journal.abandon()
        self.journal = Journal.open(PATH, self.disk, self.clock, threaded=False)
        survived = list(self.journal.events())
        assert survived == self.recorded[: len(survived)]
        assert len(survived) >= self.durable
        assert not self.journal.store.ended_cleanly
        self.journal.store.check()
        self.recorded = survived
        self.durable = len(survived)

    @precondition(lambda self: not self.full)
    @rule()
    def close_and_open(self) -> None:
        self.run(self.journal.close())
        self.disk.crash()
        self.journal = Journal.open(PATH, self.disk, self.clock, threaded=False)
        assert self.journal.store.ended_cleanly
        assert list(self.journal.events()) == self.recorded
        self.durable = len(self.recorded)

    @precondition(lambda self: hasattr(self, "journal"))
    @invariant()
    def what_is_durable_is_readable_now(self) -> None:
        last, _ = self.journal.store.tail()
        assert self.durable <= last <= len(self.recorded)

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.abandon()
        self.runner.close()


PowerCuts.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestPowerCuts = PowerCuts.TestCase


# SQLite passes over some failing syncs (a rollback's, a checkpoint's), and apsw reports what is passed over.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_power_fails_at_every_sync_of_a_run() -> None:
    """Cut at any sync, creation and close included, a run has all it was told is durable, or was never begun."""
    outcomes: set[str] = set()
    for cut in range(1, 40):
        for seed in range(4):
            outcomes.add(_cut_at(cut, random.Random(seed) if seed else None))
    assert outcomes == {"never begun", "cut", "complete"}


def _cut_at(sync: int, keep: random.Random | None) -> str:
    """Run twelve events on a disk that loses power before its given sync is carried out."""
    disk = _CuttingDisk(sync, keep)
    told: list[int] = []
    try:
        asyncio.run(_twelve_events(disk, told))
    except JournalError:
        pass
    else:
        return "complete"
    try:
        store = JournalStore.read(PATH, disk.left)
    except JournalError:
        return "lost" if told else "never begun"
    numbers = [event.seq for event in store.events()]
    store.close()
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= (told[-1] if told else 0)
    return "cut"


async def _twelve_events(disk: CrashDisk, told: list[int]) -> None:
    journal = Journal.create(PATH, disk, SetClock(), {}, threaded=False)
    try:
        for number in range(12):
            journal.record("note", {"text": "x" * 300 * number})
            await journal.durable()
            told.append(journal.seq)
        await journal.close()
    except JournalError:
        journal.abandon()
        raise


class _CuttingDisk(CrashDisk):
    """Loses power when asked for its n-th sync; `left` is the disk found afterwards."""

    def __init__(self, at: int, keep: random.Random | None) -> None:
        super().__init__()
        self.left = CrashDisk()
        self._at = at
        self._keep = keep

    def before_sync(self) -> None:
        super().before_sync()
        if self.syncs == self._at:
            self.left = self.after_crash(self._keep)
            msg = "the power is gone"
            raise apsw.IOError(msg)
