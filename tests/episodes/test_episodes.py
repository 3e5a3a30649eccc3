"""Three hundred episodes in every test run; as many as wanted in `make soak`."""

import os

import pytest

from tests.episodes.episode import run_episode
from tests.episodes.mortal import moves_plunger

EPISODES = 300
BATCH = 10


@pytest.mark.parametrize("first", range(1, EPISODES + 1, BATCH))
def test_no_episode_breaks_a_promise(first: int) -> None:
    """Delivered is planned or a recorded deviation, nothing moves unintended, the end is safe, nothing hangs."""
    episodes = [run_episode(seed) for seed in range(first, first + BATCH)]
    broken = [
        f"{each.reproduce}: {each.violations} {each.faults} {each.deaths}" for each in episodes if each.violations
    ]
    assert broken == []


def test_the_episodes_are_not_trivial() -> None:
    """Among forty episodes some are held, some lose a host, some have failed exchanges, and most complete."""
    episodes = [run_episode(seed) for seed in range(1, 41)]
    assert sum(each.lives > 1 for each in episodes) >= 8
    assert sum(each.failures > 0 for each in episodes) >= 10
    assert sum(each.state == "COMPLETE" for each in episodes) >= 30


def test_an_unintended_motion_would_be_seen() -> None:
    """The watch knows a motion command from a question, in both framings."""
    assert moves_plunger(b"\x02\x31\x31A3000R\x03\x09")
    assert moves_plunger(b"/1I3R\r")
    assert not moves_plunger(b"\x02\x31\x32?6\x03\x53")
    assert not moves_plunger(b"/1Q\r")


@pytest.mark.soak
def test_soak() -> None:
    """As many episodes as EPISODES says (default 2000), from SEED on."""
    first = int(os.environ.get("SEED", "1000"))
    for seed in range(first, first + int(os.environ.get("EPISODES", "2000"))):
        episode = run_episode(seed)
        assert episode.violations == [], f"{episode.reproduce}: {episode}"
