"""Libraries of any technique: what a file is of, its first key says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from autosynth.analysis.adsorbates import AdsorbateLibrary, parse_adsorbates
from autosynth.analysis.assemblies import AssemblyLibrary, parse_assemblies
from autosynth.analysis.bands import BandLibrary, parse_bands
from autosynth.analysis.lines import LineLibrary, parse_lines
from autosynth.analysis.phases import PhaseLibrary, parse_phases
from autosynth.analysis.plasmons import PlasmonLibrary, parse_plasmons
from autosynth.analysis.species import Library, parse_library

AnyLibrary: TypeAlias = (
    Library | LineLibrary | PhaseLibrary | BandLibrary | AdsorbateLibrary | AssemblyLibrary | PlasmonLibrary
)
_KIND = re.compile(r"^autosynth_(\w+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The libraries of one recipe, by the technique that looks into each."""

    by_technique: Mapping[str, AnyLibrary]


def kind_of(text: str) -> str:
    """Return what a library's first key says it is of (species, lines, bands, ...); nothing when it does not."""
    found = _KIND.search(text)
    return "" if found is None else found[1]


def parse_any_library(text: str, file: str = "<library>") -> AnyLibrary:
    """Read a library of any kind from YAML text; InputError holds every problem found."""
    match kind_of(text):
        case "lines":
            return parse_lines(text, file)
        case "phases":
            return parse_phases(text, file)
        case "bands":
            return parse_bands(text, file)
        case "adsorbates":
            return parse_adsorbates(text, file)
        case "assemblies":
            return parse_assemblies(text, file)
        case "plasmons":
            return parse_plasmons(text, file)
        case _:
            return parse_library(text, file)
