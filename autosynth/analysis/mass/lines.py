"""Where the peaks of an ion lie and how strong they are, for each composition of a series."""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.assemblies import AssemblyLibrary, Ion, LockMass
from autosynth.analysis.mass.isotopes import ELECTRON_DA, pattern


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Peaks of an ion: m/z and probability, both of shape (peaks, compositions); m/z ascends along the peaks."""

    mz: Array
    part: Array
    charge: int

    @property
    def compositions(self) -> int:
        """Return how many compositions there are."""
        return int(self.part.shape[1])

    @property
    def spacing(self) -> float:
        """Return the usual distance between two peaks, in m/z."""
        middle = self.mz[:, self.compositions // 2]
        return float(np.median(np.diff(middle))) if len(middle) > 1 else 1.0 / self.charge

    @property
    def low(self) -> float:
        """Return the least m/z of all peaks."""
        return float(self.mz.min())

    @property
    def high(self) -> float:
        """Return the largest m/z of all peaks."""
        return float(self.mz.max())


def ion_lines(library: AssemblyLibrary, ion: Ion) -> Lines:
    """Return the peaks of an ion for no, one, ... all sites held by the second unit."""
    series = [library.composition(ion, second) for second in range(library.sites + 1)]
    return _ionised(series, ion.charge)


def lock_lines(lock: LockMass) -> Lines:
    """Return the peaks of a lock mass, one composition."""
    return _ionised([lock.atoms], lock.charge)


def _ionised(series: list[dict[str, int]], charge: int) -> Lines:
    found = pattern(series)
    return Lines(np.asarray(found.mass_da / charge - ELECTRON_DA), found.part, charge)
