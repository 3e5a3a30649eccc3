"""Mass spectra of assemblies whose sites hold one of two metal units: how many hold the second, and how scattered."""

from autosynth.analysis.mass.analyse import analyse
from autosynth.analysis.mass.result import MassCurves, MassGoodness, MassResult
from autosynth.analysis.mass.spectrum import MassSpectrum

__all__ = ["MassCurves", "MassGoodness", "MassResult", "MassSpectrum", "analyse"]
