"""Mixtures as arrays: volumes of solvents, amounts as fed, and amounts as they are now, in one row of numbers.

The amounts as fed travel with the liquid and never react: they are what a ledger is compared with. Gas is the solvent
"gas". Volumes add ideally. It refuses species nobody declared when the bench was opened.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simulators.twin.kinetics import Kinetics

Array = npt.NDArray[np.float64]
GAS = "gas"
MOL_SHOWN = 1e-18


class Plug(NamedTuple):
    """A stretch of one mixture in a line or a syringe."""

    volume_ml: float
    content: Array


class Layout:
    """Where each solvent and species sits in the row."""

    def __init__(self, solvents: Iterable[str], fed: Iterable[str], kinetics: Kinetics) -> None:
        """Lay out gas first, then the solvents, the species as fed and the twin's species."""
        self.kinetics = kinetics
        self.solvents: tuple[str, ...] = tuple(dict.fromkeys([GAS, *solvents]))
        self.fed: tuple[str, ...] = tuple(dict.fromkeys(fed))
        self._solvent_at = {name: i for i, name in enumerate(self.solvents)}
        self._fed_at = {name: len(self.solvents) + i for i, name in enumerate(self.fed)}
        self.volumes = slice(0, len(self.solvents))
        self.liquids = slice(1, len(self.solvents))
        self.as_fed = slice(self.volumes.stop, self.volumes.stop + len(self.fed))
        self.amounts = slice(self.as_fed.stop, self.as_fed.stop + len(kinetics.species))
        self.size = int(self.amounts.stop)

    def empty(self) -> Array:
        """Return nothing at all."""
        return np.zeros(self.size)

    def gas(self, volume_ml: float) -> Plug:
        """Return a plug of gas."""
        content = np.zeros(self.size)
        content[0] = volume_ml
        return Plug(volume_ml, content)

    def read(self, mixture: Mapping[str, Any]) -> Array:
        """Return a bench description's mixture {"volumes_ml", "amounts_mol"} as a row.

        Raises:
            ValueError: a volume or amount is negative.
        """
        content = self.empty()
        for solvent, volume_ml in mixture.get("volumes_ml", {}).items():
            content[self._solvent_at[solvent]] += _natural(solvent, volume_ml)
        for species, amount in mixture.get("amounts_mol", {}).items():
            twin = self.kinetics.twin_name(species)
            content[self._fed_at[species]] += _natural(species, amount)
            content[self.amounts.start + self.kinetics.index[twin]] += amount
        return content

    def plug(self, mixture: Mapping[str, Any]) -> Plug:
        """Return a bench description's mixture as a plug."""
        content = self.read(mixture)
        return Plug(float(content[self.volumes].sum()), content)

    def liquid_ml(self, content: Array) -> float:
        """Return the volume without gas."""
        return float(content[self.liquids].sum())

    def describe(self, content: Array) -> dict[str, Any]:
        """Return a row as JSON-able numbers, leaving out what is not there."""
        return {
            "volumes_ml": _named(self.solvents, content[self.volumes], 0.0),
            "charged_mol": self.charged(content),
            "composition_mol": self.composition(content),
        }

    def charged(self, content: Array) -> dict[str, float]:
        """Return the amounts as they were fed."""
        return _named(self.fed, content[self.as_fed], MOL_SHOWN)

    def composition(self, content: Array) -> dict[str, float]:
        """Return the amounts by the twin's species."""
        return _named(self.kinetics.species, content[self.amounts], MOL_SHOWN)


def mixtures_in(bench: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return every mixture a bench description mentions: vessels, lines and syringes."""
    found = [v["mixture"] for v in bench.get("vessels", {}).values() if "mixture" in v]
    found += [plug for line in bench.get("lines", []) for plug in line.get("plugs", [])]
    for device in bench.get("devices", {}).values():
        found += device.get("options", {}).get("syringe", [])
    return found


def _named(names: tuple[str, ...], values: Array, shown: float) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True) if abs(value) > shown}


def _natural(name: str, value: float) -> float:
    if value < 0.0:
        message = f"{name} cannot be {value:g}: volumes and amounts are not negative"
        raise ValueError(message)
    return float(value)
