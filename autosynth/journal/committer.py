"""Who commits, and when the waiting task may go on.

In virtual time commits are inline: no thread, so a run stays deterministic. In real time a thread commits
(`threadcommitter.py`). Rows that could not be committed are kept and go first the next time: a failure leaves no gap.
"""

import asyncio
from typing import Protocol

from autosynth.journal.event import Row
from autosynth.journal.store import JournalStore


class Committer(Protocol):
    """Takes rows at once and makes them durable when asked."""

    def give(self, row: Row) -> None:
        """Keep a row for the next commit; never blocks."""
        ...

    def commit(self) -> asyncio.Future[None] | None:
        """Make every row given so far durable: `None` if they are on the disk now, else a future of their being there.

        Raises:
            JournalError: the disk refused, and the rows are kept; or the file was let go of. The future may say so too.
        """
        ...

    async def close(self) -> None:
        """Commit what was given, then close the store; if that fails, let go of it as it is.

        Raises:
            JournalError: the disk refused.
        """
        ...

    def abandon(self) -> None:
        """Drop what was not committed and let go of the store as a crash would."""
        ...


class InlineCommitter:
    """Commits in the calling task: for virtual time."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._rows: list[Row] = []

    def give(self, row: Row) -> None:
        """Keep a row for the next commit."""
        self._rows.append(row)

    def commit(self) -> None:
        """Write every row given so far.

        Raises:
            JournalError: the disk refused; the rows are kept for the next commit.
        """
        if self._rows:
            self._store.append(self._rows)
            self._rows.clear()

    async def close(self) -> None:
        """Commit what was given, then close the store; if that fails, let go of it as it is.

        Raises:
            JournalError: the disk refused.
        """
        try:
            self.commit()
        except BaseException:
            self.abandon()
            raise
        self._store.close()

    def abandon(self) -> None:
        """Drop what was not committed and let go of the store as a crash would."""
        self._store.abandon()
