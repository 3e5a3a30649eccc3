"""Visible spectra of copper and ruthenium bands from written-out Gaussians on a falling background."""

from pathlib import Path

import numpy as np

from autosynth.analysis.bands import load_bands
from autosynth.analysis.infrared import Spectrum

LIBRARY = load_bands(Path(__file__).parents[4] / "protocols" / "mof" / "species" / "visible.yaml")


def rendered(rng: np.random.Generator, copper: float) -> Spectrum:
    """Return a spectrum with so much area at 700 nm per area at 440 nm."""
    axis = np.arange(350.0, 950.0, 2.0)
    signal = 0.3 - 2e-4 * (axis - 650.0)
    for position, width, area in ((441.0, 82.0, 40.0), (695.0, 145.0, 40.0 * copper)):
        sigma = width / 2.3548200450309493
        signal = signal + area / (sigma * np.sqrt(2.0 * np.pi)) * np.exp(-0.5 * ((axis - position) / sigma) ** 2)
    return Spectrum(axis, signal + rng.normal(0.0, 1e-3, len(axis)), "wavelength")
