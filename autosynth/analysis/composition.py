"""Ratio of two elements from their contents, as plasma spectrometry tells them, with its standard uncertainty.

What dilution and weighing make of both alike cancels; what is left is taken as independent. Near zero the ratio has a
one-sided limit. This module decides nothing: 2.00 ± 0.06 is a recipe's business.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autosynth.analysis.estimate import Estimate
from autosynth.errors import AnalysisError
from autosynth.formula import FormulaError, parse_formula

NEAR = 3.0
ONE_SIDED = 1.645
DIVISOR_SD = 5.0
"""Standard uncertainties that the divisor must be above zero by: below, a ratio has no useful interval."""
UNITS: Mapping[str, tuple[str, float]] = {
    "g/L": ("g/L", 1.0), "mg/L": ("g/L", 1e-3), "ug/L": ("g/L", 1e-6), "µg/L": ("g/L", 1e-6), "μg/L": ("g/L", 1e-6),
    "ng/L": ("g/L", 1e-9), "g/g": ("g/g", 1.0), "mg/g": ("g/g", 1e-3), "mg/kg": ("g/g", 1e-6), "wt%": ("g/g", 1e-2),
    "mol/L": ("mol/L", 1.0), "mmol/L": ("mol/L", 1e-3), "umol/L": ("mol/L", 1e-6), "µmol/L": ("mol/L", 1e-6),
    "μmol/L": ("mol/L", 1e-6), "mmol/g": ("mol/g", 1e-3), "mol/g": ("mol/g", 1.0),
}  # fmt: skip
"""Unit of a content -> kind and size; ppm is refused, for it is mg/L to one and mg/kg to another."""


@dataclass(frozen=True, slots=True)
class Content:
    """How much of an element there is, with its standard uncertainty, in a unit of `UNITS`."""

    element: str
    value: float
    sd: float
    unit: str


def molar_ratio(contents: Sequence[Content], one: str, other: str) -> Estimate:
    """Return amount of `one` over amount of `other`; several contents of an element are averaged by their weights.

    Raises:
        AnalysisError: an element is missing, the two are not told in one kind of unit, or the divisor is not above
            zero by five standard uncertainties.
    """
    kinds = {UNITS[each.unit][0] for each in contents if each.element in (one, other)}
    if len(kinds) > 1:
        raise AnalysisError(f"contents in {' and in '.join(sorted(kinds))} are not compared")
    top, top_sd = _amount(contents, one)
    bottom, bottom_sd = _amount(contents, other)
    if not bottom > DIVISOR_SD * bottom_sd:
        raise AnalysisError(f"so little {other} ({bottom:.3g} ± {bottom_sd:.2g}) allows no ratio {one}/{other}")
    value = top / bottom
    sd = math.hypot(top_sd / bottom, value * bottom_sd / bottom)
    return Estimate(value, sd, "1", max(value, 0.0) + ONE_SIDED * sd if value < NEAR * sd else None)


def _amount(contents: Sequence[Content], element: str) -> tuple[float, float]:
    """Return the weighted mean amount of an element and its standard uncertainty, in moles of its kind of unit."""
    found = [each for each in contents if each.element == element]
    if not found:
        known = ", ".join(sorted({each.element for each in contents})) or "none"
        raise AnalysisError(f"no content of {element} is told, only of {known}")
    try:
        mass = parse_formula(element).molar_mass_g_mol
    except FormulaError as error:
        raise AnalysisError(f"{element!r} is no element: {error}") from error
    sizes = [UNITS[each.unit][1] / (1.0 if UNITS[each.unit][0].startswith("mol") else mass) for each in found]
    weights = [1.0 / (each.sd * size) ** 2 for each, size in zip(found, sizes, strict=True)]
    total = sum(each.value * size * w for each, size, w in zip(found, sizes, weights, strict=True))
    return total / sum(weights), sum(weights) ** -0.5
