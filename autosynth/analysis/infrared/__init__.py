"""Bands of infrared and visible spectra: fits them over a baseline and compares their areas with an inert standard."""

from autosynth.analysis.infrared.analyse import analyse
from autosynth.analysis.infrared.result import BandCurves, BandGoodness, BandResult, FittedBand
from autosynth.analysis.infrared.spectrum import Spectrum

__all__ = ["BandCurves", "BandGoodness", "BandResult", "FittedBand", "Spectrum", "analyse"]
