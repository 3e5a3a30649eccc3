"""What a conformance kit needs: an instrument that outlives its hosts, and hosts that come and go.

A rig is one instrument, simulated or real, in its power-up state when made. Each `connect` is a new host process: a
new driver on a new wire, which ends without a word to the instrument, as a crash does.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from autosynth.clock import Clock
from autosynth.contracts.device import Device, State
from autosynth.contracts.stroke import AnyStroke
from autosynth.testing.tap import Tap

DeviceT = TypeVar("DeviceT", bound=Device)
DeviceT_co = TypeVar("DeviceT_co", bound=Device, covariant=True)


class NonConformanceError(AssertionError):
    """A driver does not do what its contract promises; the message is the promise."""


class Rig(Protocol[DeviceT_co]):
    """One instrument and the hosts that talk to it, one after the other."""

    @property
    def clock(self) -> Clock:
        """Return the time that hosts of this rig live by."""
        ...

    def connect(self, tap: Tap) -> AbstractAsyncContextManager[DeviceT_co]:
        """Return a new host's device on an opened stream with `tap` around it; `Device.connect` is not yet called."""
        ...


class MakeRig(Protocol[DeviceT_co]):
    """Makes a fresh rig; called once per check, inside the running event loop."""

    def __call__(self, *, power_cycle_s: float | None = None) -> Rig[DeviceT_co]:
        """Return an instrument that loses and regains its power `power_cycle_s` after it was made, if given."""
        ...


def require(condition: bool, promise: str) -> None:
    """Insist on a promise.

    Raises:
        NonConformanceError: it is broken.
    """
    if not condition:
        raise NonConformanceError(promise)


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Return what of `expected` is otherwise in `actual`, numbers to one part in a million."""
    return [
        f"{key} is {actual.get(key)!r} instead of {value!r}"
        for key, value in expected.items()
        if not _same(value, actual.get(key))
    ]


async def make_stroke(device: Device, stroke: AnyStroke) -> State:
    """Carry a stroke out and return the state it reports."""
    outcome = await stroke.on(device)  # type: ignore[arg-type]
    return outcome.state


def _same(one: object, other: object) -> bool:
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers) and not isinstance(one, bool):
        return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1e-3)
    return one == other
