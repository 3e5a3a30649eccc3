"""A mixture and a solid solution as the simulated bench renders them and the analysis judges them, seed by seed."""

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.diffraction import DiffractionResult, Pattern, analyse
from autosynth.analysis.libraries import parse_any_library
from autosynth.analysis.phases import PhaseLibrary
from simulators.twin.diffraction import Diffraction
from simulators.twin.samples import SolidSample
from simulators.twin.substances import CU_CU, RU_CU, RU_LIGAND, RU_RU

PHASES = Path(__file__).parents[3] / "protocols/mof/species/phases.yaml"
PUBLISHED = {"Ru2Cu4.a": 18.781, "Ru2Cu4.c": 26.43}
MIXTURE = SolidSample({CU_CU: 122.2, RU_RU: 77.8}, {CU_CU: 1.0, RU_RU: 1.0})
"""Copper and ruthenium as in the product."""
PRODUCT = SolidSample({RU_CU: 139.0, RU_LIGAND: 1.0}, {RU_CU: 0.97})


@cache
def library() -> PhaseLibrary:
    found = parse_any_library(PHASES.read_text(encoding="utf-8"), str(PHASES))
    assert isinstance(found, PhaseLibrary)
    return found


def judged(sample: SolidSample, radiation: str, seed: int) -> DiffractionResult:
    """Return what the analysis makes of a sample on the bench of a seed."""
    shown = Diffraction(np.random.default_rng(seed), perturb=True).render(sample, {"radiation": radiation})
    pattern = Pattern(np.array(shown["x"]), np.array(shown["y"]), wavelength_angstrom=shown["wavelength_angstrom"])
    return analyse(pattern, library())


def verdicts(sample: SolidSample, radiation: str, seeds: range) -> Counter[str]:
    return Counter(judged(sample, radiation, seed).verdict for seed in seeds)


@pytest.mark.parametrize("seed", range(3))
def test_a_synchrotron_tells_them_apart(seed: int) -> None:
    """At 0.45411 Angstrom a mixture is one and a product one, with the lattice that was published."""
    assert judged(MIXTURE, "synchrotron", seed).verdict == "physical_mixture"
    product = judged(PRODUCT, "synchrotron", seed)
    assert product.verdict == "solid_solution"
    for name, published in PUBLISHED.items():
        found = product.quantities[name]
        assert abs(found.value - published) <= 3.0 * found.sd, name


@pytest.mark.parametrize("seed", range(3))
def test_a_laboratory_does_not(seed: int) -> None:
    """With Cu K alpha neither is claimed."""
    assert judged(MIXTURE, "laboratory", seed).verdict == "unresolved"
    assert judged(PRODUCT, "laboratory", seed).verdict == "unresolved"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_seeds() -> None:
    """At every seed the synchrotron tells them apart and the laboratory claims nothing; intervals hold what is true."""
    seeds = range(100)
    assert verdicts(MIXTURE, "synchrotron", seeds) == {"physical_mixture": 100}
    assert verdicts(MIXTURE, "laboratory", seeds) == {"unresolved": 100}
    assert verdicts(PRODUCT, "laboratory", seeds) == {"unresolved": 100}
    strains = [
        (found.quantities[name].value - published) / found.quantities[name].sd
        for found in (judged(PRODUCT, "synchrotron", seed) for seed in seeds)
        for name, published in PUBLISHED.items()
        if found.verdict == "solid_solution"
    ]
    beyond = sum(abs(strain) > 3.0 for strain in strains)
    print(f"{len(strains)} lattice constants: {beyond} beyond 3 sd, rms {np.sqrt(np.mean(np.square(strains))):.2f} sd")
    assert len(strains) == 200
    assert beyond <= 2
