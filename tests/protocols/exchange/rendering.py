"""Spectra of equilibrium mixtures as the twin renders them: its lines moved by a seed, its noise, its impurity."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autosynth.analysis.lines import LineLibrary, load_lines
from autosynth.analysis.nmr import Accumulation, Fid
from simulators.twin.exchange import METALS, cluster, equilibrium
from simulators.twin.receiver import Receiver
from simulators.twin.resonance import Resonance, Sample

FOLDER = Path(__file__).parents[3] / "protocols" / "exchange"
NAMES = ("Cu7", "Cu6Ag", "Cu5Ag2", "Cu4Ag3", "Cu3Ag4", "Cu2Ag5", "CuAg6", "Ag7")
"""Clusters by their silver atoms."""
RATIOS = (6.0, 4.0, 2.0, 1.0, 1 / 2, 1 / 4, 1 / 6)
"""Cu7:Ag7 as published."""
PROTON_MHZ, RATIO_31P, SHIM_HZ, POINTS, DWELL_S = 80.2, 0.404808, 0.5, 8192, 1.6 / 8192
REPETITION_S, BLOCK_SCANS = 4.0, 16
RECEIVERS = {
    "31P": Receiver(PROTON_MHZ * RATIO_31P, 86.0, POINTS, DWELL_S, field_width_hz=SHIM_HZ * RATIO_31P),
    "1H": Receiver(PROTON_MHZ, 3.0, POINTS, DWELL_S, field_width_hz=SHIM_HZ),
}
BLOCKS = {"31P": 4, "1H": 1}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sample's blocks by nucleus, and the mole fractions that they were made from."""

    truth: npt.NDArray[np.float64]
    blocks: dict[str, Accumulation]
    trace_ppm: dict[str, float]
    """Where the compound is that no library lists, on the library's scale."""


def selenium() -> LineLibrary:
    return load_lines(FOLDER / "species" / "clusters_se.yaml")


def rendered(seed: int, ratio: float, *, mol_l: float = 1e-2, series: str = "Se") -> Rendered:
    """Return what a benchtop magnet of 80 MHz sees of a mixture in equilibrium."""
    truth = equilibrium(METALS / (1.0 + ratio))
    species = {cluster(series, silver): mol_l * float(part) for silver, part in enumerate(truth)}
    sample = Sample(species, {"CDCl3": 1.0}, 0.0, 0.6, mol_l)
    magnet = Resonance(np.random.default_rng(seed), perturb=True)
    blocks: dict[str, Accumulation] = {}
    for nucleus, receiver in RECEIVERS.items():
        blocks[nucleus] = Accumulation()
        for _ in range(BLOCKS[nucleus]):
            points = magnet.fid(sample, nucleus, receiver, BLOCK_SCANS, REPETITION_S, 90.0)
            told = (receiver.dead_time_s, receiver.frequency_mhz, receiver.carrier_ppm)
            blocks[nucleus].add(Fid(points, receiver.dwell_s, *told, BLOCK_SCANS, nucleus, REPETITION_S))
    traces = {nucleus: line.shift_ppm for nucleus, (line, _) in magnet.magnetism.clusters.traces.items()}
    return Rendered(truth, blocks, traces)
