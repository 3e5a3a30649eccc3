import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft as transform_of

from autosynth.analysis.nmr.fit import data_of
from autosynth.analysis.nmr.model import GLOBALS, basis_at, setting
from autosynth.analysis.nmr.saturation import recovery
from autosynth.analysis.nmr.shape import band, early_points, transforms
from tests.autosynth.analysis.nmr.rendering import block, drawn, pom_b

DWELL_S = 1e-4


@settings(deadline=None)
@given(
    st.floats(-4000.0, 4000.0), st.floats(0.3, 200.0), st.floats(-1e-3, 1e-3), st.sampled_from([64, 333, 1000, 4096])
)
def test_closed_form_is_the_transform(hertz: float, width_hz: float, start_s: float, points: int) -> None:
    """A line's transform and its derivative by the rate are those that summing over the points gives."""
    rate = 2j * np.pi * hertz - np.pi * width_hz
    t_s = start_s + DWELL_S * np.arange(points)
    on = band(np.array([hertz]), np.array([500.0]), points, DWELL_S)
    value, slope = transforms(np.array([rate]), start_s, on)
    line = np.exp(rate * t_s)
    scale = np.abs(transform_of.fft(line)).max()
    assert np.abs(value[0] - on.of(transform_of.fft(line))).max() < 1e-8 * scale
    late = np.abs(transform_of.fft(t_s * line)).max()
    assert np.abs(slope[0] - on.of(transform_of.fft(t_s * line))).max() < 1e-7 * late


def test_first_points_have_their_own_columns() -> None:
    """A column of early points is the transform of a decay with that point alone."""
    on = band(np.array([0.0]), np.array([5000.0]), 256, DWELL_S)
    single = np.zeros(256)
    single[2] = 1.0
    assert np.allclose(early_points(3, on)[2], on.of(transform_of.fft(single)))


def test_a_band_wraps_and_leaves_out_the_carrier() -> None:
    """Bins on both sides of the edge of the spectrum are one band; bin 0, the receiver's offset, is in none."""
    assert band(np.array([5000.0]), np.array([80.0]), 128, DWELL_S).index.tolist() == [-64, -63, -62, 62, 63]
    assert 0 not in band(np.array([0.0]), np.array([300.0]), 128, DWELL_S).index


def test_derivatives_are_those_of_the_columns() -> None:
    """Each analytic derivative of the spectrum agrees with a central difference."""
    library = pom_b()
    rng = np.random.default_rng(3)
    fid = block(drawn(rng, library), library, {"L": 0.5, "LnML": 0.3, "ML2": 0.2}, rng)
    given = setting(library.expand(["lanthanide"]), library, fid)
    on = band(np.array([-100.0]), np.array([200.0]), len(fid.points), fid.dwell_s)
    amounts = np.array([0.5, 0.3, 0.1, 0.2, 0.1])
    point = rng.normal(0.0, 0.5, len(given.sd)) * np.minimum(given.sd, 1.0)
    early = early_points(2, on)
    basis = basis_at(given, point, on, early)
    analytic = basis.moving(given, amounts) @ basis.rows

    def spectrum(at: np.ndarray) -> np.ndarray:
        moved = basis_at(given, at, on, early)
        return np.asarray(amounts @ moved.linear(given.lines)[: len(amounts)] @ moved.rows)

    for place in range(len(point)):
        step = np.zeros(len(point))
        step[place] = 1e-5 * min(given.sd[place], 1.0)
        numeric = (spectrum(point + step) - spectrum(point - step)) / (2.0 * step[place])
        assert np.abs(numeric - analytic[place]).max() < 1e-5 * np.abs(analytic[place]).max(), place
    assert len(point) == GLOBALS + 3 * 8


def test_data_are_in_units_of_the_noise() -> None:
    """Bins of pure noise have unit variance in each part."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0.0, 2.0, 4096) + 1j * rng.normal(0.0, 2.0, 4096)
    on = band(np.array([0.0]), np.array([4000.0]), 4096, DWELL_S)
    data = data_of(np.asarray(transform_of.fft(noise)), on, 2.0 * 64.0)
    assert float(np.var(data.bins.real)) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("pulse_deg", [90.0, 60.0, 30.0])
def test_saturation_is_the_steady_state(pulse_deg: float) -> None:
    """What is left is what a spin keeps that is pulsed two hundred times, and its uncertainty that of T1."""
    line = pom_b().species[0].lines[0]
    left = recovery(line, 1.2 * float(line.t1_s or 0.0), pulse_deg)
    along = 1.0
    for _ in range(200):
        along = 1.0 + (along * np.cos(np.radians(pulse_deg)) - 1.0) * np.exp(-1.2)
    assert left.part == pytest.approx(along)
    longer = recovery(line.model_copy(update={"t1_s": 1.01 * float(line.t1_s or 0.0)}), 3.0, pulse_deg)
    slope = abs(longer.part / recovery(line, 3.0, pulse_deg).part - 1.0) / 0.01
    assert recovery(line, 3.0, pulse_deg).sd_rel == pytest.approx(slope * line.t1_sd_rel, rel=0.02)


def test_without_a_relaxation_time_nothing_is_corrected() -> None:
    """A line without T1, and a file without repetition time, are taken as relaxed."""
    line = pom_b().species[0].lines[0]
    assert recovery(line, 0.0, 90.0).part == 1.0
    assert recovery(line.model_copy(update={"t1_s": None}), 3.0, 90.0).part == 1.0
