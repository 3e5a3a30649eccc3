"""The station as frozen values: what the plan and the engine know of a bench, in canonical units.

Stocks, wastes and gases are vessels with a role, so a path is always between a pump and a vessel. Nothing here
reads a file or checks one against the other: `autosynth.station.load` does, and builds only what has passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import Limits
from autosynth.errors import Mark
from autosynth.station.mixture import Mixture, Spread
from autosynth.wire.address import Address, AddressKind

Role = Literal["vessel", "stock", "waste", "gas"]


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One instrument: its driver, where it answers, what pins it and how well it is calibrated."""

    name: str
    driver: str
    address: Address
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    calibration: PumpCalibration = field(default_factory=PumpCalibration)
    calibrated: bool = False
    serial_number: str | None = None
    firmware: str | None = None
    mark: Mark | None = None

    @property
    def bench_address(self) -> str:
        """Return its address on a simulated bench: its port's name, or its own where there is no port."""
        return self.name if self.address.kind is AddressKind.FOLDER else self.address.port


@dataclass(frozen=True, slots=True)
class SafeState:
    """What Hold brings a vessel to. None leaves stirring and sweep as they are; `temperature_c` None is heating off."""

    stir_rpm: float | None = None
    temperature_c: float | None = None
    sweep_ml_min: float | None = None


@dataclass(frozen=True, slots=True)
class Concentration:
    """A measured lot value, mol/L, with its standard uncertainty."""

    value_mol_l: float
    sd_mol_l: float = 0.0


@dataclass(frozen=True, slots=True)
class Balls:
    """What mills in a jar: so many balls of one mass and volume each, of one material."""

    count: int
    mass_mg: float
    volume_ml: float
    material: str


@dataclass(frozen=True, slots=True)
class JarSpec:
    """A vessel for solids: its devices, its balls, how far it is shaken, and what it weighs empty.

    `amplitude_mm` is half of the way that the jar goes to and fro. An autoclave has no mill and no balls.
    """

    milled_by: str | None
    guarded_by: str | None
    dosed_by: str | None
    balls: Balls
    amplitude_mm: float
    empty_mg: float = 0.0


@dataclass(frozen=True, slots=True)
class PowderSpec:
    """A lot of powder: how pure (mass fraction), how much when fresh, how loosely it lies, and its dosing head."""

    name: str
    species: str
    mass_mg: float
    purity_frac: float
    purity_sd_frac: float = 0.0
    bulk_g_ml: float = 0.5
    lot: str = ""
    head: str = ""
    expires: str = ""
    hazards: tuple[str, ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class VesselSpec:
    """A place that holds liquid (or push gas): what it may hold, what serves it, and what it holds when fresh.

    `kind` is what a recipe's role asks for ("stirred_vessel", "vial", "stock", ...). `volume_ml` and
    `concentrations` are the declared contents of a fresh station in `solvent`.
    """

    name: str
    role: Role
    kind: str
    capacity_ml: float
    fill_min_ml: float = 0.0
    fill_max_ml: float | None = None
    rated_temperature_c: float | None = None
    rated_pressure_kpa: float | None = None
    material: str = ""
    stirred_by: str | None = None
    heated_by: str | None = None
    swept_by: str | None = None
    guarded_by: str | None = None
    """Of a vessel that is no jar: what tells of its vent and its sweep."""
    potentiostat: str | None = None
    spectrometer: str | None = None
    sampler: str | None = None
    rack: str = ""
    position: int = 0
    identity: str = ""
    """What is written on it: a tube's own name, which goes with its sample."""
    safe: SafeState = SafeState()
    jar: JarSpec | None = None
    loaded_in: str | None = None
    """Of a stock: the pump whose syringe it is."""
    volume_ml: float = 0.0
    solvent: str = ""
    concentrations: Mapping[str, Concentration] = field(default_factory=dict[str, Concentration])
    lot: str = ""
    expires: str = ""
    hazards: tuple[str, ...] = ()
    use: str = "reagent"
    accepts: tuple[str, ...] = ()
    mark: Mark | None = None

    @property
    def limit_ml(self) -> float:
        """Return the most this vessel may hold: its fill limit, or its capacity."""
        return self.capacity_ml if self.fill_max_ml is None else self.fill_max_ml

    def declared(self) -> Mixture:
        """Return what a fresh one holds."""
        if not self.volume_ml:
            return Mixture()
        litres = self.volume_ml / 1e3
        return Mixture(
            {self.solvent: self.volume_ml},
            {name: c.value_mol_l * litres for name, c in self.concentrations.items()},
            {},
            {name: Spread(lot=c.sd_mol_l * litres) for name, c in self.concentrations.items()},
        )


@dataclass(frozen=True, slots=True)
class RackSpec:
    """Places of one kind that a sampler brings under its needle and into a spectrometer, in the order of positions."""

    name: str
    kind: str
    sampler: str
    spectrometer: str
    vessels: tuple[str, ...]
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class LineSpec:
    """A tube between two ends (a vessel, or "device:port"), and the vessel whose content fills it when fresh."""

    name: str
    from_end: str
    to_end: str
    volume_ml: float
    filled: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """The gas that clears a path after a dose, and how much of it beyond the dead volume; "" without any pump."""

    gas: str
    excess_ml: float


@dataclass(frozen=True, slots=True)
class Rinse:
    """The liquid that rinses between different liquids: which stock, how much, how often."""

    stock: str
    volume_ml: float
    times: int


@dataclass(frozen=True, slots=True)
class Reference:
    """E(instrument) = E(this scale) + offset in the cell `vessel` ("" = every cell)."""

    scale: str
    offset_v: float
    offset_sd_v: float
    vessel: str = ""


@dataclass(frozen=True, slots=True)
class HostDeathBound:
    """The most that one device may do unattended when the host dies."""

    volume_ml: float
    time_s: float


@dataclass(frozen=True, slots=True)
class Station:
    """A bench: devices, vessels, plumbing, and how they may be used. `limits` narrows what the drivers say."""

    name: str
    devices: Mapping[str, DeviceSpec]
    vessels: Mapping[str, VesselSpec]
    lines: tuple[LineSpec, ...]
    push: Push = Push(gas="", excess_ml=0.0)
    rinse: Rinse | None = None
    carry_over: float = 0.0
    references: tuple[Reference, ...] = ()
    racks: Mapping[str, RackSpec] = field(default_factory=dict[str, RackSpec])
    powders: Mapping[str, PowderSpec] = field(default_factory=dict[str, PowderSpec])
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    limits: Mapping[str, Limits] = field(default_factory=dict[str, Limits])
    ambient_c: float = 22.0
    """The room's temperature: what a vessel without a sensor is taken to be at."""
    max_stroke_s: float = 20.0
    draw_rate_ml_min: float = 10.0
    """Rate of strokes for which no recipe gives one: drawing up, rinsing, emptying, and the most for the gas push."""
    dose_rel_sd_max: float = 0.05
    """The largest relative standard uncertainty that one dose may have [assumed]."""
    host_death: HostDeathBound = HostDeathBound(volume_ml=1.0, time_s=60.0)
    path: Path | None = None
    mark: Mark | None = None

    @property
    def jars(self) -> dict[str, JarSpec]:
        """Return the vessels for solids: jars that are milled, autoclaves."""
        return {name: vessel.jar for name, vessel in self.vessels.items() if vessel.jar is not None}

    def of_role(self, role: Role) -> dict[str, VesselSpec]:
        """Return the vessels of one role, in the order of the file."""
        return {name: vessel for name, vessel in self.vessels.items() if vessel.role == role}

    def reference(self, scale: str, cell: str) -> Reference | None:
        """Return how `scale` lies on the instrument's scale in `cell`; a cell's own entry wins."""
        fits = [entry for entry in self.references if entry.scale == scale and entry.vessel in ("", cell)]
        return max(fits, key=lambda entry: entry.vessel != "", default=None)
