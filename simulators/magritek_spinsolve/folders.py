"""Where a measurement's files go: on the spectrometer's own computer, and as the share shows it.

`UserFolder` is exactly there, `TimeStamp` a folder named by the second below it, `TimeStampTree` a tree of folders.
Only what lies below the shared data folder is seen by others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Naming = Literal["UserFolder", "TimeStamp", "TimeStampTree"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the next measurement goes."""

    naming: Naming
    path: str

    def folder(self, now: datetime) -> str:
        """Return the folder of a measurement that begins now."""
        if self.naming == "UserFolder":
            return self.path
        pattern = "%Y%m%d%H%M%S" if self.naming == "TimeStamp" else "%Y\\%m\\%d\\%H\\%M\\%S"
        return self.path.rstrip("\\/") + "\\" + now.strftime(pattern)


def shared(folder: str, root: str) -> str | None:
    """Return a folder's path below the shared one, "/" between; None when it is not seen there."""
    parts, above = _parts(folder), _parts(root)
    below = [part for part in parts[len(above) :] if part != "."]
    inside = [each.lower() for each in parts[: len(above)]] == [each.lower() for each in above]
    return "/".join(below) if inside and below and ".." not in below else None


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("/", "\\").split("\\") if part]
