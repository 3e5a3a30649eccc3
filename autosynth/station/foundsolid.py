"""What a person found of solids: how much of a powder there still is, or what is left in a jar.

A stated mass is taken as exact. What a jar holds keeps its composition: so much of the mixture, liquid included; an
emptied jar stands on the bench, open and dry, and has never been milled.
"""

from autosynth.errors import InputError, Problem
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station
from autosynth.station.solids import Jar, Mass


def is_solid(station: Station, name: str) -> bool:
    """Tell whether a name is that of a lot of powder or of a jar."""
    return name in station.powders or name in station.jars


def solid_mg(inventory: Inventory, name: str) -> float:
    """Return how much of a powder there is, or of solid in a jar, mg."""
    jar = inventory.solids.jars.get(name)
    return inventory.solids.powders.get(name, Mass()).mg if jar is None else jar.solid_mg


def declared_mg(station: Station, name: str) -> float:
    """Return the mass of a powder as the station file declares it.

    Raises:
        InputError: it is no powder of the station.
    """
    if name not in station.powders:
        message = f"the station file declares no mass for {name}"
        raise InputError(Problem(message, None, "use `set` for what is in a jar", "ledger"))
    return station.powders[name].mass_mg


def empty_jar(inventory: Inventory, name: str) -> None:
    """Let nothing be in a jar any more."""
    inventory.solids.jars[name] = Jar()
    inventory.set_content(name, Mixture())


def correct_solid(station: Station, inventory: Inventory, name: str, mass_mg: float) -> None:
    """Let a powder be so much, or a jar hold so much of what is in it.

    Raises:
        InputError: the mass is negative, or the jar was empty and nobody knows of what the mass is.
    """
    if mass_mg < 0:
        raise InputError(Problem(f"{mass_mg:g} mg is below nothing", None, "write 0 mg for an empty one", "ledger"))
    if name in station.powders:
        inventory.solids.powders[name] = Mass(mass_mg)
        return
    jar = inventory.solids.jars[name]
    if mass_mg == 0:
        empty_jar(inventory, name)
        return
    if not jar.solid_mg > 0:
        message = f"{name} was empty: of what are the {mass_mg:g} mg?"
        raise InputError(Problem(message, None, "charge it in a run: dose", "ledger"))
    share = mass_mg / jar.solid_mg
    for each in jar.solids.values():
        each.mg *= share
        each.var_mg2 = 0.0
    inventory.set_content(name, inventory.content(name).scaled(share))
