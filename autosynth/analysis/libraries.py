"""Libraries of any technique: what a file is of, its first key says."""

import re
from typing import TypeAlias

from autosynth.analysis.lines import LineLibrary, parse_lines
from autosynth.analysis.phases import PhaseLibrary, parse_phases
from autosynth.analysis.species import Library, parse_library

AnyLibrary: TypeAlias = Library | LineLibrary | PhaseLibrary
_LINES = re.compile(r"^autosynth_lines:", re.MULTILINE)
_PHASES = re.compile(r"^autosynth_phases:", re.MULTILINE)


def parse_any_library(text: str, file: str = "<library>") -> AnyLibrary:
    """Read a library of waves, of lines or of phases from YAML text; InputError holds every problem found."""
    if _PHASES.search(text):
        return parse_phases(text, file)
    return parse_lines(text, file) if _LINES.search(text) else parse_library(text, file)
