"""A carousel's options and limits: where its positions are, how fast it turns, what its board does.

The carousel is an axis of millimetres to its board, whatever they are: with the default pitch a millimetre is a degree.
Every number is an option, as each is of the build and not of the firmware.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader


@dataclass(frozen=True, slots=True)
class CarouselOptions:
    """How the sampler is built; places in machine coordinates, feeds in mm/min."""

    positions: int
    magnet_offset: int
    pitch_mm: float
    position_one_mm: float
    lift_up_mm: float
    lift_down_mm: float
    turn_feed_mm_min: int
    lift_feed_mm_min: int
    tolerance_mm: float
    tube_sensor: bool
    resets_on_open: bool
    boot_s: float
    homing_s: float
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]

    @property
    def port_names(self) -> tuple[str, ...]:
        """Return the ports as the station names them."""
        return tuple(str(number) for number in range(1, self.positions + 1))

    def port_mm(self, port: str) -> float:
        """Return where the carousel stands with `port` under the needle."""
        return self.position_one_mm + (int(port) - 1) * self.pitch_mm

    def port_at(self, place_mm: float) -> str | None:
        """Return the port under the needle, or None between positions."""
        number = round((place_mm - self.position_one_mm) / self.pitch_mm) + 1
        port = str(number)
        within = 1 <= number <= self.positions and abs(self.port_mm(port) - place_mm) <= self.tolerance_mm
        return port if within else None

    def inserted_at(self, place_mm: float) -> bool | None:
        """Return whether the lift is down, or None where it is neither down nor up."""
        for inserted, target_mm in ((True, self.lift_down_mm), (False, self.lift_up_mm)):
            if abs(place_mm - target_mm) <= self.tolerance_mm:
                return inserted
        return None


def read_options(options: Mapping[str, Any]) -> CarouselOptions:
    """Return the options of a station file.

    Raises:
        OptionsError: one is missing, unknown or outside its range, or places are closer than twice the tolerance.
    """
    reader = OptionReader(options)
    read = CarouselOptions(
        positions=reader.integer("positions", 2, 400, 24),
        magnet_offset=reader.integer("magnet_offset", 0, 399, 12),
        pitch_mm=reader.quantity("position_pitch", "length", -1000.0, 1000.0, 15.0),
        position_one_mm=reader.quantity("position_one", "length", -10000.0, 10000.0, 0.0),
        lift_up_mm=reader.quantity("lift_up", "length", -2000.0, 2000.0, 0.0),
        lift_down_mm=reader.quantity("lift_down", "length", -2000.0, 2000.0, -100.0),
        turn_feed_mm_min=reader.integer("turn_feed", 1, 1_000_000, 3000),
        lift_feed_mm_min=reader.integer("lift_feed", 1, 1_000_000, 1000),
        tolerance_mm=reader.quantity("tolerance", "length", 0.001, 10.0, 0.05),
        tube_sensor=reader.flag("tube_sensor", default=True),
        resets_on_open=reader.flag("resets_on_open", default=True),
        boot_s=reader.quantity("boot_time", "time", 0.0, 30.0, 2.0),
        homing_s=reader.quantity("homing_time", "time", 1.0, 600.0, 60.0),
        reply_s=reader.quantity("reply_time", "time", 0.05, 10.0, 1.0),
        retries=reader.integer("retries", 0, 10, 3),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    if abs(read.pitch_mm) <= 2 * read.tolerance_mm:
        raise OptionsError("position_pitch: positions must be further apart than twice the tolerance")
    if abs(read.lift_up_mm - read.lift_down_mm) <= 2 * read.tolerance_mm:
        raise OptionsError("lift_down: it must be further from lift_up than twice the tolerance")
    if read.magnet_offset >= read.positions:
        raise OptionsError(f"magnet_offset: {read.magnet_offset} is not below {read.positions} positions")
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the sampler.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(ports=options.port_names, positions=options.positions, magnet_offset=options.magnet_offset)


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated sampler needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {
        "positions": options.positions,
        "magnet_offset": options.magnet_offset,
        "pitch": options.pitch_mm,
        "zero": options.position_one_mm,
        "up_z": options.lift_up_mm,
        "down_z": options.lift_down_mm,
        "resets_on_open": options.resets_on_open,
        **options.simulated,
    }
