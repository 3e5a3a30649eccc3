"""Mass spectra as mzML: what pyteomics reads back is what was put in, as a profile or as centroids."""

from datetime import datetime

import numpy as np
import pytest

from autosynth.analysis.readers.mzml import spectrum_of
from simulators.file_drop.mzml import centroids, spectrum
from tests.simulators.file_drop.exposing import MZ, PEAKS, ExposingBench

AT = datetime.fromisoformat("2026-01-05T09:00:00")


def test_a_profile_comes_back() -> None:
    """Every point, m/z to the last digit."""
    found = spectrum_of(spectrum("run7/1", MZ, np.round(PEAKS), "profile", "simulated", AT), "x.mzml")
    assert found.mode == "profile"
    np.testing.assert_array_equal(found.mz, MZ)
    np.testing.assert_array_equal(found.intensity, np.round(PEAKS))


def test_centroids_lie_where_peaks_are() -> None:
    """Three peaks, each at its place with its area; noise between them is not listed."""
    noisy = np.random.default_rng(1).poisson(PEAKS + 0.2).astype(np.float64)
    found = spectrum_of(spectrum("run7-1", MZ, noisy, "centroid", "simulated", AT), "x.mzml")
    assert found.mode == "centroid"
    assert found.mz == pytest.approx([3899.0, 3899.5, 3900.0], abs=0.01)
    assert found.intensity == pytest.approx([80.0 * np.sqrt(np.pi) * 0.08 / 0.02] * 3, rel=0.15)


def test_nothing_has_no_centroids() -> None:
    """A flat profile lists none."""
    assert len(centroids(MZ, np.ones_like(MZ))[0]) == 0


def test_the_same_spectrum_is_the_same_file() -> None:
    """A run is repeated byte for byte."""
    assert len({spectrum("run7-1", MZ, PEAKS, "profile", "simulated", AT) for _ in range(2)}) == 1


def test_the_instrument_says_what_it_writes() -> None:
    """By its option; another word is refused when it is built."""
    bench = ExposingBench({"techniques": "mass", "acquisition_s": 1.0, "spectra": "centroid"})
    bench.put(0.0, "mass", "run7-1")
    path, content = bench.dropped(100.0)[-1]
    assert path == "device/run7-1.mzml"
    assert spectrum_of(content, path).mode == "centroid"
    with pytest.raises(ValueError, match="neither profile nor centroid"):
        ExposingBench({"techniques": "mass", "spectra": "both"})
