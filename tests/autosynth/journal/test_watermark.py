"""A journal that has been further than it is, or went on elsewhere, is not gone on with."""

from pathlib import Path

import pytest

from autosynth.errors import JournalCorruptError, JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.journal import Journal
from autosynth.journal.watermark import Watermark
from tests.autosynth.journal.conftest import PATH, SetClock


async def written(disk: CrashDisk, clock: SetClock, mark: Path, *kinds: str) -> None:
    """Write a journal, an event a commit, and die."""
    journal = Journal.create(PATH, disk, clock, {}, threaded=False, watermark=Watermark(mark))
    for kind in kinds:
        journal.record(kind, {})
        await journal.durable()
    journal.abandon()


async def test_an_older_copy_is_refused_and_the_newest_goes_on(
    disk: CrashDisk, clock: SetClock, tmp_path: Path
) -> None:
    """What was durable is missing: it is said from where; the whole journal goes on, its mark with it."""
    mark = tmp_path / "state" / "run.mark"
    journal = Journal.create(PATH, disk, clock, {}, threaded=False, watermark=Watermark(mark))
    journal.record("a", {})
    await journal.durable()
    older = disk.after_crash()
    journal.record("b", {})
    journal.record("c", {})
    await journal.durable()
    newest = disk.after_crash()
    journal.abandon()
    with pytest.raises(JournalCorruptError, match="ends at event 1, but its run has been at event 3"):
        Journal.open(PATH, older, clock, threaded=False, watermark=Watermark(mark))
    going_on = Journal.open(PATH, newest, clock, threaded=False, watermark=Watermark(mark))
    going_on.record("d", {})
    await going_on.close()
    assert Watermark(mark).read() == (4, bytes.fromhex(going_on.head))


async def test_a_journal_that_went_on_elsewhere_is_refused(clock: SetClock, tmp_path: Path) -> None:
    """A copy that was recovered is another journal from there on."""
    mark = tmp_path / "run.mark"
    await written(CrashDisk(), clock, mark, "a", "b", "c")
    other = CrashDisk()
    await written(other, clock, tmp_path / "other.mark", "a", "x", "y", "z")
    with pytest.raises(JournalCorruptError, match="has another event 3"):
        Journal.open(PATH, other, clock, threaded=False, watermark=Watermark(mark))


@pytest.mark.parametrize("content", [None, b"", b"0" * 78, b"000000000001 zz", b"\xff" * 78, b"1 " * 500])
async def test_a_mark_that_was_lost_tells_nothing(
    disk: CrashDisk, clock: SetClock, tmp_path: Path, content: bytes | None
) -> None:
    """After a loss of power it may be gone, short or rubbish: the journal alone counts then."""
    mark = tmp_path / "run.mark"
    await written(disk, clock, mark, "a")
    mark.unlink()
    if content is not None:
        mark.write_bytes(content)
    await Journal.open(PATH, disk, clock, threaded=False, watermark=Watermark(mark)).close()


async def test_a_commit_that_failed_is_not_marked(disk: CrashDisk, clock: SetClock, tmp_path: Path) -> None:
    """The mark is never ahead of what is durable; a new journal begins with none."""
    mark = tmp_path / "run.mark"
    await written(CrashDisk(), clock, mark, "of", "another", "journal")
    journal = Journal.create(PATH, disk, clock, {}, threaded=False, watermark=Watermark(mark))
    assert Watermark(mark).read() is None
    disk.sync_fails = True
    journal.record("a", {})
    with pytest.raises(JournalError):
        await journal.durable()
    journal.abandon()
    assert Watermark(mark).read() is None


async def test_a_mark_that_cannot_be_made_is_told(disk: CrashDisk, clock: SetClock, tmp_path: Path) -> None:
    """A run does not begin without it, and owns nothing then."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(JournalError, match="tells how far a run has come, cannot be written"):
        Journal.create(PATH, disk, clock, {}, threaded=False, watermark=Watermark(tmp_path / "file" / "run.mark"))
    await Journal.open(PATH, disk, clock, threaded=False).close()
