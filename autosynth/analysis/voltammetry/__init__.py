"""Cyclic voltammetry: fits ladders of reversible waves to scans and tells how much of each species is there."""

from autosynth.analysis.voltammetry.analyse import analyse
from autosynth.analysis.voltammetry.result import Curves, Goodness, VoltammetryResult, WaveReport
from autosynth.analysis.voltammetry.state import CellState
from autosynth.analysis.voltammetry.trace import Electrode, Voltammogram

__all__ = [
    "CellState",
    "Curves",
    "Electrode",
    "Goodness",
    "VoltammetryResult",
    "Voltammogram",
    "WaveReport",
    "analyse",
]
