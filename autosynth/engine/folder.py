"""A run on disk: one folder, complete and portable.

runs/<when>_<recipe>_<id>/
journal.sqlite  telemetry.sqlite  recipe.yaml  station.yaml  bench.json  data/<action>_<name>/...  report.html
fits/<action>_<name>/...  what an analysis drew from the data; data/ holds only what instruments wrote
instruments/<device>/...  of a simulated bench alone: the folders that its instruments write into
"""

import hashlib
import json
import os
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from autosynth.engine.remote import CONTROL_FILE
from autosynth.errors import InputError, JournalError, Problem
from autosynth.files import sync_folder
from autosynth.journal.connection import owned, translated
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore

_STAMP = re.compile(r"\d{8}T\d{6}(?=_)")
"""When it began, at the beginning of a folder's name."""
_NAME = re.compile(_STAMP.pattern + r"_[A-Za-z0-9-]+_[A-Za-z0-9]+(_\d{3})?")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths inside a run's folder; `synced` waits for the disk with every file of data, as a simulated run need not."""

    path: Path
    synced: bool = True

    @classmethod
    def create(cls, runs: Path, recipe: str, run_id: str, when: datetime, *, synced: bool = True) -> "RunFolder":
        """Make a new folder; an existing one is never touched, a simulated run begun in the same second is numbered.

        Raises:
            JournalError: it cannot be made, or a hundred of its name exist already.
        """
        stem = re.sub(r"[^A-Za-z0-9]+", "-", recipe).strip("-").lower()[:40] or "recipe"
        path = first = runs / f"{when:%Y%m%dT%H%M%S}_{stem}_{run_id}"
        for number in range(2, 102):
            try:
                path.mkdir(parents=True)
                (path / "data").mkdir()
            except FileExistsError:
                path = first.with_name(f"{first.name}_{number:03d}")
            except OSError as error:
                msg = f"cannot make the run folder {path}: {error}"
                raise JournalError(msg) from error
            else:
                return cls(path, synced)
        msg = f"cannot make the run folder {first}: a hundred of its name exist"
        raise JournalError(msg)

    @classmethod
    def find(cls, text: str, runs: Path) -> "RunFolder":
        """Return the folder named by a path, or by a run id or a unique part of a name below `runs`.

        A campaign's folder, by its path, stands for its newest run. Runs of campaigns are found by their own names.
        `last` is the one that lives, else the newest, whatever their folders are called by now (see `newest`).

        Raises:
            InputError: none or several fit.
        """
        if (Path(text) / "journal.sqlite").exists():
            return cls(Path(text))
        folders = _by_name(runs, "*/journal.sqlite") + _by_name(runs, "*/runs/*/journal.sqlite")
        inside = _by_name(Path(text), "runs/*/journal.sqlite") if text else []
        found = [each for each in folders if text in each.name]
        if meant := inside or (folders if text == "last" else []):
            found = [newest(each / "journal.sqlite" for each in meant).parent]
        named = [each for each in found if each.name == text]
        if len(named or found) == 1:
            return cls((named or found)[0])
        names = ", ".join(each.name for each in reversed(found[-5:]))
        more = f" and {len(found) - 5} older ones" if len(found) > 5 else ""
        message = f"no run called {text!r} in {runs}" if not found else f"{text!r} fits several runs: {names}{more}"
        hint = "give a folder's name, as `autosynth runs` lists them, or enough of it; `last` is the newest"
        raise InputError(Problem(message, hint=hint, rule="run"))

    @property
    def journal(self) -> Path:
        """The durable record."""
        return self.path / "journal.sqlite"

    @property
    def telemetry(self) -> Path:
        """Sensor readings."""
        return self.path / "telemetry.sqlite"

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.path / "report.html"

    def keep(self, name: str, content: str | Mapping[str, Any]) -> None:
        """Write one of the inputs as it was, once.

        Raises:
            JournalError: the disk refused.
        """
        text = content if isinstance(content, str) else json.dumps(content, indent=1, sort_keys=True)
        with _translated(self.path / name):
            (self.path / name).write_text(text, encoding="utf-8")

    def keep_data(self, action: str, name: str, file: str, content: bytes) -> tuple[str, str]:
        """Write an instrument's data as it came, synced, and return its path within the folder and its SHA-256.

        Raises:
            JournalError: the disk refused; no file of that name was left.
        """
        return self._write("data", action, name, file, content)

    def keep_fit(self, action: str, name: str, file: str, content: bytes) -> tuple[str, str]:
        """Write what an analysis drew from data, synced, and return its path within the folder and its SHA-256.

        Raises:
            JournalError: the disk refused; no file of that name was left.
        """
        return self._write("fits", action, name, file, content)

    def _write(self, top: str, action: str, name: str, file: str, content: bytes) -> tuple[str, str]:
        folder = self.path / top / f"{safe_name(action)}_{safe_name(name)}"
        parts = PurePosixPath(file).parts
        if ".." in parts or PurePosixPath(file).is_absolute():
            msg = f"{file!r} is no name of a file in a run's folder"
            raise JournalError(msg)
        path = folder.joinpath(*parts)
        within = path.relative_to(self.path)
        with _translated(within):  # the reason goes on record, and where the run folder lies does not
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content, synced=self.synced)
        return within.as_posix(), hashlib.sha256(content).hexdigest()


def newest(records: Iterable[Path]) -> Path:
    """Return the record of a run or a campaign that is being written now, else the one that was begun last.

    Of several that live, one that takes commands. A folder may have been renamed, and its copy is not the run itself:
    when it began says its name as it was made, else its record (for a run in virtual time that is a fixed day).

    Raises:
        ValueError: there is none.
    """
    return max(records, key=lambda each: (*_living(each), *_begun(each)))


def is_written(record: Path) -> bool:
    """Return whether a live process is writing a record now; one that cannot be asked has none."""
    try:
        with translated(record):
            return owned(record, OsDisk())
    except JournalError:
        return False


def _living(record: Path) -> tuple[bool, bool]:
    lives = is_written(record)
    return lives, lives and (record.parent / CONTROL_FILE).exists()


def _begun(record: Path) -> tuple[str, bool, str]:
    """Return when a record was begun, to the second; of several then, copies come before what they are copies of."""
    name = record.parent.name
    stamp = _STAMP.match(name)
    return stamp[0] if stamp else _started(record), _NAME.fullmatch(name) is not None, name


def _started(record: Path) -> str:
    """Return when a record says that it was begun; empty when it cannot be read."""
    try:
        store = JournalStore.read(record, OsDisk())
        try:
            when = datetime.fromisoformat(store.meta["started"])
        finally:
            store.abandon()
        return f"{when.astimezone(UTC):%Y%m%dT%H%M%S}"
    except (JournalError, KeyError, TypeError, ValueError, OverflowError):
        return ""


def _by_name(folder: Path, pattern: str) -> list[Path]:
    """Return the folders of runs that a pattern finds, in the order of their names."""
    found = folder.glob(pattern) if folder.is_dir() else ()
    return sorted((each.parent for each in found), key=lambda each: each.name)


def _replace(path: Path, content: bytes, *, synced: bool) -> None:
    """Write a file under a passing name, sync it, then give it its own: there is all of it or nothing."""
    passing = path.with_name(f".{path.name}.part")
    try:
        with passing.open("wb") as stream:
            stream.write(content)
            stream.flush()
            if synced:
                os.fsync(stream.fileno())
        passing.replace(path)
    except OSError:
        with suppress(OSError):
            passing.unlink(missing_ok=True)
        raise
    if synced:
        sync_folder(path.parent)


@contextmanager
def _translated(path: Path) -> Generator[None]:
    """Turn the system's errors into ours, with what to do about them."""
    try:
        yield
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror or error}): free some space or see to the disk"
        raise JournalError(msg) from error


def safe_name(text: str) -> str:
    """Return `text` as a file name on every platform."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)
