"""`autosynth analyze` with a library of phases: powder patterns of any maker, whoever measured them.

Each file is one sample; a folder stands for the patterns in it. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autosynth.analysis.diffraction import DiffractionResult, analyse
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.readers.powder import read_pattern
from autosynth.cli.datafiles import data_files
from autosynth.cli.problems import printable
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, print_table, report
from autosynth.errors import AnalysisError

SUFFIXES = {".xy", ".xye"}


def analyze_diffractograms(
    paths: Sequence[Path],
    library: PhaseLibrary,
    expect: Sequence[str],
    wavelength_angstrom: float | None,
    *,
    as_json: bool,
) -> int:
    """Analyse patterns, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no pattern, or the library does not have what is expected.
    """
    library.expand(expect)
    found = [_sample(file, library, tuple(expect), wavelength_angstrom) for file in data_files(paths, SUFFIXES)]
    return report(library.title, found, _show, _plain, as_json=as_json)


def _sample(
    file: Path, library: PhaseLibrary, expect: tuple[str, ...], wavelength_angstrom: float | None
) -> Sample[DiffractionResult]:
    name, data = str(file), {"file": file}
    try:
        return Sample(name, data, analyse(read_pattern(file, wavelength_angstrom), library, expect))
    except AnalysisError as error:
        how = ": give --wavelength '0.45411 angstrom'" if "wavelength is not told" in str(error) else ""
        said = str(error) if str(error).startswith(name) else f"{file}: {error}"
        return Sample(name, data, trouble=printable(f"{said}{how}"))


def _show(out: Console, result: DiffractionResult, _: Mapping[str, Any]) -> None:
    out.print(f"verdict: [bold]{result.verdict.replace('_', ' ')}[/] ({escape(result.instrument)})")
    print_quantities(out, result.quantities)
    head = ("unknown line", "spacing", "part of all")
    print_table(out, head, ((peak.two_theta, peak.spacing, peak.area_frac) for peak in result.peaks))
    goodness = result.goodness
    out.print(f"{goodness.points} points, Rwp {100 * goodness.rwp:.1f} %, reduced chi² {goodness.chi2_reduced:.2f}")
    print_notes(out, goodness.flags)


def _plain(result: DiffractionResult) -> dict[str, Any]:
    goodness = result.goodness
    return {
        "verdict": result.verdict,
        "instrument": result.instrument,
        "quantities": plain_estimates(result.quantities),
        "unknown": [
            plain_estimates({"two_theta": peak.two_theta, "spacing": peak.spacing, "area_frac": peak.area_frac})
            for peak in result.peaks
        ],
        "evidence": [
            {
                "claim": one.claim,
                "phases": list(one.phases),
                "chi2": one.chi2,
                "bic": one.bic,
                "misfit_frac": one.misfit_frac,
                "resolved_frac": one.resolved_frac,
            }
            for one in result.evidence
        ],
        "goodness": {
            "chi2_reduced": goodness.chi2_reduced,
            "rwp": goodness.rwp,
            "gof": goodness.gof,
            "points": goodness.points,
            "converged": goodness.converged,
            "flags": list(goodness.flags),
        },
    }
