"""The station file, entry by entry: what may be written, in which units.

Each model is one mapping of the file. What concerns two entries at once is in `autosynth.station.wiring`.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PositiveInt, StrictStr

from autosynth.language.fields import QuantityOf, RangeOf, UncertainOf
from autosynth.language.validation import Located
from autosynth.station.entrytypes import (
    Current,
    Date,
    Name,
    Potential,
    Rate,
    Ratio,
    Setpoint,
    Speed,
    Temperature,
    Text,
    Time,
    Volume,
    or_empty,
)
from autosynth.units import QuantityRange, Uncertain

Section: TypeAlias = dict[str, dict[str, Any]]


class StationHeader(Located):
    """What the file says of the bench as a whole."""

    station: Literal[1]
    """The grammar's version: 1."""
    name: Name
    """In messages and reports."""
    about: StrictStr = ""
    """A remark."""
    ambient: Temperature = 22.0
    """The room; what a vessel without a sensor is taken to be at."""
    max_stroke: Time = 20.0
    """The longest single movement: what Hold may have to wait for."""
    draw_rate: Rate = 10.0
    """Drawing up, rinsing: strokes for which no recipe gives a rate; gas pushes a dose no faster than its rate."""
    dose_uncertainty: Ratio = 0.05
    """A dose known less well than this is refused."""


class StationSections(Located):
    """The sections of the file, to be read entry by entry."""

    host_death_bound: dict[str, Any] = Field(default_factory=dict[str, Any])
    """The most that one device may do if the computer dies; strokes are cut to it."""
    devices: Section = Field(default_factory=Section)
    """Instruments by name."""
    vessels: Section = Field(default_factory=Section)
    """Vessels by name."""
    racks: Section = Field(default_factory=Section)
    """Racks of tubes by name; the place 3 of the rack `tubes` is the vessel `tubes_3`."""
    stocks: Section = Field(default_factory=Section)
    """Bottles of reagent or rinse by name."""
    powders: Section = Field(default_factory=Section)
    """Lots of powder by name."""
    waste: Section = Field(default_factory=Section)
    """Waste carboys by name."""
    gases: Section = Field(default_factory=Section)
    """Push gases by name."""
    plumbing: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Lines, and how they are kept clean."""
    references: Section = Field(default_factory=Section)
    """Scales of potential by name."""
    roles: dict[str, Name] = Field(default_factory=dict[str, str])
    """Role → the object that plays it, where several could."""
    limits: Section = Field(default_factory=Section)
    """Device → what this bench allows it, inside what it can do."""


class HostDeathEntry(Located):
    """The most that one device may do unattended, homing of a pump apart: that empties its syringe to waste."""

    volume: Volume = 1.0
    """The most it may move in a stroke."""
    time: Time = 60.0
    """The longest a stroke, or a mill, may last."""


class DeviceEntry(Located):
    """An instrument."""

    driver: Name
    """An installed driver."""
    address: dict[str, Any]
    """Where it answers."""
    serial_number: Text | None = None
    """Pins the instrument: another one at this address is refused."""
    firmware: Text | None = None
    """Pins the firmware: another one at this address is refused."""
    options: dict[str, Any] = Field(default_factory=dict[str, Any])
    """The driver's."""
    calibration: dict[str, Any] | None = None
    """Of a pump."""


class CalibrationEntry(Located):
    """A gravimetric calibration of a pump."""

    gain: Annotated[float, QuantityOf("number")] = 1.0
    """Delivered volume over nominal volume."""
    gain_sd: Ratio
    """Standard uncertainty of the gain, common to all strokes of this pump."""
    stroke_sd: Volume
    """Random error of one stroke."""
    date: Date
    """When it was measured."""
    replicates: PositiveInt
    """How many doses were weighed."""
    method: Name
    """How it was measured."""


class SafeEntry(Located):
    """A vessel's safe state."""

    stir: Speed | None = None
    """Stirring speed; as it is if not given."""
    temperature: Setpoint = None
    """A temperature, or off; off if not given."""
    sweep: Rate | None = None
    """Flow of the sweep; as it is if not given."""


class ContentsEntry(Located):
    """What a vessel holds when the station is fresh."""

    volume: Volume
    """How much there is when the ledger begins."""
    solvent: Name
    """In what."""
    contains: dict[str, Annotated[Uncertain, UncertainOf("concentration")]] = Field(
        default_factory=dict[str, Uncertain]
    )
    """Measured concentrations, `value ± standard uncertainty`; these dose, not the recipe's nominal ones."""


class VesselEntry(Located):
    """A vessel that a recipe may ask for by kind."""

    kind: Name
    """What a recipe's role asks for."""
    capacity: Volume
    """Brim full."""
    fill: Annotated[QuantityRange, RangeOf("volume")] | None = None
    """What it may hold: below is drawn dry, above is refused; 0 to its capacity if not given."""
    rated_temperature: Temperature | None = None
    """Limit of the vessel itself."""
    rated_pressure: Annotated[float, QuantityOf("pressure")] | None = None
    """Limit of the vessel itself."""
    material: Name = "glass"
    """What it is made of."""
    stirred_by: Name | None = None
    """The device that stirs it."""
    heated_by: Name | None = None
    """The device that heats it."""
    swept_by: Name | None = None
    """The gas-flow controller that sweeps it."""
    guarded_by: Name | None = None
    """The block of inputs that tells of its vent and sweep (`vent_open`, `sweep_on`)."""
    potentiostat: Name | None = None
    """The device that measures in it."""
    jar: dict[str, Any] | None = None
    """What mills in it and what it is served by; only of a vessel that is milled."""
    contents: Annotated[dict[str, Any] | None, BeforeValidator(or_empty)] = None
    """What it holds when fresh; empty if not given."""
    safe: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What Hold, Stop, Abort and `autosynth safe` bring it to; if not given heating off, stirring as it is."""


class RackEntry(Located):
    """Places of one kind, numbered from 1, that a sampler turns under its needle; recipes take the next free one."""

    kind: Name = "nmr_tube"
    """What each place is; a recipe's role asks for `<kind>_rack`."""
    sampler: Name
    """The device whose ports the places are."""
    spectrometer: Name
    """The device that measures what the sampler puts into it."""
    places: PositiveInt
    """How many there are."""
    capacity: Volume
    """Of each place, brim full."""
    fill: Annotated[QuantityRange, RangeOf("volume")] | None = None
    """What each may hold when it is measured; 0 to its capacity if not given."""
    material: Name = "glass"
    """What they are made of."""
    identities: tuple[Text, ...] = ()
    """What is written on them, in order; data and records bear it. Their places' names if not given."""


class StockEntry(ContentsEntry):
    """A bottle of reagent or rinse; `capacity` is its volume when not given."""

    capacity: Volume | None = None
    """Of the bottle; its volume if not given."""
    lot: Text = ""
    """For the bill of materials and the record."""
    expires: Date | None = None
    """The last day it may be used."""
    hazards: tuple[Name, ...] = ()
    """H statements."""
    material: Name = "glass"
    """What the bottle is made of."""
    use: Literal["reagent", "rinse"] = "reagent"
    """Dosed, or used to rinse."""
    loaded_in: Name | None = None
    """The pump whose own syringe it is in; a person fills that."""


class WasteEntry(Located):
    """A waste carboy and the streams it accepts (empty: any)."""

    capacity: Volume
    """Brim full."""
    accepts: tuple[Name, ...] = ()
    """Solvents it takes; any if none is named."""
    material: Name = "glass"
    """What it is made of."""


class GasEntry(Located):
    """A push gas."""

    about: StrictStr = ""
    """A remark."""


class ReferenceEntry(Located):
    """Where a scale of potentials lies on the instrument's, in one cell or in all."""

    offset: Annotated[Uncertain, UncertainOf("potential")]
    """E on the instrument's scale minus E on this one."""
    in_: Name | None = Field(alias="in", default=None)
    """The cell; all cells if not given."""


class LimitsEntry(Located):
    """What this bench allows a device, inside what the device can do."""

    rate_max: Rate | None = None
    """Fastest liquid."""
    speed_max: Speed | None = None
    """Fastest stirring."""
    temperature_min: Temperature | None = None
    """Coldest."""
    temperature_max: Temperature | None = None
    """Hottest."""
    potential_min: Potential | None = None
    """Most negative potential."""
    potential_max: Potential | None = None
    """Most positive potential."""
    current_max: Current | None = None
    """Largest current."""
