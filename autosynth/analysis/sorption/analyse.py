"""From an isotherm to surface areas: over all admissible windows, so that nobody chooses one.

The BET area is the median over the windows that fulfil the criteria (see `windows`), and its uncertainty half of what
holds the middle 68 % of them, with the scatter of the best. That tells what the choice of a window leaves open, and
neither what the cross-section of the molecule does (20 %, Thommes et al., Pure Appl. Chem. 87 (2015) 1051; 0.162 nm2 of
N2 at 77 K is their value) nor weighing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.sorption.isotherm import Isotherm, checked
from autosynth.analysis.sorption.langmuir import capacity
from autosynth.analysis.sorption.windows import FEWEST, Windows, windows
from autosynth.errors import AnalysisError

AREA_PER_NM2 = 602.214076
"""Square metres that a millimole of molecules of one square nanometre covers: the Avogadro constant."""
MIDDLE = (15.866, 84.134)
FEW = 10
"""Fewer admissible windows are told."""
BLUNT_C = 50.0
"""Below it the first layer is not full before the second begins (Thommes et al.)."""
WIDE = 0.05
"""A relative spread over windows above this is told."""


@dataclass(frozen=True, slots=True)
class BetWindow:
    """One window: relative pressures of its ends, its points, monolayer (mmol/g), C and area (m2/g)."""

    low: float
    high: float
    points: int
    monolayer_mmol_g: float
    c: float
    mismatch: float
    area_m2_g: float


@dataclass(frozen=True, slots=True)
class SorptionResult:
    """Quantities by name (see `analyse`), the best window, how many were tried and admissible, and flags."""

    quantities: Mapping[str, Estimate]
    best: BetWindow
    tried: int
    admissible: int
    lowest_m2_g: float
    highest_m2_g: float
    flags: tuple[str, ...]


def analyse(isotherm: Isotherm, library: AdsorbateLibrary, fewest: int = FEWEST) -> SorptionResult:
    """Return the areas that an isotherm tells.

    Quantities: `bet_area`, the median over admissible windows; `bet_area_best`, that of the best window, which ends
    where the last admissible one does and whose two monolayer pressures agree best; `bet_c` of the best window;
    `langmuir_area` where there are points for it.

    Args:
        isotherm: the adsorption branch.
        library: gases with their cross-sections.
        fewest: points of the smallest window.

    Raises:
        AnalysisError: the gas is not in the library, the isotherm is damaged, or no window is admissible.
    """
    gas = library.find(isotherm.adsorptive, isotherm.temperature_k)
    pressure, loading = checked(isotherm)
    if len(pressure) < fewest:
        raise AnalysisError(f"{len(pressure)} points between vacuum and saturation, a window has at least {fewest}")
    found = windows(pressure, loading, fewest)
    good = np.flatnonzero(found.admissible)
    if not len(good):
        raise AnalysisError(f"none of {found.tried} windows fulfils the criteria of Rouquerol: no BET area is told")
    per_mmol = AREA_PER_NM2 * gas.cross_section_nm2
    areas = per_mmol * found.monolayer[good]
    top = best_of(found)
    scatter = per_mmol * float(found.monolayer_sd[top])
    low, high = np.percentile(areas, MIDDLE)
    spread = float(high - low) / 2.0
    quantities = {
        "bet_area": Estimate(float(np.median(areas)), float(np.hypot(spread, scatter)), "m2/g"),
        "bet_area_best": Estimate(per_mmol * float(found.monolayer[top]), scatter, "m2/g"),
        "bet_c": Estimate(float(found.c[top]), float(np.std(found.c[good])), ""),
    }
    flags = _flags(len(good), spread / float(np.median(areas)), float(found.c[top]))
    try:
        layer, layer_sd = capacity(pressure, loading)
        quantities["langmuir_area"] = Estimate(per_mmol * layer, per_mmol * layer_sd, "m2/g")
    except AnalysisError as error:
        flags.append(str(error))
    first, last = int(found.first[top]), int(found.last[top])
    best = BetWindow(
        float(pressure[first]), float(pressure[last]), last - first + 1, float(found.monolayer[top]),
        float(found.c[top]), float(found.mismatch[top]), quantities["bet_area_best"].value,
    )  # fmt: skip
    ends = float(areas.min()), float(areas.max())
    return SorptionResult(quantities, best, found.tried, len(good), *ends, tuple(flags))


def bet_curves(isotherm: Isotherm, best: BetWindow) -> tuple[Array, Array, Array, Array, dict[str, Array]]:
    """Return pressure, loading (mmol/g), the BET fit (not a number outside its window), no baseline, and its part."""
    pressure, loading = checked(isotherm)
    with np.errstate(divide="ignore", invalid="ignore"):
        model = best.monolayer_mmol_g * best.c * pressure / ((1.0 - pressure) * (1.0 + (best.c - 1.0) * pressure))
    fitted = np.where((pressure >= best.low) & (pressure <= best.high), model, np.nan)
    return pressure, loading, fitted, np.zeros_like(pressure), {"BET": fitted}


def best_of(found: Windows) -> int:
    """Return the admissible window that ends last and, of those, whose two monolayer pressures agree best (BETSI)."""
    good = np.flatnonzero(found.admissible)
    last = good[found.last[good] == found.last[good].max()]
    return int(last[np.argmin(found.mismatch[last])])


def _flags(admissible: int, spread: float, c: float) -> list[str]:
    flags: list[str] = []
    if admissible < FEW:
        flags.append(f"only {admissible} windows are admissible: measure more points at low pressure")
    if spread > WIDE:
        flags.append(f"the area depends on the window by {100 * spread:.0f} %")
    if c < BLUNT_C:
        flags.append(f"C is {c:.0f}: the knee is blunt and layers overlap")
    return flags
