"""Measured spectra that a package of the field brings along (nmrpy, not a word of it is run): read, phased, fitted."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.lines import LineLibrary, parse_lines
from autosynth.analysis.nmr import Accumulation, SpectrumCurves, analyse
from autosynth.analysis.readers.nmr import read_fids
from autosynth.errors import AnalysisError


def measured() -> Path:
    """Return where the package keeps its data; `make install` installs it."""
    found = find_spec("nmrpy")
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "tests" / "test_data"


def lines_at(shifts_ppm: Sequence[float]) -> LineLibrary:
    """Return a library of single lines named by their shifts."""
    species = "".join(
        f"- {{name: '{shift}', role: product, contains: {{P: 1}}, lines: [{{shift_ppm: {shift}, nuclei: 1,"
        f" sd_ppm: 0.02, width_hz: 2.0, width_sd_rel: 1.0, source: 'measured: by eye'}}]}}\n"
        for shift in shifts_ppm
    )
    head = "autosynth_lines: 1\ntitle: by eye\nnucleus: 31P\nmedium: as measured\nunit: {P: 1}\n"
    spread = "spread: {reference_ppm: 0.01, shim_hz: 1.0, shim_sd_rel: 1.0, dead_time_s: 5.0e-5}\n"
    return parse_lines(f"{head}{spread}species:\n{species}")


def inverted(curves: SpectrumCurves) -> float:
    """Return the energy below zero over that above it."""
    seen = curves.measured
    return float(np.sum(np.minimum(seen, 0.0) ** 2) / np.sum(np.maximum(seen, 0.0) ** 2))


def test_an_arrayed_varian_folder_gives_all_traces() -> None:
    """Twenty-four decays of 15542 points at 161.89 MHz, twelve scans each, pulses 11.6 s apart."""
    fids = read_fids(measured() / "test1.fid")
    assert (24, {15542}) == (len(fids), {len(fid.points) for fid in fids})
    first = fids[0]
    assert first.frequency_mhz == pytest.approx(161.8948, abs=1e-3)
    assert (first.nucleus, first.scans, first.sample) == ("31P", 12, "TS004")
    assert first.repetition_s == pytest.approx(11.6, abs=0.01)
    assert first.carrier_ppm == pytest.approx(0.0, abs=0.01)


def test_a_reaction_in_heavy_water_is_followed() -> None:
    """Every trace is fitted down to its noise and stands upright; the sugar phosphate at 4.15 ppm is used up."""
    library = lines_at([0.57, 4.154, 4.67])
    left = []
    for fid in read_fids(measured() / "test1.fid")[::6]:
        found = analyse(Accumulation([fid]), library)
        assert found.goodness.chi2_reduced < 1.2
        assert inverted(found.curves) < 0.03
        left.append(found.quantities["4.154"].value)
    assert left[0] > 0.4
    assert max(left[1:]) < left[0] - 0.15


def test_a_spectrum_in_chloroform_stands_upright() -> None:
    """16384 points at 242.88 MHz, carrier at -5 ppm: a broad line at 2.75, a doublet at 1.56, all of one phase."""
    (fid,) = read_fids(measured() / "test2.fid")
    assert (len(fid.points), fid.scans, fid.nucleus) == (16384, 1000, "31P")
    assert fid.frequency_mhz == pytest.approx(242.877, abs=1e-3)
    assert fid.carrier_ppm == pytest.approx(-5.0, abs=1e-3)
    found = analyse(Accumulation([fid]), lines_at([2.754, 1.566, 1.554, 2.143]))
    assert inverted(found.curves) < 0.005
    assert found.quantities["snr"].value > 300
    assert found.quantities["unknown_frac"].value < 0.1
    assert any(flag.startswith("the residual is") for flag in found.goodness.flags)  # real lines are not Lorentzian


def test_a_bruker_folder_is_read_without_its_digital_filter() -> None:
    """An extract in water at 242.94 MHz: phosphate at 0.44 ppm, diphosphates near -10 ppm among the unknown lines."""
    (fid,) = read_fids(measured() / "bruker2" / "2")
    assert (fid.nucleus, fid.scans) == ("31P", 256)
    assert fid.carrier_ppm == pytest.approx(1.38, abs=0.01)
    found = analyse(Accumulation([fid]), lines_at([0.437, 2.77, 3.03, 4.2, 3.93]))
    assert inverted(found.curves) < 0.05
    assert any(-11.0 < peak.shift.value < -9.0 for peak in found.peaks)


@pytest.mark.parametrize("name", ["fid", "procpar"])
def test_a_damaged_varian_folder_is_refused(tmp_path: Path, name: str) -> None:
    """A file cut in the middle is an analysis error, whatever the library underneath makes of it."""
    for file in ("fid", "procpar"):
        content = (measured() / "test2.fid" / file).read_bytes()
        (tmp_path / file).write_bytes(content[: len(content) // 3] if file == name else content)
    with pytest.raises(AnalysisError):
        read_fids(tmp_path)


def test_a_cut_bruker_decay_is_refused(tmp_path: Path) -> None:
    """Fewer points than acqus announces are an error."""
    source = measured() / "bruker2" / "2"
    (tmp_path / "acqus").write_bytes((source / "acqus").read_bytes())
    (tmp_path / "fid").write_bytes((source / "fid").read_bytes()[:8192])
    with pytest.raises(AnalysisError, match="is cut: 8192 of 70168 bytes"):
        read_fids(tmp_path)
