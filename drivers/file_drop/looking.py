"""Looking into a folder until the one file of a measurement is there, grows no more and is whole; nothing is changed.

A name that passing software gives a file until it is written is not looked at: only the stem with one of the station's
suffixes, whole, is.
"""

from collections.abc import Mapping

from autosynth.clock import Clock
from autosynth.contracts.folder import Folder
from autosynth.errors import DeviceBusyError, GarbledReplyError, NotConnectedError
from drivers.file_drop.judgement import Judge
from drivers.file_drop.options import DropOptions
from drivers.file_drop.wholeness import suffix

_AGAIN = "Measure again under the next name, or export the file anew: a file that is whole is taken when it comes."


class Looker:
    """Looks every `poll` seconds of its clock."""

    def __init__(self, device: str, folder: Folder, clock: Clock, options: DropOptions) -> None:
        self._device = device
        self._folder = folder
        self._clock = clock
        self._options = options
        self._judge = Judge(folder, clock, ended=options.ended)

    async def until_whole(self, name: str, wait_s: float) -> str:
        """Return the file of a measurement once its size has not changed for the time asked and it is whole.

        Raises:
            DeviceBusyError: none has come in `wait_s`, or it still grows.
            GarbledReplyError: there are several, or it is not whole and has not changed for long; they are named.
            NotConnectedError: the folder cannot be looked into.
        """
        options = self._options
        end_s = self._clock.now() + wait_s
        before: Mapping[str, int] = {}
        since_s = self._clock.now()
        while True:
            now_s, found = self._clock.now(), await self._files(name)
            grown = bool(before) and found != before
            if found != before:
                before, since_s = found, now_s
            still_s = now_s - since_s
            if found and still_s >= options.stable_s:
                file = self._only(found)
                wrong = await self._wrong(file)
                if not wrong:
                    return file
                if still_s >= options.stable_s + options.patience_s:
                    raise GarbledReplyError(f"{file} {wrong}", self._device, advice=_AGAIN)
            elif now_s >= end_s and (grown or not found):
                raise await self._late(name, wait_s, found)
            await self._clock.sleep(options.poll_s)

    async def whole(self, name: str) -> tuple[str, str]:
        """Return a measurement's file as it is now and "", or what stands against it.

        Raises:
            NotConnectedError: the folder cannot be looked into.
        """
        found = await self._files(name)
        if not found:
            return "", f"no file {self._expected(name)} is there"
        if len(found) > 1:
            return "", f"there are several files: {', '.join(found)}"
        file = next(iter(found))
        wrong = await self._wrong(file)
        return ("", f"{file} {wrong}") if wrong else (file, "")

    async def content(self, name: str) -> tuple[str, bytes]:
        """Return a measurement's one file and its bytes.

        Raises:
            GarbledReplyError: it is not there, there are several, or it is not whole; they are named.
            NotConnectedError: the folder cannot be looked into.
        """
        file = self._only(await self._files(name), name)
        content, wrong = await self._judge.content(file)
        if wrong:
            raise GarbledReplyError(f"{file} {wrong}", self._device, advice=_AGAIN)
        return file, content

    async def seen(self) -> None:
        """Look whether the folder is there.

        Raises:
            NotConnectedError: it is not.
        """
        await self._folder.entries("a name that no file has")

    async def _files(self, name: str) -> Mapping[str, int]:
        stem = self._options.stem(name)
        near = await self._folder.entries(stem)
        return {file: size for file, size in near.items() if self._is_of(stem, file)}

    def _is_of(self, stem: str, file: str) -> bool:
        ending = suffix(file)
        return ending in self._options.suffixes and file[: -len(ending)] == stem

    def _only(self, found: Mapping[str, int], name: str = "") -> str:
        if len(found) == 1:
            return next(iter(found))
        if not found:
            raise GarbledReplyError(f"no file {self._expected(name)} is there", self._device, advice=_AGAIN)
        message = f"{len(found)} files could be this measurement's: {', '.join(found)}"
        raise GarbledReplyError(message, self._device, advice="Leave the one that counts, and move the others away.")

    async def _wrong(self, file: str) -> str:
        try:
            return await self._judge.wrong(file)
        except NotConnectedError:
            if file in await self._folder.entries(file):
                raise
            return "is gone again"

    async def _late(self, name: str, wait_s: float, found: Mapping[str, int]) -> DeviceBusyError:
        if found:
            grown = ", ".join(f"{file} ({size} bytes)" for file, size in found.items())
            return DeviceBusyError(f"after {wait_s:g} s {grown} still grows", self._device)
        near = await self._folder.entries(self._options.stem(name))
        like = f"; there is {', '.join(list(near)[:5])}" if near else ""
        message = f"no file {self._expected(name)} has come in {wait_s:g} s{like}"
        advice = "See that the measurement is made, and saved under this name into this folder."
        return DeviceBusyError(message, self._device, advice=advice)

    def _expected(self, name: str) -> str:
        return " or ".join(f"{self._options.stem(name)}{each}" for each in self._options.suffixes)
