"""How a driver presents itself to the platform: an entry point in group `autosynth.drivers` names a DriverEntry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from autosynth.clock import Clock
from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.device import Device
from autosynth.contracts.folder import Folder


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How bytes travel on a serial line; ignored by other transports."""

    baud: int = 9600
    framing: str = "8N1"
    terminator: bytes = b"\n"
    gap_s: float = 0.0
    """Silence on the line before a command: a frame that follows too soon is part of the last."""


@dataclass(frozen=True, slots=True)
class DriverSettings:
    """What a driver's constructor receives of the station: its name, options as written, calibration, folder.

    The folder is where the instrument's own software writes, of an address that names one.
    """

    name: str
    options: Mapping[str, Any]
    calibration: PumpCalibration = field(default_factory=PumpCalibration)
    folder: Folder | None = None


class OptionsError(ValueError):
    """An option of a device is missing, unknown or outside its range; the message says which and what is right."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the plan must know of a device before anything is connected; None where it does not apply."""

    syringe_ml: float | None = None
    rate_min_ml_min: float | None = None
    rate_max_ml_min: float | None = None
    resolution_ml: float | None = None
    rate_step_ml_min: float | None = None
    """Of a pump whose rates come in multiples of this, rounded downwards."""
    ports: tuple[str, ...] = ()
    speed_max_rpm: float | None = None
    temperature_min_c: float | None = None
    temperature_max_c: float | None = None
    potential_min_v: float | None = None
    potential_max_v: float | None = None
    current_max_a: float | None = None
    flow_max_ml_min: float | None = None
    """Of a gas-flow controller: its full scale, at 25 °C and 101.325 kPa."""
    gas: str = ""
    """Of a gas-flow controller: what comes out of it."""
    watchdog: bool = False
    nuclei: tuple[str, ...] = ()
    scans_max: int | None = None
    positions: int | None = None
    magnet_offset: int | None = None
    frequency_min_hz: float | None = None
    frequency_max_hz: float | None = None
    ramp_s: float | None = None
    """Of a mill: from rest to the highest frequency and back, at most."""
    silence_s: float | None = None
    """A mill stops by itself when nothing is heard for so long; None when it does not."""
    dose_min_mg: float | None = None
    dose_max_mg: float | None = None
    tolerance_min_frac: float | None = None
    tolerance_max_frac: float | None = None
    """Of a doser: how far off, relatively, it can be told to accept a dose."""
    readability_mg: float | None = None
    capacity_mg: float | None = None
    inputs: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    likely_s: float | None = None
    """Of an instrument that writes files: how long a measurement likely takes it; for durations only."""


def no_framing(options: Mapping[str, Any]) -> Any:
    """Stand for the decoder of a driver without a conversation; nobody asks for it.

    Raises:
        TypeError: somebody did.
    """
    raise TypeError("a driver without a conversation has no framing")


class BuildDevice(Protocol):
    """Builds the device on its wire, None without a conversation; sends nothing."""

    def __call__(self, settings: DriverSettings, wire: Any, clock: Clock) -> Device:
        """Return the device; raises OptionsError for bad options."""
        ...


@dataclass(frozen=True, slots=True)
class DriverEntry:
    """A driver as the station sees it.

    `kinds` are contract names ("pump", "valve", "stirrer", "thermostat", "potentiostat", "nmr", "sampler", "mill",
    "balance", "doser", "infuser", "inputs", "sensor", "spectrometer", "gas_flow");
    `simulator` is the model name that the simulated bench uses for it; `verified` says on which hardware it has run
    (none: it says so); `sources` names the manuals its behaviours rest on; `knows` whether its positions are commanded
    or actual ones, and what tells.
    """

    kinds: tuple[str, ...]
    simulator: str
    line: LineSettings | None
    """None: it has no conversation; its address is a folder alone, and it is built with None for a wire."""
    limits: Callable[[DriverSettings], Limits]
    framing: Callable[[Mapping[str, Any]], Any]
    """Options -> a fresh autosynth.wire Framing (its decoder); `no_framing` without a conversation."""
    build: BuildDevice
    verified: str
    sources: str
    knows: str
    simulator_options: Callable[[DriverSettings], Mapping[str, Any]] = field(
        default=lambda settings: dict(settings.options)
    )
    """What of the options the simulated body needs (see docs on bench.json)."""
