"""Free induction decays: where lines are, how large, how wide, how noisy, and what is not seen at all."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulators.twin.contents import Array
from simulators.twin.electrode import Electrode
from simulators.twin.lines import LINES, NUCLEI
from simulators.twin.pom_b import one, two
from simulators.twin.receiver import Receiver
from simulators.twin.resonance import GAIN, Complex, Resonance, Sample, relaxed
from simulators.twin.twin import BenchTwin

FREQUENCY_MHZ = 80.2 * 0.404808
RECEIVER = Receiver(FREQUENCY_MHZ, -5.0, 8192, 1.6 / 8192)


def sample(volume_ml: float = 0.6, **mol_l: float) -> Sample:
    return Sample(mol_l, {}, mol_l.get("P2W17", 0.0), volume_ml)


def decay(
    what: Sample | None,
    nucleus: str = "31P",
    receiver: Receiver = RECEIVER,
    scans: int = 64,
    repetition_s: float = 3.0,
    pulse_deg: float = 90.0,
    seed: int = 1,
    perturb: bool = False,
) -> Complex:
    made = Resonance(np.random.default_rng(seed), perturb=perturb)
    return made.fid(what, nucleus, receiver, scans, repetition_s, pulse_deg)


def quiet(receiver: Receiver = RECEIVER) -> Receiver:
    """Return a receiver without noise worth speaking of."""
    return replace(receiver, sensitivity=1e9)


def peaks(fid: Complex, receiver: Receiver = RECEIVER, above: float = 0.1) -> list[float]:
    """Return the shifts of the maxima of a magnitude spectrum above a part of the highest."""
    size = 4 * len(fid)
    values = np.abs(np.fft.fftshift(np.fft.fft(fid, size)))
    ppm = receiver.carrier_ppm + np.fft.fftshift(np.fft.fftfreq(size, receiver.dwell_s)) / receiver.frequency_mhz
    width = int(20.0 * receiver.points * receiver.dwell_s * 4)
    found: list[float] = []
    while float(values.max()) > above * float(np.abs(np.fft.fft(fid, size)).max()):
        at = int(np.argmax(values))
        found.append(float(ppm[at]))
        values[max(at - width, 0) : at + width] = 0.0
    return sorted(found)


def amplitude(fid: Complex, shift_ppm: float, width_hz: float, receiver: Receiver = RECEIVER) -> complex:
    """Return the complex amplitude of a line of known shape by linear least squares."""
    shape = _shape(shift_ppm, width_hz, receiver)
    return complex(np.vdot(shape, fid) / np.vdot(shape, shape))


def _shape(shift_ppm: float, width_hz: float, receiver: Receiver) -> Complex:
    t_s = receiver.dead_time_s + receiver.dwell_s * np.arange(receiver.points)
    hertz = (shift_ppm - receiver.carrier_ppm) * receiver.frequency_mhz
    return np.asarray(np.exp((2j * np.pi * hertz - np.pi * (width_hz + receiver.field_width_hz)) * t_s))


def test_lines_stand_where_the_table_says() -> None:
    """Free ligand has two lines, at -7.1 and -13.6 ppm, to a hundredth of a ppm."""
    found = peaks(decay(sample(P2W17=5e-3), receiver=quiet()))
    assert found == pytest.approx([-13.6, -7.1], abs=0.02)


def test_the_amplitude_is_the_concentration() -> None:
    """Gain times concentration times nuclei times what the pulses leave; twice as much gives twice as much."""
    for mol_l in (1e-3, 2e-3):
        fid = decay(Sample({"P2W18": mol_l}, {}, 0.0, 0.6), receiver=quiet())
        (line,) = LINES["31P"]["P2W18"]
        found = amplitude(fid, line.shift_ppm, line.width_hz)
        assert abs(found) == pytest.approx(GAIN * mol_l * 2 * (1.0 - np.exp(-3.0 / line.t1_s)), rel=0.03)


def test_saturation_follows_ernst() -> None:
    """A 90 degree train leaves 1 - exp(-TR/T1); the best angle's cosine is that exponential; rest restores all."""
    assert relaxed(3.0, 3.0, 90.0) == pytest.approx(1.0 - np.exp(-1.0))
    angles = np.linspace(5.0, 90.0, 171)
    best = angles[int(np.argmax([relaxed(1.0, 3.0, angle) for angle in angles]))]
    assert np.cos(np.radians(best)) == pytest.approx(np.exp(-1.0 / 3.0), abs=0.01)
    assert relaxed(1e3, 3.0, 30.0) == pytest.approx(0.5)
    fast, slow = (decay(sample(P2W18=5e-3), receiver=quiet(), repetition_s=tr) for tr in (1.7, 30.0))
    (line,) = LINES["31P"]["P2W18"]
    ratio = abs(amplitude(fast, line.shift_ppm, line.width_hz) / amplitude(slow, line.shift_ppm, line.width_hz))
    assert ratio == pytest.approx(1.0 - np.exp(-1.7 / line.t1_s), rel=0.02)


def test_the_noise_is_as_promised() -> None:
    """A line of one phosphorus at 5 mM after 64 scans at 3 s: amplitude known to 1.2 percent, were its shape known."""
    spread = _noise_of_amplitude(64)
    full = GAIN * 5e-3 * relaxed(3.0, 3.0, 90.0)
    assert spread / full == pytest.approx(0.012, rel=0.1)


def test_noise_falls_with_the_root_of_scans_and_is_new_each_time() -> None:
    """Four times the scans have half the noise; two blocks have nothing in common."""
    assert _noise_of_amplitude(256) / _noise_of_amplitude(64) == pytest.approx(0.5, rel=0.1)
    made = Resonance(np.random.default_rng(1), perturb=False)
    first, second = (made.fid(None, "31P", RECEIVER, 64, 3.0, 90.0) for _ in range(2))
    common = abs(np.vdot(first, second)) / np.linalg.norm(first) / np.linalg.norm(second)
    assert common < 0.05


def _noise_of_amplitude(scans: int) -> float:
    """Return the spread of the amplitude of a line of 3 Hz in noise alone, over 400 blocks."""
    receiver = replace(RECEIVER, points=2048, dwell_s=1.6 / 2048, field_width_hz=0.0)
    made = Resonance(np.random.default_rng(5), perturb=False)
    blocks = (made.fid(None, "31P", receiver, scans, 3.0, 90.0) for _ in range(400))
    return float(np.std([amplitude(fid, -8.0, 3.0, receiver).real for fid in blocks]))


def test_an_empty_bore_an_empty_tube_and_half_a_filling() -> None:
    """Nothing gives noise alone; below the coil's volume the signal goes with the filling."""
    for what in (None, sample(0.0, P2W17=5e-3)):
        assert float(np.abs(decay(what, receiver=quiet())).max()) < 1e-3
    full, half = (decay(sample(volume_ml, P2W17=5e-3), receiver=quiet()) for volume_ml in (0.35, 0.175))
    assert abs(half[0] / full[0]) == pytest.approx(0.5, rel=0.01)
    assert abs(decay(sample(0.7, P2W17=5e-3), receiver=quiet())[0] / full[0]) == pytest.approx(1.0, rel=0.01)


def test_the_dead_time_is_lost() -> None:
    """The first point is as much later as the receiver says: lines differ in phase by their frequency times it."""
    late, early = (decay(sample(P2W18=5e-3), receiver=quiet(replace(RECEIVER, dead_time_s=t))) for t in (1e-3, 0.0))
    hertz = (-12.5 + 5.0) * FREQUENCY_MHZ
    turned = np.angle(late[0] / early[0] * np.exp(-2j * np.pi * hertz * 1e-3))
    assert turned == pytest.approx(0.0, abs=0.05)


def test_europium_complexes_are_too_broad_to_fit() -> None:
    """P9: their lines are hundreds of hertz wide; half of the signal is gone within a millisecond."""
    made = decay(sample(**{one("Eu"): 5e-3}), receiver=quiet())
    after = int(2e-3 / RECEIVER.dwell_s)
    assert abs(made[after] / made[0]) < 0.15
    assert all(line.width_hz > 100.0 for line in LINES["31P"][two("Eu")])


@pytest.mark.parametrize("nucleus", ["29Si", "183W"])
def test_paramagnetic_clusters_have_no_silicon_or_tungsten_lines(nucleus: str) -> None:
    """P9: manganese and iron clusters are not seen, the free ligand is, with its lines and nuclei."""
    receiver = Receiver(80.2 * NUCLEI[nucleus].ratio, LINES[nucleus]["L"][0].shift_ppm, 4096, 1e-4, sensitivity=1e12)
    clusters = dict.fromkeys(("S1", "S2", "S2Lu", "I", "IAg", "IAg2", "LMn", "LMn2", "Xfe", "XFe2"), 0.01)
    dark = decay(Sample(clusters, {}, 0.0, 0.6), nucleus, receiver)
    bright = decay(Sample({"L": 0.01}, {}, 0.0, 0.6), nucleus, receiver)
    assert float(np.abs(dark).max()) < 1e-6 * float(np.abs(bright).max())
    expected = {"29Si": [1], "183W": [3, 6]}[nucleus]
    assert sorted(line.nuclei for line in LINES[nucleus]["L"]) == expected


def test_receptivity_orders_the_nuclei() -> None:
    """Noise against signal: silicon and tungsten need hours where phosphorus needs minutes."""
    made = {n: Resonance(np.random.default_rng(2), perturb=False).fid(None, n, RECEIVER, 1, 3.0, 90.0) for n in NUCLEI}
    noise = {nucleus: float(np.std(fid.real)) / NUCLEI[nucleus].abundance for nucleus, fid in made.items()}
    for nucleus, known in NUCLEI.items():
        assert noise["1H"] / noise[nucleus] == pytest.approx(known.receptivity, rel=0.05)


def test_the_solvent_is_in_the_proton_spectrum() -> None:
    """Water at 4.75 ppm, 110 mol/L of protons."""
    receiver = Receiver(80.2, 5.0, 8192, 1.6 / 8192)
    fid = decay(Sample({}, {"water": 1.0}, 0.0, 0.6), "1H", receiver)
    assert peaks(fid, receiver) == pytest.approx([4.75], abs=0.01)


def test_a_seed_moves_lines_reference_phase_and_brings_an_impurity() -> None:
    """Over seeds shifts scatter by 0.05 ppm around the table; each bench has one line that no library lists."""
    made = [Resonance(np.random.default_rng(seed), perturb=True).magnetism for seed in range(200)]
    shifts = np.array([each.lines["31P"]["P2W17"][0].shift_ppm for each in made])
    assert float(shifts.mean()) == pytest.approx(-7.1, abs=0.015)
    assert float(shifts.std()) == pytest.approx(0.05, rel=0.2)
    phases = np.array([each.phase_deg for each in made])
    assert (phases.min() < -150.0, phases.max() > 150.0) == (True, True)
    impurities = [each.impurity for each in made]
    listed = {line.shift_ppm for lines in LINES["31P"].values() for line in lines if line.width_hz < 100.0}
    assert all(i is not None and min(abs(i.shift_ppm - s) for s in listed) > 1.0 for i in impurities)
    assert all(0.01 <= each.impurity_per_ligand <= 0.03 for each in made)


def test_the_impurity_comes_with_the_ligand() -> None:
    """Its line is there in proportion to the ligand as fed, whatever that has become."""
    known = Resonance(np.random.default_rng(3), perturb=True).magnetism
    assert known.impurity is not None
    fid = decay(Sample({one("Lu"): 5e-3}, {}, 5e-3, 0.6), receiver=quiet(), seed=3, perturb=True)
    assert min(abs(p - known.impurity.shift_ppm - known.reference_ppm) for p in peaks(fid, above=0.004)) < 0.05
    pure = decay(Sample({one("Lu"): 5e-3}, {}, 0.0, 0.6), receiver=quiet(), seed=3, perturb=True)
    assert len(peaks(pure, above=0.3)) == 2
    gone = fid - pure
    shape_ppm = known.impurity.shift_ppm + known.reference_ppm
    expected = GAIN * 5e-3 * known.impurity_per_ligand * relaxed(3.0, known.impurity.t1_s, 90.0)
    assert abs(amplitude(gone, shape_ppm, known.impurity.width_hz)) == pytest.approx(expected, rel=0.05)


def test_blocks_of_one_bench_agree_but_for_a_little_drift() -> None:
    """The reference wanders by thousandths of a ppm, the phase by a degree: blocks can be added up."""
    made = Resonance(np.random.default_rng(4), perturb=True)
    fids = [made.fid(sample(P2W17=5e-3), "31P", quiet(), 64, 3.0, 90.0) for _ in range(30)]
    tops = np.array([peaks(fid)[-1] for fid in fids])
    assert float(tops.std()) < 0.02
    angles = np.array([np.angle(fid[0] / fids[0][0], deg=True) for fid in fids])
    assert 0.3 < float(angles.std()) < 3.0


@pytest.mark.parametrize(("nucleus", "scans", "points"), [("13C", 1, 8), ("31P", 0, 8), ("31P", 1, 0)])
def test_what_cannot_be_measured_is_said(nucleus: str, scans: int, points: int) -> None:
    """An unknown nucleus, no scans, no points."""
    with pytest.raises(ValueError, match="no decay"):
        decay(None, nucleus, replace(RECEIVER, points=points), scans)


TUBE: Mapping[str, Any] = {
    "capacity_ml": 1.2,
    "mixture": {"volumes_ml": {"water": 0.6}, "amounts_mol": {"P2W17": 3e-6, "Lu(NO3)3": 3e-6}},
}


def bench(**devices: Any) -> dict[str, Any]:
    lines = [
        {"name": "needle", "a": "pump:9", "b": "carousel:common", "volume_ml": 0.0},
        *({"name": f"place {n}", "a": f"carousel:{n}", "b": f"tube_{n}", "volume_ml": 0.0} for n in (1, 2)),
    ]
    return {
        "vessels": {"tube_1": TUBE, "tube_2": {"capacity_ml": 1.2}},
        "lines": lines,
        "devices": {
            "pump": {"model": "pump", "options": {"syringe_ml": 1.0, "syringe": [{"volumes_ml": {"water": 1.0}}]}},
            "carousel": {"model": "carousel", "options": {}},
            "spinsolve": {"model": "nmr", "sampler": "carousel"},
            **devices,
        },
        "ru_perturbation": False,
    }


def test_tubes_at_a_spectrometers_sampler_react() -> None:
    """What is in them goes on reacting, and the decay shows what it has become."""
    twin = BenchTwin(bench(), np.random.default_rng(1))
    assert twin.tube("carousel", "1") == "tube_1"
    assert twin.tube("carousel", "3") is None
    fid = twin.fid("tube_1", "31P", quiet(), 64, 3.0, 90.0, 3600.0)
    assert peaks(fid) == pytest.approx([-12.9, -8.9], abs=0.02)


def test_a_history_of_what_was_in_the_magnet() -> None:
    """Each time has its tube; before the first, and for a sampler that never moved, there is none."""
    twin = BenchTwin(bench(), np.random.default_rng(1))
    twin.insert("carousel", "tube_1", 5.0)
    twin.insert("carousel", None, 9.0)
    assert [twin.inserted("carousel", t) for t in (4.9, 5.0, 8.9, 9.0)] == [None, "tube_1", "tube_1", None]
    assert twin.inserted("other", 5.0) is None


def test_a_needle_over_a_tube_drips_through_lines_without_volume() -> None:
    """What the pump pushes is at once in the tube under the needle, and nowhere else."""
    twin = BenchTwin(bench(), np.random.default_rng(1))
    twin.turn("pump", "9", 0.0)
    assert not twin.path_open("pump", 0.5)
    twin.turn("carousel", "2", 1.0)
    assert twin.displace("pump", 0.5, 2.0, 3.0)
    assert twin.volume_ml("tube_2") == pytest.approx(0.5)
    assert twin.volume_ml("tube_1") == pytest.approx(0.6)


def test_a_broken_tube_spills_what_it_had_and_what_it_gets() -> None:
    """All of it is in `spilled`, element by element, and nothing is in the tube any more."""
    twin = BenchTwin(bench(), np.random.default_rng(1))
    twin.smash("tube_1", 100.0)
    twin.turn("pump", "9", 100.0)
    twin.turn("carousel", "1", 100.0)
    twin.displace("pump", 0.2, 101.0, 102.0)
    truth = twin.truth(103.0)
    assert truth["vessels"]["tube_1"]["volume_ml"] == pytest.approx(0.0, abs=1e-12)
    assert truth["spilled"]["tube_1"]["volumes_ml"] == pytest.approx({"water": 0.8})
    assert truth["spilled"]["tube_1"]["charged_mol"] == pytest.approx({"P2W17": 3e-6, "Lu(NO3)3": 3e-6})


def test_a_spectrum_leaves_the_voltammetrys_random_numbers_alone() -> None:
    """Noise of decays has a stream of its own: a measurement of one kind does not change the other kind's."""
    cell = {"capacity_ml": 1.5, "mixture": {"volumes_ml": {"acetone": 1.0}, "amounts_mol": {"SiW9": 1e-5}}}
    sweep_v: Array = np.linspace(0.0, 0.5, 51)
    found = []
    for measured in (False, True):
        described = bench(cell_reader={"model": "potentiostat", "vessel": "cell"})
        described["vessels"]["cell"] = cell
        twin = BenchTwin(described, np.random.default_rng(9))
        if measured:
            twin.fid("tube_1", "31P", RECEIVER, 64, 3.0, 90.0, 1.0)
        found.append(twin.voltammogram("cell", sweep_v, 0.02, Electrode(), 2.0))
    assert np.array_equal(found[0], found[1])
