"""Plays many episodes on several processes, and says what they came to."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.episodes.coverage import Strike, table
from tests.episodes.episode import run_episode
from tests.episodes.script import write
from tests.episodes.shrink import reproduce, shrink

BATCH = 20
MOST_SHRUNK = 3
"""So many failing episodes of a batch are reduced; of the others the seed is enough."""


@dataclass(slots=True)
class Tally:
    """What a number of episodes came to."""

    episodes: int = 0
    trivial: int = 0
    lives: int = 0
    checks: int = 0
    states: Counter[str] = field(default_factory=Counter[str])
    strikes: Counter[Strike] = field(default_factory=Counter[Strike])
    broken: list[str] = field(default_factory=list[str])

    def add(self, other: "Tally") -> None:
        """Take in what others came to."""
        self.episodes += other.episodes
        self.trivial += other.trivial
        self.lives += other.lives
        self.checks += other.checks
        self.states += other.states
        self.strikes += other.strikes
        self.broken += other.broken

    def text(self) -> str:
        """Return it as a report in Markdown."""
        ends = ", ".join(f"{count} {state}" for state, count in self.states.most_common())
        struck = len(self.strikes)
        return (
            f"{self.episodes} episodes, {self.trivial} of them trivial; {self.lives} lives of hosts; {ends}\n"
            f"{self.checks} comparisons of twin and ledger; {self.strikes.total()} faults struck, in {struck} kinds of "
            f"device, fault and state\n\n{table(self.strikes)}\n\n{len(self.broken)} broken promises\n"
            + "\n".join(self.broken)
        )


def tally(seeds: Iterable[int]) -> Tally:
    """Play episodes in this process; those that fail are reduced."""
    found = Tally()
    for seed in seeds:
        episode = run_episode(seed)
        found.episodes += 1
        found.trivial += episode.trivial
        found.lives += episode.lives
        found.checks += episode.seen.checks
        found.states[" then ".join(episode.states) or "none"] += 1
        found.strikes += episode.strikes
        if episode.violations:
            keep = shrink(write(seed)) if len(found.broken) < MOST_SHRUNK else {}
            found.broken.append(f"{reproduce(seed, keep)}: {'; '.join(episode.violations)}")
    return found


def tallies(first: int, count: int, processes: int | None = None) -> Iterator[Tally]:
    """Play episodes `first` and following on all processors, and yield what each batch came to."""
    batches = [range(start, min(start + BATCH, first + count)) for start in range(first, first + count, BATCH)]
    workers = processes or os.cpu_count() or 1
    if workers == 1:
        yield from map(tally, batches)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(tally, batches)
