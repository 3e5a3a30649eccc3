"""The platform: recipes, checks, the engine and its journal. It knows contracts, never devices.

`autosynth.load(run)` opens a run in a notebook; nothing is imported before it is called.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autosynth.notebook import Run

__all__ = ["load"]


def load(run: str | Path = "last", runs: str | Path = "runs") -> "Run":
    """Return a run as tables: `run` is its folder, its id, part of its name, or `last`; `runs` is where runs are kept.

    Raises:
        InputError: no run, or several, fit.
        JournalError, JournalCorruptError: its record cannot be read, or does not verify.
        ImportError: pandas is not installed (`pip install 'autosynth[notebook]'`).
    """
    from autosynth.notebook import open_run  # noqa: PLC0415  # importing autosynth must stay light

    return open_run(str(run), Path(runs))
