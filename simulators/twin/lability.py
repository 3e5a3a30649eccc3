"""How fast metal ions exchange a water molecule, and how much of an inert one gets in during a hold.

First order in the ion; a classifier for gating, not the rate of any particular ligand's loss. Below the threshold an
ion counts as inert. Constants at 298 K in 1/s; those marked assumption are textbook values to verify.
"""

from dataclasses import dataclass
from math import expm1

from simulators.twin.chemistry import ASSUMPTION, LITERATURE, SEED

INERT_BELOW_PER_S = 0.04


@dataclass(frozen=True, slots=True)
class WaterExchange:
    """One ion's rate constant and where it is from."""

    k_per_s: float
    source: str


WATER_EXCHANGE: dict[str, WaterExchange] = {
    "Rh3+": WaterExchange(2.2e-9, ASSUMPTION),
    "Ir3+": WaterExchange(1.1e-10, ASSUMPTION),
    "Cr3+": WaterExchange(2.4e-6, SEED),
    "Ru3+": WaterExchange(3.5e-6, SEED),
    "Ru2+": WaterExchange(1.8e-2, SEED),
    "Al3+": WaterExchange(1.3, LITERATURE),
    "Fe3+": WaterExchange(1.6e2, ASSUMPTION),
    "Ni2+": WaterExchange(3.2e4, ASSUMPTION),
    "Co2+": WaterExchange(3.2e6, ASSUMPTION),
    "Fe2+": WaterExchange(4.4e6, ASSUMPTION),
    "Mn2+": WaterExchange(2.1e7, ASSUMPTION),
    "Cr2+": WaterExchange(1e9, SEED),
    "Cu2+": WaterExchange(4.4e9, ASSUMPTION),
}


def incorporated(ion: str, hold_s: float) -> float:
    """Return the fraction of an ion that has entered after a hold at 25 C.

    Raises:
        ValueError: the ion's rate is not known.
    """
    if ion not in WATER_EXCHANGE:
        message = f"no water exchange rate for {ion}; known are {', '.join(sorted(WATER_EXCHANGE))}"
        raise ValueError(message)
    return -expm1(-WATER_EXCHANGE[ion].k_per_s * hold_s)


def is_inert(ion: str) -> bool:
    """Tell whether an ion counts as inert by the threshold."""
    return WATER_EXCHANGE[ion].k_per_s < INERT_BELOW_PER_S
