"""Binds a recipe's steps to a station: the tree with stable paths and with what each step claims.

Claims are what the engine locks while an action lasts, and what the check looks at for deadlock and double use.
"""

from collections.abc import Sequence

from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.steps import (
    Add,
    Clean,
    Measure,
    Sample,
    StepBase,
    Stir,
    Transfer,
    children,
)
from autosynth.recipe.verbs import Thermal


def bind_steps(plan: Plan, steps: Sequence[StepBase], prefix: str = "") -> tuple[PlannedStep, ...]:
    """Return the planned steps of a block, blocks inside blocks included."""
    bound: list[PlannedStep] = []
    for number, step in enumerate(steps, start=1):
        path = f"{prefix}{number}"
        blocks = {
            part or "steps": bind_steps(plan, inner, f"{path}.{part}." if part else f"{path}.")
            for part, inner in children(step)
        }
        bound.append(PlannedStep(path, step, claims(plan, step), blocks))
    return tuple(bound)


def claims(plan: Plan, step: StepBase) -> frozenset[str]:
    """Return the devices and vessels that a step needs for itself."""
    vessels = [plan.vessel(role) for role in vessel_roles(step)]
    names = set(vessels)
    if isinstance(step, Add | Transfer | Sample | Clean) or (isinstance(step, Measure) and step.of):
        pump = plan.plumbing.pump_to(*(name for name in vessels if name in plan.station.vessels))
        names |= {pump} if pump else set()
    for name in vessels:
        vessel = plan.station.vessels.get(name)
        if vessel is None:
            continue
        if isinstance(step, Stir) and vessel.stirred_by:
            names.add(vessel.stirred_by)
        if isinstance(step, Thermal) and vessel.heated_by:
            names.add(vessel.heated_by)
        if isinstance(step, Measure) and vessel.potentiostat:
            names.add(vessel.potentiostat)
    return frozenset(names)


def vessel_roles(step: StepBase) -> tuple[str, ...]:
    """Return the roles of the vessels that a step acts on, sources first."""
    match step:
        case Add():
            return (step.to,)
        case Transfer() | Sample():
            return (step.from_, step.to)
        case Stir() | Thermal():
            return (step.vessel,)
        case Measure():
            return (step.of, step.in_) if step.of else (step.in_,)
        case Clean():
            return (step.vessel,) if step.vessel else ()
        case _:
            return ()
