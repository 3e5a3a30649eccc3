"""Voltammetry of one cell: scans until the asked uncertainty, all analysed together, numbers with uncertainty.

Data are written exactly as the instrument sent them before anything is computed from them, and the analyser reads
them back: what is decided is decided on what is kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry import CellState, VoltammetryResult, Voltammogram, analyse
from autosynth.analysis.voltammetry.curvefile import curves_to_table
from autosynth.contracts.potentiostat import Potentiostat, Voltammetry
from autosynth.contracts.stroke import Scan
from autosynth.engine.estimates import result_to_json, scans_needed, used_files
from autosynth.engine.history import History
from autosynth.engine.laboratory import Details, Laboratory, asked_of_all
from autosynth.engine.solid_analyses import library_for
from autosynth.errors import AnalysisError, InputError
from autosynth.language.expression import Condition
from autosynth.recipe.steps import Measure

OPEN_SCANS = 4
"""So many more scans are made before a decision that is still open is looked at again."""


class Voltammetric:
    """Voltammetry for one run; what a cell has taught about its waves is kept from sample to sample."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory
        self._history: History = laboratory.history
        self._states: dict[str, CellState] = {}
        self._looked: set[str] = set()

    def details(self, step: Measure) -> Details:
        """Resolve a measurement's arguments: potentials on the instrument's own scale."""
        plan, number = self._lab.plan, self._lab.values.number
        asked, cell = step.scan, plan.vessel(step.in_)
        reference = plan.station.reference("Fc", cell) if asked.reference == "Fc" else None
        offset_v = 0.0 if reference is None else reference.offset_v
        return {
            **asked_of_all(self._lab, step, cell),
            "offset_v": offset_v,
            "offset_sd_v": None if reference is None else reference.offset_sd_v,
            "begin_v": number(asked.begin).value + offset_v,
            "vertex1_v": number(asked.vertex1).value + offset_v,
            "vertex2_v": number(asked.vertex2).value + offset_v,
            "step_v": number(asked.step).value,
            "rate_v_s": number(asked.rate).value,
            "range_a": number(asked.range).value,
            "quiet_s": number(asked.quiet).value if asked.quiet else 0.0,
        }

    async def prepare(self, action: str, asked: Mapping[str, Any]) -> None:
        """A cell is always there."""

    async def measure(self, action: str, asked: Mapping[str, Any], decide: Condition | None) -> None:
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
                scans.append(await self._read(str(file["file"]), asked))
                readable.append(str(file["file"]))
                if number < min(look, most):
                    continue
                result, used = await self._analyse(scans, asked, before), list(readable)
            except (AnalysisError, InputError) as error:
                trouble = str(error)
                continue
            look = scans_needed(result.quantities, asked["until"], number)
            if look <= number and self._lab.undecided(decide, asked["as"], result.quantities):
                look = number + OPEN_SCANS
            if look <= number:
                break
        await self._conclude(action, asked, {"files": files, "used": used}, result, trouble)

    async def _scan(self, sub: str, asked: Mapping[str, Any], number: int) -> Mapping[str, Any]:
        if self._lab.begin(sub, {"cell": asked["cell"]}):
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
            potentiostat: Potentiostat = self._lab.devices[name]  # type: ignore[assignment]
            parent = sub.rpartition("/")[0]
            keep = partial(self._lab.folder.keep_data, parent, str(asked["as"]), f"scan{number}.txt", potentiostat.raw)
            self._lab.end(sub, await self._lab.kept(keep))
        return self._history.actions[sub].result

    async def _read(self, file: str, asked: Mapping[str, Any]) -> Voltammogram:
        """Read a kept scan back, beside the event loop in real time."""
        read = partial(
            read_voltammograms,
            self._lab.folder.path / file,
            rate_v_s=float(asked["rate_v_s"]),
            reference_offset_v=float(asked["offset_v"]),
            temperature_c=self._lab.plan.station.ambient_c,
        )
        scans = await asyncio.to_thread(read) if self._lab.threaded else read()
        if len(scans) != 1:
            msg = f"{file} holds {len(scans)} scans, one was made"
            raise AnalysisError(msg)
        return replace(scans[0], reference_sd_v=asked["offset_sd_v"])

    async def _analyse(
        self, scans: Sequence[Voltammogram], asked: Mapping[str, Any], before: CellState | None
    ) -> VoltammetryResult:
        library = library_for("voltammetry", self._lab.library)
        if not isinstance(library, Library):
            msg = "the recipe names no species library for voltammetry"
            raise AnalysisError(msg)
        given = (tuple(scans), library, asked["species"] or None, before)
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
        curves = enumerate(result.curves if result else (), start=1)
        tables = {f"fit{number}.tsv": curves_to_table(each) for number, each in curves}
        kept = {**files, "fits": await self._lab.keep_fits(action, str(asked["as"]), tables)}
        head = {"as": asked["as"], "cell": asked["cell"], "technique": "voltammetry"}
        self._lab.recorder.record("measured", {**head, **kept, **result_to_json(result)}, action)

    async def _state(self, cell: str, action: str) -> CellState | None:
        """Return what earlier samples taught; after a crash it is computed again from the scans that were used."""
        if cell not in self._looked:
            self._looked.add(cell)
            for measured in self._earlier(cell, action):
                asked = self._history.actions[str(measured["action"])].details
                try:
                    scans = [await self._read(file, asked) for file in used_files(measured)]
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
        here = [each for each in made if each.get("cell") == cell and each.get("technique", "voltammetry") != "nmr"]
        known = [each for each in here if each["action"] != action and each["quantities"]]
        return sorted(known, key=lambda each: float(each["t_s"]))
