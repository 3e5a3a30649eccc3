"""The kits of spectrometers and samplers find what is wrong: each broken driver here breaks one promise."""

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import BuildDevice
from autosynth.contracts.nmr import Acquisition, ShimMethod
from autosynth.contracts.stroke import AnyStroke
from autosynth.errors import ArgumentError, DeviceRefusedError, NoReplyError
from autosynth.testing import NonConformanceError, check_nmr, check_sampler
from drivers.grbl_carousel import DRIVER
from drivers.grbl_carousel.device import Carousel
from drivers.magritek_spinsolve.device import Spinsolve
from tests.drivers.grbl_carousel.rig import OPTIONS
from tests.drivers.grbl_carousel.test_conformance import rack
from tests.drivers.magritek_spinsolve.test_conformance import NmrRig
from tests.drivers.simulated import SimulatedRig


class Optimist(Spinsolve):
    """Believes that every block was measured."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return dataclasses.replace(await super().reconcile(intent), verdict=Verdict.DONE)


class Hasty(Spinsolve):
    """Does not wait for the files."""

    async def _need_whole(self, block: Acquisition) -> None:
        return None

    async def data(self, folder: str) -> Mapping[str, bytes]:
        return {"data.1d": b""}


class Reusing(Spinsolve):
    """Calls a folder that is there a block that is measured."""

    async def acquire(self, acquisition: Acquisition) -> Outcome:
        try:
            return await super().acquire(acquisition)
        except ArgumentError:
            return Outcome(await self.read_state())


class Easy(Spinsolve):
    """Calls every field fit for work, and says no width."""

    async def shim(self, method: ShimMethod) -> Outcome:
        outcome = await super().shim(method)
        return dataclasses.replace(outcome, state=self._easy(outcome.state))

    async def read_state(self) -> State:
        return self._easy(await super().read_state())

    @staticmethod
    def _easy(state: State) -> State:
        return {**state, "shim_ready": True, "line_width_hz": 99.0}


class Running(Spinsolve):
    """Lets a measurement run on when it is made safe."""

    async def make_safe(self) -> None:
        await self.read_state()


class Permissive(Spinsolve):
    """Plans what it then refuses."""

    def expect(self, state: State, stroke: AnyStroke) -> State:
        try:
            return super().expect(state, stroke)
        except ArgumentError:
            return state


class Breaker(Carousel):
    """Plans turns with the lift down."""

    def expect(self, state: State, stroke: AnyStroke) -> State:
        return super().expect({**state, "inserted": False}, stroke)


class Trusting(Carousel):
    """Trusts a board that lost its power."""

    def _state(self, status: Any) -> State:
        self._talk.lost = False
        return super()._state(status)


class Certain(Carousel):
    """Believes that every stroke was made."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return dataclasses.replace(await super().reconcile(intent), verdict=Verdict.DONE)


class Unstoppable(Carousel):
    """Turns on when it is made safe."""

    async def make_safe(self) -> None:
        await self.read_state()


class Elsewhere(Carousel):
    """Miscounts which tube stands over the bore."""

    def _state(self, status: Any) -> State:
        state = super()._state(status)
        return {**state, "at_magnet": state["port"] and 1}


class Deaf(Carousel):
    """Takes silence for a turn that was made."""

    async def turn_to(self, port: str) -> Outcome:
        try:
            return await super().turn_to(port)
        except (NoReplyError, DeviceRefusedError):
            return Outcome({"port": port, "trusted": True})


@pytest.mark.parametrize(
    ("device", "promise"),
    [
        (Optimist, "not started is not"),
        (Hasty, "none is empty"),
        (Reusing, "not used twice"),
        (Easy, "99.0 Hz is not called ready"),
        (Running, "stopped block is an error"),
        (Permissive, "is refused when the plan is made"),
    ],
)
def test_a_broken_spectrometer_is_found(device: BuildDevice, promise: str) -> None:
    """And the message is the promise that it breaks."""
    with pytest.raises(NonConformanceError, match=promise):
        run_virtual(check_nmr(partial(NmrRig, build=device)))


@pytest.mark.parametrize(
    ("device", "promise"),
    [
        (Breaker, "no turn is planned while the lift is down"),
        (Trusting, "leaves the state expected|lost its power is not trusted"),
        (Certain, "was not started"),
        (Unstoppable, "a stopped turn is an error"),
        (Elsewhere, "state expected"),
        (Deaf, "silent device is a NoReplyError"),
    ],
)
def test_a_broken_sampler_is_found(device: BuildDevice, promise: str) -> None:
    """And the message is the promise that it breaks."""
    entry = dataclasses.replace(DRIVER, build=device)
    with pytest.raises(NonConformanceError, match=promise):
        run_virtual(check_sampler(partial(SimulatedRig, entry, OPTIONS, bench=rack())))
