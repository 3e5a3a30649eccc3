"""A Cavro pump's options and what follows from them: volumes, increments, speeds, limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import DriverSettings, Limits
from autosynth.contracts.liquid import kept_steps
from autosynth.contracts.options import OptionReader
from autosynth.errors import ArgumentError

STROKE_HALF_INCREMENTS = 6000
SPEED_MIN, SPEED_MAX = 5, 6000
STANDARD_INCREMENTS = {"xcalibur": 3000, "xlp": 6000}
FINE = 8


@dataclass(frozen=True, slots=True)
class PumpOptions:
    """How a pump is set up; `standard` and `fine` are its positioning modes N0 and N1.

    The facts for dialect xlp rest on fewer sources than those for xcalibur. `port_s`, the time from port to port, and
    `slope` (manuals name 7 and 14) only shape the expected duration and the deadlines.
    """

    switch: int
    protocol: str
    dialect: str
    syringe_ml: float
    ports: int
    waste_port: int
    input_port: int
    force: int
    positioning: str
    numbering: str
    slope: int
    port_s: float
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]

    @property
    def stroke_increments(self) -> int:
        """Return the increments of a full stroke in the chosen positioning mode."""
        return STANDARD_INCREMENTS[self.dialect] * (FINE if self.positioning == "fine" else 1)


def read_options(options: Mapping[str, Any]) -> PumpOptions:
    """Return a pump's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    ports = reader.integer("ports", 3, 12, 9)
    read = PumpOptions(
        switch=reader.integer("switch", 0, 14, 0),
        protocol=reader.choice("protocol", ("oem", "dt"), "oem"),
        dialect=reader.choice("dialect", tuple(STANDARD_INCREMENTS), "xcalibur"),
        syringe_ml=reader.quantity("syringe", "volume", 0.05, 25.0),
        ports=ports,
        waste_port=reader.integer("waste_port", 1, ports, ports),
        input_port=reader.integer("input_port", 1, ports, 1),
        force=reader.integer("force", 0, 40, 0),
        positioning=reader.choice("positioning", ("standard", "fine"), "standard"),
        numbering=reader.choice("numbering", ("clockwise", "counterclockwise"), "clockwise"),
        slope=reader.integer("slope", 1, 20, 7),
        port_s=reader.quantity("port_time", "time", 0.01, 5.0, 0.25),
        reply_s=reader.quantity("reply_time", "time", 0.05, 5.0, 0.25),
        retries=reader.integer("retries", 0, 10, 3),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    return read


@dataclass(frozen=True, slots=True)
class Scale:
    """The calibrated relation between increments and millilitres, half-increments a second and mL/min."""

    options: PumpOptions
    calibration: PumpCalibration
    device: str = ""

    @property
    def increment_ml(self) -> float:
        """Return the delivered volume of one increment."""
        return self.calibration.gain * self.options.syringe_ml / self.options.stroke_increments

    @property
    def full_ml(self) -> float:
        """Return the delivered volume of a full stroke."""
        return self.calibration.gain * self.options.syringe_ml

    def rate_ml_min(self, speed: float) -> float:
        """Return the flow at `speed` half-increments a second."""
        return 60.0 * self.full_ml * speed / STROKE_HALF_INCREMENTS

    def half_increments(self, increments: int) -> float:
        """Return a distance in the unit of speeds."""
        return increments * STROKE_HALF_INCREMENTS / self.options.stroke_increments

    def increments(self, volume_ml: float) -> int:
        """Return the increments nearest to a volume in the syringe.

        Raises:
            ArgumentError: the volume is no volume of this syringe.
        """
        if not -self.increment_ml / 2 <= volume_ml <= self.full_ml + self.increment_ml / 2:
            message = f"{volume_ml} mL is outside 0 to {self.full_ml:.6g} mL of the syringe"
            raise ArgumentError(message, self.device)
        return min(round(volume_ml / self.increment_ml), self.options.stroke_increments)

    def speed(self, rate_ml_min: float) -> int:
        """Return the half-increments a second that come up to a rate: what is asked for may be a limit.

        Raises:
            ArgumentError: the pump cannot go that slowly or that fast.
        """
        low, high = self.rate_ml_min(SPEED_MIN), self.rate_ml_min(SPEED_MAX)
        if not low * (1 - 1e-9) <= rate_ml_min <= high * (1 + 1e-9):
            message = f"{rate_ml_min} mL/min is outside {low:.6g} to {high:.6g} mL/min"
            raise ArgumentError(message, self.device)
        return kept_steps(rate_ml_min, self.rate_ml_min(1))


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the pump.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    scale = Scale(options, settings.calibration)
    return Limits(
        syringe_ml=scale.full_ml,
        rate_min_ml_min=scale.rate_ml_min(SPEED_MIN),
        rate_max_ml_min=scale.rate_ml_min(SPEED_MAX),
        resolution_ml=scale.increment_ml,
        rate_step_ml_min=scale.rate_ml_min(1),
        ports=port_names(options),
    )


def port_names(options: PumpOptions) -> tuple[str, ...]:
    """Return the valve's ports as the station names them."""
    return tuple(str(number) for number in range(1, options.ports + 1))


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated pump needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {
        "switch": options.switch,
        "protocol": options.protocol,
        "dialect": options.dialect,
        "syringe_ml": options.syringe_ml,
        "ports": options.ports,
        **options.simulated,
    }
