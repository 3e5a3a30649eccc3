"""`autosynth analyze` with a library of bands: infrared and visible spectra, a file each.

In a series the first spectrum is that before the reaction, and the others are compared with it. Nothing is written.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.infrared import BandResult, FittedBand, analyse
from autosynth.analysis.readers.infrared import read_spectrum
from autosynth.cli.datafiles import data_files
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.problems import printable
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import estimate_text, plain_estimate
from autosynth.errors import AnalysisError

SUFFIXES = {".dx", ".jdx", ".jcamp", ".csv", ".txt", ".tsv"}


@dataclass(frozen=True, slots=True)
class Absorption:
    """A file, and what came of it: a result, or why there is none."""

    file: Path
    result: BandResult | None = None
    trouble: str = ""


def analyze_bands(
    paths: Sequence[Path], library: BandLibrary, expect: Sequence[str], *, series: bool, as_json: bool
) -> int:
    """Analyse spectra, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no data, or the library does not have what is expected.
    """
    library.expand(expect)
    found: list[Absorption] = []
    initial: Estimate | None = None
    for file in data_files(paths, SUFFIXES):
        try:
            result = analyse(read_spectrum(file), library, expect, initial)
        except AnalysisError as error:
            found.append(Absorption(file, trouble=printable(str(error))))
            continue
        found.append(Absorption(file, result))
        if series and initial is None:
            initial = _initial(result, library)
    if as_json:
        print_json({"library": library.title, "samples": [_json(each) for each in found]})
    else:
        out = Terminal()
        for each in found:
            _tell(out, each)
    return Exit.BAD_INPUT if any(each.result is None for each in found) else Exit.COMPLETE


def _initial(result: BandResult, library: BandLibrary) -> Estimate | None:
    """Return the ratio of residual to standard of a first spectrum, if it shows one."""
    residual = next((one for one in library.bands if one.role == "residual"), None)
    ratio = None if residual is None else result.quantities.get(library.ratio_name(residual))
    return ratio if ratio is not None and ratio.upper_bound is None else None


def _tell(out: Console, sample: Absorption) -> None:
    out.print(f"[bold]{escape(str(sample.file))}[/]", soft_wrap=True)
    result = sample.result
    if result is None:
        print(f"error: {sample.trouble}", file=sys.stderr)
        return
    quantities = Table("quantity", "value", box=None, pad_edge=False)
    for name, estimate in result.quantities.items():
        quantities.add_row(name, estimate_text(plain_estimate(estimate), name))
    bands = Table("band", "maximum", "width", "of the standard", box=None, pad_edge=False)
    for band in (*result.bands, *result.unknown):
        numbers = (band.position, band.width, band.area_frac)
        bands.add_row(band.name, *(estimate_text(plain_estimate(each)) for each in numbers))
    out.print(quantities)
    out.print(bands)
    out.print(f"{result.goodness.points} points, reduced chi² {result.goodness.chi2_reduced:.2f}")
    for flag in result.goodness.flags:
        out.print(f"[yellow]note:[/] {escape(flag)}")


def _json(sample: Absorption) -> dict[str, Any]:
    result = sample.result
    if result is None:
        return {"file": sample.file, "error": sample.trouble}
    goodness = result.goodness
    return {
        "file": sample.file,
        "quantities": {name: plain_estimate(each) for name, each in result.quantities.items()},
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
    return {"band": band.name, **{name: plain_estimate(each) for name, each in numbers.items()}}
