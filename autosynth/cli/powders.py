"""`autosynth analyze` with a library of phases: powder patterns of any maker, whoever measured them.

Each file is one sample; a folder stands for the patterns in it. Nothing is written.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.analysis.diffraction import DiffractionResult, analyse
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.readers.powder import read_pattern
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.problems import printable
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import estimate_text, plain_estimate
from autosynth.errors import AnalysisError, InputError, Problem

SUFFIXES = {".xy", ".xye"}


@dataclass(frozen=True, slots=True)
class Powder:
    """A pattern's file, and what came of it: a result, or why there is none."""

    file: Path
    result: DiffractionResult | None = None
    trouble: str = ""


def analyze_powders(
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
    found = [_measured(file, library, tuple(expect), wavelength_angstrom) for file in _files(paths)]
    if as_json:
        print_json({"library": library.title, "samples": [_json(each) for each in found]})
    else:
        out = Terminal()
        for each in found:
            _tell(out, each)
    return Exit.BAD_INPUT if any(each.result is None for each in found) else Exit.COMPLETE


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            inner = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
            if not inner:
                problems.append(Problem(f"{path} holds no pattern", None, "patterns end in .xy or .xye", "file"))
            found += inner
        elif path.exists():
            found.append(path)
        else:
            problems.append(Problem(f"there is no file {path}", rule="file"))
    if problems:
        raise InputError(*problems)
    return found


def _measured(file: Path, library: PhaseLibrary, expect: tuple[str, ...], wavelength_angstrom: float | None) -> Powder:
    try:
        return Powder(file, analyse(read_pattern(file, wavelength_angstrom), library, expect))
    except AnalysisError as error:
        how = ": give --wavelength '0.45411 angstrom'" if "wavelength is not told" in str(error) else ""
        said = str(error) if str(error).startswith(str(file)) else f"{file}: {error}"
        return Powder(file, trouble=printable(f"{said}{how}"))


def _tell(out: Console, powder: Powder) -> None:
    out.print(f"[bold]{escape(str(powder.file))}[/]", soft_wrap=True)
    result = powder.result
    if result is None:
        print(f"error: {powder.trouble}", file=sys.stderr)
        return
    out.print(f"verdict: [bold]{result.verdict.replace('_', ' ')}[/] ({escape(result.instrument)})")
    quantities = Table("quantity", "value", box=None, pad_edge=False)
    for name, estimate in result.quantities.items():
        quantities.add_row(name, estimate_text(plain_estimate(estimate), name))
    out.print(quantities)
    if result.peaks:
        peaks = Table("unknown line", "spacing", "part of all", box=None, pad_edge=False)
        for peak in result.peaks:
            numbers = (peak.two_theta, peak.spacing, peak.area_frac)
            peaks.add_row(*(estimate_text(plain_estimate(each)) for each in numbers))
        out.print(peaks)
    goodness = result.goodness
    out.print(f"{goodness.points} points, Rwp {100 * goodness.rwp:.1f} %, reduced chi² {goodness.chi2_reduced:.2f}")
    for flag in goodness.flags:
        out.print(f"[yellow]note:[/] {escape(flag)}")


def _json(powder: Powder) -> dict[str, Any]:
    head = {"file": powder.file}
    result = powder.result
    if result is None:
        return {**head, "error": powder.trouble}
    goodness = result.goodness
    return {
        **head,
        "verdict": result.verdict,
        "instrument": result.instrument,
        "quantities": {name: plain_estimate(each) for name, each in result.quantities.items()},
        "unknown": [
            {
                "two_theta": plain_estimate(peak.two_theta),
                "spacing": plain_estimate(peak.spacing),
                "area_frac": plain_estimate(peak.area_frac),
            }
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
