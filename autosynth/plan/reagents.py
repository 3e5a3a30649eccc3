"""Whether the station's stocks are what the recipe requires: there at all, of the right strength, solvent and age."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from autosynth.errors import InputError
from autosynth.plan.amounts import species_of
from autosynth.plan.findings import Findings
from autosynth.plan.tree import Plan
from autosynth.recipe.parts import Reagent
from autosynth.recipe.steps import Add, Clean, Dose, Grind, StepBase, Wet, walk
from autosynth.station.model import PowderSpec, VesselSpec
from autosynth.units import format_quantity


def check_reagents(plan: Plan, findings: Findings, today: date | None) -> None:
    """Note every stock that the recipe uses and that is not as required."""
    for name in dict.fromkeys(plan.reagent(name) for _, step in walk(plan.recipe.steps) for name in liquids(step)):
        reagent = plan.recipe.reagents.get(name)
        try:
            stock = plan.station.vessels[plan.stock(name)]
        except InputError:
            continue  # noted at the step that needs it
        if reagent is not None:
            _check_strength(plan, name, reagent, stock, findings)
            _check_age(reagent, stock, findings, today)
    _check_powders(plan, findings, today)


def liquids(step: StepBase) -> Iterator[str]:
    """Yield what a step calls the stock that it draws from."""
    match step:
        case Add():
            yield step.reagent
        case Clean():
            yield step.with_
        case Grind() | Wet() if step.liquid is not None:
            yield step.liquid
        case _:
            pass


def _check_powders(plan: Plan, findings: Findings, today: date | None) -> None:
    names = {plan.reagent(step.reagent) for _, step in walk(plan.recipe.steps) if isinstance(step, Dose)}
    for name, reagent in plan.recipe.reagents.items():
        with suppress(InputError):  # noted at the step that needs it
            if name in names:
                _check_age(reagent, plan.powder(name), findings, today)


def _check_strength(plan: Plan, name: str, reagent: Reagent, stock: VesselSpec, findings: Findings) -> None:
    required = reagent.requires
    if required is None:
        return
    mark = reagent.where("requires")
    found = stock.concentrations.get(species_of(plan, name))
    low, high = (format_quantity(each, "concentration") for each in (required.low_mol_l, required.high_mol_l))
    if found is None:
        message = f"stock {stock.name} does not say how much {name} it contains"
        findings.add("REAGENT", message, mark, "write contains: in the station file", subject="contains")
    elif not required.low_mol_l <= found.value_mol_l <= required.high_mol_l:
        have = format_quantity(found.value_mol_l, "concentration", found.sd_mol_l)
        findings.add("REAGENT", f"stock {stock.name} has {have} of {name}", mark, f"{low} to {high} are required")
    if required.solvent is not None and required.solvent != stock.solvent:
        message = f"stock {stock.name} is in {stock.solvent}"
        findings.add("REAGENT", message, mark, f"{required.solvent} is required", subject="solvent")


def _check_age(reagent: Reagent, stock: VesselSpec | PowderSpec, findings: Findings, today: date | None) -> None:
    if today is not None and stock.expires and date.fromisoformat(stock.expires) < today:
        what = "powder" if isinstance(stock, PowderSpec) else "stock"
        message = f"{what} {stock.name} (lot {stock.lot or 'unknown'}) expired on {stock.expires}"
        findings.add("EXPIRED", message, reagent.mark, "use a fresh lot, or acknowledge with a reason")
