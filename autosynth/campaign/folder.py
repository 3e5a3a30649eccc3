"""A campaign on disk: one folder, with the runs that it was made of inside it.

runs/<when>_<title>_<id>/
campaign.sqlite  recipe.yaml  station.yaml  library*.yaml  table.csv  campaign.yaml  report.html  table_results.csv
runs/<when>_<recipe>_<run>/...  a run's folder each, complete by itself
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autosynth.errors import InputError, JournalError, Problem

RECORD = "campaign.sqlite"
PAUSE = "pause.request"
"""A file that asks a campaign to pause behind the vial in hand."""


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """Paths inside a campaign's folder."""

    path: Path

    @classmethod
    def create(cls, runs: Path, title: str, campaign: str, when: datetime) -> "CampaignFolder":
        """Make a new folder; an existing one is never touched, one begun in the same second is numbered.

        Raises:
            JournalError: it cannot be made, or a hundred of its name exist already.
        """
        stem = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:40] or "campaign"
        first = runs / f"{when:%Y%m%dT%H%M%S}_{stem}_{campaign}"
        for number in range(1, 101):
            path = first if number == 1 else first.with_name(f"{first.name}_{number:03d}")
            try:
                (path / "runs").mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise JournalError(f"cannot make the campaign's folder {path}: {error}") from error
            return cls(path)
        raise JournalError(f"cannot make the campaign's folder {first}: a hundred of its name exist")

    @classmethod
    def find(cls, text: str, runs: Path) -> "CampaignFolder":
        """Return the folder named by a path, or by a unique part of a name below `runs`; `last` is the newest.

        Raises:
            InputError: none or several fit.
        """
        found = cls.lookup(text, runs)
        if len(found) == 1:
            return found[0]
        names = ", ".join(each.path.name for each in found[:5])
        message = f"{text!r} fits several campaigns: {names}" if found else f"no campaign called {text!r} in {runs}"
        raise InputError(Problem(message, hint="name its folder", rule="campaign"))

    @classmethod
    def lookup(cls, text: str, runs: Path) -> "list[CampaignFolder]":
        """Return the campaigns that a text may mean: a path, the newest for `last`, else parts of names."""
        if (Path(text) / RECORD).exists():
            return [cls(Path(text))]
        folders = sorted(each.parent for each in runs.glob(f"*/{RECORD}")) if runs.is_dir() else []
        if text == "last":
            return [cls(folders[-1])] if folders else []
        named = [each for each in folders if each.name == text]
        return [cls(each) for each in named or [each for each in folders if text in each.name]]

    @property
    def record(self) -> Path:
        """The durable progress record."""
        return self.path / RECORD

    @property
    def runs(self) -> Path:
        """Where its runs' folders are."""
        return self.path / "runs"

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.path / "report.html"

    @property
    def results(self) -> Path:
        """The table with what came of each row."""
        return self.path / "table_results.csv"

    @property
    def pause(self) -> Path:
        """The request to pause behind the vial in hand."""
        return self.path / PAUSE

    def keep(self, texts: Mapping[str, str]) -> None:
        """Write inputs as they were, once.

        Raises:
            JournalError: the disk refused.
        """
        for name, text in texts.items():
            try:
                (self.path / name).write_text(text, encoding="utf-8")
            except OSError as error:
                msg = f"{name} cannot be written in {self.path}: {error.strerror or error}"
                raise JournalError(msg) from error

    def text(self, name: str) -> str | None:
        """Return one of the inputs as it was; None if the campaign has no such input."""
        path = self.path / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def run(self, run_id: str) -> Path | None:
        """Return the newest run's folder of an id; None if it never came to be."""
        found = sorted(each for each in self.runs.glob(f"*_{run_id}*") if each.is_dir())
        return found[-1] if found else None
