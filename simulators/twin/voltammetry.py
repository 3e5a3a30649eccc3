"""Renders a voltammogram of reversible one-electron ladders by semi-integration, with the iR drop solved for.

The semi-integral of the current of a Nernstian species is F A c sqrt(D) times the change of its electron number; the
current is its half derivative, by Gruenwald-Letnikov weights w0 = 1, wj = w(j-1) (j - 3/2)/j (Oldham and Myland,
Electrochim. Acta 2011, 56, 10612). Exact as the potential step goes to zero, so steps are subdivided to a
millivolt. It refuses to know species by name, noise or the potentiostat. Anodic current is positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy  # whose parts load when they are first used

from simulators.twin.waves import Ladder, Resting

Array = npt.NDArray[np.float64]
FARADAY_C_MOL = 96485.33212
GAS_J_MOL_K = 8.314462618
FINEST_STEP_V = 1e-3
GRID_STEP_V = 1e-3
MARGIN_V = 1.0
SETTLED_V = 5e-6
MOST_ITERATIONS = 200
REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Share:
    """One electroactive species in the sample."""

    ladder: Ladder
    concentration_mol_l: float


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell as it really is."""

    area_cm2: float
    ru_ohm: float = 0.0
    cdl_f: float = 0.0
    kelvin: float = 298.15
    resting: Resting = "start"


def electrons(ladder: Ladder, potential_v: Array, kelvin: float) -> Array:
    """Return how many electrons a species has taken up at equilibrium with each potential."""
    nernst = ladder.steepness * FARADAY_C_MOL / (GAS_J_MOL_K * kelvin)
    steps = -nernst * (potential_v[None, :] - np.array(ladder.formal_v)[:, None])
    exponents = np.concatenate([np.zeros((1, potential_v.size)), np.cumsum(steps, axis=0)])
    weights = np.exp(exponents - exponents.max(axis=0))
    return np.asarray(np.arange(weights.shape[0]) @ weights / weights.sum(axis=0))


def semi_derivative(values: Array, dt_s: float) -> Array:
    """Return the half-order time derivative of evenly spaced values that were zero before the first."""
    size, weights = _weights_spectrum(len(values))
    spectrum: npt.NDArray[np.complex128] = scipy.fft.rfft(values, size) * weights
    return np.asarray(scipy.fft.irfft(spectrum, size)[: len(values)] / np.sqrt(dt_s))


def current(shares: Sequence[Share], potential_v: Array, dt_s: float, cell: Cell) -> tuple[Array, Array]:
    """Return the faradaic and the capacitive current in A at each programmed potential (V vs Fc+/0).

    Raises:
        ValueError: fewer than two points, or a step that takes no time.
        ArithmeticError: the iR drop could not be solved for (a resistance far beyond the sample's).
    """
    if len(potential_v) < 2 or dt_s <= 0.0:
        message = f"a voltammogram needs at least two points and a positive interval, not {len(potential_v)} and {dt_s}"
        raise ValueError(message)
    fine_v, parts = _subdivide(potential_v)
    fine_dt_s = dt_s / parts
    faradaic = _faradaic(shares, fine_v, fine_dt_s, cell) if shares else np.zeros_like(fine_v)
    sweep_v_s = np.diff(fine_v, prepend=2 * fine_v[0] - fine_v[1]) / fine_dt_s
    return faradaic[::parts], cell.cdl_f * sweep_v_s[::parts]


def _faradaic(shares: Sequence[Share], applied_v: Array, dt_s: float, cell: Cell) -> Array:
    """Solve E = E applied - i(E) Ru, the current depending on all of E's history, by Anderson mixing."""
    grid_v, taken = _semi_integral(shares, applied_v, cell)
    rest = _rest(shares, cell)

    def flowing(inner_v: Array) -> Array:
        amount = np.interp(inner_v, grid_v, taken)
        return -semi_derivative(amount - (amount[0] if rest is None else rest), dt_s)

    found = flowing(applied_v)
    inner_v, residual_v = applied_v, -cell.ru_ohm * found
    gain_ohm = cell.ru_ohm * float(np.abs(np.diff(taken)).max()) / (GRID_STEP_V * np.sqrt(dt_s))
    moves: list[Array] = []
    changes: list[Array] = []
    for _ in range(MOST_ITERATIONS):
        if float(np.abs(residual_v).max()) < SETTLED_V:
            return found
        move_v = residual_v / (1.0 + gain_ohm)
        if changes:
            weights = np.linalg.lstsq(np.array(changes).T, residual_v)[0]
            move_v = move_v - weights @ (np.array(moves) + np.array(changes) / (1.0 + gain_ohm))
        inner_v = inner_v + move_v
        found = flowing(inner_v)
        before_v, residual_v = residual_v, applied_v - cell.ru_ohm * found - inner_v
        moves, changes = [*moves, move_v][-REMEMBERED:], [*changes, residual_v - before_v][-REMEMBERED:]
    message = f"an iR drop over {cell.ru_ohm:g} ohm could not be solved for"
    raise ArithmeticError(message)


def _semi_integral(shares: Sequence[Share], applied_v: Array, cell: Cell) -> tuple[Array, Array]:
    """Return a grid of potentials and the semi-integral of reduction each stands for, A s^(1/2)."""
    low = int(np.floor((float(applied_v.min()) - MARGIN_V) / GRID_STEP_V))
    high = int(np.ceil((float(applied_v.max()) + MARGIN_V) / GRID_STEP_V))
    total = np.zeros(high - low + 1)
    for share in shares:
        total += _per_electron(share, cell) * _tabulated(share.ladder, low, high, round(cell.kelvin, 1))
    return _grid_v(low, high), total


def _rest(shares: Sequence[Share], cell: Cell) -> float | None:
    """Return the semi-integral of the sample as it arrives; None when it equilibrates at the start potential."""
    if cell.resting == "start":
        return None
    return sum(_per_electron(s, cell) * s.ladder.manganese for s in shares) if cell.resting == "reduced" else 0.0


def _per_electron(share: Share, cell: Cell) -> float:
    mol_cm3 = share.concentration_mol_l * 1e-3
    return float(FARADAY_C_MOL * cell.area_cm2 * mol_cm3 * np.sqrt(share.ladder.diffusion_cm2_s))


def _subdivide(potential_v: Array) -> tuple[Array, int]:
    """Cut every step into equal parts no larger than the finest step."""
    largest_v = float(np.abs(np.diff(potential_v)).max())
    parts = max(1, int(np.ceil(largest_v / FINEST_STEP_V - 1e-9)))
    coarse = np.arange(len(potential_v), dtype=np.float64)
    fine = np.arange((len(potential_v) - 1) * parts + 1, dtype=np.float64) / parts
    return np.interp(fine, coarse, potential_v), parts


def _grid_v(low: int, high: int) -> Array:
    return np.arange(low, high + 1, dtype=np.float64) * np.float64(GRID_STEP_V)


@lru_cache(maxsize=256)
def _tabulated(ladder: Ladder, low: int, high: int, kelvin: float) -> Array:
    return electrons(ladder, _grid_v(low, high), kelvin)


@lru_cache(maxsize=8)
def _weights_spectrum(count: int) -> tuple[int, npt.NDArray[np.complex128]]:
    """Return the padded length and the transform of the Gruenwald-Letnikov weights of order one half."""
    size = int(scipy.fft.next_fast_len(2 * count, real=True))
    j = np.arange(1, count, dtype=np.float64)
    weights = np.concatenate([[1.0], np.cumprod((j - 1.5) / j)])
    return size, np.asarray(scipy.fft.rfft(weights, size))
