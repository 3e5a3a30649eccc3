"""A closed vessel with solid and solvent that is heated, in numbers: how full it is, and what pressure it gets.

The pressure over the ambient one is the solvent's vapour at the temperature of the oven and the air that was shut in,
warmed, in the space that the warm liquid leaves it: p = p_sat(T) + p0 (T/T0)(V0/V) - p0, an ideal gas. Of several
solvents each counts as if it were alone, so it is an upper bound. What a reaction sets free is left out.
"""

import math
from collections.abc import Mapping

from autosynth.language.interval import Interval
from autosynth.plan.mechanics import settled
from autosynth.plan.rulebook import Rulebook
from autosynth.plan.state import State
from autosynth.station.model import Station

AIR_KPA, KELVIN = 101.325, 273.15
EXPANSION_PER_K = 1.6e-3
"""How much liquids expand, a third more than methanol at 25 °C, for they do more when hot [assumed]."""


def closed_facts(
    station: Station, book: Rulebook, state: State, vessel: str, target_c: Interval
) -> Mapping[str, Interval]:
    """Return what rules may ask of a vessel that is heated closed, as intervals in canonical units.

    `closed_fill` is balls, loose powder and liquid over the capacity, cold; a solvent whose vapour nobody knows makes
    `hot_pressure` infinite. `temperature` is that of the oven.
    """
    spec, held = station.vessels[vessel], state.vessels[vessel]
    balls_ml = 0.0 if spec.jar is None else spec.jar.balls.count * spec.jar.balls.volume_ml
    solid_ml = balls_ml + sum(
        1e-3 * mass.high / station.powders[lot].bulk_g_ml
        for lot, mass in state.jars[vessel].masses_mg.items()
        if lot in station.powders
    )
    liquid = held.volume_ml
    fill = ((liquid.low + balls_ml) / spec.capacity_ml, (liquid.high + solid_ml) / spec.capacity_ml)
    highest_kpa = gauge_kpa(
        book, held.solvents, spec.capacity_ml - solid_ml, liquid.high, station.ambient_c, target_c.high
    )
    facts = {
        "closed_fill": settled(Interval(*fill), "ratio"),
        "hot_pressure": Interval(0.0, highest_kpa, "pressure"),
        "temperature": settled(target_c, "temperature"),
    }
    rated_kpa = spec.rated_pressure_kpa
    return facts if rated_kpa is None else {**facts, "rated_pressure": Interval(rated_kpa, rated_kpa, "pressure")}


def gauge_kpa(
    book: Rulebook, solvents: frozenset[str], room_ml: float, liquid_ml: float, closed_c: float, hot_c: float
) -> float:
    """Return the pressure over the ambient one in kPa; infinite of unknown solvents, and where liquid leaves no room.

    `room_ml` is what liquid and gas have, `closed_c` the temperature at which the vessel was closed.
    """
    known = [book.solvents.get(name) for name in solvents]
    vapour_kpa = sum(math.inf if each is None else each.saturation_kpa(hot_c) for each in known)
    hot_ml = liquid_ml * (1.0 + EXPANSION_PER_K * max(hot_c - closed_c, 0.0))
    if not room_ml > hot_ml:
        return math.inf
    warmed = (hot_c + KELVIN) / (closed_c + KELVIN) * (room_ml - liquid_ml) / (room_ml - hot_ml)
    return vapour_kpa + AIR_KPA * (warmed - 1.0)
