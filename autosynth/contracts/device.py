"""What every accounted device offers: its state, what a stroke should do to it, and what a stroke did.

State is a flat JSON mapping (numbers, text, booleans, None) so that it can be written into an intent as it is.
A driver declares what its numbers are worth: a commanded position is not an actual one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from autosynth.contracts.stroke import AnyStroke

type_json = float | int | str | bool | None
State = Mapping[str, type_json]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stroke did: the state after it, and for liquid strokes the volume that left the syringe.

    `moved_ml` is positive out of the syringe, negative into it; `moved_sd_ml` is the random part of its standard
    uncertainty (positioning), `gain_rel_sd` the relative part common to all strokes of this pump (calibration).
    `mass_mg` is what a balance shows or what a dosing head has let fall, with its standard uncertainty.
    """

    state: State
    moved_ml: float = 0.0
    moved_sd_ml: float = 0.0
    gain_rel_sd: float = 0.0
    mass_mg: float = 0.0
    mass_sd_mg: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A stroke about to be made: what was asked of which device, from which state, to which state."""

    device: str
    stroke: "AnyStroke"
    before: State
    expected: State


class Verdict(StrEnum):
    """What an instrument says of an intent whose outcome was not recorded."""

    DONE = "done"
    NOT_STARTED = "not_started"
    PARTLY = "partly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The settlement of an open intent.

    For liquid strokes `moved_ml` is the best estimate and `low_ml..high_ml` bound it (signed, out of the syringe
    positive); UNKNOWN always gives bounds. `mass_mg` and `low_mg..high_mg` are the same of powder that fell. `state`
    is the device's state now; `reason` is for the operator.
    """

    verdict: Verdict
    state: State
    reason: str
    moved_ml: float = 0.0
    low_ml: float = 0.0
    high_ml: float = 0.0
    moved_sd_ml: float = 0.0
    gain_rel_sd: float = 0.0
    mass_mg: float = 0.0
    low_mg: float = 0.0
    high_mg: float = 0.0
    mass_sd_mg: float = 0.0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers at an address, as the instrument says it; empty text where it cannot say."""

    model: str
    serial_number: str = ""
    firmware: str = ""
    details: Mapping[str, str] = field(default_factory=dict[str, str])


class Device(Protocol):
    """Life cycle and accounting shared by all contracts.

    Errors of every coroutine: NotConnectedError (port lost), NoReplyError (silent), GarbledReplyError (not its
    protocol), DeviceRefusedError (it reported an error), DeviceBusyError (busy too long). ArgumentError is raised
    before anything is sent.
    """

    name: str

    async def connect(self) -> Identity:
        """Open the conversation without moving anything and say who is there."""
        ...

    async def read_state(self) -> State:
        """Ask the instrument for its present state; moves nothing."""
        ...

    def expect(self, state: State, stroke: "AnyStroke") -> State:
        """Return the state that `stroke` should leave, starting from `state`; asks nothing of the wire.

        Raises:
            ArgumentError: the stroke is outside what this device can do, or is not one of its verbs.
        """
        ...

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Find out from the instrument what became of an intent whose outcome was not recorded; moves nothing."""
        ...

    async def make_safe(self) -> None:
        """Stop movement, dosing, heating and cell current at once, on the urgent lane where there is one."""
        ...

    async def aclose(self) -> None:
        """End the conversation and leave the instrument idle."""
        ...

    def duration_s(self, state: State, stroke: "AnyStroke") -> float:
        """Return how long `stroke` should take from `state`, in seconds."""
        ...
