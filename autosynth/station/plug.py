"""What flows: a liquid of one composition, and pieces of it.

A liquid is intensive (per mL), so cutting a plug in two costs nothing and plugs of the same liquid join again.
A plug's own volume is uncertain only through the strokes that cut it: by their common gain (`gain_ml`, signed) and by
each stroke's own error, kept under the stroke's number. A stroke's error appears where the moving column is cut, at
the syringe's end and at the vessel's end, with opposite signs on the two sides of a cut; where the two sides meet
again it is gone. So liquid pushed clear by gas carries the error of its aspiration, in however many strokes it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autosynth.station.mixture import GAS

Part = tuple[float, float, float, float]
"""Value, gain, lot, var: of an amount, or of an amount per mL."""

Errors = Mapping[int, float]
"""Number of a stroke -> what one standard deviation of its error does to a volume, mL, signed; never changed."""

EXACTLY: Errors = {}
SNAP_ML = 1e-9
"""A remainder smaller than this is rounding: it goes with what was taken."""


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


PURE_GAS = Liquid({GAS: (1.0, 0.0, 0.0, 0.0)}, {})


class Plug:
    """A piece of one liquid in a line or syringe."""

    __slots__ = ("errors", "gain_ml", "liquid", "volume_ml")

    def __init__(self, liquid: Liquid, volume_ml: float, gain_ml: float = 0.0, errors: Errors = EXACTLY) -> None:
        self.liquid = liquid
        self.volume_ml = volume_ml
        self.gain_ml = gain_ml
        self.errors = errors

    def cut(self, volume_ml: float) -> "Plug":
        """Take an exact volume off this plug; what remains keeps the uncertainty."""
        self.volume_ml -= volume_ml
        return Plug(self.liquid, volume_ml)

    def join(self, other: "Plug") -> None:
        """Make a neighbour of the same liquid part of this plug."""
        self.volume_ml += other.volume_ml
        self.gain_ml += other.gain_ml
        self.errors = plus(self.errors, other.errors)

    def copy(self) -> "Plug":
        """Return an independent copy."""
        return Plug(self.liquid, self.volume_ml, self.gain_ml, self.errors)


def same(one: Liquid, other: Liquid) -> bool:
    """Return whether two liquids have the same composition."""
    return one is other or one == other


def plus(errors: Errors, more: Errors, sign: float = 1.0) -> Errors:
    """Return the sum (or, with sign -1, the difference) of two volumes' errors; what cancels is gone."""
    if not more:
        return errors
    total = dict(errors)
    for stroke, ml in more.items():
        changed = total.get(stroke, 0.0) + sign * ml
        if changed:
            total[stroke] = changed
        else:
            total.pop(stroke, None)
    return total


def variance_ml2(errors: Errors) -> float:
    """Return the variance of a volume with these errors."""
    return sum(ml * ml for ml in errors.values())
