"""The station file, entry by entry: what may be written, in which units.

Each model is one mapping of the file. What concerns two entries at once is not said here but in
`autosynth.station.wiring`.
"""

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainValidator, PositiveInt, StrictStr, StringConstraints

from autosynth.language.fields import QuantityOf, RangeOf, UncertainOf
from autosynth.language.validation import Located
from autosynth.units import QuantityRange, Uncertain, UnitError, parse_quantity


def _date(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise UnitError(f"{value!r} is not a date", "write for instance 2027-01-31") from error


def _setpoint(value: object) -> float | None:
    """A temperature, or off."""
    if value == "off":
        return None
    return parse_quantity(value if isinstance(value, str) else repr(value), "temperature").value


def _contents(value: object) -> object:
    return None if value == "empty" else value


def _text(value: object) -> object:
    """Serial numbers and versions may look like numbers."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Name: TypeAlias = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
Date: TypeAlias = Annotated[str, PlainValidator(_date)]
Text: TypeAlias = Annotated[str, BeforeValidator(_text), StringConstraints(strict=True)]
Volume: TypeAlias = Annotated[float, QuantityOf("volume")]
Time: TypeAlias = Annotated[float, QuantityOf("time")]
Rate: TypeAlias = Annotated[float, QuantityOf("rate")]
Ratio: TypeAlias = Annotated[float, QuantityOf("ratio")]
Speed: TypeAlias = Annotated[float, QuantityOf("speed")]
Temperature: TypeAlias = Annotated[float, QuantityOf("temperature")]
Potential: TypeAlias = Annotated[float, QuantityOf("potential")]
Current: TypeAlias = Annotated[float, QuantityOf("current")]
Section: TypeAlias = dict[str, dict[str, Any]]


class StationHeader(Located):
    """What the file says of the bench as a whole."""

    station: Literal[1]
    name: Name
    about: StrictStr = ""
    ambient: Temperature = 22.0
    max_stroke: Time = 20.0
    draw_rate: Rate = 10.0
    dose_uncertainty: Ratio = 0.05


class StationSections(Located):
    """The sections of the file, to be read entry by entry."""

    host_death_bound: dict[str, Any] = Field(default_factory=dict[str, Any])
    devices: Section = Field(default_factory=Section)
    vessels: Section = Field(default_factory=Section)
    stocks: Section = Field(default_factory=Section)
    waste: Section = Field(default_factory=Section)
    gases: Section = Field(default_factory=Section)
    plumbing: dict[str, Any] = Field(default_factory=dict[str, Any])
    references: Section = Field(default_factory=Section)
    roles: dict[str, Name] = Field(default_factory=dict[str, str])
    limits: Section = Field(default_factory=Section)


class HostDeathEntry(Located):
    """The most that one device may do unattended."""

    volume: Volume = 1.0
    time: Time = 60.0


class DeviceEntry(Located):
    """An instrument."""

    driver: Name
    address: dict[str, Any]
    serial_number: Text | None = None
    firmware: Text | None = None
    options: dict[str, Any] = Field(default_factory=dict[str, Any])
    calibration: dict[str, Any] | None = None


class CalibrationEntry(Located):
    """A gravimetric calibration of a pump."""

    gain: Annotated[float, QuantityOf("number")] = 1.0
    gain_sd: Ratio
    stroke_sd: Volume
    date: Date
    replicates: PositiveInt
    method: Name


class SafeEntry(Located):
    """A vessel's safe state."""

    stir: Speed | None = None
    temperature: Annotated[float | None, PlainValidator(_setpoint)] = None


class ContentsEntry(Located):
    """What a vessel holds when the station is fresh."""

    volume: Volume
    solvent: Name
    contains: dict[str, Annotated[Uncertain, UncertainOf("concentration")]] = Field(
        default_factory=dict[str, Uncertain]
    )


class VesselEntry(Located):
    """A vessel that a recipe may ask for by kind."""

    kind: Name
    capacity: Volume
    fill: Annotated[QuantityRange, RangeOf("volume")] | None = None
    rated_temperature: Temperature | None = None
    rated_pressure: Annotated[float, QuantityOf("pressure")] | None = None
    material: Name = "glass"
    stirred_by: Name | None = None
    heated_by: Name | None = None
    potentiostat: Name | None = None
    contents: Annotated[dict[str, Any] | None, BeforeValidator(_contents)] = None
    safe: dict[str, Any] = Field(default_factory=dict[str, Any])


class StockEntry(ContentsEntry):
    """A bottle of reagent or rinse; `capacity` is its volume when not given."""

    capacity: Volume | None = None
    lot: Text = ""
    expires: Date | None = None
    hazards: tuple[Name, ...] = ()
    material: Name = "glass"
    use: Literal["reagent", "rinse"] = "reagent"


class WasteEntry(Located):
    """A waste carboy and the streams it accepts (empty: any)."""

    capacity: Volume
    accepts: tuple[Name, ...] = ()
    material: Name = "glass"


class GasEntry(Located):
    """A push gas."""

    about: StrictStr = ""


class PlumbingEntry(Located):
    """Lines and how they are kept clean."""

    lines: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    push: dict[str, Any] | None = None
    rinse: dict[str, Any] | None = None
    carry_over: Ratio = 0.0


class LineEntry(Located):
    """A tube."""

    name: Name
    from_: Name = Field(alias="from")
    to: Name
    volume: Volume
    filled: Name


class PushEntry(Located):
    """The gas push after a dose."""

    with_: Name = Field(alias="with")
    excess: Volume = 0.0


class RinseEntry(Located):
    """The rinse between different liquids."""

    with_: Name = Field(alias="with")
    volume: Volume
    times: PositiveInt = 1


class ReferenceEntry(Located):
    """Where a scale of potentials lies on the instrument's, in one cell or in all."""

    offset: Annotated[Uncertain, UncertainOf("potential")]
    in_: Name | None = Field(alias="in", default=None)


class LimitsEntry(Located):
    """What this bench allows a device, inside what the device can do."""

    rate_max: Rate | None = None
    speed_max: Speed | None = None
    temperature_min: Temperature | None = None
    temperature_max: Temperature | None = None
    potential_min: Potential | None = None
    potential_max: Potential | None = None
    current_max: Current | None = None
