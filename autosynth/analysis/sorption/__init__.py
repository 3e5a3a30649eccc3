"""Gas sorption: BET areas over all admissible windows, and the Langmuir area."""

from autosynth.analysis.sorption.analyse import BetWindow, SorptionResult, analyse, bet_curves
from autosynth.analysis.sorption.isotherm import Isotherm

__all__ = ["BetWindow", "Isotherm", "SorptionResult", "analyse", "bet_curves"]
