"""How far a journal has come, told in another place: so that an older copy of it is not taken for the journal.

A log cut between two commits, or a folder put back from a backup, looks like a run that died there; to go on with it
would make strokes again. The watermark follows each commit and is never synced itself: after a loss of power it may be
older than the journal, or gone, and then it tells less. It is never ahead of what was durable.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from autosynth.errors import InputError, JournalCorruptError, JournalError
from autosynth.files import read_within
from autosynth.journal.event import Row

_DIGITS, _DIGEST = 12, 32
_LENGTH = _DIGITS + 2 * _DIGEST + 2


class Watermark:
    """The watermark of one journal, in a file of its own; once it is open, `set` and `close` belong to who commits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def open(self, *, anew: bool) -> None:
        """Make ready to be set; `anew` for a journal that is being made.

        Raises:
            JournalError: the file cannot be written.
        """
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | (os.O_TRUNC if anew else 0)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, flags, 0o600)
        except OSError as error:
            reason = f"cannot be written ({error.strerror}): make room there"
            msg = f"{self.path}, which tells how far a run has come, {reason}"
            raise JournalError(msg) from error

    def set(self, row: Row) -> None:
        """Say that this row is durable; a file that cannot be written now tells of an earlier one."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.lseek(self._file, 0, os.SEEK_SET)
                os.write(self._file, f"{row.seq:0{_DIGITS}d} {row.digest.hex()}\n".encode())

    def read(self) -> tuple[int, bytes] | None:
        """Return the number and the digest of the last row that was durable; None where there is no whole mark."""
        try:
            number, digest = read_within(self.path, _LENGTH).decode("ascii").split()
            found = int(number), bytes.fromhex(digest)
        except (OSError, ValueError, InputError):
            return None
        return found if len(found[1]) == _DIGEST else None

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def require(self, journal: Path, last: int, digest_of: Callable[[int], bytes | None]) -> None:
        """Refuse a journal that has been further, or went on elsewhere; `digest_of` gives its row of a number.

        Raises:
            JournalCorruptError: it is such a journal.
        """
        found = self.read()
        if found is None or digest_of(found[0]) == found[1]:
            return
        seq = found[0]
        what = f"ends at event {last}" if seq > last else f"has another event {seq}"
        msg = (
            f"{journal} {what}, but its run has been at event {seq} on this computer ({self.path}): it is an older "
            "copy, or was cut, and to go on with it would make strokes again. Put the newest copy back; if there is "
            "none, settle the run and look what is in its vessels"
        )
        raise JournalCorruptError(msg)
