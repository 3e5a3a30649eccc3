"""`autosynth analyze` with a library of waves: cyclic voltammograms, whoever measured them.

Files of one folder are repeated scans of one sample and are fitted together, as the engine does. Nothing is written.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry import CellState, VoltammetryResult, Voltammogram, analyse
from autosynth.cli.datafiles import data_files
from autosynth.cli.problems import printable
from autosynth.cli.samples import Sample, plain_estimates, print_notes, print_quantities, print_table, report
from autosynth.errors import AnalysisError, InputError, Problem

SUFFIXES = {".txt", ".csv", ".tsv", ".dat"}
OURS = re.compile(r"fit\d+\.tsv")
"""Fitted curves that a run keeps beside its data: a result, not data."""


def analyze_voltammograms(
    paths: Sequence[Path],
    library: Library,
    expect: Sequence[str],
    conditions: tuple[float | None, float, float],
    *,
    series: bool,
    as_json: bool,
) -> int:
    """Analyse scans, print what they tell, and return 0, or 2 when a sample could not be analysed.

    `conditions` are what files may not say: scan rate in V/s, the reference's offset in V, temperature in °C. In a
    `series` a sample begins from the state of the cell that the one before has shown.

    Raises:
        InputError: a path does not exist or holds no data, or the library does not have what is expected, or the scan
            rate is not above zero.
    """
    library.expand(expect)
    rate_v_s = conditions[0]
    if rate_v_s is not None and not rate_v_s > 0:
        raise InputError(Problem("--rate: a scan rate is above zero", None, "write --rate '100 mV/s'"))
    found: list[Sample[VoltammetryResult]] = []
    state: CellState | None = None
    for folder, files in _samples(paths).items():
        scans: list[Voltammogram] = []
        result, trouble = None, ""
        try:
            for file in files:
                scans += _read(file, *conditions)
            result = analyse(scans, library, expect or None, state)
            state = result.state if series else None
        except AnalysisError as error:
            trouble = str(error)
        name = str(files[0]) if len(files) == 1 else f"{folder} ({len(files)} files)"
        found.append(Sample(name, {"folder": folder, "files": files, "scans": len(scans)}, result, trouble))
    return report(library.title, found, _show, _plain, as_json=as_json)


def _samples(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """Return folder -> its files to be read, folders in the order given, files in the order of their numbers."""
    found: dict[Path, list[Path]] = {}
    for file in data_files(paths, SUFFIXES, but=OURS):
        found.setdefault(file.parent, []).append(file)
    return found


def _read(file: Path, rate_v_s: float | None, offset_v: float, temperature_c: float) -> list[Voltammogram]:
    try:
        return read_voltammograms(file, rate_v_s=rate_v_s, reference_offset_v=offset_v, temperature_c=temperature_c)
    except AnalysisError as error:
        how = " with --rate '100 mV/s'" if rate_v_s is None and "scan rate" in str(error) else ""
        msg = f"{file}: {printable(str(error))}{how}"
        raise AnalysisError(msg) from error


def _show(out: Console, result: VoltammetryResult, data: Mapping[str, Any]) -> None:
    print_quantities(out, result.quantities, hidden=("E_half_", "c_"))
    head = ("wave", "metal", "E½", "charge", "ip,c", "ip,a", "ΔEp")
    rows = (
        (f"{wave.species} {wave.step}", wave.carrier, wave.e_half, wave.charge, wave.ip_c, wave.ip_a, wave.d_ep)
        for wave in result.waves
    )
    print_table(out, head, rows)
    goodness = result.goodness
    scans = "1 scan" if data["scans"] == 1 else f"{data['scans']} scans"
    out.print(f"{scans}, {goodness.points} points, reduced chi² {goodness.chi2_reduced:.2f}")
    print_notes(out, goodness.flags)


def _plain(result: VoltammetryResult) -> dict[str, Any]:
    goodness = result.goodness
    return {
        "quantities": plain_estimates(result.quantities),
        "waves": [
            {
                "species": wave.species,
                "step": wave.step,
                "carrier": wave.carrier,
                **plain_estimates(
                    {
                        "e_half": wave.e_half,
                        "charge": wave.charge,
                        "ip_c": wave.ip_c,
                        "ip_a": wave.ip_a,
                        "dEp": wave.d_ep,
                    }
                ),
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
