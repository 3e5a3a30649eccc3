"""A vessel with solids in it: a milling jar with its balls, lid and place, or any vial that powder was put into.

Its own clock stands at the last thing that happened to it (it was placed, filled, opened, sampled); whoever looks later
looks at a copy, so that looking changes nothing. Liquid stays in the twin's `Vessel`; what gets lost of it here is
handed to the caller to book.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulators.twin.charge import Balls, Charge, Shaken
from simulators.twin.contents import Array
from simulators.twin.mechanochemistry import Milling, fill_factor, power_w_per_hz
from simulators.twin.solvothermal import Oven, Solvothermal, exposure
from simulators.twin.substances import SOLVENT_G_ML
from simulators.twin.vapour import AIR_KPA, Headspace, saturation_kpa, vapour_ml
from simulators.twin.vessel import Vessel
from simulators.twin.warmth import Mill, jar_above

BENCH = "bench"
PRESSED_KPA = 5.0
"""Gauge pressure from which opening throws content out [assumption]."""
OVEN_BREAKS_C = 200.0
"""Above it frameworks lose their order [seed: stable to 200 C]."""


@dataclass(slots=True)
class Jar:
    """One vessel with solids, as it was at `t_s`."""

    vessel: Vessel
    milling: Milling
    material: str = ""
    empty_mg: float = 0.0
    balls: Balls = field(default_factory=Balls)
    rated_kpa: float | None = None
    place: str = BENCH
    headspace: Headspace = field(default_factory=Headspace)
    charge: Charge = field(default_factory=Charge)
    mill: Mill | None = None
    growth: Solvothermal = field(default_factory=Solvothermal)
    oven: Oven | None = None
    """Its last stay in an oven: while it is there, and while it cools."""
    above_k: float = 0.0
    hot_k: float = 0.0
    t_s: float = 0.0
    spilled_mg: dict[str, float] = field(default_factory=dict[str, float])
    taken_mg: dict[str, float] = field(default_factory=dict[str, float])

    def advance(self, t_s: float) -> None:
        """Bring the jar to a time; a time already passed changes nothing."""
        if t_s <= self.t_s:
            return
        self.charge = self.later(t_s)
        self.above_k, self.t_s = self._above(t_s), t_s

    def later(self, t_s: float) -> Charge:
        """Return the charge as it will be at a time, leaving the jar alone."""
        later = self.charge.copy()
        if self.mill is not None and t_s > self.t_s and self.balls.count > 0:
            shaking = self.mill.shaking
            by_power = shaking.delivered(self.milling.freq_exp, self.t_s, t_s)
            if by_power > 0.0:
                shaken = Shaken(by_power, shaking.delivered(1.0, self.t_s, t_s))
                fill = fill_factor(later.fill(self.vessel.capacity_ml, self.balls))
                later.mill(self.milling, self.balls, fill, self.vessel.volume_ml(), shaken)
        if self.oven is not None and self.headspace.closed and t_s > self.t_s:
            later.grow(self.growth, exposure(self.growth, self.oven, self.t_s, t_s), self.vessel.volume_ml())
        return later

    def temperature_c(self, t_s: float) -> float:
        """Return the temperature in C."""
        oven_k = 0.0 if self.oven is None else self.oven.above_k(t_s)
        return self.vessel.ambient_c + self._above(t_s) + self.hot_k + oven_k

    def vapour_kpa(self, t_s: float) -> float:
        """Return the vapour pressure over the liquid."""
        return saturation_kpa(self.volumes_ml(), self.temperature_c(t_s))

    def gauge_kpa(self, t_s: float) -> float:
        """Return the gauge pressure; zero when open."""
        return self.headspace.gauge_kpa(self.vapour_kpa(t_s), self.temperature_c(t_s)) if self.headspace.closed else 0.0

    def volumes_ml(self) -> dict[str, float]:
        """Return the liquids that came through lines, by solvent."""
        layout = self.vessel.layout
        return {
            name: float(self.vessel.content[i])
            for i, name in enumerate(layout.solvents)
            if i and self.vessel.content[i] > 0.0
        }

    def mass_mg(self) -> float:
        """Return the mass of all of it: jar, balls, powder, liquid. Dissolved species count as nothing."""
        liquid_mg = sum(ml * SOLVENT_G_ML.get(name, 1.0) * 1e3 for name, ml in self.volumes_ml().items())
        return self.empty_mg + self.balls.total_mg + self.charge.total_mg() + liquid_mg

    def put(self, place: str, mill: Mill | None, t_s: float) -> None:
        """Stand it somewhere else; a `mill` if that is one."""
        self.advance(t_s)
        self.place, self.mill = place, mill

    def heat(self, target_c: float, ramp_k_min: float, hold_s: float, t_s: float) -> None:
        """Go into an oven, closed, by its programme; raises ValueError when it is open or nothing would be heated."""
        if not self.headspace.closed or not target_c > self.vessel.ambient_c or not ramp_k_min > 0.0:
            message = f"{self.vessel.name} goes into an oven closed, and to more than the room's temperature"
            raise ValueError(message)
        self.advance(t_s)
        ramp_k_s, base_c = ramp_k_min / 60.0, self.vessel.ambient_c
        end_s = t_s + (target_c - base_c) / ramp_k_s + hold_s
        self.oven = Oven(base_c, target_c, ramp_k_s, t_s, end_s, self.growth.cooling_s)

    def unload(self, t_s: float) -> float:
        """Come out of the oven, to cool from now on if it was still heated; return its temperature in C."""
        self.advance(t_s)
        if self.oven is not None and t_s < self.oven.end_s:
            self.oven = replace(self.oven, end_s=t_s)
        return self.temperature_c(t_s)

    def close(self, t_s: float) -> None:
        """Close the lid."""
        self.advance(t_s)
        self.headspace.close(self.temperature_c(t_s))
        self.vessel.shut = True

    def vent(self, t_s: float) -> Array:
        """Let the pressure off, the lid on; return the solvent that went with it."""
        self.advance(t_s)
        gauge_kpa = self.gauge_kpa(t_s)
        part = max(0.0, gauge_kpa) / (AIR_KPA + max(0.0, gauge_kpa))
        vapour_kpa = self.vapour_kpa(t_s)
        self.headspace.vent(vapour_kpa, self.temperature_c(t_s))
        return self._evaporate(part * vapour_kpa, t_s)

    def open(self, t_s: float) -> tuple[Array, Array]:
        """Open the lid; return what left as vapour and, if it was under pressure, what was thrown out."""
        self.advance(t_s)
        gauge_kpa = self.gauge_kpa(t_s)
        gone = self._evaporate(self.vapour_kpa(t_s), t_s) if self.headspace.closed else self.vessel.layout.empty()
        thrown = gauge_kpa / (AIR_KPA + gauge_kpa) if gauge_kpa > PRESSED_KPA else 0.0
        self.headspace.open()
        self.vessel.shut = False
        spilled = self.vessel.content * thrown
        self.vessel.content = self.vessel.content - spilled
        book(self.spilled_mg, self.charge.take(thrown))
        return gone, spilled

    def reach_in(self, t_s: float) -> None:
        """Be at a time with the lid off; raises ValueError when it is on."""
        if self.headspace.closed:
            message = f"nobody reaches into {self.vessel.name}: it is closed"
            raise ValueError(message)
        self.advance(t_s)

    def empty_liquid(self) -> Array:
        """Take all liquid out and return it."""
        gone = self.vessel.content
        self.vessel.content = self.vessel.layout.empty()
        return gone

    def describe(self, t_s: float) -> dict[str, Any]:
        """Return what there would be at `t_s`, JSON-able."""
        charge, liquid_ml = self.later(t_s), self.vessel.volume_ml()
        crystalline = charge.crystallinity()
        return {
            "temperature_c": self.temperature_c(t_s),
            "gauge_kpa": self.gauge_kpa(t_s),
            "closed": self.headspace.closed,
            "at": self.place,
            "alpha": charge.alpha,
            "dose_j_g": charge.dose_j_g,
            "eta": charge.eta(liquid_ml, released=False),
            "eta_effective": charge.eta(liquid_ml),
            "solids_mg": {name: mg for name, mg in charge.mg.items() if mg > 0.0},
            "phases": {name: {"mg": charge.mg[name], "crystallinity": x} for name, x in crystalline.items()},
            "spilled_mg": dict(self.spilled_mg),
            "taken_mg": dict(self.taken_mg),
        }

    def _above(self, t_s: float) -> float:
        w_per_hz = power_w_per_hz(self.balls.count, self.balls.mass_mg, self.milling.freq_exp)
        return jar_above(self.above_k, self.mill, w_per_hz, self.milling.freq_exp, self.t_s, t_s)

    def _evaporate(self, pressure_kpa: float, t_s: float) -> Array:
        """Take out what a headspace's vapour of that pressure amounts to, from each solvent in proportion."""
        volumes_ml = self.volumes_ml()
        total_ml = sum(volumes_ml.values())
        powder_ml = self.charge.fill(self.vessel.capacity_ml, self.balls) * self.vessel.capacity_ml
        headspace_ml = max(0.0, self.vessel.capacity_ml - powder_ml - total_ml)
        gone = self.vessel.layout.empty()
        for name, ml in volumes_ml.items():
            share = pressure_kpa * ml / total_ml
            at = self.vessel.layout.solvents.index(name)
            gone[at] = min(ml, vapour_ml(name, share, headspace_ml, self.temperature_c(t_s)))
        self.vessel.content = self.vessel.content - gone
        return gone


def jar_of(vessel: Vessel, entry: Mapping[str, Any], milling: Milling, growth: Solvothermal) -> Jar:
    """Return a vessel of a bench description as what holds solids; where it stands is for the caller to say."""
    described: Mapping[str, Any] = entry.get("jar", {})
    balls: Mapping[str, Any] = described.get("balls", {})
    jar = Jar(
        vessel,
        milling,
        growth=growth,
        material=str(described.get("material", "")),
        empty_mg=float(described.get("mass_mg", 0.0)),
        balls=Balls(int(balls.get("count", 0)), float(balls.get("mass_mg", 0.0)), float(balls.get("volume_ml", 0.0))),
        rated_kpa=None if described.get("rated_kpa") is None else float(described["rated_kpa"]),
    )
    if described.get("closed", False):
        jar.close(0.0)
    return jar


def book(account: dict[str, float], mg: Mapping[str, float]) -> None:
    """Add masses to an account."""
    for name, mass_mg in mg.items():
        if mass_mg > 0.0:
            account[name] = account.get(name, 0.0) + mass_mg
