"""A cell with nothing in it: a result that says so, never an error that ends a run."""

from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.species import parse_library
from autosynth.analysis.voltammetry import Voltammogram, analyse

LIBRARY = Path(__file__).parents[4] / "protocols" / "pom" / "species" / "pom_a.yaml"


@pytest.mark.parametrize("noise_a", [0.0, 5e-9])
def test_two_empty_samples_are_analysed(noise_a: float) -> None:
    """Twice nothing, with and without noise: concentrations are zero within their uncertainty, changes too."""
    library = parse_library(LIBRARY.read_text(encoding="utf-8"))
    potential_v = np.concatenate([np.linspace(0.25, -1.25, 751), np.linspace(-1.248, 0.25, 750)]).astype(np.float64)
    t_s = np.arange(len(potential_v), dtype=np.float64) * 0.02
    current_a = noise_a * np.random.default_rng(0).standard_normal(len(t_s))
    scan = Voltammogram(t_s, potential_v, current_a)
    first = analyse(scan, library, ["manganese"])
    second = analyse(scan, library, ["manganese"], first.state)
    found = second.quantities["c_S1"]
    assert abs(found.value) <= 3 * found.sd + 1e-7
