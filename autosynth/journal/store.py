"""The file of a run's events: SQLite in write-ahead mode, every commit synced, one file a run.

A row is an event's bytes and their SHA-256. The file says `open` from its first event until a clean close, which
writes how many events there are and the hash of the last; so a file that lost its tail, its `-wal` or a row is
noticed, and refused instead of read as a shorter run. The store knows bytes; what they mean is `event.py`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import apsw

from autosynth.errors import JournalCorruptError, JournalError, LockedError
from autosynth.journal.connection import connect, own, owned, translated
from autosynth.journal.disk import Disk
from autosynth.journal.event import GENESIS, Event, Row, verify
from autosynth.journal.format import FORMAT, new_file
from autosynth.journal.wal import LogState, exists, log_state, require_whole_log
from autosynth.journal.watermark import Watermark

_CHUNK = 2000


class JournalStore:
    """A journal file, open for appending (`create`, `open`) or for reading beside its writer (`read`)."""

    def __init__(self, path: Path, connection: apsw.Connection, owner: apsw.Connection | None) -> None:
        self.path = path
        self._watermark: Watermark | None = None
        self._connection = connection
        self._owner = owner
        marks = self._marks()
        self.ended_cleanly = "open" not in marks
        """Whether the last writer had closed the file when it was opened here."""
        try:
            self.meta: Mapping[str, str] = json.loads(marks["meta"])
            """What the run was created with; outside the hash chain."""
            self._closed_at = (int(marks["last"]), marks["head"]) if self.ended_cleanly else None
        except (KeyError, ValueError) as error:
            msg = f"{path} is damaged: its marks cannot be read ({error!r}); restore it from a copy"
            raise JournalCorruptError(msg) from error

    @classmethod
    def create(
        cls, path: Path, disk: Disk, meta: Mapping[str, str], watermark: Watermark | None = None
    ) -> "JournalStore":
        """Make an empty journal at `path`, durable when this returns; `watermark` is begun anew for it.

        Raises:
            JournalError: the path exists, is on a network file system, or cannot be written.
            LockedError: another process is creating it.
        """
        disk.admit(path)
        with translated(path):
            owner = own(path, disk)
            try:
                if exists(path, disk):
                    msg = f"{path} exists already: a journal is never overwritten"
                    raise JournalError(msg)
                store = cls(path, new_file(path, disk, meta), owner)
                store._follow(watermark, anew=True)
                return store
            except BaseException:
                owner.close()
                raise

    @classmethod
    def open(
        cls, path: Path, disk: Disk, *, accept_cut: bool = False, watermark: Watermark | None = None
    ) -> "JournalStore":
        """Open a journal to go on appending, as its only writer.

        Args:
            path: the journal file.
            disk: where it lies.
            accept_cut: go on although the write-ahead log is missing or damaged and events may have been lost.
            watermark: how far the journal has come as far as this computer knows.

        Raises:
            JournalError: there is no journal, or it cannot be written.
            JournalCorruptError: the file is damaged, or events that were durable are missing.
            LockedError: another live process is writing it.
        """
        disk.admit(path)
        with translated(path):
            _require_there(path, disk)
            owner = own(path, disk)
            try:
                store = cls._opened(path, disk, owner, accept_cut=accept_cut)
            except BaseException:
                owner.close()
                raise
            try:
                store._take_over(None if accept_cut else watermark, watermark)  # noqa: SLF001 - its own class
                disk.sync_names(path)  # the log may have been made by a reader, who syncs nothing
            except BaseException:
                store.abandon()
                raise
            return store

    @classmethod
    def read(cls, path: Path, disk: Disk, *, accept_cut: bool = False) -> "JournalStore":
        """Open a journal for reading only; its writer may be alive in another process.

        Raises:
            JournalError: there is no journal at `path`.
            JournalCorruptError: the file is damaged, or events that were durable are missing.
        """
        with translated(path):
            _require_there(path, disk)
            return cls._opened(path, disk, None, accept_cut=accept_cut)

    @classmethod
    def _opened(cls, path: Path, disk: Disk, owner: apsw.Connection | None, *, accept_cut: bool) -> "JournalStore":
        live = owner is None and owned(path, disk)
        log = None if live else log_state(path, disk)
        connection = connect(path, disk, readonly=owner is None)
        try:
            store = cls(path, connection, owner)
            if not accept_cut and not live:
                try:
                    store._require_whole(log)
                except JournalCorruptError:
                    if owner is not None or not owned(path, disk):  # else a writer has come in between
                        raise
        except BaseException:
            connection.close()
            raise
        return store

    def _take_over(self, reached: Watermark | None, watermark: Watermark | None) -> None:
        """Go on with a file that has come as far as its run had, and say that it is being written."""
        if reached is not None:
            reached.require(self.path, self.tail()[0], self._digest)
        self._follow(watermark, anew=False)
        self._mark_open()

    def _follow(self, watermark: Watermark | None, *, anew: bool) -> None:
        """Set a watermark with each commit from now on."""
        if watermark is not None:
            watermark.open(anew=anew)
        self._watermark = watermark

    def _digest(self, seq: int) -> bytes | None:
        row = self._connection.execute("SELECT digest FROM event WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else row[0]

    def _mark_open(self) -> None:
        """Say that the file is being written, in a log of its own.

        What a crash has spoiled at the end of the last log is left behind with it: written over in part and spoiled by
        another crash, it would look like damage.
        """
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('open', '1')")
        self._connection.wal_checkpoint()

    def _marks(self) -> dict[str, str]:
        try:
            marks: dict[str, str] = dict(self._connection.execute("SELECT key, value FROM meta"))
        except apsw.SQLError as error:
            msg = f"{self.path} is no journal, or its making was interrupted before the first event: start a new run"
            raise JournalError(msg) from error
        if marks.get("format") != str(FORMAT):
            msg = f"{self.path} has journal format {marks.get('format')}, this version reads {FORMAT}: use a later one"
            raise JournalError(msg)
        return marks

    def _require_whole(self, log: LogState | None) -> None:
        if self._closed_at is None:
            require_whole_log(self.path, self._connection, log)
        elif self._closed_at != self.tail():
            msg = (
                f"{self.path} was closed with {self._closed_at[0]} events and now ends at event {self.tail()[0]}: "
                f"event {self.tail()[0] + 1} and what followed were lost or changed; restore the file from a copy"
            )
            raise JournalCorruptError(msg)

    def append(self, rows: Sequence[Row]) -> None:
        """Commit rows in one transaction; they are on the disk when this returns.

        Raises:
            JournalError: the disk is full, read-only or failing; none of the rows was kept and they can be given again.
            LockedError: another writer has appended to this journal.
        """
        with translated(self.path):
            run = self._connection.execute
            run("BEGIN IMMEDIATE")
            try:
                self._connection.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)
                run("COMMIT")
            except apsw.ConstraintError as error:
                run("ROLLBACK")
                msg = f"{self.path}: event {rows[0].seq} is there already: another process is writing this journal"
                raise LockedError(msg) from error
            except BaseException:
                if self._connection.in_transaction:
                    run("ROLLBACK")
                raise
        if self._watermark is not None:
            self._watermark.set(rows[-1])

    def tail(self) -> tuple[int, str]:
        """Return the number of the last event and its hash (0 and the genesis hash of an empty journal)."""
        with translated(self.path):
            last = self._connection.execute("SELECT seq, hex(digest) FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        return (last[0], last[1].lower()) if last else (0, GENESIS)

    def rows(self, from_seq: int = 1) -> Iterator[Row]:
        """Yield stored rows in order, unverified, in chunks that hold no long transaction.

        Raises:
            JournalCorruptError: the file is damaged; the message names the first event that cannot be read.
        """
        query = "SELECT seq, digest, body FROM event WHERE seq >= ? ORDER BY seq LIMIT ?"
        while True:
            with translated(self.path, from_seq):
                chunk = list(map(Row._make, self._connection.execute(query, (from_seq, _CHUNK))))
            yield from chunk
            if len(chunk) < _CHUNK:
                return
            from_seq = chunk[-1].seq + 1

    def verified(self, from_seq: int = 1) -> Iterator[tuple[Row, Event]]:
        """Yield rows and their events in order, each verified against its hash and the chain.

        Raises:
            JournalCorruptError: an event is missing, changed or unreadable; the message names the first.
        """
        head = GENESIS
        if from_seq > 1:
            before = next(self.rows(from_seq - 1), None)
            if before is None or before.seq != from_seq - 1:
                msg = f"event {from_seq - 1} is missing: {self.path} cannot be read from event {from_seq}"
                raise JournalCorruptError(msg)
            head = before.digest.hex()
        return verify(self.rows(from_seq), from_seq - 1, head)

    def events(self, from_seq: int = 1) -> Iterator[Event]:
        """Yield events in order, each verified against its hash and the chain.

        Raises:
            JournalCorruptError: an event is missing, changed or unreadable; the message names the first.
        """
        return (event for _, event in self.verified(from_seq))

    def check(self) -> tuple[int, str]:
        """Return the number of events and the chain's head after checking every link and the file's structure.

        Raises:
            JournalCorruptError: something does not verify; the message names the first bad event or page.
        """
        last, digest = 0, b""
        for (last, digest, _), _ in self.verified():  # noqa: B007 - the last one counts
            pass
        with translated(self.path):
            found = self._connection.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            msg = f"{self.path} is damaged: {'; '.join(str(row[0]) for row in found[:3])}"
            raise JournalCorruptError(msg)
        return last, digest.hex() or GENESIS

    def close(self) -> None:
        """Move everything from the write-ahead log into the file, mark it closed and let go of it.

        Raises:
            JournalError: the disk failed; the file keeps saying `open`.
        """
        if self._owner is None:
            self._connection.close()
            return
        with translated(self.path):
            try:
                self._connection.wal_checkpoint()
                last, head = self.tail()
                with self._connection:
                    self._connection.execute("DELETE FROM meta WHERE key = 'open'")
                    rows = [("last", str(last)), ("head", head)]
                    self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
                self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            finally:
                self.abandon()

    def abandon(self) -> None:
        """Let go of the file as a crash would: it keeps saying `open` and keeps its write-ahead log."""
        self._connection.close()
        if self._watermark is not None:
            self._watermark.close()
        if self._owner is not None:
            self._owner.close()


def _require_there(path: Path, disk: Disk) -> None:
    if not exists(path, disk):
        msg = f"there is no journal at {path}"
        raise JournalError(msg)
