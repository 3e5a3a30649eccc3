"""Quantities are text with units outside and plain numbers in one canonical unit per dimension inside."""

from autosynth.units.algebra import compatible, product, quotient, root
from autosynth.units.display import format_quantity
from autosynth.units.parsing import parse_quantity
from autosynth.units.quantity import DIMENSIONS, Dimension, Quantity, UnitError, article
from autosynth.units.ranges import QuantityRange, Uncertain, parse_range, parse_uncertain
from autosynth.units.table import EXAMPLES

__all__ = [
    "DIMENSIONS",
    "EXAMPLES",
    "Dimension",
    "Quantity",
    "QuantityRange",
    "Uncertain",
    "UnitError",
    "article",
    "compatible",
    "format_quantity",
    "parse_quantity",
    "parse_range",
    "parse_uncertain",
    "product",
    "quotient",
    "root",
]
