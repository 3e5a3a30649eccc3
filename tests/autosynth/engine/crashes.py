"""A host that dies at a chosen event of its journal, and the recovery of its run on the bench that went on."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from autosynth.clock import VirtualClock, run_virtual
from autosynth.engine.folder import RunFolder
from autosynth.engine.recovery import recover
from autosynth.engine.run import OpenRun, RunEnd, start
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from tests.autosynth.engine.bench_run import Lab, Match, Order
from tests.autosynth.engine.host import Host, Sent


@dataclass(frozen=True, slots=True)
class Death:
    """When a host dies: `delay_s` after the `nth` event that matches, or just before it sends what `sending` matches.

    What was not synced is lost; `keep` picks what of it survives after all. With `keep_all` everything recorded so far
    has been synced.
    """

    at: Match | None = None
    nth: int = 1
    delay_s: float = 0.0
    sending: Callable[[Sent], bool] | None = None
    keep: random.Random | None = None
    keep_all: bool = False


@dataclass(slots=True)
class Lives:
    """A run that may have several hosts, one after the other, on one bench and one disk."""

    lab: Lab
    disk: CrashDisk
    died_s: float | None = None
    """When the last host died, on the bench's time; None when it did not."""
    last: RunEnd | None = None
    changes: dict[str, Any] = field(default_factory=dict[str, Any])
    """What of the setup is different for every host."""

    def live(self, *orders: Order, death: Death | None = None) -> bool:
        """Start the run and return whether its host died."""
        return self._life(None, orders, death)

    def recover(self, after_s: float, *orders: Order, death: Death | None = None) -> bool:
        """Recover `after_s` after the death, while the bench went on; return whether this host died too."""
        assert self.died_s is not None
        return self._life(self.died_s + after_s, orders, death)

    @property
    def end(self) -> RunEnd:
        """Return how the last host ended the run."""
        assert self.last is not None
        return self.last

    @property
    def folder(self) -> RunFolder:
        """Return the run's folder."""
        (path,) = self.lab.setup.runs.iterdir()
        return RunFolder(path)

    def journal(self) -> list[Event]:
        """Return the whole durable journal, verified."""
        store = JournalStore.read(self.folder.journal, self.disk)
        try:
            return list(store.events())
        finally:
            store.abandon()

    def take_journal(self) -> None:
        """Open the journal for writing, as a recovery would, and let go of it again."""
        JournalStore.open(self.folder.journal, self.disk).abandon()

    def _life(self, began_s: float | None, orders: tuple[Order, ...], death: Death | None) -> bool:
        assert self.lab.host is not None
        host = self.lab.host = Host(self.lab.host.bench)
        if began_s is not None:
            host.bench.advance(began_s)
        self.died_s, self.last = None, None

        def opened(run: OpenRun) -> None:
            self.lab.attend(run, orders)
            if death is not None:
                self._await(death, run, host)

        setup = replace(
            self.lab.setup, bench=host, disk=self.disk, on_open=opened, leave_when_held=not orders, **self.changes
        )

        async def host_life() -> RunEnd:
            if began_s is None:
                return await start(setup)
            loop = asyncio.get_running_loop()
            return await recover(setup, self.folder, VirtualClock(loop, loop.time() - began_s), self.disk)

        try:
            self.last = run_virtual(host_life())
        except asyncio.CancelledError:
            return True
        return False

    def _await(self, death: Death, run: OpenRun, host: Host) -> None:
        main = asyncio.current_task()
        assert main is not None
        seen = 0

        def strike() -> None:
            if not host.dead:
                self.died_s = run.clock.now()
                host.kill()
                if death.keep_all:
                    flush(run)
                self.disk.crash(death.keep)
                main.cancel()

        def watch(event: Event) -> None:
            nonlocal seen
            seen += death.at is not None and death.at(event)
            if seen == death.nth:
                seen += 1
                strike() if death.delay_s == 0 else asyncio.get_running_loop().call_later(death.delay_s, strike)

        def look(sent: Sent) -> None:
            if death.sending is not None and death.sending(sent):
                strike()

        run.on_event(watch)
        host.before_sending = look


def flush(run: OpenRun) -> None:
    """Sync what has been recorded so far; in virtual time that takes no time."""
    with contextlib.suppress(StopIteration):
        run.session.recorder.journal.durable().send(None)


def any_event(event: Event) -> bool:
    """Match every event."""
    return True


def mortal(lab: Lab) -> Lives:
    """Return the lives of a lab's run, on a disk that loses what was not synced."""
    return Lives(lab, CrashDisk())
