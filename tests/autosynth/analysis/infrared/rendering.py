"""Infrared spectra from an independent route: bands summed from the written-out Lorentzian, everything a little off.

Positions, widths and scale differ from the library by the spreads that it tells; the baseline is a slope with a broad
bump, such as scattering leaves, and no polynomial. Per cage there are 8 (1 - alpha) free COOH, 8 alpha carboxylates on
Cu2 and 4 on Ru2, absorbing alike; acid is told in molecules per cage. Nothing of the analyser's model is used.
"""

from dataclasses import dataclass
from math import pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.bands import BandLibrary, load_bands
from autosynth.analysis.infrared import Spectrum

LIBRARY_PATH = Path(__file__).parents[4] / "protocols" / "mof" / "species" / "bands.yaml"
NOISE = 1e-3
AREA = 2.0
"""Absorbance times 1/cm of one group per cage: the standard's four are 0.28 high."""
STEP = 1.0


def library() -> BandLibrary:
    return load_bands(LIBRARY_PATH)


@dataclass(frozen=True)
class Bench:
    """What a seed makes of scale and bands: name -> (position, width)."""

    shift: float
    bands: dict[str, tuple[float, float]]
    slope: float
    bump: float


def drawn(rng: np.random.Generator, known: BandLibrary) -> Bench:
    bands = {
        one.name: (
            one.position + rng.normal(0.0, one.sd),
            one.width * float(np.exp(rng.normal(0.0, one.width_sd_rel))),
        )
        for one in known.bands
    }
    return Bench(rng.normal(0.0, known.scale_sd), bands, rng.normal(0.0, 0.05), rng.normal(0.0, 0.05))


def groups(alpha: float, acid: float) -> dict[str, float]:
    """Return absorbing groups per cage."""
    return {
        "COOH": 8.0 * (1.0 - alpha),
        "HOAc": acid,
        "COO_Cu2_asym": 8.0 * alpha,
        "COO_Cu2_sym": 6.0 * alpha,
        "COO_Ru2": 4.0,
        "ring": 2.0,
    }


def lorentzian(axis: NDArray[np.float64], position: float, width: float) -> NDArray[np.float64]:
    """Return the profile of unit area by its height 2 / (pi w)."""
    return np.asarray(2.0 / (pi * width) / (1.0 + (2.0 * (axis - position) / width) ** 2))


def rendered(
    bench: Bench,
    rng: np.random.Generator,
    *,
    alpha: float,
    acid: float = 0.0,
    noise: float = NOISE,
    extra: tuple[float, float] | None = None,
    amount: float = 1.0,
) -> Spectrum:
    """Return a spectrum of a mixture; `extra` is (position, groups) of a band that no library lists."""
    axis = np.arange(650.0, 1850.0 + STEP / 2, STEP)
    signal = np.zeros(len(axis))
    for name, count in groups(alpha, acid).items():
        position, width = bench.bands[name]
        signal += count * AREA * lorentzian(axis, position + bench.shift, width)
    if extra is not None:
        signal += extra[1] * AREA * lorentzian(axis, extra[0] + bench.shift, 18.0)
    scaled = (axis - 1250.0) / 600.0
    back = 0.1 + bench.slope * scaled + bench.bump * np.exp(-(((axis - 1600.0) / 250.0) ** 2))
    return Spectrum(axis, amount * signal + back + rng.normal(0.0, noise, len(axis)))
