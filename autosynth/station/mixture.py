"""Mixtures: how much of each solvent and species there is, and how sure that is.

Volumes add ideally. The solvent "gas" is gas of any kind. Each number has three parts of uncertainty: `gain`
(shared by all strokes of a pump) and `lot` (shared by all that comes from a stock) are signed and add linearly;
`var` is the variance of independent errors and adds. The parts themselves combine in quadrature. Nothing here
knows of reactions: amounts are those charged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot, sqrt
from typing import Any, NamedTuple, Self

GAS = "gas"


class Spread(NamedTuple):
    """The uncertainty of one number, in its unit: two shared parts (signed) and an independent variance."""

    gain: float = 0.0
    lot: float = 0.0
    var: float = 0.0

    @property
    def common(self) -> float:
        """Return the shared part of the standard uncertainty."""
        return hypot(self.gain, self.lot)

    @property
    def sd(self) -> float:
        """Return the combined standard uncertainty."""
        return sqrt(self.gain * self.gain + self.lot * self.lot + self.var)

    def plus(self, other: "Spread") -> "Spread":
        """Return the uncertainty of a sum of two numbers."""
        return Spread(self.gain + other.gain, self.lot + other.lot, self.var + other.var)

    def times(self, factor: float) -> "Spread":
        """Return the uncertainty of this number times an exact factor."""
        return Spread(self.gain * factor, self.lot * factor, self.var * factor * factor)


EXACT = Spread()


def _added(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    return {name: a.get(name, 0.0) + b.get(name, 0.0) for name in {**a, **b}}


def _spread_added(a: Mapping[str, Spread], b: Mapping[str, Spread]) -> dict[str, Spread]:
    return {name: a.get(name, EXACT).plus(b.get(name, EXACT)) for name in {**a, **b}}


@dataclass(frozen=True, slots=True)
class Mixture:
    """So much of each solvent (mL) and of each species (mol); a name without a spread is exact."""

    volumes_ml: Mapping[str, float] = field(default_factory=dict[str, float])
    amounts_mol: Mapping[str, float] = field(default_factory=dict[str, float])
    volume_spread: Mapping[str, Spread] = field(default_factory=dict[str, Spread])
    amount_spread: Mapping[str, Spread] = field(default_factory=dict[str, Spread])

    @property
    def volume_ml(self) -> float:
        """Return the volume with gas, mL."""
        return sum(self.volumes_ml.values())

    @property
    def liquid_ml(self) -> float:
        """Return the volume without gas, mL."""
        return self.volume_ml - self.volumes_ml.get(GAS, 0.0)

    @property
    def liquid_sd_ml(self) -> float:
        """Return the standard uncertainty of the volume without gas, mL."""
        total = EXACT
        for name, spread in self.volume_spread.items():
            if name != GAS:
                total = total.plus(spread)
        return total.sd

    def amount(self, species: str) -> tuple[float, float]:
        """Return mol of `species` and the standard uncertainty; zero when there is none."""
        return self.amounts_mol.get(species, 0.0), self.amount_spread.get(species, EXACT).sd

    def concentration_mol_l(self, species: str) -> float:
        """Return mol/L of `species` in the liquid; zero when there is no liquid."""
        liquid_ml = self.liquid_ml
        return 1e3 * self.amounts_mol.get(species, 0.0) / liquid_ml if liquid_ml > 0 else 0.0

    def __add__(self, other: "Mixture") -> "Mixture":
        return Mixture(
            _added(self.volumes_ml, other.volumes_ml),
            _added(self.amounts_mol, other.amounts_mol),
            _spread_added(self.volume_spread, other.volume_spread),
            _spread_added(self.amount_spread, other.amount_spread),
        )

    def scaled(self, factor: float) -> "Mixture":
        """Return `factor` of this mixture, with the same relative uncertainties.

        Raises:
            ValueError: the factor is negative.
        """
        if factor < 0:
            msg = f"a mixture cannot be taken {factor} times"
            raise ValueError(msg)
        return Mixture(
            {name: value * factor for name, value in self.volumes_ml.items()},
            {name: value * factor for name, value in self.amounts_mol.items()},
            {name: spread.times(factor) for name, spread in self.volume_spread.items()},
            {name: spread.times(factor) for name, spread in self.amount_spread.items()},
        )

    def split(self, volume_ml: float) -> "tuple[Mixture, Mixture]":
        """Return what is in `volume_ml` of this mixture, and the rest; together they are the whole.

        Raises:
            ValueError: less than nothing or more than there is was asked for.
        """
        whole_ml = self.volume_ml
        if not 0 <= volume_ml <= whole_ml:
            msg = f"{volume_ml} mL cannot be taken from {whole_ml} mL"
            raise ValueError(msg)
        part = volume_ml / whole_ml if whole_ml else 0.0
        taken = self.scaled(part)
        volumes = {name: value - taken.volumes_ml[name] for name, value in self.volumes_ml.items()}
        amounts = {name: value - taken.amounts_mol[name] for name, value in self.amounts_mol.items()}
        rest = self.scaled(1.0 - part)
        return taken, Mixture(volumes, amounts, rest.volume_spread, rest.amount_spread)

    def to_json(self) -> dict[str, Any]:
        """Return plain data; a spread that is exact is left out."""
        return {
            "volumes_ml": dict(self.volumes_ml),
            "amounts_mol": dict(self.amounts_mol),
            "volume_spread": {name: list(spread) for name, spread in self.volume_spread.items() if any(spread)},
            "amount_spread": {name: list(spread) for name, spread in self.amount_spread.items() if any(spread)},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the mixture that `to_json` wrote."""
        return cls(
            dict(data["volumes_ml"]),
            dict(data["amounts_mol"]),
            {name: Spread(*spread) for name, spread in data.get("volume_spread", {}).items()},
            {name: Spread(*spread) for name, spread in data.get("amount_spread", {}).items()},
        )
