"""Where clusters of the exchange system resonate: 31P with satellites, the hydride with isotopomers, ligand protons.

Shifts and couplings of the selenium series are published [seed], of the sulfur series only those of Ag7, Cu7, Cu6Ag
and Cu5Ag2; the others are drawn through them [assumption], as are all of the ligand's protons, widths and relaxation
times. A seed moves them: lines that coincide in the table move together, for that is what makes them one peak.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp
from types import MappingProxyType
from typing import Any

import numpy as np

from simulators.twin.exchange import METALS, cluster
from simulators.twin.line import Coupling, Line

SILVER_RATIO, SILVER_107, SILVER_109 = 1.1496, 0.51839, 0.48161
"""Ratio of the isotopes' magnetogyric ratios, hence of their couplings, and their abundances [lit]."""
SELENIUM_77 = 0.0763
"""Abundance of 77Se [lit]; a phosphorus has two selenium neighbours."""
PHOSPHORI, METHYL, METHINE = 6, 72, 12
"""Nuclei in a cluster with six S2P(OiPr)2 or Se2P(OiPr)2."""
J_METHYL_HZ, J_POCH_HZ = 6.2, 12.5
METHYL_PPM, METHINE_PPM, STEP_PPM = 1.35, 4.85, 0.004
"""Protons of the isopropyl groups of Cu7, and what each silver atom moves them by [assumption]."""
WIDTH_31P_HZ, T1_31P_S = 3.0, 1.5
WIDTH_HYDRIDE_HZ, T1_HYDRIDE_S, WIDTH_LIGAND_HZ, T1_LIGAND_S = 1.0, 1.2, 0.8, 1.5

PHOSPHORUS_PPM: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "Se": (86.3, 85.4, 84.7, 84.0, 83.4, 83.0, 83.0, 83.2),
        "S": (103.9, 104.3, 104.9, 105.6, 106.4, 107.2, 108.0, 108.8),
    }
)
HYDRIDE_PPM: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "Se": (-0.286, 1.203, 1.890, 2.567, 2.881, 3.175, 3.391, 3.557),
        "S": (3.58, 5.00, 5.51, 5.95, 6.25, 6.45, 6.60, 6.70),
    }
)
J_109AG_HZ = (0.0, 80.2, 67.0, 66.2, 61.9, 56.6, 48.7, 41.4)
"""1H-109Ag of the clusters with 0 to 7 silver atoms; taken for the sulfur series too [assumption]."""
J_77SE_HZ = (653.6, 655.8, 656.5, 658.8, 660.2, 661.3, 661.3, 662.2)

SHIFT_PPM: Mapping[str, float] = MappingProxyType({"31P": 0.05, "1H": 0.02})
APART_PPM, J_REL, WIDTH_REL, T1_REL = 0.01, 0.003, 0.15, 0.15
"""Spread of lines at one place against each other, of couplings, widths and relaxation times [assumption]."""
TRACE_PER_CLUSTER = (0.03, 0.12)
TRACE_PPM: Mapping[str, tuple[float, float]] = MappingProxyType({"31P": (88.0, 92.0), "1H": (5.6, 6.6)})
"""A compound that no library lists: mol of nuclei per mol of fed cluster, and where its line may be [assumption]."""

Table = Mapping[str, Mapping[str, tuple[Line, ...]]]


@dataclass(frozen=True, slots=True)
class Clusters:
    """The bench's true lines of clusters, and the line of an unlisted compound by nucleus."""

    lines: Table
    traces: Mapping[str, tuple[Line, float]]

    def describe(self) -> dict[str, Any]:
        """Return shift, nuclei, T1, width and couplings (Hz of the stronger isotope) of each line, JSON-able."""
        return {
            "lines": {
                n: {
                    s: [[*one.row(), *(c.isotopes[-1][1] for c in one.couplings)] for one in ls] for s, ls in by.items()
                }
                for n, by in self.lines.items()
            },
            "traces": {n: [*line.row(), part] for n, (line, part) in self.traces.items()},
        }


def silver_coupling(count: int, j_109_hz: float) -> Coupling:
    """Return the coupling to so many equivalent silver atoms of natural isotopes."""
    return Coupling(count, ((SILVER_107, j_109_hz / SILVER_RATIO), (SILVER_109, j_109_hz)))


def _phosphorus(series: str, silver: int) -> tuple[Line, ...]:
    selenium = (Coupling(2, ((1.0 - SELENIUM_77, 0.0), (SELENIUM_77, J_77SE_HZ[silver]))),)
    found = Line(PHOSPHORUS_PPM[series][silver], PHOSPHORI, T1_31P_S, WIDTH_31P_HZ)
    return (replace(found, couplings=selenium if series == "Se" else ()),)


def _protons(series: str, silver: int) -> tuple[Line, ...]:
    split = (silver_coupling(silver, J_109AG_HZ[silver]),) if silver else ()
    moved = STEP_PPM * silver
    methyl, methine = (Coupling(count, ((1.0, J_METHYL_HZ),)) for count in (1, 6))
    return (
        Line(HYDRIDE_PPM[series][silver], 1, T1_HYDRIDE_S, WIDTH_HYDRIDE_HZ, split),
        Line(METHYL_PPM + moved, METHYL, T1_LIGAND_S, WIDTH_LIGAND_HZ, (methyl,)),
        Line(METHINE_PPM + moved, METHINE, T1_LIGAND_S, WIDTH_LIGAND_HZ, (methine, Coupling(1, ((1.0, J_POCH_HZ),)))),
    )


NOMINAL: Table = MappingProxyType(
    {
        nucleus: {cluster(s, i): lines(s, i) for s in PHOSPHORUS_PPM for i in range(METALS + 1)}
        for nucleus, lines in (("31P", _phosphorus), ("1H", _protons))
    }
)

UNMOVED = Clusters(NOMINAL, MappingProxyType({}))
"""The lines as tabulated, and nothing unlisted."""


def drawn(rng: np.random.Generator) -> Clusters:
    """Draw a bench's lines; the order of the draws is part of what a seed means."""
    lines = {nucleus: _moved(by, SHIFT_PPM[nucleus], rng) for nucleus, by in NOMINAL.items()}
    traces = {
        nucleus: (Line(float(rng.uniform(*where)), 1, T1_LIGAND_S, 2.0), float(rng.uniform(*TRACE_PER_CLUSTER)))
        for nucleus, where in TRACE_PPM.items()
    }
    return Clusters(lines, traces)


def _moved(
    by: Mapping[str, tuple[Line, ...]], shift_ppm: float, rng: np.random.Generator
) -> dict[str, tuple[Line, ...]]:
    together: dict[float, float] = {}
    found: dict[str, tuple[Line, ...]] = {}
    for name, lines in by.items():
        each: list[Line] = []
        for line in lines:
            common = together.setdefault(line.shift_ppm, float(rng.normal(0.0, shift_ppm)))
            stretched = float(1.0 + rng.normal(0.0, J_REL))
            each.append(
                Line(
                    line.shift_ppm + common + float(rng.normal(0.0, APART_PPM if line.couplings else 0.0)),
                    line.nuclei,
                    line.t1_s * exp(float(rng.normal(0.0, T1_REL))),
                    line.width_hz * exp(float(rng.normal(0.0, WIDTH_REL))),
                    tuple(one.stretched(stretched) for one in line.couplings),
                )
            )
        found[name] = tuple(each)
    return found
