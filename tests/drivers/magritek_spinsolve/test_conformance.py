"""The Spinsolve driver against the small spectrometer and against the simulated one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from autosynth.clock import run_virtual
from autosynth.contracts.driver import BuildDevice
from autosynth.testing import check_nmr
from drivers.magritek_spinsolve import DRIVER
from simulators.bench import SimulatedBench
from tests.drivers.magritek_spinsolve.rig import OPTIONS, FakeRig
from tests.drivers.simulated import NAME, SimulatedRig

MIXTURE = {"volumes_ml": {"water": 0.6}, "amounts_mol": {"P2W17": 3e-6}}
T = TypeVar("T")
VESSELS = {"tube": {"capacity_ml": 1.2, "mixture": MIXTURE}}


class BenchFolder:
    """The folder of a simulated spectrometer; satisfies `Folder`."""

    def __init__(self, bench: SimulatedBench) -> None:
        self._bench = bench
        self._files: dict[str, bytes] = {}

    async def listing(self, name: str) -> Mapping[str, int] | None:
        """Return the files below `name`."""
        return {path: len(data) for path, data in self._below(name).items()} or None

    async def read(self, name: str) -> Mapping[str, bytes]:
        """Return the contents of the files below `name`."""
        return self._below(name)

    async def entries(self, stem: str) -> Mapping[str, int]:
        """A spectrometer's data lie in folders of their own."""
        raise NotImplementedError

    async def mark(self, file: str) -> tuple[int, int] | None:
        """Likewise."""
        raise NotImplementedError

    async def examined(self, file: str, look: Callable[[bytes], T]) -> T:
        """Likewise."""
        raise NotImplementedError

    def _below(self, name: str) -> dict[str, bytes]:
        self._files.update(self._bench.files())
        head = f"{NAME}/{name}/"
        return {path.removeprefix(head): data for path, data in self._files.items() if path.startswith(head)}


class NmrRig(SimulatedRig):
    """A simulated spectrometer with its folder."""

    def __init__(self, options: Mapping[str, Any] = OPTIONS, *, build: BuildDevice = DRIVER.build, **more: Any) -> None:
        entry = replace(DRIVER, build=build)
        super().__init__(entry, options, bench={"vessels": VESSELS}, device={"vessel": "tube"}, **more)
        self._settings = replace(self._settings, folder=BenchFolder(self.bench))


def test_the_spectrometer_keeps_its_contract_on_a_small_one() -> None:
    """Blocks, shims, verdicts, dead hosts, stopping, silence, noise, lost notifications, refusals."""
    run_virtual(check_nmr(FakeRig))


def test_the_spectrometer_keeps_its_contract_on_the_simulated_one() -> None:
    """The same, on what another reading of the page produced."""
    run_virtual(check_nmr(NmrRig))
