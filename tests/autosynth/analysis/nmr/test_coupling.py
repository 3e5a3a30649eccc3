"""Multiplets in closed form against sums of sticks, derivatives against differences, feet of windows against lines."""

from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.couplings import Coupling, Isotope, Partner, Window
from autosynth.analysis.lines import load_lines
from autosynth.analysis.nmr.coupling import powers, splitting
from autosynth.analysis.nmr.fid import Fid
from autosynth.analysis.nmr.fit import data_of, seen_at
from autosynth.analysis.nmr.model import Setting, setting
from autosynth.analysis.nmr.shape import band, transforms, whole_band
from autosynth.analysis.nmr.windows import places_of, series_of

LIBRARY = load_lines(Path(__file__).parents[4] / "protocols" / "exchange" / "species" / "clusters_se.yaml")
SILVER = Partner(isotopes=(Isotope(abundance=0.48161), Isotope(abundance=0.51839, ratio=0.87)), source="literature: x")
SELENIUM = Partner(isotopes=(Isotope(abundance=0.0763),), source="literature: x")
POINTS, DWELL_S = 1024, 1e-3


@pytest.mark.parametrize(("partner", "count"), [("Ag", 1), ("Ag", 4), ("Se", 2)])
def test_the_closed_form_is_the_sum_of_its_sticks(partner: str, count: int) -> None:
    """The modulation is the sum over the sticks, which are symmetric and have all of the strength."""
    found = splitting([Coupling(to=partner, count=count, j_hz=60.0)], {"Ag": SILVER, "Se": SELENIUM})
    assert found is not None
    offsets, parts = found.sticks()
    value, _ = found.modulation(0.0, DWELL_S, 50, 0.0)
    t_s = DWELL_S * np.arange(50)
    sticks = (parts[:, None] * np.cos(2.0 * np.pi * offsets[:, None] * t_s)).sum(axis=0)
    assert value == pytest.approx(sticks, abs=0.04)  # sticks below one percent are left out
    assert float(parts @ offsets) == pytest.approx(0.0, abs=1e-9)
    assert 0.95 < parts.sum() <= 1.0 + 1e-12


def test_the_derivative_in_time_is_right() -> None:
    """By differences, of two kinds of neighbours at once."""
    couplings = [Coupling(to="Ag", count=3, j_hz=60.0), Coupling(to="Se", count=2, j_hz=650.0)]
    found = splitting(couplings, {"Ag": SILVER, "Se": SELENIUM})
    assert found is not None
    step = 1e-7
    later, before = (found.modulation(0.01 + each, DWELL_S, 30, 0.02)[0] for each in (step, -step))
    assert found.modulation(0.01, DWELL_S, 30, 0.02)[1] == pytest.approx((later - before) / (2 * step), abs=1e-4)


def test_powers_are_exponentials() -> None:
    """exp(rate t) at any number of points, by few of them."""
    rates = np.array([-3.0 + 40j, -1.0 - 900j])
    t_s = 2e-4 + DWELL_S * np.arange(777)
    assert powers(rates, 2e-4, DWELL_S, 777) == pytest.approx(np.exp(rates[:, None] * t_s), abs=1e-11)


def proton_setting() -> tuple[Setting, Fid]:
    fid = Fid(np.ones(2048, dtype=np.complex128), 5e-4, 2e-4, 80.2, 3.0, 1, "1H", 4.0)
    seen = LIBRARY.of("1H")
    return setting([one for one in seen.species if one.name in {"Cu6Ag", "CuAg6", "CHCl3"}], seen, fid), fid


def test_all_derivatives_of_the_spectrum_are_analytic() -> None:
    """Score of the data by every unknown, couplings and dead time too, against differences of chi squared."""
    given, fid = proton_setting()
    rng = np.random.default_rng(2)
    noise = rng.normal(size=len(fid.points)) + 1j * rng.normal(size=len(fid.points))
    on = band(np.array([-150.0, 100.0]), np.array([150.0, 150.0]), len(fid.points), fid.dwell_s)
    data = data_of(np.fft.fft(noise), on, 1.0)
    point = 0.3 * given.sd * rng.normal(size=len(given.sd))
    point[0] = 0.4
    seen = seen_at(given, data, point)
    solved = np.concatenate((np.array([3.0, 5.0, 2.0]), rng.normal(size=len(seen.right) - 3)))
    _, score = seen.quadratic(given, solved)
    for number in range(len(point)):
        step = 1e-5 * given.sd[number] if number else 1e-6
        chi2 = []
        for sign in (1.0, -1.0):
            moved = point.copy()
            moved[number] += sign * step
            chi2.append(seen_at(given, data, moved).chi2(solved))
        numeric = -(chi2[0] - chi2[1]) / (4.0 * step)
        assert score[len(solved) + number] == pytest.approx(numeric, rel=2e-4, abs=2e-4 * abs(numeric) + 1e-3), number


def test_a_window_accounts_for_the_feet_of_whatever_is_in_it() -> None:
    """Ten strong lines anywhere in a window leave next to nothing outside that its series does not explain."""
    rng = np.random.default_rng(5)
    rates = 2j * np.pi * rng.uniform(20.0, 32.0, 10) - np.pi * rng.uniform(0.8, 2.0, 10)
    strength = rng.uniform(0.5, 1.0, 10) * np.exp(0.7j)
    decay = strength @ np.exp(rates[:, None] * DWELL_S * np.arange(POINTS))
    transform = np.fft.fft(decay)
    fid = Fid(decay, DWELL_S, 0.0, 80.0, 0.0, 1, "1H", 4.0)
    window = Window(shift_ppm=0.3, half_hz=18.0, off_hz=10.0, terms=8, about="x")
    places = places_of([window], transform, fid)
    assert places[0].middle_hz == pytest.approx(26.0, abs=4.0)
    on = band(np.array([26.0]), np.array([120.0]), POINTS, DWELL_S)
    data = data_of(transform, on, 1.0, places)
    rows = data.early[3:]
    left = data.bins - (rows.conj() @ data.bins) @ rows
    assert not places[0].covers(data.on.hertz).any()
    assert np.abs(left).max() < 1e-3 * np.abs(data.bins).max()


def test_the_series_of_a_broader_decay_is_the_same_series() -> None:
    """Terms of decays that are multiplied by an exponential are those of their lines, as much broader."""
    place = places_of(
        [Window(shift_ppm=0.3, half_hz=15.0, off_hz=1.0, width_hz=8.0, terms=3, about="x")],
        np.ones(POINTS, dtype=np.complex128),
        Fid(np.ones(POINTS, dtype=np.complex128), DWELL_S, 0.0, 80.0, 0.0, 1, "1H", 4.0),
    )
    on = whole_band(POINTS, DWELL_S)
    series = series_of(place, on)
    late = np.exp(-np.pi * 5.0 * DWELL_S * np.arange(POINTS))
    in_time = np.fft.ifft(np.fft.ifftshift(series.rows(on), axes=1), axis=1) * late
    there = np.fft.fftshift(np.fft.fft(in_time, axis=1), axes=1)
    assert series.rows(on, 5.0) == pytest.approx(there, abs=1e-6 * float(np.abs(there).max()))


def test_uncoupled_lines_are_as_before() -> None:
    """A line without neighbours has the transform of one damped exponential."""
    given, fid = proton_setting()
    on = whole_band(len(fid.points), fid.dwell_s)
    seen = seen_at(given, data_of(np.zeros(len(fid.points), dtype=np.complex128), on, 1.0), np.zeros(len(given.sd)))
    value, _ = transforms(seen.at.rates[-1:], given.dead_time_s, on)
    assert seen.at.rows[len(seen.at.rates) - 1] == pytest.approx(value[0])
