"""A failing episode is reduced to what makes it fail, and the command that repeats it means the same script."""

from tests.episodes.script import Script, parse_keep, write
from tests.episodes.shrink import reproduce, shrink

SEED = 6


def test_what_does_not_matter_is_left_out() -> None:
    """Where one fault and one death together make it fail, just these two stay."""
    script = write(SEED)
    assert (len(script.faults), len(script.deaths)) == (4, 1)

    def failing(candidate: Script) -> bool:
        return script.faults[2] in candidate.faults and bool(candidate.deaths)

    assert shrink(script, failing) == {"steps": (), "faults": (2,), "deaths": (0,), "commands": ()}


def test_the_command_repeats_the_reduced_script() -> None:
    """What is printed is read back to the same parts of the same seed."""
    keep = {"steps": (0, 1), "faults": (2,), "deaths": (0,), "commands": ()}
    command = reproduce(SEED, keep)
    assert command == f"python -m tests.episodes.episode {SEED} --keep steps=0,1 faults=2 deaths=0 commands="
    words = command.partition(" --keep ")[2].split()
    assert write(SEED).kept(parse_keep(words)) == write(SEED).kept(keep)


def test_a_seed_is_one_script() -> None:
    """The same number gives the same script, another one another."""
    assert write(SEED) == write(SEED)
    assert write(SEED).recipe != write(SEED + 1).recipe
