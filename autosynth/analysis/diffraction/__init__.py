"""Powder diffraction: refines lattices over the whole pattern and tells a solid solution from a mixture, or neither."""

from autosynth.analysis.diffraction.analyse import analyse
from autosynth.analysis.diffraction.pattern import Pattern
from autosynth.analysis.diffraction.result import (
    DiffractionResult,
    Evidence,
    PatternCurves,
    PatternGoodness,
    UnknownPeak,
    Verdict,
)

__all__ = [
    "DiffractionResult",
    "Evidence",
    "Pattern",
    "PatternCurves",
    "PatternGoodness",
    "UnknownPeak",
    "Verdict",
    "analyse",
]
