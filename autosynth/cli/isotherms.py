"""`autosynth analyze` with a library of adsorbates: isotherms, a file each, to surface areas. Nothing is written."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.readers.isotherm import read_isotherm
from autosynth.analysis.sorption import SorptionResult, analyse
from autosynth.cli.datafiles import data_files
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.problems import printable
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import estimate_text, plain_estimate
from autosynth.errors import AnalysisError

SUFFIXES = {".aif"}


@dataclass(frozen=True, slots=True)
class Adsorption:
    """A file, and what came of it: a result, or why there is none."""

    file: Path
    result: SorptionResult | None = None
    trouble: str = ""


def analyze_isotherms(paths: Sequence[Path], library: AdsorbateLibrary, *, as_json: bool) -> int:
    """Analyse isotherms, print what they tell, and return 0, or 2 when one could not be analysed.

    Raises:
        InputError: a path does not exist or holds no data.
    """
    found = [_sample(file, library) for file in data_files(paths, SUFFIXES)]
    if as_json:
        print_json({"library": library.title, "samples": [_json(each) for each in found]})
    else:
        out = Terminal()
        for each in found:
            _tell(out, each)
    return Exit.BAD_INPUT if any(each.result is None for each in found) else Exit.COMPLETE


def _sample(file: Path, library: AdsorbateLibrary) -> Adsorption:
    try:
        return Adsorption(file, analyse(read_isotherm(file), library))
    except AnalysisError as error:
        return Adsorption(file, trouble=printable(str(error)))


def _tell(out: Console, sample: Adsorption) -> None:
    out.print(f"[bold]{escape(str(sample.file))}[/]", soft_wrap=True)
    result = sample.result
    if result is None:
        print(f"error: {sample.trouble}", file=sys.stderr)
        return
    quantities = Table("quantity", "value", box=None, pad_edge=False)
    for name, estimate in result.quantities.items():
        quantities.add_row(name, estimate_text(plain_estimate(estimate), name))
    out.print(quantities)
    best = result.best
    out.print(f"{result.admissible} of {result.tried} windows are admissible, {_areas(result)} m2/g")
    out.print(f"best: p/p0 {best.low:.3g} to {best.high:.3g}, {best.points} points, {best.monolayer_mmol_g:.4g} mmol/g")
    for flag in result.flags:
        out.print(f"[yellow]note:[/] {escape(flag)}")


def _areas(result: SorptionResult) -> str:
    return f"{result.lowest_m2_g:.0f} to {result.highest_m2_g:.0f}"


def _json(sample: Adsorption) -> dict[str, Any]:
    result = sample.result
    if result is None:
        return {"file": sample.file, "error": sample.trouble}
    return {
        "file": sample.file,
        "quantities": {name: plain_estimate(each) for name, each in result.quantities.items()},
        "best": asdict(result.best),
        "windows": {
            "tried": result.tried,
            "admissible": result.admissible,
            "lowest_m2_g": result.lowest_m2_g,
            "highest_m2_g": result.highest_m2_g,
        },
        "flags": list(result.flags),
    }
