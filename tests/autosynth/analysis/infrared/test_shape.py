import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.analysis.infrared.fit import at_point, setting
from autosynth.analysis.infrared.shape import profiles
from autosynth.analysis.infrared.spectrum import region
from tests.autosynth.analysis.infrared.rendering import drawn, library, lorentzian, rendered


@settings(deadline=None)
@given(st.floats(1400.0, 1750.0), st.floats(2.0, 60.0), st.floats(0.0, 1.0))
def test_derivatives_of_a_profile_are_those_of_differences(position: float, width: float, gaussian: float) -> None:
    """By position and by the logarithm of the width, wherever the band lies and whatever its shape."""
    axis = np.linspace(1300.0, 1850.0, 700)

    def value(place: float, log_width: float) -> np.ndarray:
        return np.asarray(profiles(axis, np.array([place]), np.exp([log_width]), np.array([gaussian]))[0][0])

    at, step = np.log(width), 1e-5
    _, by_position, by_width = profiles(axis, np.array([position]), np.array([width]), np.array([gaussian]))
    moved = (value(position + step * width, at) - value(position - step * width, at)) / (2.0 * step * width)
    wider = (value(position, at + step) - value(position, at - step)) / (2.0 * step)
    assert np.abs(moved - by_position[0]).max() < 1e-6 * np.abs(by_position).max()
    assert np.abs(wider - by_width[0]).max() < 1e-6 * np.abs(by_width).max()


@pytest.mark.parametrize("gaussian", [0.0, 0.4, 1.0])
def test_a_profile_has_unit_area_and_its_width_is_at_half_height(gaussian: float) -> None:
    """Within what lies beyond the ends of a Lorentzian; a pure one is that of the renderer."""
    axis = np.linspace(-20000.0, 20000.0, 400001)
    value = profiles(axis, np.array([0.0]), np.array([18.0]), np.array([gaussian]))[0][0]
    assert float(np.sum(value) * (axis[1] - axis[0])) == pytest.approx(1.0, abs=1e-3)
    assert float(np.interp(9.0, axis, value)) == pytest.approx(0.5 * float(value.max()), rel=1e-3)
    if gaussian == 0.0:
        assert np.allclose(value, lorentzian(axis, 0.0, 18.0))


def test_derivatives_of_the_spectrum_are_those_of_differences() -> None:
    """Each row of the fit's derivatives agrees with a central difference at fixed areas and baseline."""
    known, rng = library(), np.random.default_rng(4)
    data = region(rendered(drawn(rng, known), rng, alpha=0.5, acid=2.0), known)
    given_ = setting(known.bands, known.scale_sd)
    point = rng.normal(0.0, 0.7, len(given_.sd)) * given_.sd
    found = at_point(given_, data, data.noise, point)

    def spectrum(at: np.ndarray) -> np.ndarray:
        value = profiles(data.axis, *given_.places(at), given_.gaussian)[0]
        return np.asarray((found.areas @ value + found.baseline @ data.baseline) / data.noise)

    for place in range(len(point)):
        step = np.zeros(len(point))
        step[place] = 1e-4 * given_.sd[place]
        numeric = (spectrum(point + step) - spectrum(point - step)) / (2.0 * step[place])
        row = found.rows[found.still + place]
        assert np.abs(numeric - row).max() < 1e-5 * np.abs(row).max(), place
