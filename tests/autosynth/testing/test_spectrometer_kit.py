"""The kit of instruments that write files finds what is wrong: each broken driver here breaks one promise."""

import dataclasses
from collections.abc import Mapping
from functools import partial

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.spectrometer import Exposure
from autosynth.contracts.stroke import AnyStroke
from autosynth.errors import ArgumentError, DeviceBusyError, ExchangeError
from autosynth.testing import NonConformanceError, check_spectrometer
from drivers.file_drop.device import FileDrop
from tests.drivers.file_drop.rig import FolderRig


class Optimist(FileDrop):
    """Believes that every measurement was made."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return dataclasses.replace(await super().reconcile(intent), verdict=Verdict.DONE)


class Pessimist(FileDrop):
    """Finds nothing that was made."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return dataclasses.replace(await super().reconcile(intent), verdict=Verdict.NOT_STARTED)


class Hasty(FileDrop):
    """Does not wait."""

    async def collect(self, exposure: Exposure) -> Outcome:
        self._check(exposure)
        return Outcome(await self.read_state())


class Generous(FileDrop):
    """Hands out whatever there is."""

    async def data(self, name: str) -> Mapping[str, bytes]:
        try:
            return await super().data(name)
        except ExchangeError:
            return {name: b""}


class Endless(FileDrop):
    """Waits longer than it was told."""

    async def collect(self, exposure: Exposure) -> Outcome:
        try:
            return await super().collect(exposure)
        except DeviceBusyError:
            return await super().collect(dataclasses.replace(exposure, wait_s=300.0))


class Permissive(FileDrop):
    """Plans what it then refuses."""

    def expect(self, state: State, stroke: AnyStroke) -> State:
        try:
            return super().expect(state, stroke)
        except ArgumentError:
            return state


class Curt(FileDrop):
    """Names no file in its errors."""

    async def collect(self, exposure: Exposure) -> Outcome:
        try:
            return await super().collect(exposure)
        except DeviceBusyError as error:
            raise DeviceBusyError("nothing came", self.name) from error


@pytest.mark.parametrize(
    ("build", "promise"),
    [
        (Optimist, "nothing was started"),
        (Pessimist, "a whole file is done"),
        (Hasty, r"file|whole"),
        (Generous, "what is not whole has no data"),
        (Endless, "waited as long as was said"),
        (Permissive, "is refused when the plan is made"),
        (Curt, "it says what is waited for"),
    ],
)
def test_a_broken_promise_is_found(build: type[FileDrop], promise: str) -> None:
    """And the message is the promise."""
    with pytest.raises((NonConformanceError, ExchangeError), match=promise):
        run_virtual(check_spectrometer(partial(FolderRig, build=build)))
