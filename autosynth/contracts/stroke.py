"""Strokes: the verbs of the contracts as values, one device movement each.

A stroke is what an intent records before the bytes leave and what recovery reconciles afterwards, so it is a
frozen value in absolute terms ("plunger to 0.4 mL"), never a relative one ("dispense 0.1 mL"), and it knows the
one contract method that carries it out. This file is where a pump is told to move.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

from autosynth.contracts.device import Outcome
from autosynth.contracts.gas import GasFlow
from autosynth.contracts.liquid import Pump, Valve
from autosynth.contracts.nmr import Acquisition, Nmr, ShimMethod
from autosynth.contracts.potentiostat import Potentiostat, Voltammetry
from autosynth.contracts.repeat import Repeat
from autosynth.contracts.sampler import Sampler
from autosynth.contracts.spectrometer import Exposure
from autosynth.contracts.stroke_solid import (
    ClearCounter,
    Collect,
    DosePowder,
    InfuseTo,
    SolidStroke,
    StartMill,
    StopMill,
    Weigh,
)
from autosynth.contracts.thermal import Stirrer, Thermostat


class Stroke(Protocol):
    """One device movement, as data."""

    VERB: ClassVar[str]
    REPEAT: ClassVar[Repeat]


@dataclass(frozen=True, slots=True)
class MovePlunger:
    """Move the plunger until the syringe holds `to_ml` (0 = empty), at `rate_ml_min`."""

    VERB: ClassVar[str] = "move_plunger"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    to_ml: float
    rate_ml_min: float

    async def on(self, pump: Pump) -> Outcome:
        """Carry it out."""
        return await pump.move_plunger(self.to_ml, self.rate_ml_min)


@dataclass(frozen=True, slots=True)
class HomePlunger:
    """Initialise the pump: valve to the waste port, plunger home. Empties the syringe, so never blindly."""

    VERB: ClassVar[str] = "home_plunger"
    REPEAT: ClassVar[Repeat] = Repeat.ONCE

    async def on(self, pump: Pump) -> Outcome:
        """Carry it out."""
        return await pump.home_plunger()


@dataclass(frozen=True, slots=True)
class TurnTo:
    """Turn the valve to `port`."""

    VERB: ClassVar[str] = "turn_to"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    port: str

    async def on(self, valve: Valve) -> Outcome:
        """Carry it out."""
        return await valve.turn_to(self.port)


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Stir at `speed_rpm`; 0 stops."""

    VERB: ClassVar[str] = "set_speed"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    speed_rpm: float

    async def on(self, stirrer: Stirrer) -> Outcome:
        """Carry it out."""
        return await stirrer.set_speed(self.speed_rpm)


@dataclass(frozen=True, slots=True)
class SetTemperature:
    """Control at `temperature_c`; None switches heating off."""

    VERB: ClassVar[str] = "set_temperature"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    temperature_c: float | None

    async def on(self, thermostat: Thermostat) -> Outcome:
        """Carry it out."""
        return await thermostat.set_temperature(self.temperature_c)


@dataclass(frozen=True, slots=True)
class SetFlow:
    """Sweep with gas at `flow_ml_min` (25 °C, 101.325 kPa); 0 closes."""

    VERB: ClassVar[str] = "set_flow"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    flow_ml_min: float

    async def on(self, controller: GasFlow) -> Outcome:
        """Carry it out."""
        return await controller.set_flow(self.flow_ml_min)


@dataclass(frozen=True, slots=True)
class Scan:
    """Run one cyclic voltammogram and leave the cell off."""

    VERB: ClassVar[str] = "scan"
    REPEAT: ClassVar[Repeat] = Repeat.REPEATABLE
    method: Voltammetry

    async def on(self, potentiostat: Potentiostat) -> Outcome:
        """Carry it out; points go to the potentiostat's `points` as they arrive."""
        return await potentiostat.scan(self.method)


@dataclass(frozen=True, slots=True)
class Acquire:
    """Measure one block of scans into a folder of its own."""

    VERB: ClassVar[str] = "acquire"
    REPEAT: ClassVar[Repeat] = Repeat.REPEATABLE
    block: Acquisition

    async def on(self, spectrometer: Nmr) -> Outcome:
        """Carry it out."""
        return await spectrometer.acquire(self.block)


@dataclass(frozen=True, slots=True)
class Shim:
    """Look at the shim, touch it up or make it anew."""

    VERB: ClassVar[str] = "shim"
    REPEAT: ClassVar[Repeat] = Repeat.REPEATABLE
    method: ShimMethod

    async def on(self, spectrometer: Nmr) -> Outcome:
        """Carry it out."""
        return await spectrometer.shim(self.method)


@dataclass(frozen=True, slots=True)
class MoveLift:
    """Put the tube over the magnet's bore in, or take it out."""

    VERB: ClassVar[str] = "move_lift"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    inserted: bool

    async def on(self, sampler: Sampler) -> Outcome:
        """Carry it out."""
        return await sampler.move_lift(self.inserted)


@dataclass(frozen=True, slots=True)
class HomeSampler:
    """Raise the lift and find the carousel's zero; moves no liquid."""

    VERB: ClassVar[str] = "home_sampler"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE

    async def on(self, sampler: Sampler) -> Outcome:
        """Carry it out."""
        return await sampler.home_sampler()


AnyStroke = (
    MovePlunger
    | HomePlunger
    | TurnTo
    | SetSpeed
    | SetTemperature
    | SetFlow
    | Scan
    | Acquire
    | Shim
    | MoveLift
    | HomeSampler
    | SolidStroke
)

STROKES: dict[str, type[AnyStroke]] = {
    kind.VERB: kind
    for kind in (
        MovePlunger,
        HomePlunger,
        TurnTo,
        SetSpeed,
        SetTemperature,
        SetFlow,
        Scan,
        Acquire,
        Shim,
        MoveLift,
        HomeSampler,
        StartMill,
        StopMill,
        Weigh,
        DosePowder,
        InfuseTo,
        ClearCounter,
        Collect,
    )
}


SETTINGS: dict[str, type[SetSpeed] | type[SetTemperature] | type[SetFlow]] = {
    kind.VERB: kind for kind in (SetSpeed, SetTemperature, SetFlow)
}
"""The verbs of one value that an instrument keeps, and that a restart sets again."""


def setting(stroke: SetSpeed | SetTemperature | SetFlow) -> float | None:
    """Return the value that a setting sets; None: off."""
    match stroke:
        case SetSpeed(value) | SetTemperature(value) | SetFlow(value):
            return value


def stroke_to_json(stroke: AnyStroke) -> dict[str, Any]:
    """Return the stroke as journal data: {"verb": ..., "arguments": {...}}."""
    return {"verb": stroke.VERB, "arguments": asdict(stroke)}


def stroke_from_json(data: dict[str, Any]) -> AnyStroke:
    """Return the stroke written by `stroke_to_json`.

    Raises:
        KeyError: the verb is not one of ours (a journal of a later version).
    """
    kind = STROKES[data["verb"]]
    arguments: dict[str, Any] = dict(data["arguments"])
    if kind is Scan:
        arguments["method"] = Voltammetry(**arguments["method"])
    elif kind is Acquire:
        arguments["block"] = Acquisition(**arguments["block"])
    elif kind is Shim:
        arguments["method"] = ShimMethod(arguments["method"])
    elif kind is Collect:
        arguments["exposure"] = Exposure(**arguments["exposure"])
    return kind(**arguments)
