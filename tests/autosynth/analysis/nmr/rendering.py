"""Free induction decays from an independent route: exponentials summed point by point, with everything a little off.

Assumed is a benchtop magnet of 1.4 T (31P at 24.3 MHz), 5 kHz of bandwidth, and a ligand at 5 mM of which 64 scans know
one line of one phosphorus to 1.2 %. Shifts, widths, relaxation times, phase, dead time and reference differ from the
library by the spreads that it tells; nothing of the analyser's model is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.lines import LineLibrary, load_lines
from autosynth.analysis.nmr import Accumulation, Fid

LIBRARY_PATH = Path(__file__).parents[4] / "protocols" / "pom" / "species" / "pom_b.yaml"
FREQUENCY_MHZ, DWELL_S, POINTS = 24.3, 2e-4, 8192
NOISE = 1.54
"""Of each channel of each point of one scan, where one nucleus of all ligand gives 1."""
IMPURITY_HZ = 3.0


def pom_b() -> LineLibrary:
    return load_lines(LIBRARY_PATH)


@dataclass(frozen=True)
class Bench:
    """What a seed makes of magnet and lines: everything the analyser has to find out."""

    phase_rad: float
    dead_time_s: float
    told_dead_time_s: float
    reference_ppm: float
    carrier_ppm: float
    shim_hz: float
    lines: Mapping[str, Sequence[tuple[float, float, float]]]
    """Species -> (shift in ppm, width in Hz, T1 in s) of each of its lines."""

    def phase_deg(self, shift_ppm: float) -> float:
        """Return the phase of a line in the first point, degrees."""
        hertz = (shift_ppm + self.reference_ppm - self.carrier_ppm) * FREQUENCY_MHZ
        return float(np.degrees(self.phase_rad) + 360.0 * hertz * self.dead_time_s)


def drawn(rng: np.random.Generator, library: LineLibrary) -> Bench:
    """Draw a bench."""
    lines = {
        one.name: [
            (
                line.shift_ppm + rng.normal(0.0, line.sd_ppm),
                line.width_hz * float(np.exp(rng.normal(0.0, line.width_sd_rel))),
                (line.t1_s or 1e-3) * float(np.exp(rng.normal(0.0, line.t1_sd_rel))),
            )
            for line in one.seen
        ]
        for one in library.species
    }
    dead_s = rng.uniform(2e-5, 2e-4)
    return Bench(
        rng.uniform(-np.pi, np.pi),
        dead_s,
        dead_s + rng.normal(0.0, 2e-5),
        rng.normal(0.0, library.spread.reference_ppm),
        rng.uniform(-8.0, -2.0),
        library.spread.shim_hz * float(np.exp(rng.normal(0.0, 0.4))),
        lines,
    )


def block(
    bench: Bench,
    library: LineLibrary,
    fractions: Mapping[str, float],
    rng: np.random.Generator,
    *,
    scans: int = 64,
    repetition_s: float = 3.0,
    impurity: tuple[float, float] | None = None,
) -> Fid:
    """Return a block of scans of a sample with these fractions of ligand; `impurity` is (ppm, part of all nuclei)."""
    t_s = DWELL_S * np.arange(POINTS)
    signal = np.zeros(POINTS, dtype=np.complex128)
    known = {one.name: one for one in library.species}
    nuclei = 0.0

    def line(shift_ppm: float, width_hz: float) -> NDArray[np.complex128]:
        hertz = (shift_ppm + bench.reference_ppm - bench.carrier_ppm) * FREQUENCY_MHZ
        return np.asarray(np.exp((2j * np.pi * hertz - np.pi * width_hz) * (t_s + bench.dead_time_s)))

    for name, fraction in fractions.items():
        molecules = fraction / (known[name].contains.get("L", 0) or 1)
        for told, (shift_ppm, width_hz, t1_s) in zip(known[name].seen, bench.lines[name], strict=True):
            left = 1.0 - np.exp(-repetition_s / t1_s)
            signal += molecules * told.nuclei * left * line(shift_ppm, width_hz + bench.shim_hz)
            nuclei += molecules * told.nuclei
    if impurity is not None:
        shift_ppm, part = impurity
        signal += nuclei * part / (1.0 - part) * line(shift_ppm, IMPURITY_HZ)
    signal *= np.exp(1j * bench.phase_rad)
    noise = rng.normal(0.0, NOISE / np.sqrt(scans), (2, POINTS))
    return Fid(
        signal + noise[0] + 1j * noise[1],
        DWELL_S,
        bench.told_dead_time_s,
        FREQUENCY_MHZ,
        bench.carrier_ppm,
        scans,
        "31P",
        repetition_s,
    )


def blocks(
    bench: Bench,
    library: LineLibrary,
    fractions: Mapping[str, float],
    rng: np.random.Generator,
    count: int,
    *,
    repetition_s: float = 3.0,
    impurity: tuple[float, float] | None = None,
) -> Accumulation:
    """Return blocks of 64 scans added up."""
    return Accumulation(
        [block(bench, library, fractions, rng, repetition_s=repetition_s, impurity=impurity) for _ in range(count)]
    )


def free_place(rng: np.random.Generator, library: LineLibrary, names: Sequence[str], apart_ppm: float = 0.4) -> float:
    """Return a shift that is at least so far from every line of some species."""
    taken = [line.shift_ppm for one in library.expand(names) for line in one.seen]
    while True:
        place = float(rng.uniform(-22.0, 6.0))
        if min(abs(place - each) for each in taken) >= apart_ppm:
            return place
