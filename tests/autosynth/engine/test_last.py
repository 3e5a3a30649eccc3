"""Which run `last` is: the one that lives, else the newest, whatever the folders are called."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from autosynth.campaign.folder import RECORD
from autosynth.cli.campaigns import named_campaign
from autosynth.engine.folder import RunFolder
from autosynth.engine.remote import CONTROL_FILE
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore


def made(folder: Path, day: int, record: str = "journal.sqlite") -> JournalStore:
    """Begin a record on a day of January, and go on writing it."""
    folder.mkdir(parents=True)
    started = datetime(2026, 1, day, 9, 30, 12, 999999, tzinfo=UTC)
    return JournalStore.create(folder / record, OsDisk(), {"started": started.isoformat()})


def ended(folder: Path, day: int, record: str = "journal.sqlite") -> Path:
    """Leave a record of a run whose process is gone."""
    made(folder, day, record).abandon()
    return folder


def last(runs: Path) -> str:
    return RunFolder.find("last", runs).path.name


def test_a_renamed_run_is_as_old_as_its_record_says(tmp_path: Path) -> None:
    """A name that sorts last makes no run the newest, and one that sorts first none the oldest."""
    ended(tmp_path / "20260102T093012_dose_b", 2)
    ended(tmp_path / "renamed", 1)
    assert last(tmp_path) == "20260102T093012_dose_b"
    ended(tmp_path / "1st-try", 3)
    assert last(tmp_path) == "1st-try"


def test_a_copy_is_not_the_run(tmp_path: Path) -> None:
    """Of a run and its copies the run is meant; one begun in the same second is numbered, and newer."""
    first = ended(tmp_path / "20260102T093012_dose_b", 2)
    shutil.copytree(first, tmp_path / "20260102T093012_dose_b.bak")
    shutil.copytree(first, tmp_path / "zz")
    assert last(tmp_path) == "20260102T093012_dose_b"
    ended(tmp_path / "20260102T093012_dose_b_002", 2)
    assert last(tmp_path) == "20260102T093012_dose_b_002"


def test_the_run_that_lives_comes_first(tmp_path: Path) -> None:
    """A newer run that has ended, a campaign too, does not stand between a person and the one that moves."""
    live = made(tmp_path / "moving", 1)
    ended(tmp_path / "20260103T093012_dose_c", 3)
    ended(tmp_path / "20260104T093012_many_d", 4, RECORD)
    ended(tmp_path / "20260104T093012_many_d" / "runs" / "20260104T093013_dose_e", 4)
    assert last(tmp_path) == "moving"
    assert named_campaign("last", tmp_path) is None
    live.abandon()
    assert last(tmp_path) == "20260104T093013_dose_e"
    found = named_campaign("last", tmp_path)
    assert found is not None
    assert found.path.name == "20260104T093012_many_d"


def test_of_two_that_live_the_one_that_takes_commands(tmp_path: Path) -> None:
    """A dry run in virtual time, begun later, is no answer to `abort last`."""
    real, dry = made(tmp_path / "20260101T093012_dose_a", 1), made(tmp_path / "20260102T093012_dose_s1", 2)
    (tmp_path / "20260101T093012_dose_a" / CONTROL_FILE).touch()
    assert last(tmp_path) == "20260101T093012_dose_a"
    real.abandon()
    assert last(tmp_path) == "20260102T093012_dose_s1"
    dry.abandon()


def test_the_newest_of_a_campaign_is_the_one_that_lives(tmp_path: Path) -> None:
    """A campaign's folder stands for the run that moves, also where an older row is made again."""
    campaign = ended(tmp_path / "20260101T093012_many_d", 1, RECORD)
    live = made(campaign / "runs" / "again", 1)
    ended(campaign / "runs" / "20260102T093012_dose_b", 2)
    assert RunFolder.find(str(campaign), tmp_path).path.name == "again"
    live.abandon()


def test_a_record_that_cannot_be_read_is_the_oldest(tmp_path: Path) -> None:
    """Damage, or a file of somebody else's, hides no run."""
    ended(tmp_path / "20260102T093012_dose_b", 2)
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz" / "journal.sqlite").write_bytes(b"no database" * 100)
    (tmp_path / "zz" / "journal.sqlite.lock").write_bytes(b"no database" * 100)
    assert last(tmp_path) == "20260102T093012_dose_b"
