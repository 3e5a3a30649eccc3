"""One episode: a script is played from its beginning to a final state, over as many lives of the host as it takes.

Everything follows from the seed, so a failure is repeated by its number, reduced or not:

    python -m tests.episodes.episode SEED --keep steps=0,1 faults= deaths=0 commands=
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autosynth.engine.folder import RunFolder
from autosynth.engine.run import RunEnd, RunSetup
from autosynth.errors import AutosynthError, InputError, JournalError
from autosynth.journal.store import JournalStore
from autosynth.plan.tree import Plan
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from tests.episodes.chance import Death
from tests.episodes.coverage import CountedBench, Strike
from tests.episodes.host import Fate, HangError, Life, PatientLoop, unbegun
from tests.episodes.mortal import MortalBench, MortalDisk
from tests.episodes.plans import library, plan
from tests.episodes.script import Script, parse_keep, write
from tests.episodes.witness import Seen, Witness

MOST_LIVES = 12
AFTERWARDS = ("stir: {vessel: reactor, speed: 200 rpm}", "add: {reagent: REAGENT, to: reactor, volume: 100 uL}")
"""What the next run does on the same bench: it must not trust what the one before has left."""
MILLED_AFTERWARDS = ("grind: {vessel: jar, frequency: 10 Hz, for: 10 s, block: 10 s, pause: 5 min}",)


@dataclass(slots=True)
class Episode:
    """What became of a script."""

    script: Script
    lives: int = 0
    states: list[str] = field(default_factory=list[str])
    seen: Seen = field(default_factory=Seen)
    bench_s: float = 0.0

    @property
    def violations(self) -> list[str]:
        """Return what was broken."""
        return self.seen.violations

    @property
    def strikes(self) -> Counter[Strike]:
        """Return which faults struck in which state."""
        return self.seen.strikes

    @property
    def trivial(self) -> bool:
        """Return whether nothing happened to it: no fault struck, no host died, nobody gave a command."""
        return not self.strikes and self.lives == len(self.states) and not self.script.commands


def play(script: Script) -> Episode:
    """Play a script and check everything that must hold.

    Raises:
        InputError: its recipe is refused.
    """
    episode = Episode(script)
    first = plan(script.station, script.recipe)
    inventory = Inventory.full(first.station)
    description = bench_description(first.station, inventory)
    bench = CountedBench(description, script.seed, script.faults)
    witness = Witness(first.station, bench, dict(description), episode.seen)
    with tempfile.TemporaryDirectory() as folder:
        stage = _Stage(episode, bench, witness, description, Path(folder))
        end = stage.run("first", first, inventory, script.deaths, script.commands)
        if end is not None and end.state.value in {"ABORTED", "STOPPED"}:
            after = stage.afterwards(end)
            if after is not None:
                stage.run("next", after, end.history.inventory.copy(), (), ())
    return episode


class _Stage:
    """What an episode's runs have in common."""

    def __init__(self, episode: Episode, bench: CountedBench, witness: Witness, description: Any, folder: Path) -> None:
        self._episode = episode
        self._bench = bench
        self._witness = witness
        self._description = description
        self._folder = folder
        self._now_s = 0.0

    def run(
        self,
        name: str,
        plan: Plan,
        inventory: Inventory,
        deaths: tuple[Death, ...],
        commands: tuple[tuple[float, str], ...],
    ) -> RunEnd | None:
        """Live through one run; None when it did not end."""
        disk, script = MortalDisk(), self._episode.script
        runs = self._folder / name
        runs.mkdir()
        setup = RunSetup(
            plan=plan, library=library(script.station), inventory=inventory, runs=runs, run_id=name, seed=script.seed,
            description=self._description, texts={"recipe.yaml": script.recipe}, leave_when_held=False, disk=disk,
        )  # fmt: skip
        fate = Fate(setup, disk, commands, now_s=self._now_s)
        try:
            end = self._live_through(fate, deaths)
        except (Exception, HangError) as error:  # whatever it is, no run may end like that
            self._episode.seen.wrong(f"{type(error).__name__}: {error}")
            return None
        if end is None:
            self._episode.seen.wrong("the run never ended")
            return None
        self._now_s = self._episode.bench_s = fate.now_s
        self._episode.states.append(end.state.value)
        store = JournalStore.read(end.folder.journal, fate.disk)
        self._witness.ended(end.history, store.events())
        store.abandon()
        return end

    def _live_through(self, fate: Fate, deaths: tuple[Death, ...]) -> RunEnd | None:
        for number in range(MOST_LIVES):
            death = deaths[number] if number < len(deaths) else None
            host = MortalBench(self._bench, self._witness.wrote, death)
            host.now_s = fate.now_s
            self._episode.lives += 1
            try:
                with asyncio.Runner(loop_factory=PatientLoop) as runner:
                    end = runner.run(Life(fate, host, self._witness).live(death))
            except AutosynthError as error:
                if not unbegun(error, fate):
                    raise
                end = None
            if end is not None:
                return end
            self._bury(fate, host, death)
        return None

    def _bury(self, fate: Fate, host: MortalBench, death: Death | None) -> None:
        """Look at what the host has left on its disk, and let time pass at the bench."""
        fate.disk = MortalDisk(fate.left)
        fate.setup = replace(fate.setup, disk=fate.disk)
        if fate.folder is not None:
            self._witness.found(_tail(fate.folder, fate.disk))
        down_s = death.down_s if death is not None else 0.5
        for _ in range(int(down_s) if host.feeders else 0):
            fate.now_s += 1.0
            for feed in host.feeders:
                feed(fate.now_s)
        fate.now_s = max(fate.now_s, host.now_s + down_s)
        self._bench.advance(fate.now_s)
        self._witness.silent(down_s)

    def afterwards(self, end: RunEnd) -> Plan | None:
        """Return the plan of a next run on what this one has left; None where the bench does not allow it."""
        station = self._episode.script.station
        reagent = "buffer" if station.kind == "nmr" else "acetone"
        asked = MILLED_AFTERWARDS if station.kind == "mill" else AFTERWARDS
        steps = "".join(f"  - {step}\n" for step in asked).replace("REAGENT", reagent)
        try:
            return plan(station, station.head.format(seed="after") + steps, end.history.inventory)
        except InputError:
            return None


def _tail(folder: RunFolder, disk: MortalDisk) -> tuple[int, str]:
    """Return the last event on a disk and its hash; 0 where there is no journal any more."""
    try:
        store = JournalStore.read(folder.journal, disk)
    except JournalError:
        return 0, ""
    try:
        return store.tail()
    finally:
        store.abandon()


def run_episode(seed: int) -> Episode:
    """Play the script of a seed."""
    return play(write(seed))


def main() -> int:
    """Play one episode and print everything about it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--keep", nargs="*", default=[], help="PART=0,2,... for each part that is not kept whole")
    given = parser.parse_args()
    script = write(given.seed).kept(parse_keep(given.keep))
    print(script.recipe)
    for part in ("faults", "deaths", "commands"):
        print(part, *map(str, getattr(script, part)), sep="\n  ")
    episode = play(script)
    print(episode.states, f"{episode.lives} lives, {episode.bench_s:.1f} s", dict(episode.seen.kinds))
    print(*(f"{count} x {' '.join(strike)}" for strike, count in episode.strikes.items()), sep="\n")
    print(*(f"VIOLATION: {each}" for each in episode.violations), sep="\n")
    return bool(episode.violations)


if __name__ == "__main__":
    raise SystemExit(main())
