"""`autosynth analyze` with a library of assemblies: mass spectra in mzML, whoever measured them.

Each file is one sample; a folder stands for the spectra in it. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.mass import MassResult, analyse
from autosynth.analysis.readers.mzml import read_mass_spectrum
from autosynth.cli.datafiles import data_files
from autosynth.cli.problems import printable
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, report
from autosynth.errors import AnalysisError

SUFFIXES = {".mzml"}


def analyze_mass_spectra(paths: Sequence[Path], library: AssemblyLibrary, *, as_json: bool) -> int:
    """Analyse mass spectra, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no mass spectrum.
    """
    found = [_sample(file, library) for file in data_files(paths, SUFFIXES)]
    return report(library.title, found, _show, _plain, as_json=as_json)


def _sample(file: Path, library: AssemblyLibrary) -> Sample[MassResult]:
    name, data = str(file), {"file": file}
    try:
        return Sample(name, data, analyse(read_mass_spectrum(file), library))
    except AnalysisError as error:
        said = str(error) if str(error).startswith(name) else f"{file}: {error}"
        return Sample(name, data, trouble=printable(said))


def _show(out: Console, result: MassResult, _: Mapping[str, Any]) -> None:
    out.print(f"verdict: [bold]{result.verdict.replace('_', ' ')}[/] ({escape(result.reason)})")
    out.print(f"mass scale anchored by: {result.anchor}")
    print_quantities(out, result.quantities)
    goodness = result.goodness
    out.print(f"{goodness.points} points, reduced chi² {goodness.chi2_reduced:.2f}")
    if not result.fractions:
        out.print(f"single compositions cannot be told from this envelope (± {goodness.fraction_sd:.2g} each)")
    print_notes(out, goodness.flags)


def _plain(result: MassResult) -> dict[str, Any]:
    goodness = result.goodness
    return {
        "verdict": result.verdict,
        "reason": result.reason,
        "anchor": result.anchor,
        "quantities": plain_estimates(result.quantities),
        "goodness": {
            "chi2_reduced": goodness.chi2_reduced,
            "inflation": goodness.inflation,
            "points": goodness.points,
            "ways": goodness.ways,
            "fraction_sd": goodness.fraction_sd,
            "flags": list(goodness.flags),
        },
    }
