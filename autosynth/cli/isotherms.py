"""`autosynth analyze` with a library of adsorbates: isotherms, a file each, to surface areas. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.readers.isotherm import read_isotherm
from autosynth.analysis.sorption import SorptionResult, analyse
from autosynth.cli.datafiles import data_files
from autosynth.cli.problems import printable
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, report
from autosynth.errors import AnalysisError

SUFFIXES = {".aif"}


def analyze_isotherms(paths: Sequence[Path], library: AdsorbateLibrary, *, as_json: bool) -> int:
    """Analyse isotherms, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no data.
    """
    found = [_sample(file, library) for file in data_files(paths, SUFFIXES)]
    return report(library.title, found, _show, _plain, as_json=as_json)


def _sample(file: Path, library: AdsorbateLibrary) -> Sample[SorptionResult]:
    name, data = str(file), {"file": file}
    try:
        return Sample(name, data, analyse(read_isotherm(file), library))
    except AnalysisError as error:
        return Sample(name, data, trouble=printable(str(error)))


def _show(out: Console, result: SorptionResult, _: Mapping[str, Any]) -> None:
    print_quantities(out, result.quantities)
    best = result.best
    out.print(f"{result.admissible} of {result.tried} windows are admissible, {_areas(result)} m2/g")
    out.print(f"best: p/p0 {best.low:.3g} to {best.high:.3g}, {best.points} points, {best.monolayer_mmol_g:.4g} mmol/g")
    print_notes(out, result.flags)


def _areas(result: SorptionResult) -> str:
    return f"{result.lowest_m2_g:.0f} to {result.highest_m2_g:.0f}"


def _plain(result: SorptionResult) -> dict[str, Any]:
    return {
        "quantities": plain_estimates(result.quantities),
        "best": asdict(result.best),
        "windows": {
            "tried": result.tried,
            "admissible": result.admissible,
            "lowest_m2_g": result.lowest_m2_g,
            "highest_m2_g": result.highest_m2_g,
        },
        "flags": list(result.flags),
    }
