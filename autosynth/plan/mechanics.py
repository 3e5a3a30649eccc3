"""What a shaken jar does to its content, in numbers: power, energy, how full it is.

A ball of mass m is thrown from one end of the jar to the other twice in a period, at the jar's greatest speed
v = 2 pi f A: E = m v²/2 a stroke, so that N balls bring P = N m f v² (kg, Hz, m, W). What is lost in friction is in
it; energies of two mills are compared with care [assumed: the usual estimate, e.g. Burmeister and Kwade 2013].
"""

import math
from collections.abc import Iterable, Mapping

from autosynth.language.interval import Interval
from autosynth.plan.jars import JarBounds
from autosynth.plan.rulebook import standing_rules
from autosynth.plan.state import State
from autosynth.station.model import JarSpec, Station

PER_GRAM = 1e3
DIGITS = 4
OF_MILLING_ALONE = ("frequency", "block", "pause")
"""Facts of milling that its step says, whatever is in the jar."""
RELATIVE = 1e-6
"""More than the room for rounding that bounds are given."""


def power_w(jar: JarSpec, frequency_hz: float) -> float:
    """Return the power that balls bring at a frequency of the jar, in W."""
    speed_m_s = 2.0 * math.pi * frequency_hz * jar.amplitude_mm * 1e-3
    return jar.balls.count * jar.balls.mass_mg * 1e-6 * frequency_hz * speed_m_s**2


def energy_j_g(jar: JarSpec, frequency_hz: float, time_s: float, solid_mg: float) -> float:
    """Return the energy a gram of solid that milling at one frequency brings, in J/g; infinite without solid."""
    return PER_GRAM * power_w(jar, frequency_hz) * time_s / solid_mg if solid_mg > 0 else math.inf


def time_for_s(jar: JarSpec, frequency_hz: float, energy_j_g: float, solid_mg: float) -> float:
    """Return how long it takes to bring an energy a gram, in s; infinite at rest."""
    watts = power_w(jar, frequency_hz)
    return energy_j_g * solid_mg / (PER_GRAM * watts) if watts > 0 else math.inf


def fill_frac(jar: JarSpec, powder_ml: float, capacity_ml: float) -> float:
    """Return the part of a jar that balls and loose powder take; liquid stands between the grains."""
    return (jar.balls.count * jar.balls.volume_ml + powder_ml) / capacity_ml


def vapour_ml(jar: JarSpec, capacity_ml: float, solvents: Iterable[str]) -> float:
    """Return the most liquid that the space beside a jar's balls holds as vapour, of all solvents that are known."""
    known, space_ml = standing_rules().solvents, max(capacity_ml - jar.balls.count * jar.balls.volume_ml, 0.0)
    return sum(known[name].vapour_ml(space_ml) for name in solvents if name in known)


def milling_facts(station: Station, state: State, jar: str, bounds: Mapping[str, Interval]) -> dict[str, Interval]:
    """Return what rules may ask of a jar that is milled, as intervals in canonical units."""
    spec, held, liquid = station.vessels[jar], state.jars[jar], state.vessels[jar].volume_ml
    solid = held.solid_mg
    facts = {
        "frequency": settled(bounds["frequency_hz"], "frequency"),
        "block": settled(bounds["block_s"], "time"),
        "pause": settled(bounds["pause_s"], "time"),
        "milled": settled(held.milled_s, "time"),
        "liquid": settled(liquid, "volume"),
        "solid": Interval(solid.low / PER_GRAM, solid.high / PER_GRAM, "mass"),
    }
    if solid.low > 0:
        facts["eta"] = Interval(liquid.low / (1e-3 * solid.high), liquid.high / (1e-3 * solid.low), "specific_volume")
    if spec.jar is not None:
        facts |= _fullness(station, spec.jar, held, spec.capacity_ml)
    return facts


def _fullness(station: Station, jar: JarSpec, held: JarBounds, capacity_ml: float) -> dict[str, Interval]:
    powder = {
        lot: 1.0 / (PER_GRAM * station.powders[lot].bulk_g_ml) for lot in held.masses_mg if lot in station.powders
    }
    low_ml = sum(held.masses_mg[lot].low * each for lot, each in powder.items())
    high_ml = sum(held.masses_mg[lot].high * each for lot, each in powder.items())
    facts = {"fill": Interval(fill_frac(jar, low_ml, capacity_ml), fill_frac(jar, high_ml, capacity_ml), "ratio")}
    solid, balls_mg = held.solid_mg, jar.balls.count * jar.balls.mass_mg
    if solid.low > 0:
        facts["ball_to_powder"] = Interval(balls_mg / solid.high, balls_mg / solid.low)
    return facts


def settled(interval: Interval, dimension: str) -> Interval:
    """Return bounds without the room for rounding that they were given: what is at a limit is within it."""
    return Interval(round(interval.low, DIGITS), round(interval.high, DIGITS), dimension)


def blocks_of(time_s: float, block_s: float) -> int:
    """Return into how many blocks a time of milling falls."""
    return max(1, math.ceil(time_s / block_s * (1.0 - RELATIVE))) if block_s > 0 else 1
