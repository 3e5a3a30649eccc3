"""Recording, making durable, listening and closing; inline as in virtual time, and with a thread as in real time."""

import asyncio
import gc
import math
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autosynth.clock import run_virtual
from autosynth.errors import JournalError, LockedError, StateError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.disk import VirtualDisk
from autosynth.journal.event import GENESIS, Event
from autosynth.journal.journal import Journal
from autosynth.journal.store import JournalStore
from tests.autosynth.journal.conftest import PATH, SetClock

Make = Callable[[], Journal]


@pytest.fixture(params=[False, True], ids=["inline", "threaded"])
def journal(request: pytest.FixtureRequest, disk: CrashDisk, clock: SetClock) -> Journal:
    return Journal.create(PATH, disk, clock, {}, threaded=request.param)


async def test_an_event_has_its_number_time_and_place_at_once(journal: Journal, clock: SetClock) -> None:
    """Recording gives the event its number, the clock's time and the hash of the one before, before any sync."""
    clock.now_s = 1.5
    first = journal.record("intent", {"to_ml": 2.0}, action="steps/1")
    head = journal.head
    second = journal.record("outcome", {})
    await journal.close()
    assert Event(1, 1.5, "intent", "steps/1", 1, {"to_ml": 2.0}, GENESIS) == first
    assert (2, head) == (second.seq, second.prev)


async def test_a_durable_intent_survives_a_power_cut_and_another_does_not(
    journal: Journal, disk: CrashDisk, go_on: Make
) -> None:
    """Of two intents, the one that was durable is there after the power cut and the one that was not is lost."""
    journal.record("intent", {"to_ml": 1.0})
    await journal.durable()
    journal.record("intent", {"to_ml": 2.0})
    disk.crash()
    journal.abandon()
    again = go_on()
    found = [event.payload for event in again.events()]
    await again.close()
    assert found == [{"to_ml": 1.0}]


class TellingDisk(CrashDisk):
    """A disk that says when it was synced."""

    def __init__(self) -> None:
        super().__init__()
        self.synced = threading.Event()

    def before_sync(self) -> None:
        super().before_sync()
        self.synced.set()


@pytest.mark.parametrize("threaded", [False, True], ids=["inline", "threaded"])
async def test_what_is_hastened_reaches_the_disk_while_nobody_waits(clock: SetClock, threaded: bool) -> None:
    """Its commit is begun at once, not when it has lingered; a disk that refuses it troubles nobody and loses none."""
    disk = TellingDisk()
    journal = Journal(JournalStore.create(PATH, disk, {}), clock, threaded=threaded, linger_s=600.0)
    disk.sync_fails = True
    journal.record("intent", {})
    journal.hasten()
    with pytest.raises(JournalError):
        await journal.durable()
    disk.sync_fails = False
    disk.synced.clear()
    journal.record("deviation", {})
    journal.hasten()
    assert await asyncio.to_thread(disk.synced.wait, 10.0)
    await journal.durable()
    disk.crash()
    journal.abandon()
    store = JournalStore.read(PATH, disk)
    kinds = [event.kind for event in store.events()]
    store.close()
    assert kinds == ["intent", "deviation"]


async def test_durable_means_synced(journal: Journal, disk: CrashDisk) -> None:
    """An intent and the outcome before it cost one sync; nothing new costs none."""
    journal.record("intent", {})
    await journal.durable()
    before = disk.syncs
    journal.record("outcome", {})
    journal.record("intent", {})
    await journal.durable()
    once = disk.syncs
    await journal.durable()
    twice = disk.syncs
    await journal.close()
    assert (once - before, twice - once) == (1, 0)


async def test_a_run_goes_on_where_it_stopped(start: Make, go_on: Make, clock: SetClock) -> None:
    """The chain of a journal that was closed and opened again is the chain of one that was not."""
    journal = start()
    journal.record("a", {"n": 1})
    await journal.close()
    clock.now_s = 2.0
    journal = go_on()
    journal.record("b", {"n": 2})
    head = journal.head
    await journal.close()

    whole = Journal.create(PATH, CrashDisk(), SetClock(), {"other": "meta"}, threaded=False)
    whole.record("a", {"n": 1})
    whole._clock.now_s = 2.0  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    whole.record("b", {"n": 2})
    expected = whole.head
    await whole.close()
    assert expected == head


def test_equal_runs_have_equal_chain_heads(tmp_path: Path) -> None:
    """Two runs in virtual time with the same input end with the same hash, whatever their meta data."""

    async def run(path: Path) -> str:
        clock = SetClock()
        journal = Journal.create(path, VirtualDisk(), clock, {"path": str(path)}, threaded=False)
        for number in range(20):
            journal.record("intent", {"volume_ml": 0.1 * number}, action=f"steps/{number}")
            await journal.durable()
            await clock.sleep(0.3)
        await journal.close()
        return journal.head

    assert run_virtual(run(tmp_path / "a.sqlite")) == run_virtual(run(tmp_path / "b.sqlite"))


async def test_a_refused_payload_leaves_no_gap(journal: Journal) -> None:
    """What cannot be recorded takes no number."""
    journal.record("a", {})
    with pytest.raises(JournalError):
        journal.record("b", {"value": math.nan})
    event = journal.record("c", {})
    await journal.close()
    assert event.seq == 2


async def test_listeners_see_each_event_until_they_stop(start: Make) -> None:
    """A listener gets the very event that is stored, and nothing after it has stopped."""
    journal = start()
    seen: list[Event] = []
    stop = journal.on_event(seen.append)
    event = journal.record("a", {"pair": (1, 2)})
    stop()
    stop()
    journal.record("b", {})
    await journal.durable()
    stored = next(journal.events())
    await journal.close()
    assert ([event], [stored]) == (seen, seen)


async def test_a_listener_that_fails_is_dropped_and_stops_nothing(
    start: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken view is reported once and the run goes on."""
    journal = start()
    seen: list[int] = []

    def broken(event: Event) -> None:
        raise ZeroDivisionError(event.seq)

    journal.on_event(broken)
    journal.on_event(lambda event: seen.append(event.seq))
    journal.record("a", {})
    journal.record("b", {})
    await journal.close()
    assert (seen, len(caplog.records)) == ([1, 2], 1)


async def test_a_closed_journal_records_nothing(journal: Journal) -> None:
    """Recording after the close is refused; closing twice is not."""
    await journal.close()
    await journal.close()
    with pytest.raises(StateError, match="late was not recorded"):
        journal.record("late", {})


async def test_closing_makes_everything_durable(journal: Journal, disk: CrashDisk) -> None:
    """What was recorded and never waited for is there after the close, and the file says that it was closed."""
    journal.record("a", {})
    await journal.close()
    disk.crash()
    store = JournalStore.read(PATH, disk)
    found = (store.ended_cleanly, store.check())
    store.close()
    assert (True, (1, journal.head)) == found


async def test_a_full_disk_is_reported_and_nothing_is_lost(journal: Journal, disk: CrashDisk) -> None:
    """While the disk is full every wait fails; once there is room again all events are written, without a gap."""
    journal.record("a", {})
    await journal.durable()
    disk.capacity_bytes = 0
    for number in (2, 3):
        journal.record("b", {"number": number})
        with pytest.raises(JournalError, match="the disk is full"):
            await journal.durable()
    disk.capacity_bytes = None
    journal.record("c", {})
    await journal.durable()
    disk.crash()
    journal.abandon()
    store = JournalStore.read(PATH, disk)
    kinds = [event.kind for event in store.events()]
    store.close()
    assert kinds == ["a", "b", "b", "c"]


async def test_a_read_only_disk_is_reported(journal: Journal, disk: CrashDisk) -> None:
    """The error of a disk that became read-only says what to look at."""
    journal.record("a", {})
    disk.read_only = True
    with pytest.raises(JournalError, match="read-only"):
        await journal.durable()
    disk.read_only = False
    await journal.close()


async def test_a_failing_sync_is_no_success(journal: Journal, disk: CrashDisk) -> None:
    """When the sync fails the wait fails, and the same event is written again by the next one."""
    journal.record("a", {})
    disk.sync_fails = True
    with pytest.raises(JournalError, match="the disk failed"):
        await journal.durable()
    disk.sync_fails = False
    await journal.durable()
    disk.crash()
    journal.abandon()
    store = JournalStore.read(PATH, disk)
    found = store.tail()
    store.close()
    assert (1, journal.head) == found


async def test_a_disk_that_fails_at_the_close_leaves_the_mark(journal: Journal, disk: CrashDisk, go_on: Make) -> None:
    """A close that could not write raises, lets go of the file, and the journal keeps saying that it is open."""
    journal.record("a", {})
    await journal.durable()
    journal.record("b", {})
    disk.sync_fails = True
    with pytest.raises(JournalError):
        await journal.close()
    disk.sync_fails = False
    disk.crash()
    gc.collect()
    again = go_on()
    found = (again.store.ended_cleanly, again.seq)
    await again.close()
    assert found == (False, 1)


async def test_a_second_writer_is_refused(journal: Journal, go_on: Make) -> None:
    """While one journal is open for recording, another cannot be."""
    with pytest.raises(LockedError):
        go_on()
    await journal.close()
