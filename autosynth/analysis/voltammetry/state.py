"""What one cell has taught so far: where its waves lie, its resistance, and the last sample's fractions.

A state goes into an analysis and a new one comes out; nothing is changed in place. Shifts of waves are shared by all
samples of a run, so that they cancel in the change of a fraction between samples. The unknowns are jointly Gaussian.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry.trace import Voltammogram

GLOBAL_NAMES = ("resistance_ohm", "lag_steps", "warmer_k")
"""Shared unknowns that are not shifts: resistance, when within a step the current is sampled, and by how much the cell
is warmer than stated. They stand last, in this order, wherever shared unknowns are listed."""
GLOBALS = len(GLOBAL_NAMES)
LAG_SD = 0.3
"""Prior for when within a step the current is sampled, in steps [assumed]; Gruenwald's discretisation lags by 0.25."""
RESISTANCE_DRIFT_REL = 0.02
"""How much the resistance may change from sample to sample [assumed]."""
TEMPERATURE_DRIFT_K = 0.2
"""How much the cell's temperature may change from sample to sample [assumed]."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A fraction of the last sample, with what is needed to judge its change.

    `variance` is by the fit alone, `covariance` that with the shared unknowns, `diffusion` the derivative by the
    logarithm of each species' diffusion coefficient.
    """

    value: float
    variance: float
    covariance: Array
    diffusion: Mapping[str, float]
    unseen: Array
    """What an unseen wave as large as all amounts would do to it, by the wave's potential (see `unknown`)."""
    unseen_variance: float
    """Its variance by an unseen wave; zero when unknown waves were fitted."""
    stands_for: str = ""
    """Whose fraction it was, where its name alone does not say."""


@dataclass(frozen=True, slots=True)
class CellState:
    """Unknowns shared by all samples of one cell, with mean and covariance, and the last sample's fractions."""

    names: tuple[str, ...]
    mean: Array
    covariance: Array
    previous: Mapping[str, Memory] = field(default_factory=dict)
    samples: int = 0
    unknown_v: tuple[float, ...] = ()
    """Where the last sample showed waves of no candidate: an impurity stays."""

    def indices(self, names: tuple[str, ...]) -> list[int]:
        """Return where the named unknowns stand."""
        place = {name: i for i, name in enumerate(self.names)}
        return [place[name] for name in names]


def wave_name(species: str, step: int) -> str:
    """Return the name of a wave: species and number, from 1."""
    return f"{species}_{step}"


def initial_state(library: Library, scan: Voltammogram) -> CellState:
    """Return what is believed before the first sample: the library's potentials and the electrode's resistance."""
    names: list[str] = []
    owner: list[str] = []
    wave: list[str] = []
    for species in library.all_species:
        for step, of in enumerate(species.waves):
            names.append(wave_name(species.name, step + 1))
            owner.append(species.name)
            wave.append(of)
    spread = library.spread
    common = scan.reference_sd_v if scan.reference_sd_v is not None else spread.common_v
    waves = len(names)
    covariance = np.zeros((waves + GLOBALS, waves + GLOBALS))
    covariance[:waves, :waves] = (
        common**2 + spread.wave_v**2 * _same(wave) + spread.shift_v**2 * _same(owner) + spread.step_v**2 * np.eye(waves)
    )
    sds = (scan.electrode.resistance_sd_ohm, LAG_SD, scan.temperature_sd_c)
    covariance[range(waves, waves + GLOBALS), range(waves, waves + GLOBALS)] = np.square(sds)
    mean = np.zeros(waves + GLOBALS)
    mean[waves:] = scan.electrode.resistance_ohm, 0.0, 0.0
    return CellState((*names, *GLOBAL_NAMES), mean, covariance)


def _same(labels: list[str]) -> Array:
    return np.array([[float(one == other) for other in labels] for one in labels])


def drifted(state: CellState, library: Library) -> CellState:
    """Return the belief about the next sample: the reference may have moved, the resistance changed."""
    covariance = state.covariance.copy()
    waves = len(state.names) - GLOBALS
    covariance[:waves, :waves] += library.spread.drift_v**2
    covariance[waves, waves] += (RESISTANCE_DRIFT_REL * state.mean[waves]) ** 2
    covariance[-1, -1] += TEMPERATURE_DRIFT_K**2
    return replace(state, covariance=covariance)


def updated(state: CellState, names: tuple[str, ...], mean: Array, covariance: Array) -> tuple[CellState, Array]:
    """Condition on what a fit found of some unknowns; returns the state and the gain from those to all unknowns."""
    index = state.indices(names)
    part = state.covariance[np.ix_(index, index)]
    gain = np.asarray(np.linalg.solve(part, state.covariance[index]).T, dtype=float)
    moved = state.mean + gain @ (mean - state.mean[index])
    narrowed = state.covariance + gain @ (covariance - part) @ gain.T
    return replace(state, mean=moved, covariance=(narrowed + narrowed.T) / 2), gain
