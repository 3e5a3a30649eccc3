"""An ion that no library lists is named and left out, where it shows; a spectrum without one is left whole."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from autosynth.analysis.mass import MassResult, MassSpectrum, analyse
from simulators.twin.cages import RUTHENIUM
from simulators.twin.mass import Mass
from simulators.twin.samples import Dissolved
from tests.autosynth.analysis.mass.rendering import RESOLUTION, coupled, library, rendered

SHARE = 0.03
NAMED = re.compile(r"a signal of no listed ion at m/z ([\d.]+) to ([\d.]+)")


def contaminated(seed: int, x: float, mz: float, share: float = SHARE) -> MassSpectrum:
    """Return a profile with a singly charged ion of 200 carbons besides, `share` for each ion of a cage."""
    rng = np.random.default_rng((31, seed))
    made = rendered(rng, coupled(x, 0.0))
    spectrum = made.spectrum
    stray = (mz + 1.00335 * rng.binomial(200, 0.0107, round(share * 10_000))) * (1.0 + made.shift)
    stray += rng.normal(0.0, mz / RESOLUTION / 2.3548, len(stray))
    step = spectrum.mz[1] - spectrum.mz[0]
    edges = np.append(spectrum.mz - 0.5 * step, spectrum.mz[-1] + 0.5 * step)
    return replace(spectrum, intensity=spectrum.intensity + np.histogram(stray, edges)[0])


@cache
def clean(seed: int, x: float) -> MassResult:
    return analyse(rendered(np.random.default_rng((31, seed)), coupled(x, 0.0)).spectrum, library())


def stretches(found: MassResult) -> list[tuple[float, float]]:
    """Return what is named."""
    matches = [NAMED.match(flag) for flag in found.goodness.flags]
    return [(float(each[1]), float(each[2])) for each in matches if each is not None]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("mz", [3872.0, 3903.0, 3908.0])
def test_an_unlisted_ion_beside_the_envelope_is_named_and_does_not_pull(mz: float, seed: int) -> None:
    """Three for a hundred of cages: x and D are within an uncertainty of those of the same spectrum without."""
    found, without = analyse(contaminated(seed, 3.0, mz), library()), clean(seed, 3.0)
    assert any(low - 2.0 < mz < high + 2.0 for low, high in stretches(found))
    for name in ("x", "dispersion"):
        one, other = found.quantities[name], without.quantities[name]
        assert abs(one.value - other.value) < other.sd, name
        assert one.sd < 1.2 * other.sd, name


@pytest.mark.parametrize("seed", range(4))
def test_a_spectrum_that_is_explained_is_left_whole(seed: int) -> None:
    """No flag, and every point between the ends of the stretch is fitted."""
    found = clean(seed, 3.0)
    assert stretches(found) == []
    assert np.diff(found.curves[0].mz).max() < 0.021


def test_what_is_left_out_is_missing_in_the_fit() -> None:
    """The points of the stretch that is named, and no others."""
    found = analyse(contaminated(0, 3.0, 3908.0), library())
    ((low, high),) = stretches(found)
    mz = found.curves[0].mz
    gap = int(np.argmax(np.diff(mz)))
    assert (mz[gap], mz[gap + 1]) == (pytest.approx(low, abs=0.1), pytest.approx(high, abs=0.1))
    assert found.quantities["x"].value == pytest.approx(3.0, abs=4.0 * found.quantities["x"].sd)


def test_the_contaminant_of_a_simulated_instrument_is_named_where_it_shows() -> None:
    """Of the first instruments those whose contaminant lies near the envelope, not under it; few of a thousand."""
    named = 0
    for seed in range(8):
        instrument = Mass(np.random.default_rng(seed), perturb=True)
        if 3840.0 < instrument.stray_mz < 3875.0 or 3902.0 < instrument.stray_mz < 3915.0:
            cages = {RUTHENIUM.cage(n): 5e-6 * part for n, part in enumerate(coupled(3.0, 0.0))}
            shown = instrument.render(Dissolved(cages, {}, 5e-3), {})
            found = analyse(MassSpectrum(np.array(shown["x"]), np.array(shown["y"])), library())
            ((low, high),) = stretches(found)
            assert low - 2.0 < instrument.stray_mz < high + 2.0
            assert found.quantities["x"].value == pytest.approx(3.0, abs=3.5 * found.quantities["x"].sd)
            named += 1
    assert named >= 2


def test_noise_that_does_not_grow_with_the_signal_is_taken_as_it_is() -> None:
    """An even noise of an analogue detector: the same contaminant is found, and nothing else."""
    rng = np.random.default_rng(5)
    for mz, count in ((0.0, 0), (3908.0, 1)):
        spectrum = (
            contaminated(1, 3.0, mz) if mz else rendered(np.random.default_rng((31, 1)), coupled(3.0, 0.0)).spectrum
        )
        noisy = replace(spectrum, intensity=spectrum.intensity + rng.normal(0.0, 3.0, len(spectrum.mz)))
        assert len(stretches(analyse(noisy, library()))) == count
