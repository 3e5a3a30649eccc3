"""What a recipe declares before its steps: reagents, parameters, definitions and accepted rules."""

import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import Field, PlainValidator, StrictStr, StringConstraints, WithJsonSchema

from autosynth.formula import FormulaError, parse_formula
from autosynth.language.fields import QuantityOf
from autosynth.language.validation import Located
from autosynth.units import Quantity, QuantityRange, UnitError, parse_quantity, parse_range

Identifier: TypeAlias = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=60)
]
"""A name that expressions can use."""
Label: TypeAlias = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
"""A short text: a role, a reagent, a species, a rule."""
Prose: TypeAlias = StrictStr


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a stock must be: its concentration between two ends in mol/L, and its solvent if that matters."""

    low_mol_l: float
    high_mol_l: float
    solvent: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What equivalents refer to: an entity's content of a vessel now, or the amount it was charged with."""

    entity: str
    vessel: str | None
    charged: bool


def parse_requirement(value: object) -> Requirement:
    """Return the requirement in a text such as "9 to 11 mmol/L in acetone".

    Raises:
        UnitError: the text is not a range of concentrations.
    """
    if isinstance(value, Requirement):
        return value
    if not isinstance(value, str):
        raise UnitError("a range of concentrations is wanted", "write 9 to 11 mmol/L in acetone")
    amount, _, solvent = value.partition(" in ")
    limits: QuantityRange = parse_range(amount, "concentration")
    return Requirement(limits.low, limits.high, solvent.strip() or None)


_BASIS = re.compile(r"charged +(\S+)|(\S+) +in +(\S+)")


def parse_basis(value: object) -> Basis:
    """Return the basis in "cluster in reactor" or "charged cluster".

    Raises:
        UnitError: the text is neither.
    """
    if isinstance(value, Basis):
        return value
    match = _BASIS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        hint = "write cluster in reactor (what is in it now) or charged cluster (what was fed)"
        raise UnitError(f"{value!r} does not say what equivalents refer to", hint)
    if match[1]:
        return Basis(match[1], None, charged=True)
    return Basis(match[2], match[3], charged=False)


def _checked_formula(value: object) -> str:
    if not isinstance(value, str):
        raise FormulaError("a chemical formula is wanted, in quotes if it looks like a number")
    return parse_formula(value).text


def _choice_or_quantity(value: object) -> Quantity | str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UnitError("a quantity, a number or a text is wanted", "write for instance 2.2 or 5 mL")
    text = value if isinstance(value, str) else repr(value)
    try:
        return parse_quantity(text)
    except UnitError:
        if re.match(r"\s*[-+−]?\.?[0-9]", text):
            raise
        return text


RequirementField: TypeAlias = Annotated[
    Requirement,
    PlainValidator(parse_requirement),
    WithJsonSchema({"type": "string", "examples": ["9 to 11 mmol/L in acetone"]}),
]
BasisField: TypeAlias = Annotated[
    Basis,
    PlainValidator(parse_basis),
    WithJsonSchema({"type": "string", "examples": ["cluster in reactor", "charged cluster"]}),
]
FormulaField: TypeAlias = Annotated[str, PlainValidator(_checked_formula), WithJsonSchema({"type": "string"})]
SettingField: TypeAlias = Annotated[
    Quantity | str, PlainValidator(_choice_or_quantity), WithJsonSchema({"type": ["string", "number"]})
]


class Reagent(Located):
    """A reagent by its name in the recipe; the station's stock of that species is what doses."""

    species: Label = ""
    """What the stock must contain; the reagent's own name if not given."""
    formula: FormulaField | None = None
    """Needed to dose by mass."""
    requires: RequirementField | None = None
    """Strength and solvent; the stock's measured value doses, this only bounds it."""
    about: Prose = ""
    """A remark."""


class Parameter(Located):
    """A number or a choice that a run may set; without choices its default is a quantity with limits."""

    default: SettingField
    """A quantity, a number, or a text; quote "yes" and "no"."""
    min: SettingField | None = None
    """The least it may be, of the default's dimension."""
    max: SettingField | None = None
    """The most it may be, of the default's dimension."""
    one_of: tuple[Label, ...] | None = None
    """The choices, if it is a text."""
    about: Prose = ""
    """A remark."""

    @property
    def dimension(self) -> str:
        """Return the dimension of its value, or "text" for a choice."""
        return self.default.dimension if isinstance(self.default, Quantity) else "text"


class Entity(Located):
    """Something countable that reagents make: so many of each reagent per one, and how much is meant to be made."""

    per: Annotated[dict[Label, Annotated[float, QuantityOf("number")]], Field(min_length=1)]
    """How many of each reagent make one."""
    charge: Annotated[float, QuantityOf("amount")] | None = None
    """How much the recipe means to make: what `charged NAME` refers to."""
    about: Prose = ""
    """A remark."""

    @property
    def charge_mol(self) -> float | None:
        """Return the amount that the recipe means to make, in mol."""
        return self.charge


class Override(Located):
    """A rule of class chemistry that the recipe breaks, or acknowledges, for a reason."""

    rule: Label
    """The rule's id."""
    reason: Annotated[str, StringConstraints(strict=True, min_length=1, strip_whitespace=True)]
    """Why that is all right; the journal keeps it."""
