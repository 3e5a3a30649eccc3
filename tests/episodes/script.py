"""What a seed turns into before anything runs: a recipe, its bench, faults, deaths of the host, a person's commands.

A script is data: parts of it can be left out one by one, and the rest stays what it was. That is how a failing episode
is reduced, and how the command line repeats the reduced one.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.episodes.chance import Death, random_commands, random_deaths, random_faults
from tests.episodes.plans import refusal
from tests.episodes.recipes import random_steps
from tests.episodes.stations import Station, milling_station, random_station

PARTS = ("steps", "faults", "deaths", "commands")
ATTEMPTS = 20
MILLS_FROM = 1_000_000
"""Seeds from here on are of the milling bench, so that those below mean what they always did."""
SLOWER = 4
"""So much longer a milling episode lasts."""
Keep = Mapping[str, tuple[int, ...]]
"""Part -> which of its elements stay, by number from 0; a part that is not named stays whole."""


@dataclass(frozen=True, slots=True)
class Script:
    """One episode before it is played; `commands` are (bench time in s, command)."""

    seed: int
    station: Station
    steps: tuple[str, ...]
    faults: tuple[str, ...]
    deaths: tuple[Death, ...]
    commands: tuple[tuple[float, str], ...]

    @property
    def recipe(self) -> str:
        """Return the recipe as a file holds it."""
        return self.station.head.format(seed=self.seed) + "".join(f"  - {step}\n" for step in self.steps)

    def kept(self, keep: Keep) -> "Script":
        """Return this script with only some elements of its parts."""
        parts = {part: tuple(getattr(self, part)[i] for i in numbers) for part, numbers in keep.items()}
        return replace(self, **parts)  # type: ignore[arg-type]

    def whole(self) -> dict[str, tuple[int, ...]]:
        """Return what keeps everything."""
        return {part: tuple(range(len(getattr(self, part)))) for part in PARTS}


def write(seed: int) -> Script:
    """Return the script of a seed; its steps are drawn until a bench accepts them.

    Raises:
        RuntimeError: no such steps were found.
    """
    mills = seed >= MILLS_FROM
    station = (milling_station if mills else random_station)(random.Random(f"station {seed}"))
    slower = SLOWER if mills else 1
    for attempt in range(ATTEMPTS):
        script = Script(
            seed=seed,
            station=station,
            steps=random_steps(random.Random(f"recipe {seed} {attempt}"), station),
            faults=random_faults(random.Random(f"faults {seed}"), station, slower),
            deaths=random_deaths(random.Random(f"deaths {seed}"), slower),
            commands=random_commands(random.Random(f"commands {seed}"), slower),
        )
        if not refusal(station, script.recipe):
            return script
    message = f"seed {seed}: none of {ATTEMPTS} recipes is accepted"
    raise RuntimeError(message)


def keep_text(keep: Keep) -> str:
    """Return `keep` as the command line takes it."""
    return " ".join(f"{part}={','.join(map(str, numbers))}" for part, numbers in keep.items())


def parse_keep(words: list[str]) -> dict[str, tuple[int, ...]]:
    """Return what the words of a command line keep.

    Raises:
        ValueError: a word names no part, or no numbers.
    """
    keep: dict[str, tuple[int, ...]] = {}
    for word in words:
        part, equals, numbers = word.partition("=")
        if not equals or part not in PARTS:
            message = f"{word!r}: write PART=0,2,... with a part of {', '.join(PARTS)}"
            raise ValueError(message)
        keep[part] = tuple(int(number) for number in numbers.split(",") if number)
    return keep
