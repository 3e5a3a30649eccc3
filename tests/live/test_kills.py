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
                run.killed_at_a_boundary(*death.split(maxsplit=1))
        run.lives_on()
        return run.troubles()


@pytest.mark.parametrize(
    "deaths",
    [
        ["after intent 2 draw move_plunger", "before intent 2 push_draw turn_to", "instant"],
        ["before intent 2 draw turn_to", "after intent 2 dispense move_plunger", "after recovered"],
    ],
    ids=["made and not recorded", "recorded and not made"],
)
def test_hosts_killed_around_the_sync_of_a_stroke_and_anywhere_deliver_once(tmp_path: Path, deaths: list[str]) -> None:
    """A stroke that was made is not repeated, one that was not sent is not taken for made, and the dose is right."""
    toll = Toll()
    assert killed_run("one_dose", tmp_path / "run", toll, random.Random(len(deaths[0])), deaths) == []
    assert toll.kills["before"] + toll.kills["after"] == sum(death != "instant" for death in deaths), str(toll)


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
        print(f"SEED={seed}: {runs} runs, {toll}, wrong {wrong}", flush=True)
    assert wrong == []
