"""Renders a mass spectrum of cages ion by ion: each draws its composition, its isotopes, and where it is counted.

Ions are [M + 2 Na]2+ of cages that have lost their chlorides, all equally readily made [assumption]. The scale is off
by a part that belongs to the bench, and a little between a lock mass and the cages; peaks are Gaussian. Caesium iodide
that is sprayed along shows as Cs(CsI)15+. Counts lie on a low background of chemical noise. Each bench has a
contaminant that nobody has told the analyser of: a singly charged organic ion, somewhere. All spreads are assumed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from simulators.twin.cages import METALS, fractions
from simulators.twin.corners import CORNERS
from simulators.twin.nuclides import ELECTRON_DA, NUCLIDES
from simulators.twin.samples import Dissolved

Array = npt.NDArray[np.float64]
LIGANDS: Mapping[str, int] = {"C": 288, "H": 288, "O": 96}
"""Atoms of 24 5-tert-butylisophthalates."""
SODIUM, CHARGE = 2, 2
LOCK: Mapping[str, int] = {"Cs": 16, "I": 15}
LOCK_SHARE = 0.2
"""Ions of the lock mass for each ion of a cage."""
LOW_MZ, HIGH_MZ, STEP_MZ = 3380.0, 4060.0, 0.02
RESOLUTION = 20_000.0
FWHM_SD = 2.354820045
SCALE_PPM, LOCAL_PPM, RESOLUTION_REL = 60.0, 2.0, 0.05
"""How far a bench's scale is off, how far between two places of one spectrum, and how far its resolution."""
BACKGROUND = 0.002
"""Mean counts of chemical noise in each point, against the highest."""
STRAY_MZ, STRAY_SHARE, STRAY_CARBONS = (3780.0, 3960.0), (0.003, 0.008), 200
"""Between which m/z the contaminant's lightest isotopologue lies, how many ions it has for each of a cage, its size."""
IONS = 10_000
FULL_MOL_L = 2e-4
"""Concentration of cages from which on as many ions are counted as were asked for; below it is in proportion."""


class Mass:
    """The mass spectrometer of one bench."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._rng = rng
        spread = 1.0 if perturb else 0.0
        self.scale_ppm = spread * float(rng.normal(0.0, SCALE_PPM))
        self.resolution = RESOLUTION * float(np.exp(spread * rng.normal(0.0, RESOLUTION_REL)))
        self.stray_mz, self.stray_share = float(rng.uniform(*STRAY_MZ)), spread * float(rng.uniform(*STRAY_SHARE))

    def render(self, sample: Dissolved, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return counts over m/z; `ions` and `lock_mass` among the settings are the instrument's."""
        asked = int(settings.get("ions", IONS))
        count = round(asked * min(1.0, self._cages_mol_l(sample) / FULL_MOL_L))
        local = 1.0 + 1e-6 * self._rng.normal(0.0, LOCAL_PPM)
        every = [self._cages(sample, count) * local, self._stray(round(self.stray_share * asked))]
        if settings.get("lock_mass", True):
            locks = self._ions(LOCK, np.ones(round(LOCK_SHARE * asked), dtype=np.int64), 1)
            every.append(locks)
        mz = np.concatenate(every) * (1.0 + 1e-6 * self.scale_ppm)
        mz = mz + self._rng.normal(0.0, 1.0, len(mz)) * mz / (self.resolution * FWHM_SD)
        edges = np.arange(LOW_MZ, HIGH_MZ, STEP_MZ)
        counts = np.histogram(mz, edges)[0].astype(np.float64)
        counts += self._rng.poisson(BACKGROUND * max(float(counts.max()), 1.0), len(counts))
        return {
            "x": ((edges[1:] + edges[:-1]) / 2.0).tolist(),
            "y": counts.tolist(),
            "x_unit": "m/z",
            "y_unit": "counts",
        }

    def describe(self) -> dict[str, Any]:
        """Return by how much the scale is off, the resolution, and the contaminant, JSON-able."""
        stray = {"mz": self.stray_mz, "share": self.stray_share}
        return {"scale_ppm": self.scale_ppm, "resolution": self.resolution, "stray": stray}

    def _cages_mol_l(self, sample: Dissolved) -> float:
        names = {metal.cage(number) for metal in METALS for number in range(CORNERS + 1)}
        return sum(amount for name, amount in sample.amounts_mol.items() if name in names) / sample.litres

    def _cages(self, sample: Dissolved, count: int) -> Array:
        """Draw ions of the cages that a sample holds, in proportion to their amounts."""
        kinds: list[tuple[float, str, int]] = []
        for metal in METALS:
            whole = sum(sample.amounts_mol.get(metal.cage(number), 0.0) for number in range(CORNERS + 1))
            kinds += [(whole * part, metal.element, n) for n, part in enumerate(fractions(sample.amounts_mol, metal))]
        kinds = [kind for index, kind in enumerate(kinds) if kind[0] > 0.0 and not (index > CORNERS and kind[2] == 0)]
        if not kinds or count < 1:
            return np.zeros(0)
        amounts = np.array([amount for amount, _, _ in kinds])
        drawn = self._rng.multinomial(count, amounts / amounts.sum())
        return np.concatenate(
            [self._cage(element, n, int(of)) for (_, element, n), of in zip(kinds, drawn, strict=True)]
        )

    def _stray(self, count: int) -> Array:
        """Return the m/z of the contaminant's ions: a carbon-13 more in some of its carbons is a unit more."""
        (_, light), (heavy_da, heavy) = NUCLIDES["C"]
        drawn = self._rng.binomial(STRAY_CARBONS, heavy / (light + heavy), count)
        return np.asarray(self.stray_mz + drawn * (heavy_da - 12.0), dtype=np.float64)

    def _cage(self, element: str, second: int, count: int) -> Array:
        metals = {"Rh": 2 * (CORNERS - second), element: 2 * second}
        return self._ions({**LIGANDS, "Na": SODIUM, **metals}, np.ones(count, dtype=np.int64), CHARGE)

    def _ions(self, atoms: Mapping[str, int], ones: npt.NDArray[np.int64], charge: int) -> Array:
        """Return the m/z of as many ions as there are ones."""
        mass = np.zeros(len(ones))
        for element, number in atoms.items():
            weights = np.array([part for _, part in NUCLIDES[element]])
            drawn = self._rng.multinomial(number * ones, weights / weights.sum())
            mass += drawn @ np.array([mass for mass, _ in NUCLIDES[element]])
        return np.asarray(mass / charge - ELECTRON_DA)
