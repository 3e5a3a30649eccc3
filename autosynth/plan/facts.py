"""The facts that rules may speak of, typed, and what a plan knows of them at one moment.

`holds`, `held` (before what is added now) and `adds` are families of species, `solvents` solvents: present certainly,
possibly or not. A number is an
interval; what nobody knows here is everything, so a check of it does not pass.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from autosynth.language.interval import EVERYTHING, Interval
from autosynth.language.kinds import ANY
from autosynth.language.logic import Truth
from autosynth.units import Quantity

PLAN_FACTS: Mapping[str, str] = {
    "holds": "text",
    "held": "text",
    "adds": "text",
    "solvents": "text",
    "heated": "truth",
    "scans": "truth",
    "to_nmr": "truth",
    "pressure_rated": "truth",
    "temperature": "temperature",
    "boiling_point": "temperature",
    "e_low": "potential",
    "e_high": "potential",
    "window_low": "potential",
    "window_high": "potential",
    "scan_rate": "scan_rate",
    "tube_volume": "volume",
    "milling": "truth",
    "opens": "truth",
    "vented": "truth",
    "jar_closed": "truth",
    "activating": "truth",
    "autoclaving": "truth",
    "closed_fill": "ratio",
    "hot_pressure": "pressure",
    "steel_jar": "truth",
    "eta": "specific_volume",
    "liquid": "volume",
    "frequency": "frequency",
    "block": "time",
    "pause": "time",
    "milled": "time",
    "fill": "ratio",
    "ball_to_powder": "number",
    "solid": "mass",
    "rated_pressure": "pressure",
    "activation_temperature": "temperature",
    "ramp": "heating_rate",
    "doses": "truth",
    "drawn": "truth",
    "sweeps": "truth",
    "stored": "truth",
    "sweep": "rate",
}
SENSOR_FACTS: Mapping[str, str] = {
    "vessel_temperature": "temperature",
    "cell_current": "current",
    "jar_temperature": "temperature",
    "jar_pressure": "pressure",
    "mill_frequency": "frequency",
    "lid_closed": "truth",
    "clamp_ok": "truth",
    "balanced": "truth",
    "estop_ok": "truth",
    "sweep_flow": "rate",
    "sweep_on": "truth",
    "vent_open": "truth",
}
OPERATOR_FACTS: Mapping[str, str] = {
    "vent_open": "truth",
    "vessel_sealed": "truth",
    "enclosed": "truth",
    "contact": "time",
    "age": "time",
    "pH": "number",
}
_KINDS = {**PLAN_FACTS, **SENSOR_FACTS, **OPERATOR_FACTS}


@dataclass(slots=True)
class Moment:
    """What is known when something happens to a vessel; it answers as the scope of a rule's expressions."""

    vessel: str
    numbers: dict[str, Interval] = field(default_factory=dict[str, Interval])
    flags: dict[str, Truth] = field(default_factory=dict[str, Truth])
    texts: dict[str, Mapping[str, Truth]] = field(default_factory=dict[str, Mapping[str, Truth]])
    derived: Callable[[str], Interval | None] | None = None
    """Works out a number that is not among `numbers` when a rule asks for it; None where nobody knows it."""
    followed: bool = True
    """Whether what came before was right: if not, only what certainly fails does, and what is held is not known."""

    def number(self, name: str) -> Interval:
        """Return the bounds of a number."""
        known = self.numbers.get(name)
        if known is None and self.derived is not None:
            known = self.derived(name)
        return Interval(-math.inf, math.inf, _KINDS.get(name, ANY)) if known is None else known

    def change(self, name: str) -> Interval:
        """Return everything: rules compare no rounds."""
        del name
        return EVERYTHING

    def literal(self, quantity: Quantity) -> Interval:
        """Return the interval of one number."""
        return Interval(quantity.value, quantity.value, quantity.dimension)

    def among(self, name: str, texts: tuple[str, ...]) -> Truth:
        """Say whether any of these is present."""
        present = self.texts.get(name)
        if present is None:
            return Truth.FALSE if name in {"adds", "held"} else Truth.UNDECIDED
        verdict = Truth.FALSE
        for text in texts:
            if text in present:
                verdict = verdict | present[text]
        return verdict

    def flag(self, name: str) -> Truth:
        """Return what is known of something true or false."""
        return self.flags.get(name, Truth.UNDECIDED)
