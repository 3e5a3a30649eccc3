"""NMR: fits lines with their phase to free induction decays and tells what part of a ligand is in which species."""

from autosynth.analysis.nmr.analyse import analyse
from autosynth.analysis.nmr.fid import Accumulation, Fid
from autosynth.analysis.nmr.result import (
    Forecast,
    NmrResult,
    SpectrumCurves,
    SpectrumGoodness,
    UnknownPeak,
    scans_needed,
)

__all__ = [
    "Accumulation",
    "Fid",
    "Forecast",
    "NmrResult",
    "SpectrumCurves",
    "SpectrumGoodness",
    "UnknownPeak",
    "analyse",
    "scans_needed",
]
