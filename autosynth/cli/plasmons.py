"""`autosynth analyze` with a library of plasmons: spectra of metal particles in a liquid, a file each.

In a series the first spectrum is the blank, and its background is taken off the others. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from autosynth.analysis.infrared.spectrum import Spectrum
from autosynth.analysis.plasmon import PlasmonResult, analyse
from autosynth.analysis.plasmons import PlasmonLibrary
from autosynth.analysis.readers.infrared import read_spectrum
from autosynth.cli.absorption import SUFFIXES
from autosynth.cli.datafiles import data_files
from autosynth.cli.problems import printable
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, report
from autosynth.errors import AnalysisError


def analyze_plasmons(paths: Sequence[Path], library: PlasmonLibrary, *, series: bool, as_json: bool) -> int:
    """Analyse spectra, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no data.
    """
    found: list[Sample[PlasmonResult]] = []
    blank: Spectrum | None = None
    for file in data_files(paths, SUFFIXES):
        try:
            spectrum = read_spectrum(file)
            found.append(Sample(str(file), {"file": file}, analyse(spectrum, library, blank)))
        except AnalysisError as error:
            found.append(Sample(str(file), {"file": file}, trouble=printable(str(error))))
            continue
        blank = spectrum if series and blank is None else blank
    return report(library.title, found, _show, _plain, as_json=as_json)


def _show(out: Console, result: PlasmonResult, _: Mapping[str, Any]) -> None:
    print_quantities(out, result.quantities)
    if result.verdict:
        out.print(f"{result.verdict}: {result.reason}")
    print_notes(out, result.flags)


def _plain(result: PlasmonResult) -> dict[str, Any]:
    return {
        "quantities": plain_estimates(result.quantities),
        "verdict": result.verdict,
        "reason": result.reason,
        "flags": list(result.flags),
    }
