"""A laboratory for campaigns: one simulated bench that outlives every host, a record on disk, hosts that may die.

`Site` is what stands there whatever becomes of the host: bench, disk, the ledger's inventory. A `Host` at work on it
is a performer, as the real station is: what it began is recovered by the next.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autosynth.campaign.beginning import begin, chooser_of, judging, kept_order, preparing
from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.order import Order, read_order
from autosynth.campaign.performer import Changed, RunOrder
from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import Progress
from autosynth.campaign.running import Crew, Running
from autosynth.campaign.standing import Standing, State
from autosynth.campaign.vials import VialChange, renew
from autosynth.clock import VirtualClock, run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import Inputs, kept_inputs
from autosynth.engine.recovery import recover
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, start
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.disk import VirtualDisk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from autosynth.plan.tree import Plan
from autosynth.recipe.load import load_recipe
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from tests.episodes.mortal import MortalBench

TESTS = Path(__file__).parents[2]
RECIPE, STATION = TESTS / "recipes" / "tubes.yaml", TESTS / "stations" / "three_tubes.yaml"
DEATHS = {"intent": 60, "outcome": 60, "action.started": 5, "action.done": 5, "measured": 1, "state": 2}
"""Kind of event -> of how many in every run."""
DOWN_S = 20.0
"""So long nobody is there after a host has died."""
WHEN = datetime(2026, 11, 27, tzinfo=UTC)


class DiedError(BaseException):
    """The host has died: nothing after this line of its program was carried out."""


@dataclass(frozen=True, slots=True)
class Death:
    """In which run of this host it dies: at the `nth` event of a kind, with what was synced on the disk."""

    run: int
    kind: str
    nth: int = 1


@dataclass(slots=True)
class Site:
    """What outlives a host."""

    bench: Any
    inventory: Inventory
    disk: CrashDisk = field(default_factory=CrashDisk)
    now_s: float = 0.0
    zeros: dict[str, float] = field(default_factory=dict[str, float])
    """Run -> the bench's time when it began."""
    died_s: float = 0.0
    inputs: dict[str, Inputs] = field(default_factory=dict[str, Inputs])
    setups: dict[str, RunSetup] = field(default_factory=dict[str, RunSetup])
    performed: list[str] = field(default_factory=list[str])
    """Rows in the order in which runs of them were begun."""
    unattended: bool = False
    """Nobody is there to change vials."""


class HostOf:
    """A performer whose process dies at a chosen moment."""

    simulated = False

    def __init__(self, site: Site, death: Death | None = None) -> None:
        self._site = site
        self._death = death
        self._runs = 0

    def inventory(self) -> Inventory:
        return self._site.inventory.copy()

    def run_id(self, seed: int) -> str:
        return f"s{seed:07d}"

    def perform(self, order: RunOrder) -> RunEnd:
        site = self._site
        site.performed.append(order.row)
        site.zeros[order.run] = site.now_s
        host = _host(site, site.now_s)
        setup = RunSetup(
            plan=order.inputs.plan,
            library=order.inputs.library,
            inventory=order.inputs.inventory,
            runs=order.runs,
            run_id=order.run,
            seed=order.seed,
            bench=host,
            description={},
            texts=order.inputs.texts,
            disk=site.disk,
            when=WHEN,
            on_open=self._watching(order.run, host),
        )
        site.setups[order.run] = setup
        return self._lived(lambda: start(setup), order.run, 0.0)

    def recover(self, run_id: str, folder: Path) -> RunEnd | None:
        site = self._site
        began_s = site.died_s - site.zeros[run_id] + DOWN_S
        host = _host(site, site.zeros[run_id])
        host.bench.advance(site.died_s + DOWN_S)
        setup = site.setups[run_id]
        changes = {"bench": host, "on_open": self._watching(run_id, host), "plan": self.plan_kept(folder, setup)}
        setup = RunSetup(**{name: getattr(setup, name) for name in setup.__slots__} | changes)

        async def life() -> RunEnd:
            loop = asyncio.get_running_loop()
            return await recover(setup, RunFolder(folder), VirtualClock(loop, loop.time() - began_s), site.disk)

        return self._lived(life, run_id, began_s)

    def plan_kept(self, folder: Path, setup: RunSetup) -> Plan:
        """Return the plan made again from what is durable in the run's folder, as a recovery does it."""
        store = JournalStore.read(folder / "journal.sqlite", self._site.disk)
        try:
            opening = next(iter(store.events())).payload
        finally:
            store.abandon()
        return kept_inputs(folder, setup.plan.station, opening).plan

    def change(self, change: VialChange, number: int) -> Changed | None:
        if self._site.unattended:
            return None
        renew(self._site.inventory, change)
        for place in change.places:
            self._site.bench.handle({"do": "renew", "vessel": place}, self._site.now_s)
        return Changed("somebody", 600.0)

    def _lived(self, life: Callable[[], Any], run: str, began_s: float) -> RunEnd:
        self._runs += 1
        try:
            end: RunEnd = run_virtual(life())
        except asyncio.CancelledError as error:
            raise DiedError from error
        site = self._site
        site.now_s = site.zeros[run] + max(end.simulated_s, began_s)
        site.inventory = end.history.inventory.copy()
        return end

    def _watching(self, run: str, host: MortalBench) -> Callable[[OpenRun], None]:
        def opened(open_run: OpenRun) -> None:
            site, death, seen = self._site, self._death, 0
            main = asyncio.current_task()
            assert main is not None

            def watch(event: Event) -> None:
                nonlocal seen
                seen += death is not None and event.kind == death.kind
                if death is not None and self._runs >= death.run and seen == death.nth and not host.dead:
                    site.died_s = site.zeros[run] + open_run.clock.now()
                    host.kill()
                    site.disk.crash()
                    main.cancel()

            open_run.on_event(watch)

        return opened


@dataclass(slots=True)
class Laboratory:
    """A campaign's folder and site; each call of `go` is a process of its own."""

    folder: CampaignFolder
    site: Site
    head: str = ""

    @classmethod
    def prepare(
        cls,
        runs: Path,
        table: Path,
        policy: Policy | None = None,
        seed: int = 0,
        station: Path = STATION,
        recipe: Path = RECIPE,
    ) -> "Laboratory":
        """Read the table, begin a campaign, and leave it at that."""
        return cls.of(Order(recipe, station, table=table, policy=policy or Policy(), seed=seed), runs)

    @classmethod
    def of(cls, order: Order, runs: Path, really: Inventory | None = None) -> "Laboratory":
        """Begin a campaign as ordered, and leave it at that; `really` is what is where if not what is believed."""
        ready = read_order(order)
        ready.require_accepted()
        folder, progress = begin(ready, runs, "test", WHEN, VirtualDisk(), simulated=False)
        progress.close()
        believed = ready.inputs.inventory
        bench = open_simulated(bench_description(ready.inputs.plan.station, really or believed), order.seed, ())
        return cls(folder, Site(bench, believed))

    def go(self, death: Death | None = None, at_most: int | None = None, dies_at: str = "") -> State:
        """Live once: to the end, to a pause, or until dead (`dies_at`: just after an event of the record).

        Raises:
            DiedError: the host has died; call again.
        """
        progress = Progress.open(self.folder.record, VirtualDisk())
        try:
            return Running(self._crew(progress, death, dies_at)).go(at_most)
        except DiedError:
            progress.abandon()
            raise
        finally:
            self.head = progress.head
            progress.close() if not dies_at and death is None else progress.abandon()

    def _crew(self, progress: Progress, death: Death | None, dies_at: str) -> Crew:
        if dies_at:
            _mortal(progress, dies_at)
        opening = progress.standing.opening
        order = kept_order(self.folder, opening, self.folder.path / "station.yaml")
        recipe = load_recipe(self.folder.path / "recipe.yaml")
        return Crew(
            folder=self.folder,
            progress=progress,
            performer=HostOf(self.site, death),
            prepare=preparing(order, lambda: None),
            policy=Policy(**opening["policy"]),
            tell=lambda text, standing: None,
            judge=judging(order, recipe),
            chooser=chooser_of(order, recipe),
        )

    def through_deaths(self, seed: int, kinds: Mapping[str, int] = DEATHS) -> tuple[State, int]:
        """Live until the campaign rests, dying inside and between rows; return where it stands and how many died.

        `kinds` tells at which events, and how many of each there are in every run.
        """
        chance, deaths = random.Random(seed), 0
        while True:
            between = chance.choice(("row.started", "row.ended")) if chance.random() < 0.25 else ""
            kind = chance.choice(list(kinds))
            death = None if between else Death(chance.randint(1, 9), kind, chance.randint(1, kinds[kind]))
            try:
                return self.go(death, dies_at=between), deaths
            except DiedError:
                deaths += 1

    def journals(self) -> list[list[Event]]:
        """Return the durable journal of every run, verified."""
        found: list[list[Event]] = []
        for folder in sorted(self.folder.runs.iterdir()):
            store = JournalStore.read(folder / "journal.sqlite", self.site.disk)
            try:
                found.append(list(store.events()))
            finally:
                store.abandon()
        return found

    @property
    def standing(self) -> Standing:
        """Return where the campaign stands, from its record on disk."""
        progress = Progress.open(self.folder.record, VirtualDisk())
        progress.close()
        return progress.standing


def _host(site: Site, zero_s: float) -> MortalBench:
    """Return a host's view of the site's bench, whose time was `zero_s` when the run began."""
    return MortalBench(site.bench, lambda address, data: None, offset_s=zero_s)


def _mortal(progress: Progress, dies_at: str) -> None:
    """Let the host die just after the first event of a kind is on record."""
    record = progress.record

    def recorded(event: str, payload: Mapping[str, Any]) -> Event:
        done = record(event, payload)
        if event == dies_at:
            raise DiedError
        return done

    progress.record = recorded  # type: ignore[method-assign,assignment]
