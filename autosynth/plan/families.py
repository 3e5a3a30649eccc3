"""Which families and solvents a content has, and what follows of them: shared by static and live rules.

Numbers are intervals: a plan knows bounds, a ledger points. What nobody knows is left out.
"""

import math
from collections.abc import Collection, Iterable, Mapping

from autosynth.language.clauses import Both, Clause
from autosynth.language.interval import EVERYTHING, Interval
from autosynth.language.logic import Truth
from autosynth.language.nodes import Scope
from autosynth.plan.rulebook import QuantityFact, Rulebook
from autosynth.plan.solvents import GAS_CONSTANT, ROOM_K
from autosynth.plan.tree import Plan
from autosynth.station.model import Concentration
from autosynth.units import format_quantity

_DIGITS = 6
MOLAR_ML = 1e3 * GAS_CONSTANT * ROOM_K / 101.325
"""mL that a mole of an ideal gas takes at 25 °C and 101.325 kPa: 24465."""


class Families:
    """The species of one recipe sorted into the families of a rulebook."""

    def __init__(self, plan: Plan, book: Rulebook) -> None:
        self._book = book
        self._formulas = {each.species: each.formula for each in plan.recipe.reagents.values() if each.formula}
        self._known: dict[str, frozenset[str]] = {}

    def of(self, species: str) -> frozenset[str]:
        """Return the families of a species."""
        known = self._known.get(species)
        if known is None:
            known = self._known[species] = self._book.families_of(species, self._formulas.get(species, species))
        return known

    def present(self, amounts: Mapping[str, Interval]) -> dict[str, Truth]:
        """Return which families are there certainly, and which possibly."""
        surely: set[str] = set()
        perhaps: set[str] = set()
        for species, amount in amounts.items():
            if amount.high > 0:
                families = self._known.get(species)
                (surely if amount.low > 0 else perhaps).update(self.of(species) if families is None else families)
        return dict.fromkeys(perhaps, Truth.UNDECIDED) | dict.fromkeys(surely, Truth.TRUE)

    def quantity(
        self, fact: QuantityFact, amounts: Mapping[str, Interval], asked: Mapping[str, Interval], volume_ml: Interval
    ) -> Interval:
        """Return a number that the rulebook defines, of `amounts` in mol, or of what was `asked` for."""
        if fact.amount_of:
            parts = [(self._sum(amounts, family), each) for family, each in fact.amount_of.items()]
            return Interval(sum(p.low * n for p, n in parts), sum(p.high * n for p, n in parts), "amount")
        if fact.gas_of:
            return Interval(0.0, 0.0, "rate")  # nothing is dosed: see `gas_rate`
        if fact.total_of is not None:
            return self._total(amounts, fact.total_of, volume_ml)
        if fact.concentration_of is not None:
            return self._concentration(amounts, fact.concentration_of, volume_ml)
        return self._equivalents(asked, str(fact.of), str(fact.per), fact.count)

    def _sum(self, amounts: Mapping[str, Interval], family: str) -> Interval:
        parts = [amount for species, amount in amounts.items() if family in self.of(species)]
        return Interval(sum(each.low for each in parts), sum(each.high for each in parts))

    def gas_rate(self, fact: QuantityFact, dosed: Mapping[str, Interval]) -> Interval:
        """Return the gas that a dose of so many mol/min of each species gives off, mL/min at 25 °C and 101.325 kPa."""
        parts = [(self._sum(dosed, family), MOLAR_ML * each) for family, each in fact.gas_of.items()]
        return Interval(sum(p.low * n for p, n in parts), sum(p.high * n for p, n in parts), "rate")

    def labelled(self, family: str, concentrations: Mapping[str, Concentration]) -> Interval:
        """Return mol/L of a family in a stock, as it was measured."""
        total = sum(lot.value_mol_l for species, lot in concentrations.items() if family in self.of(species))
        return Interval(total, total, "concentration")

    def _total(self, amounts: Mapping[str, Interval], family: str, volume_ml: Interval) -> Interval:
        """Return mol/L of all there is; what is empty has none."""
        total = self._sum(amounts, family)
        low = 1e3 * total.low / volume_ml.high if volume_ml.high > 0 else 0.0
        high = 1e3 * total.high / volume_ml.low if volume_ml.low > 0 else (math.inf if total.high > 0 else 0.0)
        return Interval(round(low, _DIGITS), high, "concentration")

    def _concentration(self, amounts: Mapping[str, Interval], family: str, volume_ml: Interval) -> Interval:
        """Return mol/L of what may be free: at most everything there is."""
        total = self._sum(amounts, family)
        if total.high <= 0:
            return Interval(0.0, 0.0, "concentration")
        if volume_ml.low <= 0:
            return Interval(0.0, float("inf"), "concentration")
        return Interval(0.0, 1e3 * total.high / volume_ml.low, "concentration")

    def _equivalents(self, asked: Mapping[str, Interval], family: str, base: str, count: float) -> Interval:
        """Return equivalents of a family per `count` of another, as asked for."""
        some, units = self._sum(asked, family), self._sum(asked, base)
        if some.high <= 0:
            return Interval(0.0, 0.0)
        if units.low <= 0:
            return EVERYTHING
        return Interval(round(some.low * count / units.high, _DIGITS), round(some.high * count / units.low, _DIGITS))


def solvent_facts(book: Rulebook, solvents: Collection[str]) -> dict[str, Interval]:
    """Return the lowest boiling point and the narrowest window of solvents; a stranger's are unknown.

    What is empty does not boil.
    """
    if not solvents:
        return {"boiling_point": Interval(math.inf, math.inf, "temperature")}
    known = [book.solvents.get(name) for name in solvents]
    found = [each for each in known if each is not None]
    if len(found) < len(known):
        return {}
    lowest_c = min(each.boiling_point for each in found)
    facts = {"boiling_point": Interval(lowest_c, lowest_c, "temperature")}
    windows = [each.window for each in found if each.window is not None]
    if len(windows) == len(found):
        low, high = max(each.low for each in windows), min(each.high for each in windows)
        facts["window_low"] = Interval(low, low, "potential")
        facts["window_high"] = Interval(high, high, "potential")
    return facts


def terms(tree: object) -> Iterable[Clause]:
    """Yield the parts of a conjunction."""
    if isinstance(tree, Both) and tree.operator == "and":
        yield from terms(tree.left)
        yield from terms(tree.right)
    elif isinstance(tree, Clause):
        yield tree


def values_of(term: Clause, scope: Scope[Interval]) -> Iterable[str]:
    """Yield what is known of the numbers in a condition that fails, at its worse end."""
    for name in term.names():
        known = scope.number(name)
        if math.isfinite(known.low) and math.isfinite(known.high):
            ends = dict.fromkeys(format_quantity(end, known.dimension) for end in (known.low, known.high))
            yield f"{name} is {' to '.join(ends)}"
