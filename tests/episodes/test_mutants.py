"""Ten planted bugs, each of which the episodes must catch; kept so that no promise is lost from what they check."""

from collections.abc import Iterator
from itertools import count, islice

import pytest

from tests.episodes.episode import Episode, play
from tests.episodes.mutants import MUTANTS, Mutant
from tests.episodes.script import Script, write

LIMIT = 120
"""Within so many episodes in which a mutant could show it has to be caught."""


def relevant(mutant: Mutant) -> Iterator[Script]:
    """Yield the first scripts in which a mutant could show."""
    scripts = (script for script in map(write, count(1)) if mutant.shows(script))
    return islice(scripts, LIMIT)


def caught(episode: Episode, mutant: Mutant) -> str:
    """Return the violation that gives a mutant away."""
    return next((each for each in episode.violations if mutant.broken in each), "")


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_is_caught(mutant: Mutant, capsys: pytest.CaptureFixture[str]) -> None:
    """Some episode breaks the promise that the bug is about; without the bug the same episode breaks none."""
    for number, script in enumerate(relevant(mutant), 1):
        with pytest.MonkeyPatch.context() as patch:
            mutant.plant(patch)
            violation = caught(play(script), mutant)
        if violation:
            assert play(script).violations == []
            with capsys.disabled():
                print(f"\n{mutant.name}: caught by episode {number} (seed {script.seed}): {violation}")
            return
    pytest.fail(f"{mutant.name} was not caught in {LIMIT} episodes")
