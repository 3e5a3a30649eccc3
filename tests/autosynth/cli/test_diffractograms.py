"""`autosynth analyze` with a library of phases."""

from pathlib import Path

import numpy as np
import pytest

from tests.autosynth.analysis.diffraction.rendering import LIBRARY_PATH, PRODUCT, SYNCHROTRON, drawn
from tests.autosynth.cli.calling import call

OPTIONS = ("--species", str(LIBRARY_PATH))


@pytest.fixture(name="file")
def rendered(tmp_path: Path) -> Path:
    """A pattern of the product with a foreign line, without a wavelength."""
    pattern = drawn(SYNCHROTRON, {PRODUCT: 1.0}, np.random.default_rng(1), extra=[(4.62, 0.05)])
    path = tmp_path / "powder.xye"
    rows = zip(pattern.two_theta_deg.tolist(), pattern.intensity.tolist(), pattern.noise().tolist(), strict=True)
    path.write_text("".join(f"{x:.4f} {y:.0f} {sd:.3f}\n" for x, y, sd in rows))
    return path


def test_a_pattern_is_told_with_its_verdict(file: Path) -> None:
    """Verdict, quantities, unknown lines, evidence and goodness, for other programs and for people."""
    told = call("analyze", file, *OPTIONS, "--wavelength", "0.45411 angstrom", "--json")
    assert told.code == 0
    sample = told.json["samples"][0]
    assert (sample["verdict"], sample["instrument"]) == ("solid_solution", "synchrotron")
    assert sample["quantities"]["Ru2Cu4.a"]["value"] == pytest.approx(18.781, abs=0.002)
    assert sample["quantities"]["Ru2Cu4.a"]["unit"] == "angstrom"
    assert [each["claim"] for each in sample["evidence"]] == ["solid_solution", "physical_mixture"]
    assert sample["unknown"][0]["two_theta"]["value"] == pytest.approx(4.62, abs=0.001)
    assert {"chi2_reduced", "rwp", "gof", "points", "converged", "flags"} == set(sample["goodness"])
    shown = call("analyze", file.parent, *OPTIONS, "--wavelength", "0.045411 nm")
    assert shown.code == 0
    assert "verdict: solid solution (synchrotron)" in shown.out
    assert "18.78" in shown.out
    assert max(len(line) for line in shown.out.splitlines() if "/" not in line) <= 80


def test_a_pattern_without_a_wavelength_says_what_is_missing(file: Path) -> None:
    """And one that is no pattern does not hide it."""
    (file.parent / "bad.xy").write_text("1 2\n1 3\n")
    told = call("analyze", file.parent, *OPTIONS, "--json")
    assert told.code == 2
    bad, bare = told.json["samples"]
    assert "bad.xy:2: 1 degrees do not come after 1" in bad["error"]
    assert "--wavelength" in bare["error"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--wavelength", "0.45411"], "--wavelength 0.45411: error"),
        (["--wavelength", "0 nm"], "above zero"),
        (["--expect", "gold"], "gold"),
    ],
)
def test_wrong_options_say_what_is_wrong(file: Path, options: list[str], said: str) -> None:
    """Each is exit 2 with a sentence."""
    found = call("analyze", file, *OPTIONS, *options)
    assert found.code == 2
    assert said in found.err


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """A missing file and a folder without patterns are told together."""
    empty = tmp_path / "empty"
    empty.mkdir()
    found = call("analyze", tmp_path / "none.xy", empty, *OPTIONS)
    assert found.code == 2
    assert "none.xy" in found.err
    assert "holds no data file" in found.err
