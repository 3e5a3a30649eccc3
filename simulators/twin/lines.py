"""Where nuclei of the twin's species resonate: shifts, nuclei a formula unit, relaxation times, widths.

The 31P shifts are textbook values good to half a ppm, everything else is assumed. These numbers belong to the twin; the
analyser has its own library, and a seed moves these. A paramagnetic neighbour (Mn, Fe, Eu) broadens a line beyond use:
31P of europium complexes is hundreds of hertz wide, 29Si and 183W of the manganese clusters have no line at all.
Multiplets are left out here: spectra are decoupled (those of clusters are in `simulators.twin.cluster_lines`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulators.twin.line import Line
from simulators.twin.pom_b import one, two


@dataclass(frozen=True, slots=True)
class Nucleus:
    """A nucleus: frequency as part of the proton's, natural abundance, receptivity as part of the proton's."""

    ratio: float
    abundance: float
    receptivity: float


NUCLEI: Mapping[str, Nucleus] = MappingProxyType(
    {
        "1H": Nucleus(1.0, 1.0, 1.0),
        "31P": Nucleus(0.404808, 1.0, 6.6e-2),
        "29Si": Nucleus(0.198670, 0.0468, 3.7e-4),
        "183W": Nucleus(0.041664, 0.1431, 1.07e-5),
    }
)


def _dawson(first_ppm: float, second_ppm: float, ligands: int = 1, width_hz: float = 2.6) -> tuple[Line, ...]:
    """Return the lines of the phosphorus next to the vacancy and of the one far from it."""
    return Line(first_ppm, ligands, 2.5, width_hz), Line(second_ppm, ligands, 3.5, width_hz)


LINES: Mapping[str, Mapping[str, tuple[Line, ...]]] = MappingProxyType(
    {
        "31P": {
            "P2W17": _dawson(-7.1, -13.6),
            one("Zn"): _dawson(-8.5, -13.9),
            two("Zn"): _dawson(-9.5, -13.2, 2),
            one("Lu"): _dawson(-8.9, -12.9),
            two("Lu"): _dawson(-9.5, -13.2, 2),
            one("Eu"): _dawson(-2.0, -14.5, 1, 600.0),
            two("Eu"): _dawson(-4.0, -14.0, 2, 600.0),
            "P2W18": (Line(-12.5, 2, 3.5, 2.2),),
            "Pi": (Line(1.0, 1, 4.0, 2.5),),
        },
        "1H": {
            "Hacac": (Line(2.0, 6, 3.0, 0.8), Line(5.6, 1, 3.0, 0.8)),
            "TBAacac": (Line(1.0, 12, 1.5, 1.0), Line(3.2, 8, 1.2, 1.0)),
            "TBAOTf": (Line(1.0, 12, 1.5, 1.0), Line(3.2, 8, 1.2, 1.0)),
            "Zn2+": (Line(1.95, 6, 3.0, 0.8),),
            one("Zn"): (Line(1.95, 6, 3.0, 0.8),),
            two("Zn"): (Line(1.95, 6, 3.0, 0.8),),
        },
        "29Si": {"L": (Line(-85.0, 1, 30.0, 1.0),), "Xlu": (Line(-84.6, 1, 30.0, 1.0),)},
        "183W": {"L": (Line(-130.0, 6, 2.0, 1.5), Line(-175.0, 3, 2.0, 1.5))},
    }
)
"""Nucleus -> the twin's species -> lines; a species that is not named has none that can be seen."""

SOLVENT_LINES: Mapping[str, Mapping[str, tuple[Line, float]]] = MappingProxyType(
    {
        "1H": {
            "water": (Line(4.75, 2, 3.0, 1.5), 55.3),
            "acetone": (Line(2.2, 6, 5.0, 0.5), 13.6),
            "CDCl3": (Line(7.26, 1, 5.0, 0.5), 0.025),
        }
    }
)
"""Nucleus -> solvent -> its line, and how many mol/L the neat solvent has; CDCl3 is 0.2 % CHCl3."""
IMPURITY_NUCLEUS, IMPURITY_OF = "31P", "P2W17"
