"""A plan carried out at random on a ledger: every branch and count of rounds by chance, every stroke a little wrong.

It makes the strokes that the engine makes, each as one movement. It is the witness that the plan's bounds hold.
"""

import random
from collections.abc import Sequence

from autosynth.language.expression import Expression, whole
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from autosynth.plan.amounts import dose
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.steps import Add, Clean, Measure, Operator, Parallel, Repeat, Sample, Transfer, When
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import GAS
from autosynth.units import Quantity

DRAIN_OVER_ML = 0.1
FURTHEST_SD = 2.0
"""Errors beyond so many standard uncertainties are not drawn."""


class Rehearsal:
    """One random execution; it keeps every argument, every volume on the way, and those left after each step."""

    def __init__(self, plan: Plan, inventory: Inventory, seed: int) -> None:
        self.plan = plan
        self.inventory = inventory
        self.arguments: list[tuple[PlannedStep, str, float]] = []
        self.volumes: list[tuple[str, str, float]] = []
        self.left: list[tuple[str, str, float]] = []
        self._followed = [(point.path, point.vessel) for point in plan.volumes]
        self._random = random.Random(seed)
        self._entered: dict[str, Measured] = {}
        self._last: dict[str, str] = {}
        self._gain = {
            pump: 1.0 + self._error(plan.station.devices[pump].calibration.gain_rel_sd) for pump in plan.plumbing.pumps
        }

    def run(self, steps: Sequence[PlannedStep]) -> None:
        """Carry steps out."""
        for planned in steps:
            match planned.step:
                case Repeat() as step:
                    self._repeat(planned, step)
                case When() as step:
                    self.run(planned.blocks.get(self._choose(step), ()))
                case Parallel():
                    self._together(planned)
                case _:
                    self._leaf(planned)
                    vessels = [vessel for path, vessel in self._followed if path == planned.path]
                    self.left += [(planned.path, vessel, self.inventory.volume_ml(vessel)) for vessel in vessels]

    def _repeat(self, planned: PlannedStep, step: Repeat) -> None:
        cap = whole(self._number(step.at_most))
        least = cap if step.until is None else min(step.until.rounds, cap)
        for _ in range(self._random.randint(least, cap)):
            self.run(planned.blocks["steps"])

    def _choose(self, step: When) -> str:
        if step.condition.names() <= self.plan.parameters.keys():
            return {Truth.TRUE: "then", Truth.FALSE: "else"}[step.condition.evaluate(self.plan.parameters)]
        return self._random.choice(["then", "else", "else" if step.undecided == "hold" else "undecided"])

    def _together(self, planned: PlannedStep) -> None:
        waiting = [list(block) for block in planned.blocks.values()]
        while waiting:
            branch = self._random.choice(waiting)
            self.run([branch.pop(0)])
            waiting = [each for each in waiting if each]

    def _leaf(self, planned: PlannedStep) -> None:
        plan = self.plan
        match planned.step:
            case Add() as step:
                stock, vessel = plan.stock(step.reagent), plan.vessel(step.to)
                held = lambda place, species: self.inventory.amount(place, species)[0]  # noqa: E731
                volume_ml = dose(step, plan, held, self._number).volume_ml
                self.arguments.append((planned, "volume_ml", volume_ml))
                self._dose(planned, stock, vessel, volume_ml)
            case Transfer() | Sample() as step:
                source, target = plan.vessel(step.from_), plan.vessel(step.to)
                asked = step.volume
                volume_ml = self.inventory.volume_ml(source) if asked == "all" else self._number(asked).value
                self.arguments.append((planned, "volume_ml", volume_ml))
                self._transfer(planned, source, target, volume_ml + (DRAIN_OVER_ML if asked == "all" else 0.0))
            case Measure() as step:
                self._measure(planned, step)
            case Clean() as step:
                vessel, stock = plan.vessel(str(step.vessel)), plan.stock(step.with_)
                self._wash(planned, vessel, stock, self._number(step.volume).value, step.times)
            case Operator() as step if step.enter is not None:
                low, high = step.enter.min, step.enter.max
                assert isinstance(low, Quantity)
                assert isinstance(high, Quantity)
                value = self._random.uniform(low.value, high.value)
                self._entered[step.enter.name] = Measured(value, 0.0, step.enter.kind)
            case _:
                pass

    def _measure(self, planned: PlannedStep, step: Measure) -> None:
        cell, rinse = self.plan.vessel(step.in_), self.plan.station.rinse
        if step.of is not None and step.sample is not None:
            self._transfer(planned, self.plan.vessel(step.of), cell, self._number(step.sample).value)
        if step.clean and rinse is not None:
            self._wash(planned, cell, rinse.stock, rinse.volume_ml, rinse.times)

    def _wash(self, planned: PlannedStep, vessel: str, stock: str, volume_ml: float, times: int) -> None:
        pump = str(self.plan.plumbing.pump_to(vessel))
        waste = self.plan.plumbing.waste(pump)
        self._transfer(planned, vessel, waste, self.inventory.volume_ml(vessel) + DRAIN_OVER_ML)
        for _ in range(times):
            self._dose(planned, stock, vessel, volume_ml)
            self._transfer(planned, vessel, waste, self.inventory.volume_ml(vessel) + DRAIN_OVER_ML)

    def _dose(self, planned: PlannedStep, stock: str, vessel: str, volume_ml: float) -> None:
        pump = str(self.plan.plumbing.pump_to(stock, vessel))
        self._rinse_for(planned, pump, stock)
        syringe_ml = self._syringe_ml(pump)
        while volume_ml > 1e-9:
            part_ml = min(volume_ml, syringe_ml)
            self._move(planned, pump, stock, -part_ml)
            self._move(planned, pump, vessel, None)
            volume_ml -= part_ml
        self._push(planned, pump, vessel)

    def _transfer(self, planned: PlannedStep, source: str, target: str, volume_ml: float) -> None:
        pump = str(self.plan.plumbing.pump_to(source, target))
        self._rinse_for(planned, pump, source)
        outward, back = self.plan.plumbing.path(pump, source), self.plan.plumbing.path(pump, target)
        shared_ml = sum(
            each.volume_ml for each in self.plan.station.lines if each.name in {*outward.lines} & {*back.lines}
        )
        while volume_ml > 1e-9:
            plugs = [plug for name in outward.lines for plug in self.inventory.line(name)]
            gas_ml = sum(plug.volumes_ml.get(GAS, 0.0) for plug in plugs)
            part_ml = min(volume_ml, self._syringe_ml(pump) - gas_ml + shared_ml)
            self._move(planned, pump, source, -max(part_ml + gas_ml - shared_ml, gas_ml))
            self._move(planned, pump, target, None)
            self._push(planned, pump, target)
            volume_ml -= part_ml
        self._push(planned, pump, source)

    def _rinse_for(self, planned: PlannedStep, pump: str, liquid: str) -> None:
        rinse, waste = self.plan.station.rinse, self.plan.plumbing.waste(pump)
        if rinse is not None and self._last.get(pump, liquid) != liquid:
            for _ in range(rinse.times):
                self._move(planned, pump, rinse.stock, -rinse.volume_ml)
                self._move(planned, pump, waste, None)
            self._push(planned, pump, waste)
        self._last[pump] = liquid

    def _push(self, planned: PlannedStep, pump: str, vessel: str) -> None:
        station = self.plan.station
        gas_ml = self.plan.plumbing.path(pump, vessel).dead_volume_ml + station.push.excess_ml
        self._move(planned, pump, station.push.gas, -gas_ml)
        self._move(planned, pump, vessel, None)

    def _move(self, planned: PlannedStep, pump: str, vessel: str, volume_ml: float | None) -> None:
        """Move the plunger, a little wrong when drawing; None empties the syringe."""
        for hop in self.plan.plumbing.path(pump, vessel).hops:
            self.inventory.turn(hop.device, hop.port)
        if volume_ml is None:
            self.inventory.displace(pump, self.inventory.syringe_ml(pump))
        else:
            noise_ml = self._error(self.plan.station.devices[pump].calibration.stroke_sd_ml)
            self.inventory.displace(pump, min(volume_ml * self._gain[pump] + noise_ml, 0.0))
        self.volumes.append((planned.path, vessel, self.inventory.volume_ml(vessel)))

    def _syringe_ml(self, pump: str) -> float:
        return {"pump": 1.0, "salt_pump": 0.25}[pump]

    def _error(self, sd: float) -> float:
        return max(-FURTHEST_SD, min(FURTHEST_SD, self._random.gauss())) * sd

    def _number(self, expression: Expression) -> Measured:
        return expression.number({**self.plan.parameters, **self._entered})
