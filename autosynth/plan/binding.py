"""Binds a recipe's steps to a station: the tree with stable paths and with what each step claims.

Claims are what the engine locks while an action lasts, and what the check looks at for deadlock and double use.
"""

from collections.abc import Sequence

from autosynth.errors import InputError
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.steps import (
    Activate,
    Add,
    Autoclave,
    Centrifuge,
    Clean,
    Close,
    Dose,
    Grind,
    Measure,
    Open,
    Sample,
    StepBase,
    Stir,
    Sweep,
    Transfer,
    Vent,
    Wash,
    Weigh,
    Wet,
    children,
)
from autosynth.recipe.verbs import Thermal
from autosynth.station.model import JarSpec
from autosynth.station.plumbing import Plumbing


def bind_steps(plan: Plan, plumbing: Plumbing, steps: Sequence[StepBase], prefix: str = "") -> tuple[PlannedStep, ...]:
    """Return the planned steps of a block, blocks inside blocks included; `plumbing` is the station's."""
    bound: list[PlannedStep] = []
    for number, step in enumerate(steps, start=1):
        path = f"{prefix}{number}"
        blocks = {
            part or "steps": bind_steps(plan, plumbing, inner, f"{path}.{part}." if part else f"{path}.")
            for part, inner in children(step)
        }
        bound.append(PlannedStep(path, step, claims(plan, plumbing, step), blocks))
    return tuple(bound)


def claims(plan: Plan, plumbing: Plumbing, step: StepBase) -> frozenset[str]:
    """Return the devices and vessels that a step needs for itself, valves on the way included."""
    vessels = [name for role in vessel_roles(step) if (name := plan.vessel(role)) in plan.station.vessels]
    names = set(vessels)
    pump = _pump(plan, plumbing, step, vessels)
    if pump is not None:
        names |= plumbing.valves(pump)
    for name in vessels:
        vessel = plan.station.vessels[name]
        served = (
            vessel.stirred_by if isinstance(step, Stir) else None,
            vessel.heated_by if isinstance(step, Thermal) else None,
            vessel.swept_by if isinstance(step, Sweep) else None,
            vessel.potentiostat if isinstance(step, Measure) else None,
            vessel.spectrometer if isinstance(step, Measure) else None,
            vessel.sampler if isinstance(step, Measure) else None,
        )
        names |= {device for device in served if device}
        if vessel.jar is not None:
            names |= _of_jar(plan, plumbing, step, name, vessel.jar)
    if isinstance(step, Measure) and step.exposure is not None:
        names.add(plan.vessel(step.in_))
    if isinstance(step, Measure) and (rack := plan.station.racks.get(plan.vessel(step.in_))) is not None:
        names |= {rack.name, rack.sampler, rack.spectrometer}
    return frozenset(names)


def _of_jar(plan: Plan, plumbing: Plumbing, step: StepBase, name: str, jar: JarSpec) -> set[str]:
    """Return the devices that a step on a jar needs for itself."""
    if isinstance(step, Dose | Weigh):
        return {jar.dosed_by} if jar.dosed_by else set()
    if not isinstance(step, Grind | Wet):
        return set()
    stocks = _stock(plan, step.liquid) if step.liquid is not None else ()
    infusers = [way for stock in stocks if (way := plumbing.infuser(stock, name)) is not None]
    pump = plumbing.pump_to(*stocks, name) if stocks and not infusers else None
    mill = {jar.milled_by} if isinstance(step, Grind) and jar.milled_by else set[str]()
    return {*mill, *(way.pump for way in infusers), *(plumbing.valves(pump) if pump else ())}


def _pump(plan: Plan, plumbing: Plumbing, step: StepBase, vessels: Sequence[str]) -> str | None:
    """Return the pump that the engine takes for a step, if it takes one."""
    match step:
        case Add():
            return plumbing.pump_to(*_stock(plan, step.reagent), *vessels)
        case Transfer() | Sample():
            return plumbing.pump_to(*vessels)
        case Clean():
            return plumbing.pump_to(*(vessels or _stock(plan, step.with_)))
        case Measure():
            return None if step.exposure is not None else plumbing.pump_to(*vessels[:1])
        case _:
            return None


def _stock(plan: Plan, reagent: str) -> tuple[str, ...]:
    try:
        return (plan.stock(reagent),)
    except InputError:
        return ()  # noted at the step


def vessel_roles(step: StepBase) -> tuple[str, ...]:
    """Return the roles of the vessels that a step acts on, sources first."""
    match step:
        case Add():
            return (step.to,)
        case Transfer() | Sample():
            return (step.from_, step.to)
        case Stir() | Sweep() | Thermal():
            return (step.vessel,)
        case Measure():
            return (step.of, step.in_) if step.of else (step.in_,)
        case Clean():
            return (step.vessel,) if step.vessel else ()
        case Dose():
            return (step.to,)
        case Weigh() | Wet() | Grind() | Vent() | Open() | Close() | Wash() | Centrifuge() | Activate() | Autoclave():
            return (step.vessel,)
        case _:
            return ()
