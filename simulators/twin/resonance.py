"""Renders free induction decays from what is in a vessel: one decaying exponential a line, and noise.

s(t) = sum A exp(2 pi i nu t - pi W t), A by concentration, nuclei, abundance, and what the pulses leave of the
magnetisation (Ernst: sin p (1 - E)/(1 - E cos p), E = exp(-TR/T1)). Seen through a receiver with a phase, a dead time
and a reference that is a little off. Slow exchange between clusters broadens their lines, nothing merges by it;
coupled neighbours split them. By the seed, shifts, widths and relaxation times differ from the tables, and the ligand
and the clusters bring an impurity no library lists; all spreads are assumed. It refuses to know instruments and files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, exp, pi, radians, sin, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from simulators.twin import exchange
from simulators.twin.cluster_lines import UNMOVED, Clusters, drawn
from simulators.twin.line import Line
from simulators.twin.lines import IMPURITY_NUCLEUS, IMPURITY_OF, LINES, NUCLEI, SOLVENT_LINES
from simulators.twin.receiver import Receiver
from simulators.twin.vessel import Vessel

Complex = npt.NDArray[np.complex128]
SHIFT_PPM, REFERENCE_PPM, BLOCK_PPM = 0.05, 0.05, 0.005
"""Spread of each line's shift, of the common reference, and of the reference from block to block."""
WIDTH_REL, T1_REL = 0.15, 0.15
PHASE_DEG, BLOCK_PHASE_DEG = 180.0, 1.0
IMPURITY_FRACTION, IMPURITY_PPM, IMPURITY_WIDTH_HZ = (0.01, 0.03), (-5.5, -1.0), 3.0
"""The unlisted impurity: mol of one-phosphorus compound per mol of fed ligand, and where its line may be."""
LEAST_ML = 1e-6
GAIN = 1e6
"""Receiver units per mol/L of nuclei, fully relaxed."""
NOISE_SHARE, NOISE_MOL_L, NOISE_SCANS, NOISE_REPETITION_S, NOISE_T1_S, NOISE_WIDTH_HZ = 0.012, 5e-3, 64, 3.0, 3.0, 3.0
"""What a sensitivity of 1 means for 31P: after so many 90 degree scans at that repetition the amplitude of one line of
one phosphorus at 5 mM is known to 1.2 %, were its shape known [assumed]."""


def relaxed(repetition_s: float, t1_s: float, pulse_deg: float) -> float:
    """Return the signal a train of pulses gives, as part of a single 90 degree pulse on a sample at rest."""
    left = exp(-repetition_s / t1_s)
    angle = radians(pulse_deg)
    return sin(angle) * (1.0 - left) / (1.0 - left * cos(angle))


def noise_density(nucleus: str) -> float:
    """Return the noise of one scan of a nucleus in each of the two channels, in receiver units per root hertz."""
    known = NUCLEI[nucleus]
    signal = GAIN * NOISE_MOL_L * relaxed(NOISE_REPETITION_S, NOISE_T1_S, 90.0)
    phosphorus = NOISE_SHARE * signal * sqrt(NOISE_SCANS) / sqrt(2.0 * pi * NOISE_WIDTH_HZ)
    reference = NUCLEI["31P"]
    return phosphorus * (reference.receptivity / reference.abundance) / (known.receptivity / known.abundance)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the coil sees, in mol/L: the twin's species, solvents, and as fed ligand and clusters (with impurities)."""

    species: Mapping[str, float]
    solvents: Mapping[str, float]
    fed_ligand: float
    volume_ml: float
    fed_clusters: float = 0.0


@dataclass(frozen=True, slots=True)
class Magnetism:
    """The bench's true lines and receiver."""

    lines: Mapping[str, Mapping[str, tuple[Line, ...]]]
    reference_ppm: float
    phase_deg: float
    impurity: Line | None
    impurity_per_ligand: float
    clusters: Clusters = UNMOVED

    def describe(self) -> dict[str, Any]:
        """Return all numbers, JSON-able: per nucleus and species [shift_ppm, nuclei, t1_s, width_hz] of each line."""
        lines = {n: {s: [one.row() for one in ls] for s, ls in species.items()} for n, species in self.lines.items()}
        return {
            "lines": lines,
            "reference_ppm": self.reference_ppm,
            "phase_deg": self.phase_deg,
            "impurity": None if self.impurity is None else self.impurity.row(),
            "impurity_per_ligand": self.impurity_per_ligand,
            "clusters": self.clusters.describe(),
        }


def sample_of(held: Vessel, t_s: float) -> Sample:
    """Return what a coil around a vessel sees at `t_s`."""
    held.advance(t_s)
    layout, volume_ml = held.layout, held.volume_ml()
    litres = max(volume_ml, LEAST_ML) * 1e-3
    species = {name: mol / litres for name, mol in layout.composition(held.content).items()}
    volumes_ml = layout.describe(held.content)["volumes_ml"]
    solvents = {name: each_ml * 1e-3 / litres for name, each_ml in volumes_ml.items()}
    charged = layout.charged(held.content)
    clusters = sum(charged.get(fed, 0.0) for fed in exchange.CHEMISTRY.feeds)
    return Sample(species, solvents, charged.get(IMPURITY_OF, 0.0) / litres, volume_ml, clusters / litres)


class Resonance:
    """The spins of one bench and its noise."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._rng = rng
        self.magnetism = _drawn(rng) if perturb else Magnetism(LINES, 0.0, 0.0, None, 0.0)

    def fid(
        self,
        sample: Sample | None,
        nucleus: str,
        receiver: Receiver,
        scans: int,
        repetition_s: float,
        pulse_deg: float,
    ) -> Complex:
        """Return the mean decay over the scans; noise alone without a sample.

        Raises:
            ValueError: a nucleus that no line is known for, or a block without scans or points.
        """
        if nucleus not in NUCLEI or scans < 1 or receiver.points < 1:
            message = (
                f"no decay of {scans} scans of {nucleus} with {receiver.points} points; {', '.join(NUCLEI)} are known"
            )
            raise ValueError(message)
        found = self._noise(nucleus, receiver, scans)
        drift_ppm, jitter_deg = self._rng.normal(0.0, BLOCK_PPM), self._rng.normal(0.0, BLOCK_PHASE_DEG)
        if sample is None or sample.volume_ml <= 0.0:
            return found
        t_s = np.asarray(receiver.dead_time_s + receiver.dwell_s * np.arange(receiver.points), dtype=np.float64)
        offset_ppm = self.magnetism.reference_ppm + drift_ppm - receiver.carrier_ppm
        filling = min(sample.volume_ml / receiver.coil_ml, 1.0)
        scale = filling * GAIN * NUCLEI[nucleus].abundance * np.exp(1j * radians(self.magnetism.phase_deg + jitter_deg))
        for line, mol_l, broader_hz in self._present(sample, nucleus):
            amplitude = scale * mol_l * line.nuclei * relaxed(repetition_s, line.t1_s, pulse_deg)
            hertz = (line.shift_ppm + offset_ppm) * receiver.frequency_mhz
            width_hz = line.width_hz + broader_hz + receiver.field_width_hz
            found += amplitude * np.exp((2j * pi * hertz - pi * width_hz) * t_s) * line.modulation(t_s)
        return found

    def _present(self, sample: Sample, nucleus: str) -> Iterator[tuple[Line, float, float]]:
        """Yield each line with its concentration and what exchange adds to its width."""
        magnetism = self.magnetism
        clusters, lines = magnetism.clusters.lines.get(nucleus, {}), magnetism.lines.get(nucleus, {})
        broader_hz = exchange.broadening_hz(sample.species)
        for species, mol_l in sample.species.items():
            yield from ((line, mol_l, 0.0) for line in lines.get(species, ()))
            yield from ((line, mol_l, broader_hz[species]) for line in clusters.get(species, ()))
        for solvent, share in sample.solvents.items():
            if solvent in SOLVENT_LINES.get(nucleus, {}):
                line, neat_mol_l = SOLVENT_LINES[nucleus][solvent]
                yield line, share * neat_mol_l, 0.0
        if nucleus == IMPURITY_NUCLEUS and magnetism.impurity is not None:
            yield magnetism.impurity, sample.fed_ligand * magnetism.impurity_per_ligand, 0.0
        if nucleus in magnetism.clusters.traces:
            trace, per_cluster = magnetism.clusters.traces[nucleus]
            yield trace, sample.fed_clusters * per_cluster, 0.0

    def _noise(self, nucleus: str, receiver: Receiver, scans: int) -> Complex:
        spread = noise_density(nucleus) / receiver.sensitivity / sqrt(scans * receiver.dwell_s)
        parts = self._rng.normal(0.0, spread, (2, receiver.points))
        return np.asarray(parts[0] + 1j * parts[1])


def _drawn(rng: np.random.Generator) -> Magnetism:
    """Draw a bench's lines; the order of the draws is part of what a seed means."""
    reference_ppm, phase_deg = rng.normal(0.0, REFERENCE_PPM), rng.uniform(-PHASE_DEG, PHASE_DEG)
    lines = {
        nucleus: {name: tuple(_moved(line, rng) for line in each) for name, each in species.items()}
        for nucleus, species in LINES.items()
    }
    impurity = Line(float(rng.uniform(*IMPURITY_PPM)), 1, 3.0, IMPURITY_WIDTH_HZ)
    part = float(rng.uniform(*IMPURITY_FRACTION))
    return Magnetism(lines, float(reference_ppm), float(phase_deg), impurity, part, drawn(rng.spawn(1)[0]))


def _moved(line: Line, rng: np.random.Generator) -> Line:
    return Line(
        float(line.shift_ppm + rng.normal(0.0, SHIFT_PPM)),
        line.nuclei,
        float(line.t1_s * exp(rng.normal(0.0, T1_REL))),
        float(line.width_hz * exp(rng.normal(0.0, WIDTH_REL))),
    )
