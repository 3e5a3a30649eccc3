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
from autosynth.station.model import DeviceSpec, Station

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
            described[name] = {"capacity_ml": vessel.capacity_ml, "mixture": _plain(inventory.content(name))}
    return described


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
    options |= entry.simulator_options(settings_of(spec))
    if "valve" in entry.kinds:
        options |= _state(spec.name, inventory, is_pump="pump" in entry.kinds)
    described: dict[str, Any] = {"model": entry.simulator, "address": spec.bench_address, "options": options}
    for rack in station.racks.values():
        if rack.spectrometer == spec.name:
            described["sampler"] = rack.sampler
    return described if vessel is None else {**described, "vessel": vessel}


def _state(device: str, inventory: Inventory, is_pump: bool) -> Mapping[str, Any]:
    """Where a valve stands and what is in its syringe; a pump at an unknown port is not initialised."""
    port = inventory.positions.get(device)
    standing: dict[str, Any] = {} if port is None else {"port": int(port) if port.isdigit() else port}
    if not is_pump or device not in inventory.syringes:
        return standing
    plunger_ml = inventory.syringe_ml(device)
    syringe = [_plain(plug) for plug in inventory.syringe(device)]
    return {**standing, "initialised": bool(standing), "plunger_ml": plunger_ml, "syringe": syringe}


def _served(station: Station, device: str) -> str | None:
    """Return the vessel that a device stirs, heats or measures in."""
    for vessel in station.vessels.values():
        if device in (vessel.stirred_by, vessel.heated_by, vessel.potentiostat):
            return vessel.name
    return None
