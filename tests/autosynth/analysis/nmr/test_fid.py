from dataclasses import replace

import numpy as np
import pytest

from autosynth.analysis.nmr import Accumulation, Fid
from autosynth.analysis.nmr.noise import noise_of
from autosynth.errors import AnalysisError

RNG = np.random.default_rng(5)


def noise(scans: int = 16, sd: float = 1.0, points: int = 512) -> Fid:
    values = RNG.normal(0.0, sd / np.sqrt(scans), (2, points))
    return Fid(values[0] + 1j * values[1], 2e-4, 1e-4, 24.3, -6.0, scans, "31P", 3.0, source="block")


def test_blocks_are_weighted_by_their_scans() -> None:
    """The mean over all scans is that of blocks weighted by how many scans each has."""
    one, other = noise(16), noise(48)
    both = Accumulation([one, other])
    assert (both.blocks, both.scans) == (2, 64)
    assert np.allclose(both.fid.points, (one.points + 3.0 * other.points) / 4.0)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"dwell_s": 1e-4}, "dwell_s"),
        ({"carrier_ppm": -5.0}, "carrier_ppm"),
        ({"nucleus": "1H"}, "nucleus"),
        ({"points": np.zeros(256, dtype=np.complex128)}, "points"),
        ({"repetition_s": 4.0}, "repetition_s"),
    ],
)
def test_blocks_measured_otherwise_are_refused(change: dict[str, object], word: str) -> None:
    """A block that was not measured like the first is told with what differs, and changes nothing."""
    accumulation = Accumulation([noise()])
    with pytest.raises(AnalysisError, match=word):
        accumulation.add(replace(noise(), **change))  # type: ignore[arg-type]
    assert accumulation.blocks == 1


def test_nothing_is_no_sample() -> None:
    """Without a block there is nothing to analyse."""
    with pytest.raises(AnalysisError, match="no block"):
        _ = Accumulation().fid


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        (np.zeros(10, dtype=np.complex128), "at least 64 points"),
        (np.zeros((64, 2), dtype=np.complex128), "one dimension"),
        (np.full(64, np.nan, dtype=np.complex128), "not finite"),
    ],
)
def test_a_decay_that_is_none_is_refused(points: np.ndarray, complaint: str) -> None:
    """Too short, folded or not finite: said with the file it came from."""
    with pytest.raises(AnalysisError, match=f"block: .*{complaint}"):
        replace(noise(), points=points)


def test_scatter_of_blocks_and_power_of_bins_agree_on_noise() -> None:
    """Both ways to know the noise give that of the mean, within what their numbers allow."""
    accumulation = Accumulation([noise(64, sd=3.0, points=4096) for _ in range(8)])
    expected = 3.0 / np.sqrt(8 * 64)
    found = noise_of(accumulation)
    assert found.point_sd == pytest.approx(expected, rel=0.03)
    assert not found.drifting
    assert noise_of(Accumulation([accumulation.fid])).point_sd == pytest.approx(expected, rel=0.05)


def test_drift_between_blocks_is_noticed() -> None:
    """Blocks whose phase runs away scatter by more than noise, which is told and not taken for noise."""
    t_s = 2e-4 * np.arange(4096)
    line = 20.0 * np.exp((2j * np.pi * 300.0 - np.pi * 3.0) * t_s)
    accumulation = Accumulation()
    for turn in range(4):
        fid = noise(64, points=4096)
        accumulation.add(replace(fid, points=fid.points + line * np.exp(0.4j * turn)))
    found = noise_of(accumulation)
    assert found.drifting
    assert found.point_sd == pytest.approx(1.0 / 16.0, rel=0.05)
