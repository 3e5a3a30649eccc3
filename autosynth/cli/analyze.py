"""`autosynth analyze`: the analyser on data files, whoever measured them; the library says what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.estimate import SIZES
from autosynth.analysis.libraries import parse_any_library
from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.plasmons import PlasmonLibrary
from autosynth.cli.options import quantity
from autosynth.engine.inputs import read_text
from autosynth.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """The options of `analyze`, as given."""

    files: Sequence[Path]
    species: Path | None = None
    expect: Sequence[str] = ()
    rate: str | None = None
    offset: str = "0 V"
    temperature: str = "25 °C"
    wavelength: str | None = None
    series: bool = False
    as_json: bool = False


def analyze_files(request: AnalysisRequest) -> int:
    """Analyse data files, print what they tell, and return 0, or 2 when a sample could not be analysed.

    Each analysis is loaded when a library of its kind asks for it.

    Raises:
        InputError: there is no library, no such file, no data in a folder, or an option is wrong.
    """
    if request.species is None:
        hint = "give --species LIB, for instance a library.yaml that a run has kept, or one of protocols/*/species"
        raise InputError(Problem("without a species library the analyser knows no waves to look for", None, hint))
    library = parse_any_library(read_text(request.species), str(request.species))
    files, expect, as_json = request.files, request.expect, request.as_json
    if isinstance(library, LineLibrary):
        from autosynth.cli.decays import analyze_decays

        return analyze_decays(files, library, expect, as_json=as_json)
    if isinstance(library, BandLibrary):
        from autosynth.cli.absorption import analyze_bands

        return analyze_bands(files, library, expect, series=request.series, as_json=as_json)
    if isinstance(library, PlasmonLibrary):
        from autosynth.cli.plasmons import analyze_plasmons

        return analyze_plasmons(files, library, series=request.series, as_json=as_json)
    if isinstance(library, AdsorbateLibrary):
        from autosynth.cli.isotherms import analyze_isotherms

        return analyze_isotherms(files, library, as_json=as_json)
    if isinstance(library, AssemblyLibrary):
        from autosynth.cli.massspectra import analyze_mass_spectra

        return analyze_mass_spectra(files, library, as_json=as_json)
    if isinstance(library, PhaseLibrary):
        from autosynth.cli.diffractograms import analyze_diffractograms

        return analyze_diffractograms(files, library, expect, _wavelength(request.wavelength), as_json=as_json)
    from autosynth.cli.voltammograms import analyze_voltammograms

    return analyze_voltammograms(files, library, expect, _conditions(request), series=request.series, as_json=as_json)


def _conditions(request: AnalysisRequest) -> tuple[float | None, float, float]:
    """Return what voltammograms may not say: scan rate in V/s, the reference's offset in V, temperature in °C."""
    return (
        None if request.rate is None else quantity("--rate", request.rate, "scan_rate"),
        quantity("--offset", request.offset, "potential"),
        quantity("--temperature", request.temperature, "temperature"),
    )


def _wavelength(text: str | None) -> float | None:
    """Return the wavelength asked for in Å."""
    if text is None:
        return None
    found = quantity("--wavelength", text, "length") / SIZES["angstrom"]
    if not found > 0.0:
        raise InputError(Problem("--wavelength: a wavelength is above zero", None, "write '0.45411 angstrom'"))
    return found
