"""Folders that instruments' own software writes into, on this computer's disks and shares: looked into, not touched.

A share that stalls must not keep watchdogs waiting, so in real time every look is made beside the event loop. In
virtual time there is no thread, and what a simulated bench has dropped is written down just before somebody looks.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TypeVar

from autosynth.errors import ArgumentError, InputError, NotConnectedError
from autosynth.files import read_within
from autosynth.wire.memory import MemoryBench

T = TypeVar("T")
LARGEST_FILE = 256 * 1024 * 1024
"""A measurement is never so large, all its files together, in bytes; what is larger is not read."""
MOST_FILES = 10_000
"""Nor has it so many files."""


class DiskFolder:
    """A folder on a disk or a share; satisfies `autosynth.contracts.folder.Folder`."""

    def __init__(self, root: Path, *, threaded: bool, before: Callable[[], None] | None = None) -> None:
        self.root = root
        self._threaded = threaded
        self._before = before

    async def listing(self, name: str) -> Mapping[str, int] | None:
        """Return the files below a folder with their sizes; see the contract."""
        return await self._look(lambda: self._sizes(self._place(name)))

    async def read(self, name: str) -> Mapping[str, bytes]:
        """Return the files below a folder with their contents; see the contract."""
        return await self._look(lambda: self._contents(name))

    async def entries(self, stem: str) -> Mapping[str, int]:
        """Return the files in the root itself whose names begin so; see the contract."""
        return await self._look(lambda: self._named(stem))

    async def mark(self, file: str) -> tuple[int, int] | None:
        """Return size and time of change of one file in the root itself; None in virtual time."""
        return await self._look(lambda: self._mark(file)) if self._threaded else None

    async def examined(self, file: str, look: Callable[[bytes], T]) -> T:
        """Return what `look` finds in one file in the root itself; see the contract."""
        return await self._look(lambda: look(self._one(file)))

    async def _look(self, look: Callable[[], T]) -> T:
        try:
            if self._before is not None:
                self._before()
            return await asyncio.to_thread(look) if self._threaded else look()
        except OSError as error:
            message = f"{self.root} cannot be read: {error.strerror or error}"
            raise NotConnectedError(message, advice="See to the share and its rights, then restart.") from error

    def _place(self, name: str) -> Path:
        """Return where a folder is; nothing above the root is ever one."""
        path = PurePosixPath(name.replace("\\", "/"))
        parts = path.parts
        if not parts or path.is_absolute() or any(part in {"..", "/"} or ":" in part for part in parts):
            raise ArgumentError(f"{name!r} is not the name of a folder below {self.root}")
        place = self.root.joinpath(*parts)
        if not place.resolve().is_relative_to(self.root.resolve()):
            raise ArgumentError(f"{name!r} leads out of {self.root} by a link")
        return place

    def _sizes(self, place: Path) -> Mapping[str, int] | None:
        self._need_root()
        if not place.is_dir():
            return None
        files = (each for each in sorted(place.rglob("*")) if each.is_file() and not each.is_symlink())
        return {each.relative_to(place).as_posix(): each.stat().st_size for each in files}

    def _need_root(self) -> None:
        if not self.root.is_dir():
            message = f"{self.root} is not there"
            raise NotConnectedError(message, advice="Mount the instrument's data folder as the station says.")

    def _named(self, stem: str) -> Mapping[str, int]:
        self._need_root()
        sizes: dict[str, int] = {}
        with os.scandir(self.root) as found:
            for each in found:
                with suppress(FileNotFoundError):  # renamed meanwhile, as what is being written often is
                    if each.name.startswith(stem) and each.is_file(follow_symlinks=False):
                        sizes[each.name] = each.stat().st_size
        return dict(sorted(sizes.items()))

    def _mark(self, file: str) -> tuple[int, int]:
        found = self._in_root(file).stat()
        return found.st_size, found.st_mtime_ns

    def _in_root(self, file: str) -> Path:
        place = self._place(file)
        if place.parent != self.root:
            raise ArgumentError(f"{file!r} is not the name of a file in {self.root}")
        self._need_root()
        return place

    def _one(self, file: str) -> bytes:
        try:
            return read_within(self._in_root(file), LARGEST_FILE)
        except InputError as error:
            raise NotConnectedError(error.problems[0].message) from error

    def _contents(self, name: str) -> Mapping[str, bytes]:
        place = self._place(name)
        sizes = self._sizes(place)
        if sizes is None:
            raise NotConnectedError(f"{place} is not there", advice="Ask the instrument where it wrote its data.")
        if len(sizes) > MOST_FILES or sum(sizes.values()) > LARGEST_FILE:
            message = f"{place} has {len(sizes)} files of {sum(sizes.values())} bytes, more than any measurement"
            raise NotConnectedError(message)
        try:
            return {file: read_within(place / file, LARGEST_FILE) for file in sizes}
        except InputError as error:  # it was exchanged, or has grown, since its size was looked at
            raise NotConnectedError(f"{place} changes while it is read: {error.problems[0].message}") from error


class DroppedFiles:
    """What the instruments of a simulated bench in this process drop, written below one folder as it is looked for."""

    def __init__(self, memory: MemoryBench, root: Path) -> None:
        self._memory = memory
        self._root = root

    def folder(self, device: str) -> DiskFolder:
        """Return the folder of one instrument."""
        (self._root / device).mkdir(parents=True, exist_ok=True)
        return DiskFolder(self._root / device, threaded=False, before=self.collect)

    def collect(self) -> None:
        """Write down what has been dropped by now, since the last time."""
        self._memory.look()
        for path, content in self._memory.bench.files():
            place = self._root.joinpath(*PurePosixPath(path).parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
