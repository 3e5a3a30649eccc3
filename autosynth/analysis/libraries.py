"""Libraries of any technique: what a file is of, its first key says."""

import re
from typing import TypeAlias

from autosynth.analysis.lines import LineLibrary, parse_lines
from autosynth.analysis.species import Library, parse_library

AnyLibrary: TypeAlias = Library | LineLibrary
_KIND = re.compile(r"^autosynth_(\w+):", re.MULTILINE)


def kind_of(text: str) -> str:
    """Return what a library's first key says it is of (species, lines, bands, ...); nothing when it does not."""
    found = _KIND.search(text)
    return "" if found is None else found[1]


def parse_any_library(text: str, file: str = "<library>") -> AnyLibrary:
    """Read a library of waves or of lines from YAML text; InputError holds every problem found."""
    return parse_lines(text, file) if kind_of(text) == "lines" else parse_library(text, file)
