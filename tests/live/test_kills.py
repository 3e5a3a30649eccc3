"""Hosts die by SIGKILL, at random instants and at the boundaries of their journal; the bench goes on without them."""

import os
import random
from pathlib import Path

import pytest

from tests.live.kills import KilledRun, Toll
from tests.live.processes import ONE_VESSEL, ServedBench

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]
SPEEDS = (1.0, 3.0, 10.0)
"""Slow, pumps are killed in mid-stroke; fast, the watchdog acts before a recovery."""
KILLS, RUNS = 300, 20
KILLS_A_RUN = 14


def killed_run(recipe: str, place: Path, toll: Toll, chance: random.Random, deaths: list[str]) -> list[str]:
    """Take one run through its deaths to its end, and return what is wrong with it."""
    place.mkdir()
    with ServedBench(ONE_VESSEL, place, seed=chance.randrange(1000), speed=chance.choice(SPEEDS)) as bench:
        run = KilledRun(recipe, bench, toll, chance)
        for death in deaths:
            if run.code is None and death == "instant":
                run.killed_at_an_instant()
            elif run.code is None:
                run.killed_at_a_boundary(death)
        run.lives_on()
        return run.troubles()


@pytest.mark.parametrize("seed", [1, 2])
def test_hosts_killed_before_and_after_a_sync_and_anywhere_double_no_dose(tmp_path: Path, seed: int) -> None:
    """A run whose hosts are killed before a sync, between it and the stroke's bytes, and anywhere, delivers once."""
    toll = Toll()
    toll.known["before"] = {"run.opened", "connected"}
    toll.known["after"] = toll.known["before"] | {"intent 1 set set_speed", "recovered", "state HOLDING"}
    deaths = ["after", "before", "instant"]
    assert killed_run("one_dose", tmp_path / "run", toll, random.Random(seed), deaths) == []
    assert toll.kills["after"] == toll.kills["before"] == 1


@pytest.mark.soak
@pytest.mark.timeout(3 * 3600)
def test_soak_of_kills(tmp_path: Path) -> None:
    """Of hundreds of kills none doubles a dose, and every run is completed with what was planned, or says why not."""
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
    chance, toll, runs, wrong = random.Random(seed), Toll(), 0, list[str]()
    while runs < RUNS or toll.kills.total() < KILLS:
        deaths = chance.choices(["before", "after", "instant"], k=KILLS_A_RUN)
        wrong += [f"run {runs}: {each}" for each in killed_run("two_doses", tmp_path / str(runs), toll, chance, deaths)]
        runs += 1
        print(f"SEED={seed}: {runs} runs, {toll}", flush=True)
    assert wrong == []
