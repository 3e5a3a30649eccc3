"""The bill of materials: what each stock must give, over all branches and rounds, against what the ledger says."""

from contextlib import suppress

from autosynth.errors import InputError
from autosynth.language.interval import Interval
from autosynth.plan.amounts import species_of
from autosynth.plan.flow import taken_ml
from autosynth.plan.reagents import liquids
from autosynth.plan.state import State
from autosynth.plan.tree import Material, Plan, PouredNeed, PowderNeed
from autosynth.recipe.steps import Dose, walk
from autosynth.station.inventory import Inventory


def bill(plan: Plan, inventory: Inventory, start: State, end: State | None) -> tuple[Material, ...]:
    """Return a line for each stock that is drawn from."""
    if end is None:
        return ()
    reagents = _reagents(plan)
    found: list[Material] = []
    for stock, spec in plan.station.of_role("stock").items():
        taken = taken_ml(start.vessels[stock].volume_ml, end.vessels[stock].volume_ml)
        if taken.high <= 0:
            continue
        names = reagents.get(stock, [])
        content = inventory.content(stock)
        amount: Interval | None = None
        if names and content.liquid_ml > 0:
            per_ml = content.amounts_mol.get(species_of(plan, names[0]), 0.0) / content.liquid_ml
            amount = Interval(taken.low * per_ml, taken.high * per_ml, "amount")
        needed = Interval(taken.low, taken.high, "volume")
        found.append(Material(", ".join(names), stock, spec.lot, needed, inventory.volume_ml(stock), amount))
    return tuple(found)


def powder_bill(plan: Plan, start: State, end: State | None) -> tuple[PowderNeed, ...]:
    """Return a line for each lot of powder that is weighed from."""
    if end is None:
        return ()
    names: dict[str, list[str]] = {}
    for _, step in walk(plan.recipe.steps):
        if isinstance(step, Dose):
            with suppress(InputError):  # noted at the step that needs it
                used = names.setdefault(plan.powder(step.reagent).name, [])
                used += [name for name in (plan.reagent(step.reagent),) if name not in used]
    needs: list[PowderNeed] = []
    for lot, before in start.powders_mg.items():
        after = end.powders_mg[lot]
        needed = Interval(before.low - after.high, before.low - after.low)
        if needed.high > 0:
            spec = plan.station.powders[lot]
            needs.append(PowderNeed(", ".join(names.get(lot, [])), lot, spec.lot, needed, before.low))
    return tuple(needs)


def poured_bill(end: State | None) -> tuple[PouredNeed, ...]:
    """Return a line for each liquid that hands pour."""
    return () if end is None else tuple(PouredNeed(name, needed) for name, needed in end.poured_ml.items())


def _reagents(plan: Plan) -> dict[str, list[str]]:
    """Return the reagents of the recipe that each stock stands for."""
    found: dict[str, list[str]] = {}
    for _, step in walk(plan.recipe.steps):
        for name in map(plan.reagent, liquids(step)):
            with suppress(InputError):  # noted at the step that needs it
                names = found.setdefault(plan.stock(name), [])
                names += [name] if name not in names else []
    return found
