import numpy as np
import pytest

from autosynth.analysis.lines import LineLibrary, parse_lines
from autosynth.analysis.nmr import Accumulation, NmrResult, analyse, scans_needed
from autosynth.analysis.nmr.curvefile import spectrum_from_table, spectrum_to_table
from autosynth.errors import AnalysisError, InputError
from tests.autosynth.analysis.nmr.rendering import LIBRARY_PATH, block, blocks, drawn, free_place, pom_b

LIBRARY = pom_b()
MIXED = {"L": 0.45, "LnML": 0.35, "ML2": 0.20}
SLOW_S = 15.0
"""A repetition time that leaves little to relaxation."""


@pytest.fixture(scope="module")
def mixed() -> NmrResult:
    """Eight blocks of a mixture with an impurity of 4 % at -3 ppm."""
    rng = np.random.default_rng(11)
    bench = drawn(rng, LIBRARY)
    return analyse(
        blocks(bench, LIBRARY, MIXED, rng, 8, repetition_s=SLOW_S, impurity=(-3.0, 0.04)), LIBRARY, ["lanthanide"]
    )


def test_fractions_are_of_the_ligand(mixed: NmrResult) -> None:
    """Listed species that hold ligand share it: their fractions sum to one and are what was rendered."""
    assert sum(mixed.quantities[name].value for name in ("L", "LnML", "ML2", "P2W18")) == pytest.approx(1.0)
    for name, fraction in MIXED.items():
        assert abs(mixed.quantities[name].value - fraction) < 4.0 * mixed.quantities[name].sd < 0.04


def test_an_unlisted_line_is_reported_and_not_absorbed(mixed: NmrResult) -> None:
    """The impurity is one unknown peak at its place with its part of all nuclei."""
    (peak,) = mixed.peaks
    assert abs(peak.shift.value + 3.0) < 0.15
    low, high = peak.area_frac.interval()
    assert low <= 0.04 <= high
    assert mixed.quantities["unknown_frac"].value == pytest.approx(peak.area_frac.value)
    assert any("-3.0" in flag or "-2.9" in flag for flag in mixed.goodness.flags)


def test_what_is_not_there_has_an_upper_bound(mixed: NmrResult) -> None:
    """Absent species get a limit and no interval that excludes zero."""
    for name in ("P2W18", "Pi"):
        limit = mixed.quantities[name].upper_bound
        assert limit is not None
        assert 0.0 < limit < 0.03


def test_curves_sum_to_what_was_measured(mixed: NmrResult) -> None:
    """Components, baseline and residual are the measured spectrum; lines stand upright; the residual is noise."""
    curves = mixed.curves
    total = sum(curves.components.values(), curves.baseline + curves.residual)
    assert np.allclose(total, curves.measured)
    assert np.all(np.diff(curves.shift_ppm) > 0)
    assert curves.components["L"].max() > 20.0 * abs(float(curves.components["L"].min()))
    assert float(np.std(curves.residual)) < 0.1 * curves.measured.max()
    assert "unknown" in curves.components


def test_curves_survive_a_table(mixed: NmrResult) -> None:
    """A table of curves is read back within its digits; what is no such table is refused."""
    again = spectrum_from_table(spectrum_to_table(mixed.curves))
    assert np.allclose(again.measured, mixed.curves.measured, rtol=1e-4, atol=1e-4)
    assert list(again.components) == list(mixed.curves.components)
    for wrong in (b"", b"a\tb\n1\t2\n", b"shift / ppm\tsignal\tfit\tbaseline\n1\t2\tx\t4\n"):
        with pytest.raises(AnalysisError, match="the table of a fit "):
            spectrum_from_table(wrong)


def test_phase_and_dead_time_are_those_of_the_bench() -> None:
    """Every line's phase comes out within three degrees, whatever it was."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        bench = drawn(rng, LIBRARY)
        found = analyse(blocks(bench, LIBRARY, {"L": 0.6, "LnML": 0.4}, rng, 8), LIBRARY, ["lanthanide"]).quantities
        for shift in (-7.1, -13.6):
            hertz = (shift + bench.reference_ppm - bench.carrier_ppm) * 24.3
            phase = found["phase_deg"].value + 360.0 * hertz * found["dead_time"].value
            assert abs((phase - bench.phase_deg(shift) + 180.0) % 360.0 - 180.0) < 3.0


def test_paramagnetic_species_are_unobservable_not_zero() -> None:
    """A species without an observable line has no quantity; it is named, with a flag."""
    rng = np.random.default_rng(2)
    bench = drawn(rng, LIBRARY)
    found = analyse(blocks(bench, LIBRARY, {"L": 0.5}, rng, 4), LIBRARY, ["paramagnetic lanthanide"])
    assert found.unobservable == ("EuML", "EuML2")
    assert not {"EuML", "EuML2"} & set(found.quantities)
    assert any(flag.startswith("EuML is not observable") for flag in found.goodness.flags)


def test_only_unobservable_species_cannot_be_analysed() -> None:
    """When nothing that was asked for can be seen, that is an error, not a result."""
    rng = np.random.default_rng(2)
    with pytest.raises(AnalysisError, match="none of the species has an observable line: EuML"):
        analyse(blocks(drawn(rng, LIBRARY), LIBRARY, {"L": 0.5}, rng, 1), LIBRARY, ["EuML"])


def test_noise_alone_promises_nothing() -> None:
    """Without any signal no line stands out, and every species may be anything."""
    rng = np.random.default_rng(4)
    found = analyse(blocks(drawn(rng, LIBRARY), LIBRARY, {"L": 0.0}, rng, 4), LIBRARY, ["lanthanide"])
    assert "no listed line stands out of the noise" in found.goodness.flags
    for name in ("L", "LnML", "ML2"):
        low, high = found.quantities[name].interval()
        assert high - low > 0.3


def test_an_empty_decay_is_refused() -> None:
    """Zeros have no noise to judge anything by."""
    rng = np.random.default_rng(4)
    fid = block(drawn(rng, LIBRARY), LIBRARY, {"L": 1.0}, rng)
    fid.points[:] = 0.0
    with pytest.raises(AnalysisError, match="no noise"):
        analyse(Accumulation([fid]), LIBRARY)


def test_another_nucleus_is_refused() -> None:
    """A proton spectrum is not looked at with a phosphorus library."""
    rng = np.random.default_rng(4)
    protons = parse_lines(LIBRARY_PATH.read_text(encoding="utf-8").replace("nucleus: 31P", "nucleus: 1H"))
    with pytest.raises(AnalysisError, match=r"the FID is of 31P, the library .* of 1H"):
        analyse(blocks(drawn(rng, LIBRARY), LIBRARY, {"L": 1.0}, rng, 1), protons)


def test_unknown_species_are_an_input_error() -> None:
    """Asking for a species that the library does not have is refused."""
    rng = np.random.default_rng(4)
    with pytest.raises(InputError, match="S9: not in the library"):
        analyse(blocks(drawn(rng, LIBRARY), LIBRARY, {"L": 1.0}, rng, 1), LIBRARY, ["S9"])


def test_forecast_comes_true() -> None:
    """Four times the scans bring the uncertainty that was foretold, within a fifth."""
    rng = np.random.default_rng(8)
    bench = drawn(rng, LIBRARY)
    sample = blocks(bench, LIBRARY, MIXED, rng, 4, repetition_s=SLOW_S)
    before = analyse(sample, LIBRARY, ["lanthanide"])
    foretold = before.forecast.sd_after("ML2", 16 * 64)
    for _ in range(12):
        sample.add(block(bench, LIBRARY, MIXED, rng, repetition_s=SLOW_S))
    after = analyse(sample, LIBRARY, ["lanthanide"]).quantities["ML2"].sd
    assert after == pytest.approx(foretold, rel=0.2)
    needed = scans_needed(before, {"ML2": foretold, "no such": 1e-9}, 10_000)
    assert needed is not None
    assert needed == pytest.approx(16 * 64, abs=1)
    assert scans_needed(before, {"ML2": 1.0}, 10_000) == before.goodness.scans
    assert scans_needed(before, {"ML2": foretold}, 8 * 64) is None


def test_scans_cannot_buy_what_relaxation_leaves_open() -> None:
    """With pulses that are too fast T1 limits what is known: no number of scans is enough, and a flag says why."""
    rng = np.random.default_rng(9)
    found = analyse(blocks(drawn(rng, LIBRARY), LIBRARY, MIXED, rng, 16), LIBRARY, ["lanthanide"])
    assert scans_needed(found, {"L": 0.005}, 10**7) is None
    assert any("repeat pulses more slowly" in flag for flag in found.goodness.flags)


def narrow(reference_ppm: float) -> LineLibrary:
    """A library of the two complexes alone, whose pairs of lines differ little in their distance."""
    text = LIBRARY_PATH.read_text(encoding="utf-8")
    return parse_lines(text.replace("reference_ppm: 0.1 ", f"reference_ppm: {reference_ppm} "))


def test_a_pair_that_could_be_either_of_two_species_is_told_of() -> None:
    """One pair of lines and a scale off by half a ppm: both assignments count, and no interval is narrow for it."""
    library = narrow(0.5)
    rng = np.random.default_rng(1)
    bench = drawn(rng, LIBRARY)
    undecided = 0
    for between in np.linspace(0.2, 0.8, 4):
        lines = [
            tuple(a + between * (b - a) for a, b in zip(one, other, strict=True))
            for one, other in zip(bench.lines["LnML"], bench.lines["ML2"], strict=True)
        ]
        middle = type(bench)(**{**vars(bench), "lines": {**bench.lines, "LnML": lines}})
        found = analyse(blocks(middle, LIBRARY, {"LnML": 1.0}, rng, 2), library, ["LnML", "ML2"])
        undecided += any("can be assigned in 2 ways" in flag for flag in found.goodness.flags)
        if undecided:
            assert found.quantities["LnML"].sd > 0.05
            break
    assert undecided


def test_a_narrow_scale_decides_between_them() -> None:
    """With the library's own reference the same pair belongs to one species."""
    rng = np.random.default_rng(1)
    bench = drawn(rng, LIBRARY)
    found = analyse(blocks(bench, LIBRARY, {"LnML": 1.0}, rng, 8), LIBRARY, ["LnML", "ML2"]).quantities
    assert found["LnML"].interval()[0] > 0.9


def test_places_for_impurities_are_free() -> None:
    """The studies put impurities where no listed line is."""
    rng = np.random.default_rng(0)
    taken = [line.shift_ppm for one in LIBRARY.expand(["zinc"]) for line in one.seen]
    places = [free_place(rng, LIBRARY, ["zinc"]) for _ in range(200)]
    assert min(abs(place - each) for place in places for each in taken) >= 0.4
