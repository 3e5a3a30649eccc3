"""Looking again whenever a file has changed: what `check --watch` does between two checks.

Files are asked for their time and size, twice a second: that works on every file system, and editors that replace a
file instead of writing into it are noticed too. It never ends by itself.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from autosynth.cli.words import one_line
from autosynth.clock import Clock
from autosynth.errors import InputError
from autosynth.language.yaml import load_yaml

POLL_S = 0.5
CLEAR = "\x1b[2J\x1b[H"
Signature: TypeAlias = Mapping[Path, tuple[int, int] | None]


def watched(recipe: Path, station: Path | None) -> list[Path]:
    """Return the files that a check of a recipe reads: itself, its station, and the library it names, if it can."""
    files = [recipe, station or recipe.parent / "station.yaml"]
    try:
        data = load_yaml(recipe).data
    except InputError:
        return files
    library = data.get("library") if isinstance(data, dict) else None
    return [*files, recipe.parent / library] if isinstance(library, str) else files


def signature(files: Sequence[Path]) -> Signature:
    """Return time and size of each file; None for one that is not there."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


async def look_again(files: Callable[[], Sequence[Path]], look: Callable[[], None], clock: Clock) -> None:
    """Look at once, and again after each change has been left alone for one poll; until it is cancelled."""
    seen: Signature | None = None
    before = signature(files())
    while True:
        now = signature(files())
        if now not in (seen, before):
            before = now
        elif now != seen:
            seen = now
            look()
            before = signature(files())
        await clock.sleep(POLL_S)


def heading(files: Sequence[Path], clock: Clock, *, terminal: bool, width: int) -> str:
    """Return what stands above each look: an emptied screen in a terminal, a line with the time in a log."""
    names = ", ".join(file.name for file in files)
    said = f"{clock.wall().astimezone():%H:%M:%S} watching {names}; Ctrl-C ends"
    return f"{CLEAR}{one_line(said, width)}\n" if terminal else f"--- {one_line(said, width - 4)}\n"


def is_terminal() -> bool:
    """Say whether somebody looks at standard output."""
    return sys.stdout.isatty()
