"""How much of what a dose brings in a minute: a stock by its measured concentration, a vessel by its content."""

import math
from collections.abc import Mapping

from autosynth.language.interval import Interval
from autosynth.plan.state import VesselBounds
from autosynth.station.model import VesselSpec

COVER = 2.0
"""So many standard uncertainties of a stock's concentration are allowed for."""


def dosed_mol_min(source: VesselSpec, held: VesselBounds, rate: Interval) -> Mapping[str, Interval]:
    """Return mol/min of each species that comes at `rate` mL/min out of a stock or vessel."""
    if source.concentrations:
        litres_min = rate.high / 1e3
        return {
            name: Interval(0.0 if rate.low <= 0 else rate.low / 1e3 * lot.value_mol_l, litres_min * most)
            for name, lot in source.concentrations.items()
            if (most := lot.value_mol_l + COVER * lot.sd_mol_l) > 0
        }
    volume_ml = held.volume_ml
    return {
        name: Interval(0.0, rate.high * amount.high / volume_ml.low if volume_ml.low > 0 else math.inf)
        for name, amount in held.amounts.items()
        if amount.high > 0
    }
