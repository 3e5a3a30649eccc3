"""`autosynth analyze` with a library of lines: free induction decays of any maker, whoever measured them.

A folder that is a measurement is one sample; a folder of such folders is one sample measured in blocks, as the engine
keeps them. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.nmr import Accumulation, NmrResult, analyse
from autosynth.analysis.quantification import require_quantified
from autosynth.analysis.readers.nmr import read_fids
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, print_table, report
from autosynth.errors import AnalysisError, InputError, Problem


def analyze_decays(paths: Sequence[Path], library: LineLibrary, expect: Sequence[str], *, as_json: bool) -> int:
    """Analyse measurements, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no measurement, or the library does not have what is expected.
    """
    library.expand(expect)
    found = [_sample(path, library, tuple(expect)) for path in paths]
    return report(library.title, found, _show, _plain, as_json=as_json)


def _sample(path: Path, library: LineLibrary, expect: tuple[str, ...]) -> Sample[NmrResult]:
    blocks, result, trouble = Accumulation(), None, ""
    try:
        if path.suffix.lower() == ".mzml":
            require_quantified(library, "mass")
        for folder in _folders(path):
            for fid in read_fids(folder):
                blocks.add(fid)
        result = analyse(blocks, library, expect)
    except AnalysisError as error:
        trouble = str(error)
    data = {"folder": path, "blocks": blocks.blocks, "scans": blocks.scans}
    return Sample(str(path), data, result, trouble)


def _folders(path: Path) -> list[Path]:
    """Return the measurement that a path is, or those that the folders in it are, in the order of their numbers."""
    if not path.exists():
        raise InputError(Problem(f"there is no file or folder {path}", rule="file"))
    if path.is_file():
        return [path]
    inner = sorted((each for each in path.iterdir() if each.is_dir()), key=lambda each: (len(each.name), each.name))
    blocks = [each for each in inner if any((each / name).is_file() for name in ("data.1d", "fid", "fid.1d"))]
    return blocks or [path]


def _show(out: Console, result: NmrResult, data: Mapping[str, Any]) -> None:
    print_quantities(out, result.quantities)
    head = ("unknown line", "width", "part of all")
    print_table(out, head, ((peak.shift, peak.width, peak.area_frac) for peak in result.peaks))
    for name in result.unobservable:
        out.print(f"{escape(name)} shows no line: nothing is known of it")
    blocks = "1 block" if data["blocks"] == 1 else f"{data['blocks']} blocks"
    out.print(f"{data['scans']} scans in {blocks}, reduced chi² {result.goodness.chi2_reduced:.2f}")
    print_notes(out, result.goodness.flags)


def _plain(result: NmrResult) -> dict[str, Any]:
    return {
        "quantities": plain_estimates(result.quantities),
        "unknown": [
            plain_estimates({"shift": peak.shift, "width": peak.width, "area_frac": peak.area_frac})
            for peak in result.peaks
        ],
        "unobservable": list(result.unobservable),
        "goodness": {
            "chi2_reduced": result.goodness.chi2_reduced,
            "points": result.goodness.points,
            "converged": result.goodness.converged,
            "flags": list(result.goodness.flags),
        },
    }
