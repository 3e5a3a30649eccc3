"""Reduces a failing episode to the steps, faults, deaths and commands that it takes, and says how to repeat it."""

from collections.abc import Callable

from autosynth.errors import InputError
from tests.episodes.episode import play
from tests.episodes.script import PARTS, Keep, Script, keep_text

Fails = Callable[[Script], bool]
MOST_TRIES = 120


def fails(script: Script) -> bool:
    """Tell whether a script breaks something; one whose recipe is refused breaks nothing."""
    try:
        return bool(play(script).violations)
    except InputError:
        return False


def shrink(script: Script, failing: Fails = fails) -> Keep:
    """Return what has to be kept of a failing script: leaving out any one element more makes it pass.

    So it is unless the tries run out first.
    """
    keep, tries, smaller = script.whole(), 0, True
    while smaller and tries < MOST_TRIES:
        smaller = False
        for part in reversed(PARTS):
            for fewer in _fewer(keep[part]):
                if len(fewer) >= len(keep[part]) or tries >= MOST_TRIES:
                    continue
                tries += 1
                candidate = {**keep, part: fewer}
                if failing(script.kept(candidate)):
                    keep, smaller = candidate, True
                    break
    return keep


def _fewer(numbers: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return smaller choices: none at all, then each with one element less, the last first."""
    without = [tuple(each for each in numbers if each != left_out) for left_out in reversed(numbers)]
    return [(), *without]


def reproduce(seed: int, keep: Keep) -> str:
    """Return the command that plays a reduced episode again."""
    return f"python -m tests.episodes.episode {seed} --keep {keep_text(keep)}"
