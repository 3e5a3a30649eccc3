"""One episode: a random recipe, random faults, random deaths of the host, recovery, and what must hold at the end.

Everything follows from the seed, so a failure is repeated by its number alone:

    python -m tests.episodes.episode SEED
"""

import asyncio
import random
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autosynth.clock import VirtualClock, run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.control import Request
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.machine import Command, RunState
from autosynth.engine.recovery import recover
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, start
from autosynth.errors import ExchangeError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.plan.check import make_plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from autosynth.wire.bench import Bench
from tests.episodes.mortal import MortalBench, moves_plunger
from tests.episodes.recipes import random_faults, random_recipe

STATION = Path(__file__).parents[1] / "stations" / "one_vessel.yaml"
PROTOCOLS = ("oem", "dt")
"""Both framings of the pump: with sequence numbers, which make repetition safe, and without."""
LONGEST_S = 6 * 3600.0
"""No episode's bench time may pass this: longer is a hang."""
PATIENCE = 6
"""How often the episode's operator restarts a held run before stopping it."""


@dataclass(slots=True)
class Episode:
    """What happened, and what was found to be wrong."""

    seed: int
    faults: list[str]
    deaths: list[float]
    lives: int = 0
    state: str = ""
    holds: int = 0
    unknowns: int = 0
    failures: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def reproduce(self) -> str:
        """The command that runs this episode again."""
        return f"python -m tests.episodes.episode {self.seed}"


def run_episode(seed: int) -> Episode:
    """Play one episode and check its invariants."""
    chance = random.Random(seed)
    deaths = sorted(round(chance.uniform(0.5, 200), 3) for _ in range(chance.choice([0, 0, 1, 1, 2])))
    episode = Episode(seed, random_faults(seed), deaths)
    with tempfile.TemporaryDirectory() as folder:
        _live_through(episode, Path(folder), chance)
    return episode


def _live_through(episode: Episode, runs: Path, chance: random.Random) -> None:
    protocol = PROTOCOLS[episode.seed % len(PROTOCOLS)]
    bench_text = STATION.read_text(encoding="utf-8").replace("protocol: oem", f"protocol: {protocol}")
    station = parse_station(bench_text, str(STATION))
    text = random_recipe(episode.seed)
    inventory = Inventory.full(station)
    plan = make_plan(parse_recipe(text, f"episode-{episode.seed}.yaml"), station, inventory)
    plan.require_accepted()
    description = bench_description(station, inventory)
    bench = open_simulated(description, episode.seed, episode.faults)
    disk = CrashDisk()
    setup = RunSetup(
        plan=plan, library=None, inventory=inventory, runs=runs, run_id="episode", seed=episode.seed, bench=bench,
        description=description, texts={"recipe.yaml": text}, virtual=True, leave_when_held=False, disk=disk,
    )  # fmt: skip
    began_s = 0.0
    deaths = [*episode.deaths, None]
    for death_s in deaths:
        life = Life(episode, setup, bench, disk, began_s)
        end = run_virtual(life.live(death_s))
        episode.lives += 1
        if end is not None:
            episode.state = end.state.value
            check(episode, end.history, bench.truth())
            return
        disk.crash(random.Random(chance.random()) if chance.random() < 0.5 else None)
        began_s = life.died_s + chance.choice([0.5, 30.0, 300.0])
        bench.advance(began_s)
    episode.violations.append("the run never ended")


class Life:
    """One process of the host: it starts or recovers the run, and may die."""

    def __init__(self, episode: Episode, setup: RunSetup, bench: Bench, disk: CrashDisk, began_s: float) -> None:
        self._episode = episode
        self._disk = disk
        self._began_s = began_s
        self._mortal = MortalBench(bench, self._watch)
        self._setup = setup
        self._open: OpenRun | None = None
        self._person: asyncio.Task[None] | None = None
        self.died_s = began_s

    async def live(self, death_s: float | None) -> RunEnd | None:
        """Run or recover; None when the host died first."""
        loop = asyncio.get_running_loop()
        clock = VirtualClock(loop, loop.time() - self._began_s)
        main = asyncio.create_task(self._main(clock))
        if death_s is None or death_s <= self._began_s:
            async with asyncio.timeout(LONGEST_S):
                return await main
        await asyncio.wait({main}, timeout=death_s - self._began_s)
        if main.done():
            return main.result()
        self.died_s = clock.now()
        self._mortal.kill()
        self._disk.read_only = True
        main.cancel()
        await asyncio.gather(main, return_exceptions=True)
        if self._person is not None:
            self._person.cancel()
            await asyncio.gather(self._person, return_exceptions=True)
        self._disk.read_only = False
        return None

    async def _main(self, clock: VirtualClock) -> RunEnd:
        setup = replace(self._setup, bench=self._mortal, on_open=self._opened)
        folders = [RunFolder(each) for each in self._setup.runs.iterdir()]
        if folders and any("journal.sqlite" in name for name in self._disk.files()):
            return await self._recover(setup, folders[-1], clock)
        return await start(replace(setup, run_id=f"episode{len(folders)}"))

    async def _recover(self, setup: RunSetup, folder: RunFolder, clock: VirtualClock) -> RunEnd:
        while True:
            try:
                return await recover(setup, folder, clock, self._disk)
            except ExchangeError as error:
                if "-v" in sys.argv:
                    print(clock.now(), error)
                await clock.sleep(10.0)  # a person looks at the cable and calls `recover` again

    def _opened(self, run: OpenRun) -> None:
        self._open = run
        run.on_event(self._count)
        self._person = asyncio.create_task(self._attend(run))

    async def _attend(self, run: OpenRun) -> None:
        """A person who restarts a held run after a minute, books unknown strokes in the middle, at last gives up."""
        control, patience = run.session.control, PATIENCE
        while not run.history.finished:
            await run.clock.sleep(60.0)
            if control.state is RunState.HELD:
                self._episode.holds += 1
                patience -= 1
                if patience:
                    choices = dict.fromkeys(run.history.unknown, "estimate")
                    control.give(Request(Command.RESTART, "looked at it", "person", choices))
                else:
                    control.give(Request(Command.STOP, "gave up", "person"))

    def _count(self, event: Any) -> None:
        if event.kind == "settled" and event.payload["verdict"] == "unknown":
            self._episode.unknowns += 1
        if event.kind == "failure":
            self._episode.failures += 1

    def _watch(self, address: str, data: bytes) -> None:
        """No plunger or valve movement without an intent that is already on the disk."""
        if self._open is None or b"USB0" not in address.encode() or not moves_plunger(data):
            return
        durable = self._open.session.recorder.journal.store.tail()[0]
        held = [each for each in self._open.history.open_intents.values() if each.intent.device == "pump"]
        if not any(each.seq <= durable for each in held):
            self._episode.violations.append(f"motion {data!r} without a durable intent")


def check(episode: Episode, history: History, truth: dict[str, Any]) -> None:
    """Check what must hold at the end of any episode."""
    _check_doses(episode, history)
    _check_balance(episode, history, truth)
    _check_safe(episode, history, truth)
    if not history.finished:
        episode.violations.append(f"ended {history.state.value}")


def _check_doses(episode: Episode, history: History) -> None:
    """A finished dose delivered what was planned within its uncertainty, or the action has a recorded deviation."""
    excused = {each["action"] for each in history.deviations}
    excused |= {each for each, record in history.actions.items() if record.result.get("settled")}
    for action, record in history.actions.items():
        if record.details.get("verb") != "add" or record.done_s is None:
            continue
        moved = record.moved.get("dispense")
        delivered, sd = (moved.volume_ml, moved.sd_ml) if moved else (0.0, 0.0)
        error = delivered - float(record.details["volume_ml"])
        if abs(error) > 1e-3 + 4 * sd and action not in excused:
            episode.violations.append(f"{action} delivered {error:+.4f} mL off its plan")


def _check_balance(episode: Episode, history: History, truth: dict[str, Any]) -> None:
    """The twin's reactor holds what the ledger says, within the ledger's own uncertainty."""
    vessel = truth["vessels"]["reactor"]
    mixture = history.inventory.content("reactor")
    allowed = 4 * mixture.liquid_sd_ml + 5e-3
    if abs(vessel["volume_ml"] - mixture.liquid_ml) > allowed:
        found = f"{vessel['volume_ml']:.4f} mL, ledger {mixture.liquid_ml:.4f} ± {mixture.liquid_sd_ml:.4f}"
        episode.violations.append(f"reactor really holds {found}")
    mol, sd = mixture.amount("SiW9")
    if abs(vessel["charged_mol"].get("SiW9", 0.0) - mol) > 4 * sd + 5e-8:
        episode.violations.append(f"SiW9 in the reactor {vessel['charged_mol'].get('SiW9', 0.0):.4g}, ledger {mol:.4g}")


def _check_safe(episode: Episode, history: History, truth: dict[str, Any]) -> None:
    """The reactor is as its declaration says: stirred at 200 rpm, not heated; the pump stands."""
    plate, pump = truth["devices"]["hotplate"], truth["devices"]["pump"]
    troubles = [each for each in history.deviations if each["what"] == "not safe"]
    if plate["heating"] and not troubles:
        episode.violations.append("the hotplate still heats")
    if (not plate["stirring"] or plate["target_rpm"] != 200) and not troubles and not plate["watchdog_limited"]:
        episode.violations.append(f"the reactor is not stirred at 200 rpm: {plate}")
    if pump["moving"]:
        episode.violations.append("the pump still moves")


if __name__ == "__main__":
    found = run_episode(int(sys.argv[1]))
    print(random_recipe(found.seed))
    print(found)
    raise SystemExit(bool(found.violations))
