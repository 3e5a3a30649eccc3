"""The driver keeps its contract on a folder in memory, and on the simulated instrument's files on a disk."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from autosynth.clock import LoopClock, run_virtual
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.spectrometer import TECHNIQUES
from autosynth.testing import Tap, check_spectrometer
from autosynth.wire.folder import DroppedFiles
from autosynth.wire.memory import MemoryBench
from drivers.file_drop import DRIVER
from drivers.file_drop.device import FileDrop
from tests.drivers.file_drop.rig import OPTIONS, FolderRig
from tests.simulators.file_drop.exposing import ExposingBench


class SimulatedFolderRig:
    """A simulated instrument whose files are written below a folder as they are looked for."""

    def __init__(self, root: Path, technique: str = "infrared", *, power_cycle_s: float | None = None) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        options = {"techniques": technique, "likely": "2 min"}
        settings = DriverSettings("device", options)
        self._bench = ExposingBench(DRIVER.simulator_options(settings))
        self._memory = MemoryBench(self._bench.bench, self.clock)
        own = Path(tempfile.mkdtemp(dir=root))
        self._settings = DriverSettings("device", options, folder=DroppedFiles(self._memory, own).folder("device"))

    @asynccontextmanager
    async def connect(self, tap: Tap) -> AsyncIterator[FileDrop]:
        """Be a new host until the end of the block."""
        yield FileDrop(self._settings, None, self.clock)

    def measure(self, technique: str, name: str, *, spoilt: bool = False) -> None:
        """Put a sample in."""
        if spoilt:
            self._bench.bench.suffer("device:file_truncated@n=1", self._memory.now_s())
        self._bench.put(self._memory.now_s(), technique, name)


def test_it_keeps_its_contract_on_a_folder_in_memory() -> None:
    """Whole files, absent, spoilt and late ones, dead hosts, refusals."""
    run_virtual(check_spectrometer(FolderRig))


def test_it_keeps_its_contract_with_all_its_techniques() -> None:
    """One folder, one driver, five kinds of file."""
    run_virtual(check_spectrometer(partial(FolderRig, {**OPTIONS, "techniques": list(TECHNIQUES)})))


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_it_keeps_its_contract_on_the_simulated_instrument(technique: str, tmp_path: Path) -> None:
    """The same, on files that another reading of their formats produced."""
    run_virtual(check_spectrometer(partial(SimulatedFolderRig, tmp_path, technique)))
