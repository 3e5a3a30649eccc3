"""The files that paths on the command line stand for: a file itself, a folder's data files in their order."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from autosynth.errors import InputError, Problem


def data_files(paths: Sequence[Path], suffixes: Iterable[str], but: re.Pattern[str] | None = None) -> list[Path]:
    """Return every file once, in the order given; a folder's files named like `but` are no data.

    Raises:
        InputError: a path does not exist, or a folder holds no file with one of these suffixes; all are told.
    """
    wanted = sorted(suffixes)
    found: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        files = [path]
        if path.is_dir():
            files = sorted((each for each in path.rglob("*") if _is_data(each, wanted, but)), key=_natural)
            if not files:
                hint = f"data files end in {', '.join(wanted)}"
                problems.append(Problem(f"{path} holds no data file", None, hint, "file"))
        elif not path.is_file():
            problems.append(Problem(f"there is no file {path}", rule="file"))
        found += [each for each in files if each not in found]
    if problems:
        raise InputError(*problems)
    return found


def _is_data(path: Path, suffixes: Sequence[str], but: re.Pattern[str] | None) -> bool:
    named = path.suffix.lower() in suffixes and not path.name.startswith(".")
    return named and not (but is not None and but.fullmatch(path.name)) and path.is_file()


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """Return a key that puts scan2 before scan10."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", str(path))]
