"""Spectra of clusters: multiplets, satellites, lines that coincide, what a seed moves, the compound nobody lists."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.twin.cluster_lines import NOMINAL, drawn
from simulators.twin.line import Coupling
from simulators.twin.receiver import Receiver
from simulators.twin.resonance import Complex, Resonance, Sample

PROTON = Receiver(80.2, 3.0, 8192, 1.6 / 8192, sensitivity=1e9)
PHOSPHORUS = replace(PROTON, frequency_mhz=80.2 * 0.404808, carrier_ppm=84.0)


def magnitude(fid: Complex, receiver: Receiver, shift_ppm: float) -> float:
    """Return the height of the magnitude spectrum at one shift, without the feet of lines far away."""
    t_s = receiver.dwell_s * np.arange(receiver.points)
    hertz = (shift_ppm - receiver.carrier_ppm) * receiver.frequency_mhz
    return float(abs(np.mean(fid * np.hanning(len(fid)) * np.exp(-2j * np.pi * hertz * t_s))))


def decay(what: Sample, nucleus: str, receiver: Receiver, *, perturb: bool = False) -> Complex:
    made = Resonance(np.random.default_rng(3), perturb=perturb)
    return made.fid(what, nucleus, receiver, 16, 10.0, 90.0)


def test_one_silver_splits_the_hydride_into_two_doublets() -> None:
    """Cu6Ag: 107Ag and 109Ag give four lines, 69.8 and 80.2 Hz apart, in the ratio of their abundances."""
    fid = decay(Sample({"Cu6Ag(Se)": 1e-2}, {}, 0.0, 0.6), "1H", PROTON)
    inner, outer, centre = (magnitude(fid, PROTON, 1.203 - j / 2.0 / 80.2) for j in (80.2 / 1.1496, 80.2, 20.0))
    assert inner / outer == pytest.approx(0.518 / 0.482, abs=0.15)
    assert centre < 0.1 * outer


def test_selenium_has_its_satellites_and_sulfur_none() -> None:
    """Either satellite of 653.6 Hz has 7.1 % of the centre's height; sulfur has no isotope that couples."""
    for series, place, expected in (("Se", 86.3, 0.0705 / 0.853), ("S", 103.9, 0.0)):
        fid = decay(Sample({f"Cu7({series})": 1e-2}, {}, 0.0, 0.6), "31P", PHOSPHORUS)
        away = 653.6 / 2.0 / PHOSPHORUS.frequency_mhz
        ratio = magnitude(fid, PHOSPHORUS, place + away) / magnitude(fid, PHOSPHORUS, place)
        assert ratio == pytest.approx(expected, abs=0.01)


def test_all_isotopomers_are_in_the_product() -> None:
    """The closed form is the sum over every isotopomer and every orientation of its spins."""
    t_s = np.linspace(0.0, 0.5, 7)
    coupling = Coupling(3, ((0.52, 40.0), (0.48, 46.0)))
    total = np.zeros(len(t_s))
    for first in coupling.isotopes:
        for second in coupling.isotopes:
            for third in coupling.isotopes:
                weight = first[0] * second[0] * third[0]
                for signs in np.ndindex(2, 2, 2):
                    hertz = sum((0.5 - s) * j for s, (_, j) in zip(signs, (first, second, third), strict=True))
                    total += weight / 8.0 * np.cos(2.0 * np.pi * hertz * t_s)
    assert coupling.modulation(t_s) == pytest.approx(total, abs=1e-12)


def test_lines_that_coincide_move_together() -> None:
    """Cu2Ag5 and CuAg6 stay within some hundredths of a ppm of each other in 31P whatever the seed; both move."""
    places = []
    for seed in range(40):
        lines = drawn(np.random.default_rng(seed)).lines["31P"]
        places.append([lines[name][0].shift_ppm for name in ("Cu2Ag5(Se)", "CuAg6(Se)")])
    moved = np.array(places)
    assert np.std(moved[:, 0]) == pytest.approx(0.05, rel=0.4)
    assert np.abs(moved[:, 0] - moved[:, 1]).max() < 0.05
    assert NOMINAL["31P"]["Cu2Ag5(Se)"][0].shift_ppm == NOMINAL["31P"]["CuAg6(Se)"][0].shift_ppm


def test_clusters_bring_a_compound_that_nobody_lists() -> None:
    """With a seed there is a line away from all others; without perturbation there is none."""
    what = Sample({"Cu7(Se)": 1e-2}, {}, 0.0, 0.6, 1e-2)
    made = Resonance(np.random.default_rng(3), perturb=True)
    trace, part = made.magnetism.clusters.traces["31P"]
    place = trace.shift_ppm + made.magnetism.reference_ppm
    there = magnitude(made.fid(what, "31P", PHOSPHORUS, 16, 10.0, 90.0), PHOSPHORUS, place)
    without = magnitude(decay(what, "31P", PHOSPHORUS), PHOSPHORUS, place)
    assert 0.03 < part < 0.12
    assert there > 5.0 * without
