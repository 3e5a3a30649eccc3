"""`autosynth analyze` with a library of bands: infrared and visible spectra, a file each.

In a series the first spectrum is that before the reaction, and the others are compared with it. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.infrared import BandResult, FittedBand, analyse
from autosynth.analysis.readers.infrared import read_spectrum
from autosynth.cli.datafiles import data_files
from autosynth.cli.problems import printable
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, print_table, report
from autosynth.errors import AnalysisError

SUFFIXES = {".dx", ".jdx", ".jcamp", ".csv", ".txt", ".tsv"}


def analyze_bands(
    paths: Sequence[Path], library: BandLibrary, expect: Sequence[str], *, series: bool, as_json: bool
) -> int:
    """Analyse spectra, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no data, or the library does not have what is expected.
    """
    library.expand(expect)
    found: list[Sample[BandResult]] = []
    initial: Estimate | None = None
    for file in data_files(paths, SUFFIXES):
        try:
            result = analyse(read_spectrum(file), library, expect, initial)
        except AnalysisError as error:
            found.append(Sample(str(file), {"file": file}, trouble=printable(str(error))))
            continue
        found.append(Sample(str(file), {"file": file}, result))
        if series and initial is None:
            initial = _initial(result, library)
    return report(library.title, found, _show, _plain, as_json=as_json)


def _initial(result: BandResult, library: BandLibrary) -> Estimate | None:
    """Return the ratio of residual to standard of a first spectrum, if it shows one."""
    residual = next((one for one in library.bands if one.role == "residual"), None)
    ratio = None if residual is None else result.quantities.get(library.ratio_name(residual))
    return ratio if ratio is not None and ratio.upper_bound is None else None


def _show(out: Console, result: BandResult, _: Mapping[str, Any]) -> None:
    print_quantities(out, result.quantities)
    bands = (*result.bands, *result.unknown)
    head = ("band", "maximum", "width", "of the standard")
    print_table(out, head, ((band.name, band.position, band.width, band.area_frac) for band in bands))
    out.print(f"{result.goodness.points} points, reduced chi² {result.goodness.chi2_reduced:.2f}")
    print_notes(out, result.goodness.flags)


def _plain(result: BandResult) -> dict[str, Any]:
    goodness = result.goodness
    return {
        "quantities": plain_estimates(result.quantities),
        "bands": [_band(each) for each in result.bands],
        "unknown": [_band(each) for each in result.unknown],
        "goodness": {
            "chi2_reduced": goodness.chi2_reduced,
            "noise": goodness.noise,
            "points": goodness.points,
            "converged": goodness.converged,
            "overlap": goodness.overlap,
            "flags": list(goodness.flags),
        },
    }


def _band(band: FittedBand) -> dict[str, Any]:
    numbers = {"position": band.position, "width": band.width, "area_frac": band.area_frac}
    return {"band": band.name, **plain_estimates(numbers)}
