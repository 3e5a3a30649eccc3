"""What every plan on one station begins from, the same for all recipes: what its devices can do, and what is where."""

from collections.abc import Collection
from dataclasses import dataclass

from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.plan.capability import Capability
from autosynth.plan.jars import MOST_MOL_PER_MG, JarBounds
from autosynth.plan.state import ZERO, Portion, State, VesselBounds, point
from autosynth.station.drivers import FindDriver, driver_entry
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import GAS
from autosynth.station.model import Station
from autosynth.station.solids import Jar


@dataclass(frozen=True, slots=True)
class Ground:
    """The abilities of a station, and the bounds in which a run begins: what the ledger says, exactly."""

    can: Capability
    start: State
    species: Collection[str]
    """Everything that any vessel holds then: nothing else comes to the bench."""
    solvents: Collection[str]


def ground(station: Station, inventory: Inventory, find: FindDriver = driver_entry) -> Ground:
    """Return what plans begin from on a station as its ledger stands; `find` replaces the installed drivers."""
    return onward(Capability(station, inventory.plumbing, find), inventory)


def onward(can: Capability, inventory: Inventory) -> Ground:
    """Return what plans begin from on a station whose abilities are known, as its ledger stands."""
    vessels: dict[str, VesselBounds] = {}
    for name in can.station.vessels:
        content = inventory.content(name)
        amounts = {species: point(amount) for species, amount in content.amounts_mol.items()}
        solvents = frozenset(solvent for solvent, ml in content.volumes_ml.items() if ml > 0 and solvent != GAS)
        vessels[name] = VesselBounds(point(content.liquid_ml), amounts, solvents, amounts)
    start = State(vessels, {pump: frozenset({liquid}) for pump, liquid in inventory.last_liquid.items()})
    for name in can.station.jars:
        vessels[name] = _with_unknown(can.station, vessels[name], inventory.solids.jars[name])
    start.jars = {name: _jar(jar) for name, jar in inventory.solids.jars.items()}
    start.powders_mg = {name: point(mass.mg) for name, mass in inventory.solids.powders.items()}
    held = vessels.values()
    powders = {powder.species for powder in can.station.powders.values()}
    return Ground(
        can,
        start,
        frozenset(species for each in held for species in each.amounts) | powders,
        frozenset(solvent for each in held for solvent in each.solvents),
    )


def _with_unknown(station: Station, held: VesselBounds, jar: Jar) -> VesselBounds:
    """Return a jar's bounds with those of its powders of which no amount is on record: they are there all the same."""
    lots = {lot: mass for lot, mass in jar.solids.items() if mass.mg > 0 and lot in station.powders}
    species = {station.powders[lot].species: mass.mg for lot, mass in lots.items()}
    more = {name: Interval(0.0, mg * MOST_MOL_PER_MG) for name, mg in species.items() if name not in held.amounts}
    return held.received(Portion(ZERO, more)) if more else held


def _jar(jar: Jar) -> JarBounds:
    masses = {lot: point(mass.mg) for lot, mass in jar.solids.items()}
    return JarBounds(masses, Truth.of(jar.closed), Truth.of(jar.vented), point(jar.milled_s))
