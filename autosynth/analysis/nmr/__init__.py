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
from autosynth.analysis.nmr.together import JointResult, analyse_together

__all__ = [
    "Accumulation",
    "Fid",
    "Forecast",
    "JointResult",
    "NmrResult",
    "SpectrumCurves",
    "SpectrumGoodness",
    "UnknownPeak",
    "analyse",
    "analyse_together",
    "scans_needed",
]
