"""Jars and lots of powder of a station file as values, and the ledger of solids: masses, places, lids.

A mass has a standard uncertainty that adds up in quadrature: every weighing is independent of every other. Nothing
here knows of reactions: masses are those charged. Amounts of what was charged are in the vessel's content, as those of
solutions are.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autosynth.station.model import Balls, JarSpec, PowderSpec, Station
from autosynth.station.reading import Reader
from autosynth.station.schemasolid import JarEntry, PowderEntry

NO_BALLS = Balls(0, 0.0, 0.0, "")
"""Of a vessel that nothing mills."""
BENCH = "bench"
"""Where a jar stands that is in no instrument."""


def read_jar(reader: Reader, body: Mapping[str, Any], mark: Any) -> JarSpec | None:
    """Return what a vessel's `jar:` says; None after noting what is wrong with it."""
    entry = reader.entry(JarEntry, body, mark)
    if entry is None:
        return None
    if not _complete(reader, entry):
        return None
    told = ("ball_mass", "ball_diameter", "amplitude") if entry.milled_by is not None else ("amplitude",)
    wrong = [name for name in told if not getattr(entry, name) > 0]
    for name in wrong:
        reader.note(f"{name} is above zero", entry.where(name), "write ball_mass: 3.14 g, ball_diameter: 10 mm")
    if entry.mass < 0:
        reader.note("an empty jar's mass is not negative", entry.where("mass"), "weigh it with its lid and balls")
    if wrong or entry.mass < 0:
        return None
    balls = NO_BALLS
    if entry.ball_mass is not None and entry.ball_diameter is not None and entry.ball_material is not None:
        volume_ml = math.pi / 6.0 * entry.ball_diameter**3 * 1e-3
        balls = Balls(entry.balls, 1e3 * entry.ball_mass, volume_ml, entry.ball_material)
    return JarSpec(entry.milled_by, entry.guarded_by, entry.dosed_by, balls, entry.amplitude, 1e3 * entry.mass)


def _complete(reader: Reader, entry: JarEntry) -> bool:
    """Note a mill without balls, or balls without a mill; True for all of both, or none of either."""
    balls = {name: getattr(entry, name) is not None for name in ("ball_mass", "ball_diameter", "ball_material")}
    if entry.milled_by is not None and not all(balls.values()):
        missing = ", ".join(name for name, given in balls.items() if not given)
        reader.note(
            f"a jar that is milled needs {missing}", entry.mark, "write ball_mass: 3.14 g, ball_diameter: 10 mm"
        )
    elif entry.milled_by is None and any(balls.values()):
        given = next(name for name, given in balls.items() if given)
        reader.note("balls need a mill", entry.where(given), "write milled_by: a mill, or leave the balls out")
    else:
        return True
    return False


def read_powder(reader: Reader, name: str, entry: PowderEntry) -> PowderSpec | None:
    """Return a lot of powder; None after noting what is wrong with it."""
    asked = (
        ("mass", entry.mass >= 0, "a mass is not negative", "write mass: 2 g"),
        ("purity", 0 < entry.purity.value <= 1, "a purity is above 0 % and at most 100 %", "write 99.0 ± 0.5 %"),
        ("bulk_density", entry.bulk_density > 0, "a density is above zero", "write bulk_density: 0.5 g/mL"),
    )
    wrong = [(key, message, hint) for key, right, message, hint in asked if not right]
    for key, message, hint in wrong:
        reader.note(f"{name}: {message}", entry.where(key), hint)
    if wrong:
        return None
    return PowderSpec(
        name,
        entry.species or name,
        1e3 * entry.mass,
        entry.purity.value,
        entry.purity.sd,
        entry.bulk_density,
        entry.lot,
        entry.head,
        entry.expires or "",
        entry.hazards,
        entry.mark,
    )


@dataclass(slots=True)
class Mass:
    """So many mg, with a variance in mg²."""

    mg: float = 0.0
    var_mg2: float = 0.0

    @property
    def sd_mg(self) -> float:
        """Return the standard uncertainty."""
        return math.sqrt(self.var_mg2)

    def add(self, mg: float, sd_mg: float) -> None:
        """Bring something, or take it when it is negative."""
        self.mg += mg
        self.var_mg2 += sd_mg * sd_mg


@dataclass(slots=True)
class Jar:
    """A jar as the ledger has it: where it stands, whether it is closed, what was weighed into it, what it has lost."""

    at: str = BENCH
    closed: bool = False
    vented: bool = True
    """Whether nothing has built up pressure in it since it was last vented or open."""
    milled_s: float = 0.0
    """How long it has been milled since it was charged."""
    solids: dict[str, Mass] = field(default_factory=dict[str, Mass])
    """By lot of powder."""

    @property
    def solid_mg(self) -> float:
        """Return the mass of all solids in it."""
        return sum(each.mg for each in self.solids.values())

    @property
    def solid_sd_mg(self) -> float:
        """Return the standard uncertainty of that."""
        return math.sqrt(sum(each.var_mg2 for each in self.solids.values()))

    def take(self, mg: float) -> None:
        """Take so much of the mixture as it is."""
        share = min(max(mg / self.solid_mg, 0.0), 1.0) if self.solid_mg > 0 else 0.0
        for each in self.solids.values():
            each.mg *= 1.0 - share
            each.var_mg2 *= (1.0 - share) ** 2

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        solids = {name: [each.mg, each.var_mg2] for name, each in self.solids.items()}
        lid = {"closed": self.closed, "vented": self.vented}
        return {"at": self.at, **lid, "milled_s": self.milled_s, "solids": solids}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Jar":
        """Return the jar that `to_json` wrote."""
        solids = {name: Mass(*numbers) for name, numbers in data["solids"].items()}
        return cls(data["at"], data["closed"], data["vented"], data["milled_s"], solids)


@dataclass(slots=True)
class Solids:
    """Everything solid on a station."""

    jars: dict[str, Jar] = field(default_factory=dict[str, Jar])
    powders: dict[str, Mass] = field(default_factory=dict[str, Mass])

    @classmethod
    def full(cls, station: Station) -> "Solids":
        """Return what a fresh station has: powders as declared, jars open, empty and on the bench."""
        powders = {name: Mass(powder.mass_mg) for name, powder in station.powders.items()}
        return cls({name: Jar() for name in station.jars}, powders)

    def charge(self, jar: str, powder: str, mg: float, sd_mg: float) -> None:
        """Move powder from its lot into a jar; a hand or a head has done it, whatever the lot still had."""
        self.powders.setdefault(powder, Mass()).add(-mg, sd_mg)
        if not self.jars[jar].solid_mg > 0:
            self.jars[jar].milled_s = 0.0
        self.jars[jar].solids.setdefault(powder, Mass()).add(mg, sd_mg)

    def copy(self) -> "Solids":
        """Return an independent copy."""
        return Solids.from_json(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        powders = {name: [each.mg, each.var_mg2] for name, each in self.powders.items()}
        return {"jars": {name: jar.to_json() for name, jar in self.jars.items()}, "powders": powders}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Solids":
        """Return the solids that `to_json` wrote."""
        jars = {name: Jar.from_json(jar) for name, jar in data["jars"].items()}
        return cls(jars, {name: Mass(*numbers) for name, numbers in data["powders"].items()})
