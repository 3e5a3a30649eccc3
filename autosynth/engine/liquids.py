"""Liquid actions as strokes: doses, transfers, samples, rinses; driven by what the history says has moved.

Every loop here asks the history how far it has come and makes the next stroke, so the same code starts an action,
continues it after a crash in its middle, and goes on after a syringe had to be emptied to waste. Lines are plug flow
and stand full of gas between doses: a dose is followed by a gas push that clears the path into the vessel.
"""

import math
from dataclasses import dataclass

from autosynth.contracts.device import Device
from autosynth.contracts.liquid import ValvePump, kept_rate_ml_min
from autosynth.contracts.stroke import MovePlunger, TurnTo
from autosynth.engine.accounting import Accounting
from autosynth.engine.history import History
from autosynth.engine.recorder import Recorder
from autosynth.station.mixture import GAS
from autosynth.station.model import Station
from autosynth.station.plumbing import Path, Plumbing

STANDING_ML = 2e-3
"""Liquid standing in a line before an action begins is worth a deviation above this."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a liquid action works with: the pump (and its name), the rest of the run's machinery."""

    accounting: Accounting
    journal: Recorder
    history: History
    station: Station
    plumbing: Plumbing


class LiquidHandler:
    """One pump with everything its plumbing reaches."""

    def __init__(self, name: str, pump: Device, tools: Tools) -> None:
        self.name = name
        self._pump: ValvePump = pump  # type: ignore[assignment]
        self._tools = tools
        self._history = tools.history
        self._gas = tools.station.push.gas
        self._waste = tools.plumbing.waste(name)

    async def dose(self, action: str, source: str, target: str, volume_ml: float, rate_ml_min: float) -> None:
        """Deliver `volume_ml` of `source` into `target` at `rate_ml_min`, then push the path clear with gas.

        What stands in the path is of the dose too: gas brings it no faster.
        """
        await self._rinse_for(action, source, target)
        record = self._history.actions[action]
        while (missing_ml := volume_ml - record.phase_ml("dispense")) > self._tolerance_ml:
            if self._held_ml <= self._tolerance_ml:
                await self._draw(action, "draw", source, min(missing_ml, self._pump.syringe_ml))
                continue
            await self._expel(action, "dispense", target, self._held_ml - missing_ml, rate_ml_min)
        await self._expel(action, "surplus", self._waste, 0.0, self._tools.station.draw_rate_ml_min)
        await self._push(action, "push", target, rate_ml_min)

    async def transfer(
        self, action: str, source: str, target: str, volume_ml: float, rate_ml_min: float, back: str = "return"
    ) -> None:
        """Move `volume_ml` from vessel to vessel, in syringes; what stays in the source's line is pushed back."""
        await self._rinse_for(action, source, target)
        marks = self._history.actions[action].marks
        moved_ml, cycle = 0.0, 0
        while volume_ml - moved_ml > self._tolerance_ml:
            cycle += 1
            if f"cycle{cycle}" not in marks:
                self._plan_cycle(action, cycle, source, target, volume_ml - moved_ml)
            if f"end{cycle}" not in marks:
                await self._cycle(action, cycle, source, target, rate_ml_min)
            moved_ml += float(marks[f"end{cycle}"]["liquid_ml"])
        await self._push(action, back, source)

    async def drain(self, action: str, vessel: str, rate_ml_min: float) -> None:
        """Empty a vessel to waste; see `empty`."""
        await self.empty(action, vessel, self._waste, rate_ml_min)

    async def empty(self, action: str, vessel: str, target: str, rate_ml_min: float) -> float:
        """Move all that is in a vessel, drawing so much more than the ledger says that nothing stays; return mL moved.

        What may be there still, because nobody knows what a stroke that was cut off drew, is drawn too.
        """
        record = self._history.actions[action]
        marks, drawn_ml, turn = record.marks, 0.0, 1
        calibration = self._tools.station.devices[self.name].calibration
        while turn == 1 or self._history.inventory.beyond_ml(vessel) > self._tolerance_ml:
            number = "" if turn == 1 else str(turn)
            if f"content{number}" not in marks:
                inventory = self._history.inventory
                there_ml = inventory.volume_ml(vessel) + (inventory.beyond_ml(vessel) if number else 0.0)
                over_ml = calibration.overdraw_ml(there_ml, inventory.content(vessel).liquid_sd_ml)
                self._mark(action, f"content{number}", volume_ml=drawn_ml + there_ml + over_ml, over_ml=over_ml)
            drawn_ml, turn = float(marks[f"content{number}"]["volume_ml"]), turn + 1
            await self.transfer(action, vessel, target, drawn_ml, rate_ml_min, f"return{number}")
        over_ml = sum(float(mark["over_ml"]) for name, mark in marks.items() if name.startswith("content"))
        return max(record.cycled_ml - over_ml, 0.0)

    async def flush(self, action: str, line: str, stock: str, volume_ml: float, times: int) -> None:
        """Send `stock` through `line` to the vessel at its end, `times`, and push it clear."""
        paths = (path for path in self._tools.plumbing.paths(self.name) if line in path.lines)
        vessel = next(paths).vessel
        for turn in range(1, times + 1):
            await self._carry(action, f"flush{turn}", stock, vessel, volume_ml)
        await self._push(action, "push", vessel)

    @property
    def _tolerance_ml(self) -> float:
        """A movement below one step of the pump is no movement."""
        return 1.01 * self._pump.resolution_ml

    @property
    def _held_ml(self) -> float:
        return self._history.inventory.syringe_ml(self.name)

    def _plan_cycle(self, action: str, cycle: int, source: str, target: str, missing_ml: float) -> None:
        """Fix how much one syringe draws: gas standing in the source's path comes first, the shared line counts."""
        outward, back = self._path(source), self._path(target)
        plugs = [plug for name in outward.lines for plug in self._history.inventory.line(name)]
        gas_ml = sum(plug.volumes_ml.get(GAS, 0.0) for plug in plugs)
        shared = set(outward.lines) & set(back.lines)
        shared_ml = sum(line.volume_ml for line in self._tools.station.lines if line.name in shared)
        liquid_ml = min(missing_ml, self._pump.syringe_ml - gas_ml + shared_ml)
        draw_ml = max(liquid_ml + gas_ml - shared_ml, gas_ml)
        target_ml = self._history.inventory.volume_ml(target)
        self._mark(action, f"cycle{cycle}", draw_ml=draw_ml, liquid_ml=liquid_ml, target_ml=target_ml)

    async def _cycle(self, action: str, cycle: int, source: str, target: str, rate_ml_min: float) -> None:
        """Draw, dispense, push; when the syringe is lost on the way, what the ledger says arrived is what was moved."""
        record = self._history.actions[action]
        plan = record.marks[f"cycle{cycle}"]
        whole = bool(record.phase_ml(f"dispense{cycle}")) or await self._draw(
            action, f"draw{cycle}", source, float(plan["draw_ml"])
        )
        whole = whole and await self._expel(action, f"dispense{cycle}", target, 0.0, rate_ml_min)
        await self._push(action, f"push{cycle}", target, rate_ml_min)
        whole = whole and not self._went_home(action, f"cycle{cycle}")
        arrived_ml = max(self._history.inventory.volume_ml(target) - float(plan["target_ml"]), 0.0)
        self._mark(action, f"end{cycle}", liquid_ml=plan["liquid_ml"] if whole else arrived_ml)

    def _went_home(self, action: str, since: str) -> bool:
        """Tell whether the axis was re-initialised in this action after a mark: its syringe went to waste then."""
        record = self._history.actions[action]
        return record.homed_after(since)

    async def _rinse_for(self, action: str, liquid: str, target: str) -> None:
        """Rinse the syringe to waste when the last liquid, in this run or an earlier one, was another."""
        rinse = self._tools.station.rinse
        record = self._history.actions[action]
        if "rinsed" in record.marks:
            return
        if not record.marks and not record.moved:
            await self._empty_what_is_left(action, target)
        if self._history.inventory.last_liquid.get(self.name, liquid) != liquid and rinse is not None:
            for turn in range(1, rinse.times + 1):
                await self._carry(action, f"rinse{turn}", rinse.stock, self._waste, rinse.volume_ml)
            await self._push(action, "rinse_push", self._waste)
        self._mark(action, "rinsed", pump=self.name, liquid=liquid)

    async def _empty_what_is_left(self, action: str, target: str) -> None:
        """Send to waste what an earlier run, or a stroke cut off, left in the syringe: it is no part of this action.

        What it left in the lines to `target` cannot be kept out of it: that is a deviation, and the ledger counts it.
        """
        await self._tools.accounting.observe(action, self.name)
        if self._held_ml > self._tolerance_ml:
            left = {"what": "left in the syringe", "device": self.name, "to_waste_ml": self._held_ml}
            self._tools.journal.record("deviation", left, action)
            await self._expel(action, "leftover", self._waste, 0.0, self._tools.station.draw_rate_ml_min)

        plugs = [plug for line in self._path(target).lines for plug in self._history.inventory.line(line)]
        standing_ml = sum(plug.liquid_ml for plug in plugs)
        if standing_ml > STANDING_ML:
            stands = {"what": "line not empty", "vessel": target, "volume_ml": standing_ml}
            self._tools.journal.record("deviation", stands, action)

    async def _push(self, action: str, phase: str, vessel: str, most_ml_min: float = math.inf) -> None:
        """Clear the path to `vessel` with gas, at `most_ml_min` at most; once per phase."""
        volume_ml = self._path(vessel).dead_volume_ml + self._tools.station.push.excess_ml
        await self._carry(action, phase, self._gas, vessel, volume_ml, most_ml_min)

    async def _carry(
        self, action: str, phase: str, source: str, target: str, volume_ml: float, most_ml_min: float = math.inf
    ) -> None:
        """One syringe of `source` to `target`; begun anew, whole, when the syringe is lost on the way."""
        rate_ml_min = min(self._tools.station.draw_rate_ml_min, most_ml_min)
        record = self._history.actions[action]
        while phase not in record.marks:
            going_out = bool(record.phase_ml(phase)) and self._held_ml > self._tolerance_ml
            drawn = going_out or await self._draw(action, f"{phase}_draw", source, volume_ml)
            if drawn and await self._expel(action, phase, target, 0.0, rate_ml_min):
                self._mark(action, phase)

    async def _draw(self, action: str, phase: str, source: str, want_ml: float) -> bool:
        """Draw until the syringe holds `want_ml`; False: its content was lost on the way."""
        while want_ml - self._held_ml > self._tolerance_ml:
            held_ml = self._held_ml
            rate_ml_min = self._tools.station.draw_rate_ml_min
            if not await self._step(action, phase, source, want_ml - held_ml, rate_ml_min) and self._held_ml < held_ml:
                return False
        return True

    async def _expel(self, action: str, phase: str, vessel: str, keep_ml: float, rate_ml_min: float) -> bool:
        """Dispense until the syringe holds `keep_ml` (below zero: nothing); False: its content was lost on the way."""
        while self._held_ml - max(keep_ml, 0.0) > self._tolerance_ml:
            held_ml = self._held_ml
            change_ml = max(keep_ml, 0.0) - held_ml
            if not await self._step(action, phase, vessel, change_ml, rate_ml_min) and self._held_ml < held_ml:
                return False
        return True

    async def _step(self, action: str, phase: str, vessel: str, change_ml: float, rate_ml_min: float) -> bool:
        """Open the path and make one plunger stroke of at most what the station lets a device do unattended."""
        if self.name not in self._history.device_states:
            await self._tools.accounting.observe(action, self.name)
        for hop in reversed(self._path(vessel).hops):
            if hop.device != self.name:  # the pump's own valve is read before each of its strokes
                await self._tools.accounting.observe(action, hop.device)
            if self._history.inventory.positions.get(hop.device) == hop.port:
                continue
            if not await self._tools.accounting.stroke(action, phase, hop.device, TurnTo(hop.port)):
                return False
        self._distrust_a_contradiction(action)
        kept_ml_min, station = kept_rate_ml_min(rate_ml_min, self._pump.rate_step_ml_min), self._tools.station
        limit_ml = min(kept_ml_min * station.max_stroke_s / 60.0, station.host_death.volume_ml)
        strokes = max(1, -int(-(abs(change_ml) - self._tolerance_ml) // limit_ml))
        to_ml = self._rounded_ml(self._plunger_ml() + change_ml / strokes)
        return await self._tools.accounting.stroke(action, phase, self.name, MovePlunger(to_ml, rate_ml_min))

    def _distrust_a_contradiction(self, action: str) -> None:
        """When pump and ledger differ on what is in the syringe, the axis is re-initialised: it goes to waste.

        They may differ by a step: with more than that, a loop that goes by the ledger need not come to its end.
        """
        if self.name in self._history.untrusted or self.name not in self._history.device_states:
            return
        if abs(self._plunger_ml() - self._held_ml) > self._tolerance_ml:
            said = {"pump_ml": self._plunger_ml(), "ledger_ml": self._held_ml}
            self._tools.journal.record("deviation", {"what": "contradiction", "device": self.name, **said}, action)
            self._tools.journal.record("untrusted", {"device": self.name, "reason": "contradicts the ledger"})

    def _rounded_ml(self, to_ml: float) -> float:
        """Return the end of the syringe for what is beyond it by a step; what is farther out the pump refuses."""
        end_ml = min(max(to_ml, 0.0), self._pump.syringe_ml)
        return end_ml if abs(end_ml - to_ml) <= self._tolerance_ml else to_ml

    def _plunger_ml(self) -> float:
        state = self._history.device_states.get(self.name, {})
        return float(state.get("plunger_ml") or 0.0)

    def _path(self, vessel: str) -> Path:
        return self._tools.plumbing.path(self.name, vessel)

    def _mark(self, action: str, phase: str, **details: float | str) -> None:
        self._tools.journal.record("action.phase", {"phase": phase, **details}, action)
