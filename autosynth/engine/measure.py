"""A measurement: sample into the cell, scans until the asked uncertainty, numbers with uncertainty, cell washed.

Each part is an action of its own below the measurement's id, so a crash in the middle costs at most one scan. Data
are written exactly as the instrument sent them before anything is computed from them, and the analyser reads them
back: what is decided is decided on what is kept.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry import CellState, VoltammetryResult, Voltammogram, analyse
from autosynth.analysis.voltammetry.curvefile import curves_to_table
from autosynth.contracts.potentiostat import Potentiostat, Voltammetry
from autosynth.contracts.stroke import Scan
from autosynth.engine.accounting import Accounting
from autosynth.engine.control import Control
from autosynth.engine.estimates import quantities_to_json, result_to_json, scans_needed, used_files
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import ActionRecord, History
from autosynth.engine.liquids import LiquidHandler
from autosynth.engine.recorder import Recorder
from autosynth.engine.values import Values
from autosynth.errors import AnalysisError, InputError, JournalError
from autosynth.language.expression import Condition
from autosynth.language.logic import Truth
from autosynth.plan.tree import Plan
from autosynth.recipe.steps import Measure
from autosynth.units import Quantity

OPEN_SCANS = 4
"""So many more scans are made before a decision that is still open is looked at again."""
DRAIN_OVER_ML = 0.1
"""A cell is drained of this much more than the ledger says is in it, so that it is empty afterwards."""

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What measuring needs of a run."""

    plan: Plan
    library: Library | None
    folder: RunFolder
    accounting: Accounting
    recorder: Recorder
    handlers: Mapping[str, LiquidHandler]
    potentiostats: Mapping[str, Potentiostat]
    values: Values
    control: Control
    threaded: bool
    """Whether to compute and write beside the event loop: in real time neither a long fit nor a disk that stalls may
    keep watchdogs and holds waiting."""


class Measuring:
    """Measures for one run; what a cell has taught about its waves is kept from sample to sample."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory
        self._history: History = laboratory.recorder.history
        self._states: dict[str, CellState] = {}
        self._looked: set[str] = set()

    def details(self, step: Measure) -> Details:
        """Resolve a measurement's arguments: potentials on the instrument's own scale, volumes, names."""
        plan, number = self._lab.plan, self._lab.values.number
        asked, cell = step.voltammetry, plan.vessel(step.in_)
        reference = plan.station.reference("Fc", cell) if asked.reference == "Fc" else None
        offset_v = 0.0 if reference is None else reference.offset_v
        return {
            "as": step.as_,
            "cell": cell,
            "vessel": plan.vessel(step.of) if step.of else None,
            "sample_ml": number(step.sample).value if step.sample else None,
            "offset_v": offset_v,
            "offset_sd_v": None if reference is None else reference.offset_sd_v,
            "begin_v": number(asked.begin).value + offset_v,
            "vertex1_v": number(asked.vertex1).value + offset_v,
            "vertex2_v": number(asked.vertex2).value + offset_v,
            "step_v": number(asked.step).value,
            "rate_v_s": number(asked.rate).value,
            "range_a": number(asked.range).value,
            "quiet_s": number(asked.quiet).value if asked.quiet else 0.0,
            "scans_at_most": step.scans_at_most,
            "until": {name: sd.value for name, sd in step.until.items() if isinstance(sd, Quantity)},
            "species": list(step.species or ()),
        }

    async def measure(self, step: Measure, record: ActionRecord) -> Details:
        """Carry a measurement out, or the rest of it.

        Raises:
            RunEndedError: the run was stopped.
        """
        asked, action = record.details, record.action
        if asked["vessel"] is not None and asked["sample_ml"] is not None:
            await self._sample(action, asked)
        if "measured" not in record.marks:
            await self._scan_until_sure(action, asked, step.decide)
            self._lab.recorder.record("action.phase", {"phase": "measured"}, action)
        if step.clean:
            await self._clean(action, asked["cell"])
        return {"as": asked["as"]}

    async def wash(self, action: str, vessel: str, stock: str, volume_ml: float, times: int) -> None:
        """Empty a vessel to waste and rinse it `times` with `volume_ml` of `stock`."""
        handler = self._handler(vessel)
        rate = self._lab.plan.station.draw_rate_ml_min
        if self._begin(f"{action}/drain", {"vessel": vessel}):
            await handler.drain(f"{action}/drain", vessel, DRAIN_OVER_ML, rate)
            self._end(f"{action}/drain")
        for turn in range(1, times + 1):
            if self._begin(f"{action}/rinse{turn}", {"vessel": vessel, "stock": stock, "volume_ml": volume_ml}):
                await handler.dose(f"{action}/rinse{turn}", stock, vessel, volume_ml, rate)
                self._end(f"{action}/rinse{turn}")
            if self._begin(f"{action}/drain{turn}", {"vessel": vessel}):
                await handler.drain(f"{action}/drain{turn}", vessel, DRAIN_OVER_ML, rate)
                self._end(f"{action}/drain{turn}")

    async def _sample(self, action: str, asked: Mapping[str, Any]) -> None:
        sub = f"{action}/sample"
        if self._begin(sub, {"source": asked["vessel"], "vessel": asked["cell"], "volume_ml": asked["sample_ml"]}):
            rate = self._lab.plan.station.draw_rate_ml_min
            handler = self._handler(asked["vessel"])
            await handler.transfer(sub, asked["vessel"], asked["cell"], float(asked["sample_ml"]), rate)
            self._end(sub)

    async def _clean(self, action: str, cell: str) -> None:
        rinse = self._lab.plan.station.rinse
        if rinse is not None:
            await self.wash(action, cell, rinse.stock, rinse.volume_ml, rinse.times)

    async def _scan_until_sure(self, action: str, asked: Mapping[str, Any], decide: Condition | None) -> None:
        """Scan, analyse all scans together, and scan again while an asked uncertainty or decision is out of reach."""
        scans: list[Voltammogram] = []
        files: list[Mapping[str, Any]] = []
        readable: list[str] = []
        used: list[str] = []
        before = await self._state(asked["cell"], action)
        result: VoltammetryResult | None = None
        trouble, look = "", 1
        most = int(asked["scans_at_most"])
        for number in range(1, most + 1):
            file = await self._scan(f"{action}/scan{number}", asked, number)
            files.append(file)
            try:
                scans.append(self._read(str(file["file"]), asked))
                readable.append(str(file["file"]))
                if number < min(look, most):
                    continue
                result, used = await self._analyse(scans, asked, before), list(readable)
            except (AnalysisError, InputError) as error:
                trouble = str(error)
                continue
            look = scans_needed(result.quantities, asked["until"], number)
            if look <= number and self._open(decide, asked, result):
                look = number + OPEN_SCANS
            if look <= number:
                break
        await self._conclude(action, asked, {"files": files, "used": used}, result, trouble)

    def _open(self, decide: Condition | None, asked: Mapping[str, Any], result: VoltammetryResult) -> bool:
        """Tell whether the decision that the measurement serves cannot be taken on what it has found so far."""
        if decide is None:
            return False
        quantities = quantities_to_json(result.quantities)
        return self._lab.values.provisional(decide, asked["as"], quantities) is Truth.UNDECIDED

    async def _scan(self, sub: str, asked: Mapping[str, Any], number: int) -> Mapping[str, Any]:
        if self._begin(sub, {"cell": asked["cell"]}):
            name = str(self._lab.plan.station.vessels[asked["cell"]].potentiostat)
            method = Voltammetry(
                begin_v=asked["begin_v"],
                vertex1_v=asked["vertex1_v"],
                vertex2_v=asked["vertex2_v"],
                step_v=asked["step_v"],
                rate_v_s=asked["rate_v_s"],
                current_range_a=asked["range_a"],
                quiet_s=asked["quiet_s"],
            )
            while not await self._lab.accounting.stroke(sub, "scan", name, Scan(method)):
                pass
            raw = self._lab.potentiostats[name].raw
            parent = sub.rpartition("/")[0]
            keep = partial(self._lab.folder.keep_data, parent, str(asked["as"]), f"scan{number}.txt", raw)
            self._end(sub, await self._kept(keep))
        return self._history.actions[sub].result

    async def _kept(self, keep: Callable[[], tuple[str, str]]) -> Details:
        """Write a file of the run; while the disk refuses, hold, and try again when a person restarts.

        Raises:
            RunEndedError: the run was stopped.
        """
        while True:
            try:
                path, digest = await asyncio.to_thread(keep) if self._lab.threaded else keep()
            except JournalError as error:
                self._lab.control.hold(str(error))
                await self._lab.control.pass_gate()
            else:
                return {"file": path, "sha256": digest}

    def _read(self, file: str, asked: Mapping[str, Any]) -> Voltammogram:
        scans = read_voltammograms(
            self._lab.folder.path / file,
            rate_v_s=float(asked["rate_v_s"]),
            reference_offset_v=float(asked["offset_v"]),
            temperature_c=self._lab.plan.station.ambient_c,
        )
        if len(scans) != 1:
            msg = f"{file} holds {len(scans)} scans, one was made"
            raise AnalysisError(msg)
        return replace(scans[0], reference_sd_v=asked["offset_sd_v"])

    async def _analyse(
        self, scans: Sequence[Voltammogram], asked: Mapping[str, Any], before: CellState | None
    ) -> VoltammetryResult:
        if self._lab.library is None:
            msg = "the recipe names no species library"
            raise AnalysisError(msg)
        given = (tuple(scans), self._lab.library, asked["species"] or None, before)
        return await asyncio.to_thread(analyse, *given) if self._lab.threaded else analyse(*given)

    async def _conclude(
        self,
        action: str,
        asked: Mapping[str, Any],
        files: Details,
        result: VoltammetryResult | None,
        trouble: str,
    ) -> None:
        """Record what was measured; without a result every quantity stays unknown, and decisions undecided."""
        if result is not None:
            self._states[asked["cell"]] = result.state
        else:
            self._lab.recorder.record("deviation", {"what": "no result", "reason": trouble, "as": asked["as"]}, action)
        kept = {**files, "fits": await self._keep_fits(action, str(asked["as"]), result)}
        head = {"as": asked["as"], "cell": asked["cell"]}
        self._lab.recorder.record("measured", {**head, **kept, **result_to_json(result)}, action)

    async def _keep_fits(self, action: str, name: str, result: VoltammetryResult | None) -> list[Details]:
        """Write the fitted curves so that what was decided on can be looked at as it was."""
        kept: list[Details] = []
        for number, curves in enumerate(result.curves if result else (), start=1):
            table = curves_to_table(curves)
            kept.append(await self._kept(partial(self._lab.folder.keep_fit, action, name, f"fit{number}.tsv", table)))
        return kept

    async def _state(self, cell: str, action: str) -> CellState | None:
        """Return what earlier samples taught; after a crash it is computed again from the scans that were used."""
        if cell not in self._looked:
            self._looked.add(cell)
            for measured in self._earlier(cell, action):
                asked = self._history.actions[str(measured["action"])].details
                try:
                    scans = [self._read(file, asked) for file in used_files(measured)]
                    result = await self._analyse(scans, asked, self._states.get(cell))
                except (AnalysisError, InputError) as error:
                    lost = {"what": "earlier scans not readable", "reason": str(error), "as": measured["as"]}
                    self._lab.recorder.record("deviation", lost, action)
                else:
                    self._states[cell] = result.state
        return self._states.get(cell)

    def _earlier(self, cell: str, action: str) -> list[Mapping[str, Any]]:
        """Return the measurements with a result that were made in a cell before this action, in their order."""
        made = [payload for rounds in self._history.measurements.values() for payload in rounds]
        known = [each for each in made if each["cell"] == cell and each["action"] != action and each["quantities"]]
        return sorted(known, key=lambda each: float(each["t_s"]))

    def _handler(self, vessel: str) -> LiquidHandler:
        pump = self._lab.plan.plumbing.pump_to(vessel)
        return self._lab.handlers[str(pump)]

    def _begin(self, action: str, details: Details) -> bool:
        """Start a part of a measurement; False when the history says it is done."""
        if self._history.action(action) is None:
            self._lab.recorder.record("action.started", details, action)
        return not self._history.is_done(action)

    def _end(self, action: str, result: Mapping[str, Any] | None = None) -> None:
        self._lab.recorder.record("action.done", result or {}, action)
