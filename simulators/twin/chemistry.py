"""What one chemistry file says: species, reactions, what is fed as what.

A chemistry is data. It refuses to know vessels, temperatures or instruments; `simulators.twin.kinetics` integrates it
and lets the species present decide which reactions run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from simulators.twin.process import Process

SEED = "seed"
LITERATURE = "lit"
ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True)
class Species:
    """A dissolved species of the twin.

    Attributes:
        name: The twin's own id.
        parts: Conserved building blocks in one formula unit (elements, or ligands that stay whole).
        charge: Charge of the species without its counter-ions and acidic protons.
        protons: Acidic protons carried as counter-ions.
        source: Where the composition comes from: seed, lit or assumption.
    """

    name: str
    parts: Mapping[str, int]
    charge: int = 0
    protons: int = 0
    source: str = ASSUMPTION


@dataclass(frozen=True, slots=True)
class Reaction:
    """One elementary, mass-action reaction of at most two reactants.

    Attributes:
        name: Shown in messages.
        reactants: One or two species; the same twice for a dimerisation, whose rate is k c^2.
        products: The product first; by-products after it do not enter the reverse rate.
        k: Forward rate constant at 298.15 K, per M and s (per s with one reactant).
        k_reverse: Reverse rate constant at 298.15 K per s, zero for an irreversible reaction.
        source: Provenance of the constants.
        both_back: The first two products react back together, `k_reverse` is per M and s.
    """

    name: str
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    k: float
    k_reverse: float = 0.0
    source: str = ASSUMPTION
    both_back: bool = False


@dataclass(frozen=True, slots=True)
class Chemistry:
    """One file's worth of chemistry.

    Attributes:
        name: Which chemistry this is.
        species: All of its species, by-products included.
        reactions: All of its reactions.
        feeds: Fed species id of a bench description -> twin species, one to one in amount.
        processes: What happens besides mass action, over these species; no reaction touches one that a process does.
        activation_j_mol: Arrhenius energy of every rate constant; equilibria therefore do not move with temperature.
    """

    name: str
    species: tuple[Species, ...]
    reactions: tuple[Reaction, ...]
    feeds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    activation_j_mol: float = 60_000.0
    processes: tuple[Process, ...] = ()
