"""`autosynth analyze` with a library of lines: free induction decays of any maker, whoever measured them.

A folder that is a measurement is one sample; a folder of such folders is one sample measured in blocks, as the engine
keeps them. Nothing is written.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.nmr import Accumulation, NmrResult, analyse
from autosynth.analysis.readers.nmr import read_fids
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import estimate_text, plain_estimate
from autosynth.errors import AnalysisError, InputError, Problem


@dataclass(frozen=True, slots=True)
class Measured:
    """The blocks of one sample, and what came of them: a result, or why there is none."""

    folder: Path
    blocks: int = 0
    scans: int = 0
    result: NmrResult | None = None
    trouble: str = ""


def analyze_spectra(paths: Sequence[Path], library: LineLibrary, expect: Sequence[str], *, as_json: bool) -> int:
    """Analyse measurements, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no measurement, or the library does not have what is expected.
    """
    library.expand(expect)
    found = [_measured(path, library, tuple(expect)) for path in paths]
    if as_json:
        print_json({"library": library.title, "samples": [_json(each) for each in found]})
    else:
        out = Terminal()
        for each in found:
            _tell(out, each)
    return Exit.BAD_INPUT if any(each.result is None for each in found) else Exit.COMPLETE


def _measured(path: Path, library: LineLibrary, expect: tuple[str, ...]) -> Measured:
    blocks = Accumulation()
    try:
        for folder in _folders(path):
            for fid in read_fids(folder):
                blocks.add(fid)
        return Measured(path, blocks.blocks, blocks.scans, analyse(blocks, library, expect))
    except AnalysisError as error:
        return Measured(path, blocks.blocks, blocks.scans, trouble=str(error))


def _folders(path: Path) -> list[Path]:
    """Return the measurement that a path is, or those that the folders in it are, in the order of their numbers."""
    if not path.exists():
        raise InputError(Problem(f"there is no file or folder {path}", rule="file"))
    if path.is_file():
        return [path]
    inner = sorted((each for each in path.iterdir() if each.is_dir()), key=lambda each: (len(each.name), each.name))
    blocks = [each for each in inner if any((each / name).is_file() for name in ("data.1d", "fid", "fid.1d"))]
    return blocks or [path]


def _tell(out: Console, measured: Measured) -> None:
    out.print(f"[bold]{escape(str(measured.folder))}[/]", soft_wrap=True)
    result = measured.result
    if result is None:
        print(f"error: {measured.trouble}", file=sys.stderr)
        return
    quantities = Table("quantity", "value", box=None, pad_edge=False)
    for name, estimate in result.quantities.items():
        quantities.add_row(name, estimate_text(plain_estimate(estimate), name))
    out.print(quantities)
    if result.peaks:
        peaks = Table("unknown line", "width", "part of all", box=None, pad_edge=False)
        for peak in result.peaks:
            numbers = (peak.shift, peak.width, peak.area_frac)
            peaks.add_row(*(estimate_text(plain_estimate(each)) for each in numbers))
        out.print(peaks)
    for name in result.unobservable:
        out.print(f"{escape(name)} shows no line: nothing is known of it")
    blocks = "1 block" if measured.blocks == 1 else f"{measured.blocks} blocks"
    out.print(f"{measured.scans} scans in {blocks}, reduced chi² {result.goodness.chi2_reduced:.2f}")
    for flag in result.goodness.flags:
        out.print(f"[yellow]note:[/] {escape(flag)}")


def _json(measured: Measured) -> dict[str, Any]:
    head = {"folder": measured.folder, "blocks": measured.blocks, "scans": measured.scans}
    result = measured.result
    if result is None:
        return {**head, "error": measured.trouble}
    return {
        **head,
        "quantities": {name: plain_estimate(each) for name, each in result.quantities.items()},
        "unknown": [
            {
                "shift": plain_estimate(peak.shift),
                "width": plain_estimate(peak.width),
                "area_frac": plain_estimate(peak.area_frac),
            }
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
