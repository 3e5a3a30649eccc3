"""Voltammograms of one sample to named quantities: the one entry that the engine and the command line call.

Quantities (fractions are 0 to 1 and of the clusters that show a wave: an empty ligand is invisible in the window):
- `<species>` for each candidate cluster species, e.g. `I`, `IA`, `IA2`; `product_frac`, that of the furthest product;
- `S1_confirmed_frac`: metal electrons in S1 over all of that metal's electrons in the scan;
- `free_<metal>_frac`: electrons of the free metal over all of that metal's; `free_metal_frac` for the metal last added;
- `change <fraction>`: minus the last sample's, re-judged by what this one taught about shifts, common to both; that of
  `product_frac` is not a number when the product is another than the last sample's;
- `c_<species>` mol/L, `E_half_<species>_<step>` V, `ip_c`, `ip_a` A, `dEp` V, `charge` C (of the whole forward sweep),
  `resistance` ohm, `unknown_frac`: charge of waves that no candidate has over all charge.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.species import Library, Species
from autosynth.analysis.voltammetry.fit import Solution, solve
from autosynth.analysis.voltammetry.model import Block, Wave, make_blocks
from autosynth.analysis.voltammetry.quantities import Sample, quantities_of
from autosynth.analysis.voltammetry.report import (
    curves_of,
    fillings_of,
    goodness_of,
    totals_of,
    unknown_potentials,
    waves_of,
)
from autosynth.analysis.voltammetry.result import VoltammetryResult
from autosynth.analysis.voltammetry.state import (
    GLOBAL_NAMES,
    GLOBALS,
    CellState,
    drifted,
    initial_state,
    updated,
    wave_name,
)
from autosynth.analysis.voltammetry.trace import Voltammogram
from autosynth.analysis.voltammetry.unknown import Allowance, allow, probe, strongest
from autosynth.errors import AnalysisError

UNKNOWN = "unknown"
UNKNOWN_SD_V = 0.02
MOST_UNKNOWN = 2


def analyse(
    scans: Voltammogram | Sequence[Voltammogram],
    library: Library,
    candidates: Sequence[str] | None = None,
    state: CellState | None = None,
) -> VoltammetryResult:
    """Fit the scans of one sample together and return its quantities and the state for the next sample.

    Args:
        scans: one scan or repeated scans of the same sample; each must start from rest.
        library: what waves species have.
        candidates: species or stages to expect; all of the library when None.
        state: what earlier samples in this cell taught; the library's priors when None.

    Raises:
        AnalysisError: no scans, scans that miss every wave, or a fit that is not finite.
        InputError: a candidate is not in the library.
    """
    group = [scans] if isinstance(scans, Voltammogram) else list(scans)
    if not group:
        raise AnalysisError("there is no voltammogram to analyse")
    with _libraries().limit(limits=1, user_api="blas"):
        return _analysed(group, library, candidates, state)


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    """Return the libraries of linear algebra: of matrices this small every thread but one only spends time waiting."""
    return ThreadpoolController()


def _analysed(
    group: Sequence[Voltammogram], library: Library, candidates: Sequence[str] | None, state: CellState | None
) -> VoltammetryResult:
    species = _candidates(library, candidates, group)
    before = initial_state(library, group[0]) if state is None else drifted(state, library)
    shared = _shared_names(species)
    place = before.indices(shared)
    blocks = make_blocks(group)
    waves = [Wave(one.name, np.array(one.potentials_v)) for one in species]
    mean, covariance = before.mean[place], before.covariance[np.ix_(place, place)]
    fits = _fit_with_unknowns(blocks, waves, mean, covariance, library.spread.impurity_part, before.unknown_v)
    plain, solution, allowance = fits
    if not (np.isfinite(solution.mean).all() and np.isfinite(solution.covariance).all()):
        raise AnalysisError("the fit of the voltammogram is not finite")
    sample = Sample(library, species, group[0].electrode, solution, plain, allowance, candidates is not None)
    known = _known_part(solution, species)
    after, gain = updated(before, shared, plain.mean[known], plain.covariance[np.ix_(known, known)])
    quantities, memories = quantities_of(sample, before, gain, place, known)
    unknown_v = unknown_potentials(plain, len(species))
    next_state = replace(after, previous=memories, samples=before.samples + 1, unknown_v=unknown_v)
    return _told(blocks, sample, quantities, next_state)


def _candidates(library: Library, names: Sequence[str] | None, scans: Sequence[Voltammogram]) -> tuple[Species, ...]:
    wanted = library.expand(names) if names is not None else library.all_species
    species = tuple(one for one in wanted if _in_window(one, scans))
    if not species:
        raise AnalysisError("none of the candidates has a wave inside the potentials scanned")
    return species


def _told(
    blocks: Sequence[Block], sample: Sample, quantities: dict[str, Estimate], state: CellState
) -> VoltammetryResult:
    """Return everything that is reported of a fit."""
    filled = fillings_of(blocks, sample.solution)
    reports = waves_of(blocks[0], sample, filled[0])
    potentials = {f"E_half_{one.species}_{one.step}": one.e_half for one in reports}
    unknown_v = unknown_potentials(sample.solution, len(sample.species))
    return VoltammetryResult(
        quantities | totals_of(blocks[0], sample, filled[0], reports) | potentials,
        reports,
        curves_of(blocks, sample.solution, filled),
        goodness_of(blocks, sample.solution, unknown_v),
        tuple(one.name for one in sample.species),
        sample.concentration_covariance(),
        state,
    )


def _in_window(species: Species, scans: Sequence[Voltammogram]) -> bool:
    low, high = min(float(s.potential_v.min()) for s in scans), max(float(s.potential_v.max()) for s in scans)
    return any(low <= potential <= high for potential in species.potentials_v)


def _shared_names(species: Sequence[Species]) -> tuple[str, ...]:
    names = [wave_name(one.name, step + 1) for one in species for step in range(len(one.potentials_v))]
    return (*names, *GLOBAL_NAMES)


def _fit_with_unknowns(
    blocks: Sequence[Block],
    waves: Sequence[Wave],
    mean: Array,
    covariance: Array,
    impurity_part: float,
    expected_v: Sequence[float],
) -> tuple[Solution, Solution, Allowance | None]:
    """Fit; add a significant missing wave as an unknown and fit again, twice at most; else allow for an unseen one.

    Returns:
        The fit, the fit with the allowance for an unseen wave (the same when unknown waves were found), the allowance.
    """
    found = list(expected_v)
    while True:
        extended = [*waves, *(Wave(f"{UNKNOWN}_{i + 1}", np.array([at])) for i, at in enumerate(found))]
        solution = solve(blocks, extended, *_with_unknowns(mean, covariance, len(found)))
        if len(found) >= MOST_UNKNOWN:
            return solution, solution, None
        tried = probe(blocks, solution)
        missing = strongest(tried, solution)
        if missing is not None:
            found.append(missing)
        elif found:
            return solution, solution, None
        else:
            return solution, *allow(tried, solution, impurity_part)


def _with_unknowns(mean: Array, covariance: Array, count: int) -> tuple[Array, Array]:
    """Insert the shifts of unknown waves between the known ones and the global unknowns."""
    waves = len(mean) - GLOBALS
    order = [*range(waves), *range(waves + count, waves + count + GLOBALS)]
    wider_mean, wider = np.zeros(len(mean) + count), np.eye(len(mean) + count) * UNKNOWN_SD_V**2
    wider_mean[order] = mean
    wider[np.ix_(order, order)] = covariance
    return wider_mean, wider


def _known_part(solution: Solution, species: Sequence[Species]) -> list[int]:
    """Return where the shifts of library waves and the global unknowns stand among the solution's unknowns."""
    start, stop = solution.shared.start, solution.shared.stop
    waves = sum(len(one.potentials_v) for one in species)
    return [*range(start, start + waves), *range(stop - GLOBALS, stop)]
