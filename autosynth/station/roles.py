"""Which object of a station plays which role of a recipe.

A role asks for a kind. What the station's `roles:` says wins; then an object of that kind with the role's own name;
then the only one of the kind. Anything else is a problem: nothing is chosen among several. Places of a rack are all
alike: the rack stands for them, and a role that it plays is a place that the plan finds free. `<kind>_rack` is a rack
of which each measurement takes the next that is free.
"""

from collections.abc import Mapping, Set

from autosynth.errors import Problem
from autosynth.language.validation import closest
from autosynth.station.drivers import FindDriver, device_kinds, device_limits, driver_entry
from autosynth.station.model import Station

DEVICE_KINDS: Mapping[str, str] = {
    "liquid_handler": "pump",
    "pump": "pump",
    "stirrer": "stirrer",
    "thermostat": "thermostat",
}
"""Kinds of roles that a device plays -> its contract. All others are played by vessels and racks of them."""
INSTRUMENTS: Mapping[str, str] = {
    "infrared_spectrometer": "infrared",
    "powder_diffractometer": "diffraction",
    "uv_vis_spectrometer": "uv_vis",
    "sorption_analyser": "sorption",
    "element_analyser": "composition",
    "mass_spectrometer": "mass",
}
"""Kinds of roles that an instrument plays whose software writes files -> its technique."""
RACK = "_rack"


def bind(
    needs: Mapping[str, str], station: Station, find: FindDriver = driver_entry
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return role -> object for all roles that can be filled, and a problem for each that cannot.

    Raises:
        InputError: a driver of the station is not installed.
    """
    bound: dict[str, str] = {}
    problems: list[Problem] = []
    for role, kind in needs.items():
        fits = candidates(kind, station, find)
        places = {place for name in fits if name in station.racks for place in station.racks[name].vessels}
        possible = {*fits, *(places if not kind.endswith(RACK) else ())}
        chosen = station.roles.get(role)
        if chosen is None and (role in possible or len(fits) == 1):
            chosen = role if role in possible else fits[0]
        if chosen is None or chosen not in possible:
            problems.append(_unfilled(role, kind, chosen, fits, station))
        else:
            bound[role] = chosen
    return bound, tuple(problems)


def candidates(kind: str, station: Station, find: FindDriver = driver_entry) -> tuple[str, ...]:
    """Return the objects that can play a role of this kind.

    A `potentiostat` is a vessel with one, `stirred_vessel` also any vessel with a stirrer, `vessel` any that is no
    stock, waste or gas. A rack is there for all of its places.

    Raises:
        InputError: a driver of the station is not installed.
    """
    if kind in DEVICE_KINDS:
        kinds = device_kinds(station, find)
        return tuple(name for name, contracts in kinds.items() if DEVICE_KINDS[kind] in contracts)
    if kind in INSTRUMENTS:
        return tuple(
            name
            for name, spec in station.devices.items()
            if "spectrometer" in find(spec.driver).kinds
            and INSTRUMENTS[kind] in device_limits(station, name, find).techniques
        )
    if kind.endswith(RACK):
        return tuple(rack.name for rack in station.racks.values() if f"{rack.kind}{RACK}" == kind)
    racks = tuple(rack.name for rack in station.racks.values() if rack.kind == kind)
    vessels = [vessel for vessel in station.vessels.values() if vessel.rack not in racks]
    if kind == "vessel":
        return racks + tuple(vessel.name for vessel in vessels if vessel.role == "vessel")
    return racks + tuple(
        vessel.name
        for vessel in vessels
        if vessel.kind == kind
        or (kind == "stirred_vessel" and vessel.stirred_by is not None)
        or (kind == "potentiostat" and vessel.potentiostat is not None)
    )


def _unfilled(role: str, kind: str, chosen: str | None, fits: tuple[str, ...], station: Station) -> Problem:
    kinds = {vessel.kind for vessel in station.vessels.values()} | {*DEVICE_KINDS, *INSTRUMENTS}
    kinds |= {f"{rack.kind}{RACK}" for rack in station.racks.values()}
    if chosen is not None:
        hint = f"{kind} could be {', '.join(fits)}" if fits else _near(kind, kinds)
        return Problem(f"role {role} is given to {chosen}, which is no {kind}", station.mark, hint, rule="ROLE")
    if fits:
        hint = f"say which in the station's roles: {{{role}: {fits[0]}}}"
        return Problem(f"role {role} could be played by {', '.join(fits)}", station.mark, hint, rule="ROLE")
    return Problem(f"the station has no {kind} for the role {role}", station.mark, _near(kind, kinds), rule="ROLE")


def _near(kind: str, kinds: Set[str]) -> str:
    """Return what may have been meant by a kind; of one that is right, what the station lacks."""
    if kind in INSTRUMENTS:
        return f"add an instrument to it whose techniques: have {INSTRUMENTS[kind]}, or take another with --station"
    if kind in kinds:
        return "add one to it, or take another with --station"
    return closest(kind, kinds)
