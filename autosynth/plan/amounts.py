"""How much to dose: volume, mass, moles or equivalents of what a vessel holds (or was to be charged with), or powder.

The check and the engine ask the same function, the one with intervals, the other with the ledger's numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from autosynth.errors import InputError, Problem
from autosynth.formula import parse_formula
from autosynth.language.expression import Expression
from autosynth.language.interval import Interval
from autosynth.language.measured import Measured
from autosynth.plan.tree import Plan
from autosynth.recipe.verbs import Add
from autosynth.recipe.verbs_solid import Dose

Number = Callable[[Expression], Measured]
Held = Callable[[str, str], float]
"""(vessel, species) -> mol that the ledger says is in it."""


@dataclass(frozen=True, slots=True)
class LiquidDose:
    """A dose: the volume of stock to deliver, and the amount it stands for as the recipe put it."""

    volume_ml: float
    amount: float
    unit: str
    asked: str


def dose(step: Add, plan: Plan, held_mol: Held, number: Number) -> LiquidDose:
    """Return the dose of an `add` for what the vessels hold now.

    Raises:
        InputError: the station has no stock, or the stock's concentration of the reagent is not declared.
    """
    if step.volume is not None:
        volume_ml = number(step.volume).value
        return LiquidDose(volume_ml, volume_ml, "mL", step.volume.text)
    moles, asked = moles_asked(step, plan, held_mol, number)
    return LiquidDose(1e3 * moles / concentration_mol_l(step, plan), moles, "mol", asked)


def dose_bounds(
    step: Add, plan: Plan, held_mol: Callable[[str, str], Interval], number: Callable[[Expression], Interval]
) -> tuple[LiquidDose, LiquidDose]:
    """Return the smallest and the largest dose: it grows with what is asked and with what is held, nothing else.

    Raises:
        InputError: as `dose`.
    """
    low = dose(step, plan, lambda vessel, species: held_mol(vessel, species).low, lambda each: _end(number(each).low))
    high = dose(
        step, plan, lambda vessel, species: held_mol(vessel, species).high, lambda each: _end(number(each).high)
    )
    return low, high


def _end(value: float) -> Measured:
    return Measured(value)


@dataclass(frozen=True, slots=True)
class PowderDose:
    """A dose of powder: the mass to weigh in, and how the recipe put it."""

    lot: str
    mass_mg: float
    asked: str


def powder_dose(step: Dose, plan: Plan, held_mol: Held, number: Number) -> PowderDose:
    """Return how much powder a `dose` weighs in for what the vessels hold now.

    Raises:
        InputError: the station has no such powder, or moles are asked of a reagent without a formula.
    """
    powder = plan.powder(step.reagent)
    if step.mass is not None:
        return PowderDose(powder.name, 1e3 * number(step.mass).value, step.mass.text)
    moles, asked = moles_asked(step, plan, held_mol, number)
    return PowderDose(powder.name, 1e3 * moles * molar_mass_g_mol(step, plan) / powder.purity_frac, asked)


def powder_moles(step: Dose, plan: Plan) -> float:
    """Return the moles of the reagent in a mg of its powder; zero of a reagent without a formula."""
    declared = plan.recipe.reagents.get(plan.reagent(step.reagent))
    if declared is None or declared.formula is None:
        return 0.0
    return 1e-3 * plan.powder(step.reagent).purity_frac / parse_formula(declared.formula).molar_mass_g_mol


def moles_asked(step: Add | Dose, plan: Plan, held_mol: Held, number: Number) -> tuple[float, str]:
    """Return the moles that an `add` asks for, and how the recipe put it."""
    if step.moles is not None:
        return number(step.moles).value, step.moles.text
    if step.mass is not None:
        return number(step.mass).value / molar_mass_g_mol(step, plan), step.mass.text
    if step.equivalents is None:
        raise InputError(Problem("an add needs volume, mass, moles or equivalents", step.mark))
    equivalents = number(step.equivalents).value
    return equivalents * basis_mol(step, plan, held_mol), f"{step.equivalents.text} eq"


def basis_mol(step: Add | Dose, plan: Plan, held_mol: Held) -> float:
    """Return the amount that equivalents refer to: an entity's charge, or what of it a vessel holds now."""
    if step.of is None:
        raise InputError(Problem("equivalents need `of:`", step.mark, "write of: cluster in reactor"))
    entity = plan.recipe.define.get(step.of.entity)
    if step.of.charged:
        if entity is None or entity.charge_mol is None:
            raise InputError(Problem(f"{step.of.entity} has no declared charge", step.mark))
        return entity.charge_mol
    vessel = plan.vessel(step.of.vessel or step.to)
    per = entity.per if entity is not None else {step.of.entity: 1.0}
    return min(held_mol(vessel, species_of(plan, reagent)) / count for reagent, count in per.items())


def species_of(plan: Plan, reagent: str) -> str:
    """Return the species id of a reagent of the recipe."""
    name = plan.reagent(reagent)
    declared = plan.recipe.reagents.get(name)
    return (declared.species if declared is not None else "") or name


def concentration_mol_l(step: Add, plan: Plan) -> float:
    """Return the measured concentration of the reagent in the station's stock, mol/L."""
    stock = plan.station.vessels[plan.stock(step.reagent)]
    found = stock.concentrations.get(species_of(plan, step.reagent))
    if found is None or found.value_mol_l <= 0:
        message = f"stock {stock.name} does not say how much {step.reagent} it contains"
        raise InputError(Problem(message, step.mark, "write contains: in the station file", rule="REAGENT"))
    return found.value_mol_l


def molar_mass_g_mol(step: Add | Dose, plan: Plan) -> float:
    """Return the molar mass of the reagent from its formula, g/mol."""
    declared = plan.recipe.reagents.get(plan.reagent(step.reagent))
    if declared is None or declared.formula is None:
        message = f"{step.reagent} has no formula, so its mass says no amount"
        raise InputError(Problem(message, step.mark, "give the reagent a formula", rule="REAGENT"))
    return parse_formula(declared.formula).molar_mass_g_mol
