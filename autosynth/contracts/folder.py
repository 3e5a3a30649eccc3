"""A folder that an instrument's own software writes into: looked into, never written to.

The instrument may run on a computer of its own; what is seen here is that folder as this computer has it (a share).
A driver receives it with its settings, so that it needs to know no file system and a simulated bench can stand in.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

T = TypeVar("T")


class Folder(Protocol):
    """Folders of files below one root, by their names; names are relative and never leave the root."""

    async def listing(self, name: str) -> Mapping[str, int] | None:
        """Return the files below the folder `name` (path with "/" -> size in bytes), or None when it is not there.

        Raises:
            NotConnectedError: the root itself cannot be reached.
            ArgumentError: the name would leave the root.
        """
        ...

    async def entries(self, stem: str) -> Mapping[str, int]:
        """Return the files in the root itself, none below it, whose names begin with `stem` (name -> size in bytes).

        Raises:
            NotConnectedError: the root itself cannot be reached.
        """
        ...

    async def mark(self, file: str) -> tuple[int, int] | None:
        """Return size in bytes and time of change in ns of one file in the root itself; None where no time is kept.

        Raises:
            NotConnectedError: the root or the file cannot be reached.
            ArgumentError: it is no name of a file in the root.
        """
        ...

    async def examined(self, file: str, look: Callable[[bytes], T]) -> T:
        """Return what `look` finds in the content of one file in the root itself; in real time beside the event loop.

        Raises:
            NotConnectedError: the root or the file cannot be reached.
            ArgumentError: it is no name of a file in the root.
        """
        ...

    async def read(self, name: str) -> Mapping[str, bytes]:
        """Return the files below the folder `name` with their contents.

        Raises:
            NotConnectedError: the root or the folder cannot be reached.
            ArgumentError: the name would leave the root.
        """
        ...
