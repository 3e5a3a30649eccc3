"""The bench description: a station and its inventory as plain JSON, from which a simulated bench is opened.

Models and their options come from the drivers' entry points. Films on the walls of lines are left out: the simulated
lines have none. A device's address bears the name of its port, so devices on one bus share it; one that only writes
files bears its own.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry
from autosynth.station.drivers import FindDriver, driver_entry, settings_of
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import Mixture
from autosynth.station.model import DeviceSpec, JarSpec, Station, VesselSpec
from autosynth.station.solids import Jar

SCHEMA = 1
FERROCENE = "Fc"


def bench_description(station: Station, inventory: Inventory, find: FindDriver = driver_entry) -> dict[str, Any]:
    """Return the description of a bench in the state of `inventory`.

    Raises:
        InputError: a driver is not installed.
        OptionsError: an option of a device is wrong.
    """
    return {
        "schema": SCHEMA,
        "ambient_c": station.ambient_c,
        "vessels": _vessels(station, inventory),
        "lines": _lines(station, inventory),
        **({"powders": _powders(station, inventory)} if station.powders else {}),
        "devices": {
            name: _device(station, spec, find(spec.driver), inventory) for name, spec in station.devices.items()
        },
        "ru_perturbation": True,
    }


def _vessels(station: Station, inventory: Inventory) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for name, vessel in station.vessels.items():
        if vessel.role == "gas":
            described[name] = {"capacity_ml": 0.0, "gas": True}
        else:
            held = inventory.content(name) if vessel.loaded_in is None else Mixture()
            described[name] = {"capacity_ml": vessel.capacity_ml, "mixture": _plain(held)}
        if vessel.jar is not None:
            described[name] |= _jar(station, vessel, vessel.jar, inventory.solids.jars[name])
    return described


def _jar(station: Station, vessel: VesselSpec, jar: JarSpec, held: Jar) -> dict[str, Any]:
    """What is in a jar is there as it was charged; amounts in its mixture are the solids' and not said twice."""
    balls, solids = jar.balls, dict[str, float]()
    for lot, mass in held.solids.items():
        species = station.powders[lot].species if lot in station.powders else lot
        solids[species] = solids.get(species, 0.0) + mass.mg
    described = {
        "material": vessel.material,
        "mass_mg": max(jar.empty_mg - balls.count * balls.mass_mg, 0.0),
        "balls": {"count": balls.count, "mass_mg": balls.mass_mg, "volume_ml": balls.volume_ml},
        "at": held.at,
        "closed": held.closed,
        "rated_kpa": vessel.rated_pressure_kpa,
    }
    return {"jar": described, **({"solids_mg": solids} if solids else {})}


def _powders(station: Station, inventory: Inventory) -> dict[str, Any]:
    return {
        name: {
            "substance": powder.species,
            "mass_mg": max(inventory.solids.powders[name].mg, 0.0),
            "purity_frac": powder.purity_frac,
            "lot": powder.head or powder.lot,
        }
        for name, powder in station.powders.items()
    }


def _lines(station: Station, inventory: Inventory) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "a": line.from_end,
            "b": line.to_end,
            "volume_ml": line.volume_ml,
            "plugs": [_plain(plug) for plug in inventory.line(line.name)],
        }
        for line in station.lines
    ]


def _plain(mixture: Mixture) -> dict[str, dict[str, float]]:
    """Amounts that are nothing but rounding are left out."""
    return {
        "volumes_ml": {name: value for name, value in mixture.volumes_ml.items() if value > 0},
        "amounts_mol": {name: value for name, value in mixture.amounts_mol.items() if value > 0},
    }


def _device(station: Station, spec: DeviceSpec, entry: DriverEntry, inventory: Inventory) -> dict[str, Any]:
    """What the station measured may be overruled by the driver's options, what the ledger knows may not."""
    vessel = _served(station, spec.name)
    options: dict[str, Any] = {}
    if "pump" in entry.kinds:
        options["gain_sd"] = spec.calibration.gain_rel_sd
    if "potentiostat" in entry.kinds:
        reference = station.reference(FERROCENE, vessel or "")
        options["reference_offset_v"] = reference.offset_v if reference else 0.0
    if "infuser" in entry.kinds:
        options |= {"gain_sd": spec.calibration.gain_rel_sd, **_loaded(station, spec.name, inventory)}
    options |= entry.simulator_options(settings_of(spec))
    if "valve" in entry.kinds:
        options |= _state(spec.name, inventory, is_pump="pump" in entry.kinds)
    described: dict[str, Any] = {"model": entry.simulator, "address": spec.bench_address, "options": options}
    for rack in station.racks.values():
        if rack.spectrometer == spec.name:
            described["sampler"] = rack.sampler
    return described if vessel is None else {**described, "vessel": vessel}


def _loaded(station: Station, device: str, inventory: Inventory) -> Mapping[str, Any]:
    """What a person has filled into a syringe that is a stock."""
    stock = next((vessel.name for vessel in station.vessels.values() if vessel.loaded_in == device), None)
    if stock is None:
        return {}
    return {"plunger_ml": inventory.volume_ml(stock), "syringe": [_plain(inventory.content(stock))]}


def _state(device: str, inventory: Inventory, is_pump: bool) -> Mapping[str, Any]:
    """Where a valve stands and what is in its syringe; a pump at an unknown port is not initialised."""
    port = inventory.positions.get(device)
    standing: dict[str, Any] = {} if port is None else {"port": int(port) if port.isdecimal() else port}
    if not is_pump or device not in inventory.syringes:
        return standing
    plunger_ml = inventory.syringe_ml(device)
    syringe = [_plain(plug) for plug in inventory.syringe(device)]
    return {**standing, "initialised": bool(standing), "plunger_ml": plunger_ml, "syringe": syringe}


def _served(station: Station, device: str) -> str | None:
    """Return the vessel that a device stirs, heats or measures in."""
    for vessel in station.vessels.values():
        jar = vessel.jar
        served = (None, None) if jar is None else (jar.milled_by, jar.guarded_by)
        if device in (vessel.stirred_by, vessel.heated_by, vessel.swept_by, vessel.potentiostat, *served):
            return vessel.name
    return None
