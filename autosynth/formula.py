"""Chemical formulas to element counts and molar mass, as chemists write them.

Understands hydrates ("CuSO4·5H2O"), nested brackets, isotopes and the ligands of our procedures by their short names.
It refuses what could be read two ways: `Ac` is actinium to a program, acetyl to a chemist. Charges are not written.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_LONGEST = 200
_DEEPEST = 10
_SHORT = {
    "TBA": "(C16H36N)",
    "acac": "(C5H7O2)",
    "OTf": "(SO3CF3)",
    "OAc": "(C2H3O2)",
    "btc": "(C9H3O6)",
    "OiPr": "(OC3H7)",
}
_SHORT_NAME = re.compile("|".join(_SHORT))
_PART = re.compile(r"([0-9]*)(.+)")
_LARGE = re.compile("[0-9]{5}")


class FormulaError(ValueError):
    """A text is not a chemical formula; the message says where it goes wrong."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with the number of atoms of each element and the molar mass in g/mol."""

    text: str
    atoms: Mapping[str, int]
    molar_mass_g_mol: float


@functools.lru_cache(maxsize=1000)
def parse_formula(text: str) -> Formula:
    """Return atoms and molar mass (IUPAC standard atomic weights, from molmass) of a formula.

    Raises:
        FormulaError: empty, longer than 200 characters, an unknown element, unbalanced brackets, or `Ac`.
    """
    if not text.strip() or len(text) > _LONGEST:
        raise FormulaError(f"a formula has between 1 and {_LONGEST} characters, this one has {len(text.strip())}")
    if max(text.count(bracket) for bracket in "([{<") > _DEEPEST * 2 or _LARGE.search(text):
        raise FormulaError(f"{text!r} is too large for a formula")
    atoms: dict[str, int] = {}
    mass = 0.0
    for part in re.split(r"[·•*]", text.replace(" ", "")):
        match = _PART.fullmatch(part)
        if match is None:
            raise FormulaError(f"{text!r} has nothing beside its dot")
        times = int(match[1] or 1)
        if times < 1:
            raise FormulaError(f"{text!r} has a part no times")
        counts, part_mass = _part(match[2], text)
        mass += times * part_mass
        for element, count in counts.items():
            atoms[element] = atoms.get(element, 0) + times * count
    return Formula(text, MappingProxyType(dict(sorted(atoms.items()))), mass)


def _part(part: str, text: str) -> tuple[dict[str, int], float]:
    import molmass  # noqa: PLC0415  # only recipes with formulas need it

    expanded = _SHORT_NAME.sub(lambda match: _SHORT[match[0]], part)
    if re.search(r"Ac(?![a-z])", expanded):
        raise FormulaError(f"{text!r}: Ac could be acetyl or actinium; write C2H3O for acetyl, OAc for acetate")
    if re.search(r"[+-]|e-", expanded):
        raise FormulaError(f"{text!r}: leave the charge out of the formula")
    try:
        formula = molmass.Formula(expanded)
        composition = formula.composition()
        counts = {str(symbol): int(item.count) for symbol, item in composition.items()}
        mass = float(formula.mass)
    except (molmass.FormulaError, ValueError, OverflowError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it cannot be read"
        raise FormulaError(f"{text!r} is not a chemical formula: {reason}") from error
    if not counts or min(counts.values()) < 1:
        raise FormulaError(f"{text!r} has an element no times")
    return counts, mass
