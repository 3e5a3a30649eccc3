"""What a person found in a vessel, as a mixture: a volume they read, of a liquid that the station knows.

A composition is never made up: it is what the ledger says is in the vessel, or what the station file declares for a
vessel. A volume that a person states is taken as exact; concentrations keep the uncertainty they had.
"""

from autosynth.errors import InputError, Problem
from autosynth.language.validation import closest
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station, VesselSpec


def found_content(station: Station, inventory: Inventory, vessel: str, volume_ml: float, of: str = "") -> Mixture:
    """Return `volume_ml` of what is in `vessel`, or of the liquid declared for `of`.

    Raises:
        InputError: the station has no such vessel, it is a gas, it does not hold so much, or nobody knows of what.
    """
    spec = _vessel(station, vessel)
    if not 0 <= volume_ml <= spec.capacity_ml:
        raise _wrong(spec, f"{volume_ml:g} mL is not from 0 to {vessel}'s capacity, {spec.capacity_ml:g} mL")
    if volume_ml == 0:
        return Mixture()
    if of:
        return _scaled(_declared(_vessel(station, of)), volume_ml)
    present = inventory.content(vessel)
    if present.liquid_ml > 0:
        return _scaled(present, volume_ml)
    if not spec.volume_ml:
        raise _wrong(spec, f"{vessel} was empty: of what are the {volume_ml:g} mL?", "name a stock with --of STOCK")
    return _scaled(spec.declared(), volume_ml)


def fresh_content(station: Station, vessel: str, volume_ml: float | None = None) -> Mixture:
    """Return a fresh filling of a vessel as the station file declares it, `volume_ml` of it if given.

    Raises:
        InputError: the station has no such vessel, declares no filling for it, or it does not hold so much.
    """
    spec = _vessel(station, vessel)
    fresh = _declared(spec)
    if volume_ml is None:
        return fresh
    if not 0 < volume_ml <= spec.capacity_ml:
        raise _wrong(spec, f"{volume_ml:g} mL is not above 0 and up to {vessel}'s capacity, {spec.capacity_ml:g} mL")
    return _scaled(fresh, volume_ml)


def _vessel(station: Station, name: str) -> VesselSpec:
    spec = station.vessels.get(name)
    if spec is None:
        raise InputError(
            Problem(f"{station.name} has no vessel {name!r}", None, closest(name, station.vessels), "ledger")
        )
    if spec.role == "gas":
        raise _wrong(spec, f"{name} is a gas: the ledger keeps no amount of it")
    return spec


def _declared(spec: VesselSpec) -> Mixture:
    if not spec.volume_ml:
        raise _wrong(spec, f"the station file declares no filling for {spec.name}", "use `set` for what is in it")
    return spec.declared()


def _scaled(mixture: Mixture, volume_ml: float) -> Mixture:
    """Return so much of a mixture; the volume itself is exact."""
    part = mixture.scaled(volume_ml / mixture.liquid_ml)
    return Mixture(part.volumes_ml, part.amounts_mol, {}, part.amount_spread)


def _wrong(spec: VesselSpec, message: str, hint: str = "") -> InputError:
    return InputError(Problem(message, spec.mark, hint, "ledger"))
