"""The head of a column: the name of what stands below it, and the unit if it is the same for all rows.

Written as in the literature: `feed / mM`, `volume (mL)` or `volume [mL]`. A name may have slashes of its own, so a
unit after a slash stands apart from it by blanks.
"""

import re
from dataclasses import dataclass

from autosynth.campaign.table.table import RULE, Cell
from autosynth.errors import InputError, Problem
from autosynth.units import UnitError, parse_quantity

_BRACKETS = re.compile(r"(.*?)\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]")
_SLASH = re.compile(r"(.*?)\s+/\s*(\S.*)|(.*?)\s*/\s+(\S.*)")
IDENTITIES = frozenset({"id", "vial", "row"})
"""Columns of these names tell how a row is called; without one rows are numbered."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its name, its unit ("" when cells or the recipe tell), and its place in the header."""

    name: str
    unit: str
    cell: Cell

    @property
    def is_identity(self) -> bool:
        """Say whether the column tells how rows are called."""
        return self.name.lower() in IDENTITIES


def read_heading(cell: Cell) -> Heading:
    """Return what the head of a column says; whether its unit is one is for whoever knows what is meant.

    Raises:
        InputError: it has no name.
    """
    match = _BRACKETS.fullmatch(cell.text) or _SLASH.fullmatch(cell.text)
    parts = [part for part in match.groups() if part is not None] if match else [cell.text, ""]
    name, unit = (part.strip() for part in parts)
    if not name:
        hint = "write the name of a parameter and its unit: feed / mM"
        raise InputError(Problem("this column has no name", cell.mark, hint, RULE))
    return Heading(name, unit, cell)


def unit_problem(heading: Heading, dimension: str) -> Problem | None:
    """Return what is wrong with a column's unit for what stands below it; None if nothing is."""
    if not heading.unit:
        return None
    try:
        parse_quantity(f"1 {heading.unit}", dimension)
    except UnitError as error:
        return Problem(f"{heading.name}: {error.message}", heading.cell.mark, error.hint, "units")
    return None
