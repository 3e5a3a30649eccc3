"""Mass spectra from an independent route: ions are drawn atom by atom, weighed, scattered and counted.

Compositions come from all 4096 ways of sharing out the corners of a cuboctahedron, written out. Nuclides stand here as
numbers of their own. Scale, peak width and background are a little off what the library says. Nothing of the
analyser's model is used.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from autosynth.analysis.assemblies import AssemblyLibrary, load_assemblies
from autosynth.analysis.mass import MassSpectrum

Array = NDArray[np.float64]
SPECIES = Path(__file__).parents[4] / "protocols" / "cages" / "species"
ELECTRON = 0.00054858
NUCLIDES: dict[str, tuple[tuple[float, float], ...]] = {
    "H": ((1.00782503, 0.999885), (2.01410178, 0.000115)),
    "C": ((12.0, 0.9893), (13.00335484, 0.0107)),
    "O": ((15.99491462, 0.99757), (16.9991315, 0.00038), (17.9991604, 0.00205)),
    "Na": ((22.98976967, 1.0),),
    "Rh": ((102.905504, 1.0),),
    "Ru": (
        (95.907598, 0.0554), (97.905287, 0.0187), (98.9059393, 0.1276), (99.9042197, 0.1260),
        (100.9055822, 0.1706), (101.9043495, 0.3155), (103.905430, 0.1862),
    ),
    "Cu": ((62.9296011, 0.6917), (64.9277937, 0.3083)),
}  # fmt: skip
LOCK_MZ = 132.905447 + 15 * (132.905447 + 126.904468) - ELECTRON
RESOLUTION = 20_000.0
SCALE, LOCAL, WIDTH = 100e-6, 2e-6, 0.05
"""How far the scale is off, how far between lock mass and cage, and how far peaks' width, as standard deviations."""
BACKGROUND = 0.002
"""Of the highest point, everywhere."""


@lru_cache(maxsize=1)
def library() -> AssemblyLibrary:
    return load_assemblies(SPECIES / "rh_ru.yaml")


@lru_cache(maxsize=1)
def _microstates() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    corners = [at for at in product((-1, 0, 1), repeat=3) if sum(map(abs, at)) == 2]
    edges = [
        (i, j) for i, j in product(range(12), repeat=2)
        if i < j and sum((a - b) ** 2 for a, b in zip(corners[i], corners[j], strict=True)) == 2
    ]  # fmt: skip
    held = (np.arange(4096)[:, None] >> np.arange(12)) & 1
    unlike = np.sum([held[:, i] != held[:, j] for i, j in edges], axis=0)
    return np.asarray(held.sum(axis=1)), np.asarray(unlike)


def coupled(x: float, coupling: float) -> Array:
    """Return the fractions of cages with 0 to 12 corners of the second kind, at J kT for each unlike edge."""
    count, unlike = _microstates()

    def shared(tilt: float) -> Array:
        power = tilt * count - coupling * unlike
        weight = np.exp(power - power.max())
        return np.asarray(np.bincount(count, weight / weight.sum(), 13))

    return shared(float(brentq(lambda tilt: float(shared(tilt) @ np.arange(13)) - x, -20.0, 20.0)))


def dispersion_of(part: Array) -> float:
    count = np.arange(13)
    p = float(part @ count) / 12.0
    return (float(part @ count**2) - (12.0 * p) ** 2) / (12.0 * p * (1.0 - p))


def _masses(rng: np.random.Generator, element: str, atoms: NDArray[np.int64]) -> Array:
    """Return what so many atoms of an element weigh, for each ion."""
    known = NUCLIDES[element]
    parts = np.array([part for _, part in known])
    drawn = rng.multinomial(atoms, parts / parts.sum())
    return np.asarray(drawn @ [mass for mass, _ in known])


def ions(rng: np.random.Generator, part: Array, count: int, metals: tuple[str, str] = ("Rh", "Ru")) -> Array:
    """Return the m/z of so many doubly charged cages with two sodium ions."""
    second = rng.choice(13, count, p=part)
    atoms = {"C": 288, "H": 288, "O": 96, "Na": 2}
    mass = sum(_masses(rng, element, np.full(count, number)) for element, number in atoms.items())
    mass = mass + _masses(rng, metals[0], 24 - 2 * second) + _masses(rng, metals[1], 2 * second)
    return np.asarray(mass / 2.0 - ELECTRON)


@dataclass(frozen=True)
class Rendered:
    """A profile and by how much its scale is off."""

    spectrum: MassSpectrum
    shift: float


def rendered(
    rng: np.random.Generator,
    part: Array,
    count: int = 10_000,
    lock: int = 2_000,
    metals: tuple[str, str] = ("Rh", "Ru"),
    low: float = 3700.0,
) -> Rendered:
    """Return the counts of a profile; without `lock` ions it ends before the lock mass."""
    shift = float(rng.normal(0.0, SCALE))
    resolution = RESOLUTION * float(np.exp(rng.normal(0.0, WIDTH)))
    cages = ions(rng, part, count, metals) * (1.0 + shift + float(rng.normal(0.0, LOCAL)))
    every = np.concatenate((cages, np.full(lock, LOCK_MZ * (1.0 + shift))))
    every = every + rng.normal(0.0, every / resolution / 2.3548)
    edges = np.arange(low, 4050.0 if lock else 4000.0, 0.02)
    seen = np.histogram(every, edges)[0].astype(np.float64)
    seen += rng.poisson(BACKGROUND * seen.max(), len(seen))
    return Rendered(MassSpectrum((edges[1:] + edges[:-1]) / 2.0, seen), shift)


def listed(spectrum: MassSpectrum) -> MassSpectrum:
    """Return centroids of stretches of a profile that stand out after smoothing, their areas as intensities."""
    smooth = np.convolve(spectrum.intensity, np.ones(9) / 9.0, "same")
    inner = np.flatnonzero((smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > 0.7)) + 1
    places, areas = [], []
    last = -100
    for i in inner:
        if i - last < 15:
            continue
        last = int(i)
        near = slice(max(i - 8, 0), i + 9)
        area = float(spectrum.intensity[near].sum())
        places.append(float(spectrum.intensity[near] @ spectrum.mz[near] / area))
        areas.append(area)
    order = np.argsort(places)
    return MassSpectrum(np.array(places)[order], np.array(areas)[order], "centroid")
