"""Plasmons of metal particles: their band, what it says of structure, and whether it still changes."""

from autosynth.analysis.plasmon.analyse import analyse
from autosynth.analysis.plasmon.result import Feature, PlasmonResult
from autosynth.analysis.plasmon.series import Reading, drifts

__all__ = ["Feature", "PlasmonResult", "Reading", "analyse", "drifts"]
