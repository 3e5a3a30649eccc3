"""What one cell has taught so far: where its waves lie, its resistance, and the last sample's fractions.

A state goes into an analysis and a new one comes out; nothing is changed in place. Shifts of waves are shared by all
samples of a run, so that they cancel in the change of a fraction between samples. The unknowns are jointly Gaussian.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry.trace import Voltammogram

RESISTANCE = "resistance_ohm"
LAG = "lag_steps"
LAG_SD = 0.3
"""Prior for when within a step the current is sampled, in steps [assumed]; Gruenwald's discretisation lags by 0.25."""
RESISTANCE_DRIFT_REL = 0.02
"""How much the resistance may change from sample to sample [assumed]."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A fraction of the last sample: value, variance by the fit, covariance with the shared unknowns, and its
    sensitivity to the logarithm of each species' diffusion coefficient."""

    value: float
    variance: float
    covariance: Array
    diffusion: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CellState:
    """Shared unknowns of all samples measured in one cell, with mean and covariance, and the last sample's fractions."""

    names: tuple[str, ...]
    mean: Array
    covariance: Array
    previous: Mapping[str, Memory] = field(default_factory=dict)
    samples: int = 0

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
    owner: list[int] = []
    for number, species in enumerate(library.species):
        for step in range(len(species.potentials_v)):
            names.append(wave_name(species.name, step + 1))
            owner.append(number)
    spread = library.spread
    common = scan.reference_sd_v if scan.reference_sd_v is not None else spread.common_v
    waves = len(names)
    covariance = np.zeros((waves + 2, waves + 2))
    same = np.equal.outer(owner, owner)
    covariance[:waves, :waves] = common**2 + spread.species_v**2 * same + spread.wave_v**2 * np.eye(waves)
    covariance[waves, waves] = scan.electrode.resistance_sd_ohm**2
    covariance[waves + 1, waves + 1] = LAG_SD**2
    mean = np.zeros(waves + 2)
    mean[waves] = scan.electrode.resistance_ohm
    return CellState((*names, RESISTANCE, LAG), mean, covariance)


def drifted(state: CellState, library: Library) -> CellState:
    """Return the belief about the next sample: the reference may have moved, the resistance changed."""
    covariance = state.covariance.copy()
    waves = len(state.names) - 2
    covariance[:waves, :waves] += library.spread.drift_v**2
    covariance[waves, waves] += (RESISTANCE_DRIFT_REL * state.mean[waves]) ** 2
    return CellState(state.names, state.mean, covariance, state.previous, state.samples)


def updated(state: CellState, names: tuple[str, ...], mean: Array, covariance: Array) -> tuple[CellState, Array]:
    """Condition on what a fit found of some unknowns; returns the state and the gain from those to all unknowns."""
    index = state.indices(names)
    part = state.covariance[np.ix_(index, index)]
    gain = np.linalg.solve(part, state.covariance[index]).T
    moved = state.mean + gain @ (mean - state.mean[index])
    narrowed = state.covariance + gain @ (covariance - part) @ gain.T
    return CellState(state.names, moved, (narrowed + narrowed.T) / 2, state.previous, state.samples), gain
