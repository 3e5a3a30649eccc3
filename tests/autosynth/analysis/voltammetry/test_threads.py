"""What an analysis does to its process: linear algebra has one thread meanwhile, and afterwards what it had."""

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import least
from autosynth.analysis.voltammetry import analyse
from tests.autosynth.analysis.rendering import current, pom_library, scan, solutes, triangle


def blas_threads() -> list[int]:
    """Return how many threads each library of linear algebra may use now."""
    return [each["num_threads"] for each in ThreadpoolController().info() if each["user_api"] == "blas"]


def test_an_analysis_has_one_thread_and_gives_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a fit solves its equations no library has more than one thread; afterwards all have what they had."""
    seen: list[list[int]] = []

    def watched(normal: Array, right: Array, bounded: int) -> Array:
        seen.append(blas_threads())
        return least(normal, right, bounded)

    monkeypatch.setattr("autosynth.analysis.voltammetry.fit.least", watched)
    library, potential_v = pom_library(), triangle()
    measured = scan(current(solutes(library, {"I": 1e-3}), potential_v), potential_v, np.random.default_rng(1))
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        before = blas_threads()
        analyse(measured, library, ["titration"])
        assert blas_threads() == before
    assert seen
    assert {number for each in seen for number in each} == {1}
