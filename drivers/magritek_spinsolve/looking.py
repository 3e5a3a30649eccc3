"""Looking into the folder that the spectrometer's software writes, until a measurement is whole and grows no more."""

from collections.abc import Mapping

from autosynth.clock import Clock
from autosynth.contracts.folder import Folder
from autosynth.errors import GarbledReplyError
from drivers.magritek_spinsolve.dataset import fault


class Looker:
    """Looks every `look_s` seconds; changes nothing."""

    def __init__(self, name: str, folder: Folder, clock: Clock, look_s: float) -> None:
        self._name = name
        self._folder = folder
        self._clock = clock
        self._look_s = look_s

    async def there(self, folder: str) -> bool:
        """Tell whether a block's folder is there, whatever is in it."""
        return await self._folder.listing(folder) is not None

    async def fault(self, folder: str, patience_s: float = 0.0) -> str:
        """Return "" once a block is whole in two looks running, or what it lacks after `patience_s` and two looks."""
        end_s = self._clock.now() + patience_s
        before = await self._folder.listing(folder)
        while True:
            await self._clock.sleep(self._look_s)
            now = await self._folder.listing(folder)
            if now is None:
                found = "its folder is not there"
            elif now != before:
                found = "its files still grow"
            else:
                found = fault(await self._folder.read(folder))
                if not found:
                    return ""
            if self._clock.now() >= end_s:
                return found
            before = now

    async def data(self, folder: str) -> Mapping[str, bytes]:
        """Return a block's files.

        Raises:
            GarbledReplyError: one is missing or truncated.
        """
        files = await self._folder.read(folder)
        if found := fault(files):
            raise GarbledReplyError(f"{folder}: {found}", self._name, advice="Measure into a new folder.")
        return files
