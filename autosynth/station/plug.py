"""What flows: a liquid of one composition, pieces of it, and the places that hold them.

A liquid is intensive (per mL), so cutting a plug in two costs nothing and plugs of the same liquid join again.
A plug's own volume is uncertain only through the strokes that cut it (`gain_ml` signed, `var_ml2`); that
uncertainty turns into one of amounts when the plug enters a vessel. A stroke's error appears where the moving
column is cut: at the syringe's end and at the vessel's end, with opposite signs on the two sides of a cut, so
that liquid pushed clear by gas carries the error of its aspiration only. Independent parts of errors are treated
as uncorrelated between strokes, which overstates them for a syringe emptied in many strokes.
"""

from dataclasses import dataclass, field

from autosynth.station.mixture import GAS

Part = tuple[float, float, float, float]
"""Value, gain, lot, var: of an amount, or of an amount per mL."""


@dataclass(frozen=True, slots=True)
class Liquid:
    """A composition per mL: fractions of solvents, mol/mL of species; "gas" is one too."""

    volumes: dict[str, Part]
    amounts: dict[str, Part]
    wets: bool = field(init=False)
    """Whether it leaves a film and washes one away: gas does neither."""

    def __post_init__(self) -> None:
        gas = self.volumes.get(GAS)
        object.__setattr__(self, "wets", gas is None or gas[0] < 0.5)


SNAP_ML = 1e-9
"""A remainder smaller than this is rounding: it goes with what was taken."""

PURE_GAS = Liquid({GAS: (1.0, 0.0, 0.0, 0.0)}, {})


@dataclass(slots=True)
class Plug:
    """A piece of one liquid in a line or syringe."""

    liquid: Liquid
    volume_ml: float
    gain_ml: float = 0.0
    var_ml2: float = 0.0

    def cut(self, volume_ml: float) -> "Plug":
        """Take an exact volume off this plug; what remains keeps the uncertainty."""
        self.volume_ml -= volume_ml
        return Plug(self.liquid, volume_ml)
