"""Spectra of the twin's particles for the analyser: grown for half an hour, seen on benches of many seeds."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from autosynth.analysis.infrared.spectrum import Spectrum
from autosynth.analysis.plasmons import PlasmonLibrary, parse_plasmons
from simulators.twin.dispersion import Dispersions
from simulators.twin.nanoparticles import LAYERS, METALS, layer, segregation
from tests.simulators.twin.test_nanoparticles import LITRES, after, charged

LIBRARY = Path(__file__).parents[4] / "protocols" / "nanoparticles" / "species" / "plasmons.yaml"


@cache
def library() -> PlasmonLibrary:
    return parse_plasmons(LIBRARY.read_text(encoding="utf-8"), str(LIBRARY))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a bench shows of a dispersion, the blank before it, where the band truly lies, and how segregated it is."""

    spectrum: Spectrum
    blank: Spectrum
    position_nm: float
    chi: float


@cache
def _grown(pom_m: float, gold: float) -> dict[str, float]:
    return after(charged(pom_m, gold), 1800.0)


def seen(pom_m: float, gold: float, seed: int, times: float = 1.0) -> Seen:
    """Render particles of a pot, so many times as concentrated, on the bench of a seed."""
    mol = {name: times * amount for name, amount in _grown(pom_m, gold).items()}
    bench = Dispersions(np.random.default_rng(seed), perturb=True)
    nothing = {**mol, **{layer(metal, n): 0.0 for metal in METALS for n in range(LAYERS)}}
    fine = np.arange(380.0, 600.0, 0.02)
    true = bench.true(fine, mol, LITRES) - bench.true(fine, nothing, LITRES)
    spectra = [_spectrum(bench.render(each, 1e3 * LITRES)) for each in (mol, nothing)]
    return Seen(spectra[0], spectra[1], float(fine[np.argmax(true)]), segregation(mol))


def _spectrum(shown: dict[str, object]) -> Spectrum:
    return Spectrum(np.array(shown["x"]), np.array(shown["y"]), "wavelength")
