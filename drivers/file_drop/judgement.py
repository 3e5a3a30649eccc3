"""Whether files are whole, found out beside the event loop, and once only of a file that stays as it is.

A large file takes a second to judge, and one that is not whole is looked at again at each poll. A file system tells
times of change to 2 s at worst, so what is found of a file is kept only when it has been unchanged for longer.
"""

from autosynth.clock import Clock
from autosynth.contracts.folder import Folder
from drivers.file_drop.wholeness import fault

_SURE_S = 3.0
"""So long a file's mark has been the same before what is found of it is kept."""


class Judge:
    """Judges the files of one folder; `ended`: their last line has to be."""

    def __init__(self, folder: Folder, clock: Clock, *, ended: bool) -> None:
        self._folder = folder
        self._clock = clock
        self._ended = ended
        self._seen: tuple[str, tuple[int, int] | None] = ("", None)
        self._since_s = 0.0
        self._found: str | None = None

    async def wrong(self, file: str) -> str:
        """Return what is wrong with a file, or "" when it is whole.

        Raises:
            NotConnectedError: it cannot be read.
        """
        mark, now_s = await self._folder.mark(file), self._clock.now()
        if (file, mark) != self._seen or mark is None:
            self._seen, self._since_s, self._found = (file, mark), now_s, None
        if self._found is not None:
            return self._found
        found = await self._folder.examined(file, lambda content: fault(file, content, ended=self._ended))
        if now_s - self._since_s >= _SURE_S:
            self._found = found
        return found

    async def content(self, file: str) -> tuple[bytes, str]:
        """Return a file's bytes and what is wrong with them.

        Raises:
            NotConnectedError: it cannot be read.
        """
        return await self._folder.examined(file, lambda content: (content, fault(file, content, ended=self._ended)))
