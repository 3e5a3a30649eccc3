"""Three hundred episodes in every test run; as many as wanted, on all processors, in `make soak`."""

import os
from itertools import chain

import pytest

from tests.episodes.script import MILLS_FROM
from tests.episodes.soak import Tally, tallies, tally

EPISODES = 300
LOOKED_AT = 40
"""The first of them, of which more is demanded than that nothing breaks."""
BATCH = 10
MILLED, MILLED_SOAK = 30, 4
"""So many milling episodes in every test run; in a soak one for so many others."""
STRUCK = {
    ("tecan_cavro", "idle"),
    ("tecan_cavro", "moving"),
    ("tecan_cavro", "held"),
    ("ika_ret", "idle"),
    ("ika_ret", "held"),
}
"""Which drivers have to be struck by faults in which states by then."""
SOAKED = STRUCK | {
    ("ika_ret", "recovering"),
    ("palmsens_emstat_pico", "idle"),
    ("palmsens_emstat_pico", "acquiring"),
    ("keithley_2450", "idle"),
    ("runze_sv06", "idle"),
    ("grbl_carousel", "idle"),
    ("magritek_spinsolve", "idle"),
    ("delta_vfd", "idle"),
    ("modbus_block", "idle"),
    ("mettler_sics", "idle"),
    ("mettler_sics", "moving"),
    ("new_era_ne1000", "idle"),
    ("file_drop", "idle"),
}
"""The same for a soak of at least a thousand episodes. Faults of a numbered file are planned before a host lives."""


@pytest.mark.timeout(600)
def test_the_first_episodes_are_not_trivial() -> None:
    """Most have a fault, a death or a command; hosts die and recover; most complete; faults strike in many states."""
    found = tally(range(1, LOOKED_AT + 1))
    assert found.broken == []
    assert found.trivial <= 0.25 * found.episodes
    assert found.lives - found.episodes >= 15
    assert sum(number for state, number in found.states.items() if state.startswith("COMPLETE")) >= 20
    assert found.checks >= 5 * found.episodes
    assert states_struck(found) >= STRUCK


@pytest.mark.parametrize("first", range(LOOKED_AT + 1, EPISODES + 1, BATCH))
def test_no_episode_breaks_a_promise(first: int) -> None:
    """Every invariant holds after every event; a broken one is reduced and comes with the command that repeats it."""
    assert tally(range(first, first + BATCH)).broken == []


@pytest.mark.parametrize("first", range(MILLS_FROM, MILLS_FROM + MILLED, BATCH))
def test_no_milling_episode_breaks_a_promise(first: int) -> None:
    """Likewise on the milling bench: powder, liquid and milled time, no start or dose twice, a mill at rest in time."""
    found = tally(range(first, first + BATCH))
    assert found.broken == []
    assert found.trivial <= 0.5 * found.episodes
    assert found.checks >= 5 * found.episodes


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(capsys: pytest.CaptureFixture[str]) -> None:
    """As many episodes as EPISODES says (default 2000), from SEED on, on PROCESSES processes (default all)."""
    count, first = int(os.environ.get("EPISODES", "2000")), int(os.environ.get("SEED", "1000"))
    processes = int(os.environ.get("PROCESSES", str(os.cpu_count() or 1)))
    found = Tally()
    both = (tallies(first, count, processes), tallies(MILLS_FROM + first, count // MILLED_SOAK, processes))
    for each in chain(*both):
        found.add(each)
        with capsys.disabled():
            for broken in each.broken:
                print(f"\r{broken}", flush=True)
            print(f"\r{found.episodes} of {count}, {len(found.broken)} broken", end="", flush=True)
    with capsys.disabled():
        print("\n" + found.text())
    assert found.broken == []
    assert count < 1000 or states_struck(found) >= SOAKED


def states_struck(found: Tally) -> set[tuple[str, str]]:
    """Return which drivers were struck in which states."""
    return {(driver, state) for driver, _, state in found.strikes}
