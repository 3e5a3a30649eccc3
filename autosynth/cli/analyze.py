"""`autosynth analyze`: the analyser on data files, whoever measured them.

Files of one folder are repeated scans of one sample and are fitted together, as the engine does. Nothing is written.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.estimate import SIZES
from autosynth.analysis.libraries import AnyLibrary, parse_any_library
from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry import CellState, VoltammetryResult, Voltammogram, analyse
from autosynth.cli.exits import Exit
from autosynth.cli.options import quantity
from autosynth.cli.output import print_json
from autosynth.cli.powders import analyze_powders
from autosynth.cli.problems import printable
from autosynth.cli.spectra import analyze_spectra
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import estimate_text, plain_estimate
from autosynth.engine.inputs import read_text
from autosynth.errors import AnalysisError, InputError, Problem

SUFFIXES = {".txt", ".csv", ".tsv", ".dat"}
OURS = re.compile(r"fit\d+\.tsv")
"""Fitted curves that a run keeps beside its data: a result, not data."""


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """The options of `analyze`, as given."""

    files: Sequence[Path]
    species: Path | None = None
    expect: Sequence[str] = ()
    rate: str | None = None
    offset: str = "0 V"
    temperature: str = "25 °C"
    wavelength: str | None = None
    series: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """Files of one folder, and what came of them: a result, or why there is none."""

    folder: Path
    files: tuple[Path, ...]
    scans: int = 0
    result: VoltammetryResult | None = None
    trouble: str = ""


def analyze_files(request: AnalysisRequest) -> int:
    """Analyse data files, print what they tell, and return 0, or 2 when a sample could not be analysed.

    Raises:
        InputError: there is no library, no such file, no data in a folder, or an option is wrong.
    """
    if request.species is None:
        hint = "give --species LIB, for instance a library.yaml that a run has kept, or one of protocols/*/species"
        raise InputError(Problem("without a species library the analyser knows no waves to look for", None, hint))
    library = parse_any_library(read_text(request.species), str(request.species))
    if (other := _of_another_kind(request, library)) is not None:
        return other
    if not isinstance(library, Library):
        raise InputError(Problem(f"{request.species} is no library that analyze knows"))
    library.expand(request.expect)
    rate_v_s = None if request.rate is None else quantity("--rate", request.rate, "scan_rate")
    if rate_v_s is not None and not rate_v_s > 0:
        raise InputError(Problem("--rate: a scan rate is above zero", None, "write --rate '100 mV/s'"))
    offset_v = quantity("--offset", request.offset, "potential")
    temperature_c = quantity("--temperature", request.temperature, "temperature")
    found: list[Sample] = []
    state: CellState | None = None
    for folder, files in _samples(request.files).items():
        scans: list[Voltammogram] = []
        try:
            for file in files:
                scans += _read(file, rate_v_s, offset_v, temperature_c)
            result = analyse(scans, library, request.expect or None, state)
            state = result.state if request.series else None
            found.append(Sample(folder, tuple(files), len(scans), result))
        except AnalysisError as error:
            found.append(Sample(folder, tuple(files), len(scans), trouble=str(error)))
    _tell(found, library, as_json=request.as_json)
    return Exit.BAD_INPUT if any(sample.result is None for sample in found) else Exit.COMPLETE


def _of_another_kind(request: AnalysisRequest, library: AnyLibrary) -> int | None:
    """Analyse with a library of what is not measured in a vessel; None when it is of waves."""
    if isinstance(library, LineLibrary):
        return analyze_spectra(request.files, library, request.expect, as_json=request.as_json)
    if isinstance(library, BandLibrary):
        from autosynth.cli.absorption import analyze_bands

        return analyze_bands(request.files, library, request.expect, series=request.series, as_json=request.as_json)
    if isinstance(library, AdsorbateLibrary):
        from autosynth.cli.isotherms import analyze_isotherms

        return analyze_isotherms(request.files, library, as_json=request.as_json)
    if isinstance(library, PhaseLibrary):
        wavelength = _wavelength(request.wavelength)
        return analyze_powders(request.files, library, request.expect, wavelength, as_json=request.as_json)
    return None


def _wavelength(text: str | None) -> float | None:
    """Return the wavelength asked for in Å."""
    if text is None:
        return None
    found = quantity("--wavelength", text, "length") / SIZES["angstrom"]
    if not found > 0.0:
        raise InputError(Problem("--wavelength: a wavelength is above zero", None, "write '0.45411 angstrom'"))
    return found


def _read(file: Path, rate_v_s: float | None, offset_v: float, temperature_c: float) -> list[Voltammogram]:
    try:
        return read_voltammograms(file, rate_v_s=rate_v_s, reference_offset_v=offset_v, temperature_c=temperature_c)
    except AnalysisError as error:
        how = " with --rate '100 mV/s'" if rate_v_s is None and "scan rate" in str(error) else ""
        msg = f"{file}: {printable(str(error))}{how}"
        raise AnalysisError(msg) from error


def _samples(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """Return folder -> its files to be read, folders in the order given, files in the order of their numbers.

    Raises:
        InputError: a path does not exist, or a folder holds no data.
    """
    found: dict[Path, list[Path]] = {}
    problems: list[Problem] = []
    for path in paths:
        files = [path]
        if path.is_dir():
            files = sorted((each for each in path.rglob("*") if _is_data(each)), key=_natural)
            if not files:
                hint = f"data files end in {', '.join(sorted(SUFFIXES))}"
                problems.append(Problem(f"{path} holds no data file", None, hint, "file"))
        elif not path.is_file():
            problems.append(Problem(f"there is no file {path}", rule="file"))
        for file in files:
            group = found.setdefault(file.parent, [])
            if file not in group:
                group.append(file)
    if problems:
        raise InputError(*problems)
    return found


def _is_data(path: Path) -> bool:
    named = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    return named and OURS.fullmatch(path.name) is None and path.is_file()


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """Return a key that puts scan2 before scan10."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", str(path))]


def _tell(samples: Sequence[Sample], library: Library, *, as_json: bool) -> None:
    if as_json:
        print_json({"library": library.title, "samples": [_json(sample) for sample in samples]})
        return
    out = Terminal()
    for sample in samples:
        out.print(f"[bold]{escape(_name(sample))}[/]", soft_wrap=True)
        if sample.result is None:
            print(f"error: {sample.trouble}", file=sys.stderr)
        else:
            _print_result(out, sample.scans, sample.result)


def _name(sample: Sample) -> str:
    return str(sample.files[0]) if len(sample.files) == 1 else f"{sample.folder} ({len(sample.files)} files)"


def _print_result(out: Console, scans: int, result: VoltammetryResult) -> None:
    quantities = Table("quantity", "value", box=None, pad_edge=False)
    for name, estimate in result.quantities.items():
        if not name.startswith(("E_half_", "c_")):
            quantities.add_row(name, estimate_text(plain_estimate(estimate), name))
    waves = Table("wave", "metal", "E½", "charge", "ip,c", "ip,a", "ΔEp", box=None, pad_edge=False)
    for wave in result.waves:
        numbers = (wave.e_half, wave.charge, wave.ip_c, wave.ip_a, wave.d_ep)
        shown = ("-" if each is None else estimate_text(plain_estimate(each)) for each in numbers)
        waves.add_row(f"{wave.species} {wave.step}", wave.carrier, *shown)
    goodness = result.goodness
    out.print(quantities)
    if result.waves:
        out.print(waves)
    repeated = "1 scan" if scans == 1 else f"{scans} scans"
    out.print(f"{repeated}, {goodness.points} points, reduced chi² {goodness.chi2_reduced:.2f}")
    for flag in goodness.flags:
        out.print(f"[yellow]note:[/] {escape(flag)}")


def _json(sample: Sample) -> dict[str, Any]:
    head = {"folder": sample.folder, "files": sample.files, "scans": sample.scans}
    result = sample.result
    if result is None:
        return {**head, "error": sample.trouble}
    goodness = result.goodness
    return {
        **head,
        "quantities": {name: plain_estimate(each) for name, each in result.quantities.items()},
        "waves": [
            {
                "species": wave.species,
                "step": wave.step,
                "carrier": wave.carrier,
                **{
                    name: None if each is None else plain_estimate(each)
                    for name, each in (
                        ("e_half", wave.e_half),
                        ("charge", wave.charge),
                        ("ip_c", wave.ip_c),
                        ("ip_a", wave.ip_a),
                        ("dEp", wave.d_ep),
                    )
                },
            }
            for wave in result.waves
        ],
        "goodness": {
            "chi2_reduced": goodness.chi2_reduced,
            "noise_a": goodness.noise_a,
            "points": goodness.points,
            "converged": goodness.converged,
            "flags": goodness.flags,
        },
    }
