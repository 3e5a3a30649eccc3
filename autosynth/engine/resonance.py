"""NMR of one tube: into the magnet, shim looked at, blocks of scans until enough is known, out of the magnet.

Each block is in a folder of its own, named by its action and attempt, so that what became of one is a look into that
folder: a finished block is not measured again. Data are kept as the spectrometer wrote them and read back from there.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.nmr import Accumulation, Fid, NmrResult, analyse, scans_needed
from autosynth.analysis.nmr.curvefile import spectrum_to_table
from autosynth.analysis.readers.nmr import read_fids
from autosynth.contracts.nmr import Acquisition, Nmr, ShimMethod
from autosynth.contracts.stroke import Acquire, Shim
from autosynth.engine.changes import changes, noise_of
from autosynth.engine.estimates import quantities_to_json
from autosynth.engine.folder import safe_name
from autosynth.engine.laboratory import Details, Laboratory, asked_of_all
from autosynth.engine.solid_analyses import library_for
from autosynth.engine.tubes import Tubes
from autosynth.errors import AnalysisError, ExchangeError, InputError
from autosynth.language.expression import Condition
from autosynth.recipe.steps import Measure
from autosynth.station.mixture import EXACT, Mixture
from autosynth.station.model import VesselSpec

SHIMMED = "shimmed"
"""The mark of a measurement whose field has been seen to be fit for work."""
WORTH = 0.95
"""More scans are made only while all that there may be would lower an uncertainty to less than this part of it."""


def of_measurement(condition: Condition, name: str) -> tuple[str, ...]:
    """Return the quantities of one measurement that a condition speaks of."""
    names = (each.removeprefix("change ") for each in condition.names())
    return tuple(each.removeprefix(f"{name}.") for each in names if each.startswith(f"{name}."))


def worth_more(result: NmrResult, wanted: Sequence[str], at_most: int) -> bool:
    """Tell whether all scans that there may be would make any wanted quantity noticeably surer.

    What the library leaves open, such as relaxation times, does not become surer by more scans of the same kind.
    """
    forecast = result.forecast
    known = [name for name in wanted if name in forecast.gradients]
    return any(forecast.sd_after(name, at_most) < WORTH * forecast.sd_after(name, forecast.scans) for name in known)


def amounts(content: Mixture) -> dict[str, list[float]]:
    """Return species -> [mol charged and still there, its standard uncertainty, the part that all strokes share]."""
    spreads = content.amount_spread
    return {
        name: [value, spreads.get(name, EXACT).sd, spreads.get(name, EXACT).common]
        for name, value in content.amounts_mol.items()
        if value > 0
    }


class Resonance:
    """NMR for one run."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory
        self._tubes = Tubes(laboratory)

    def details(self, step: Measure) -> Details:
        """Resolve a measurement's arguments; a rack gives its next free tube."""
        number, asked = self._lab.values.number, step.blocks
        cell = self._tubes.free(self._lab.plan.vessel(step.in_))
        spec = self._lab.plan.station.vessels[cell]
        return {
            **asked_of_all(self._lab, step, cell),
            "rack": spec.rack,
            "position": spec.position,
            "identity": spec.identity,
            "nucleus": asked.nucleus,
            "block_scans": asked.scans,
            "repetition_s": number(asked.repetition).value,
            "acquisition_s": number(asked.acquisition).value,
            "pulse_deg": asked.pulse,
            "shim": asked.shim,
        }

    async def prepare(self, action: str, asked: Mapping[str, Any]) -> None:
        """Look whether the tube is there before anything is dosed into its place; hold until it is."""
        await self._tubes.look(action, asked)

    async def measure(self, action: str, asked: Mapping[str, Any], decide: Condition | None) -> None:
        """Measure blocks until an asked uncertainty or decision is reached, and record what was found."""
        spec = self._lab.plan.station.vessels[asked["cell"]]
        blocks = Accumulation()
        files: list[Mapping[str, Any]] = []
        result: NmrResult | None = None
        trouble, size = "", int(asked["block_scans"])
        for number in range(1, int(asked["scans_at_most"]) // size + 1):
            made = await self._block(f"{action}/block{number}", asked, number, spec)
            files.append(made)
            if not made.get("counts", True):
                continue
            try:
                for fid in await self._read(str(made["folder"])):
                    blocks.add(fid)
                result = await self._analyse(blocks, asked)
            except (AnalysisError, InputError) as error:
                trouble = str(error)
                continue
            sure = scans_needed(result, asked["until"], blocks.scans) is not None
            open_ = self._lab.undecided(decide, asked["as"], result.quantities)
            wanted = () if decide is None or not open_ else of_measurement(decide, asked["as"])
            if (sure and not open_) or not worth_more(result, (*asked["until"], *wanted), int(asked["scans_at_most"])):
                break
        await self._tubes.out_of_magnet(action, spec)
        await self._conclude(action, asked, files, result, trouble)

    async def _ready(self, action: str, asked: Mapping[str, Any], spec: VesselSpec) -> None:
        """See that the tube is in the magnet and the field fit for work, as long as nothing has changed since."""
        marks = self._lab.history.actions[action].marks
        moved = await self._tubes.into_magnet(action, spec)
        if moved or SHIMMED not in marks:
            await self._shim(action, spec, ShimMethod.CHECK if SHIMMED in marks else ShimMethod(asked["shim"]))
            self._lab.recorder.record("action.phase", {"phase": SHIMMED}, action)

    async def _shim(self, action: str, spec: VesselSpec, method: ShimMethod) -> None:
        """Shim as asked, a quick shim when that is not enough, and hold while the field is not fit for work."""
        name, states = str(spec.spectrometer), self._lab.history.device_states
        while True:
            for attempt in dict.fromkeys((method, ShimMethod.QUICK)):
                while not await self._lab.accounting.stroke(action, "shim", name, Shim(attempt)):
                    pass
                if states.get(name, {}).get("shim_ready"):
                    return
            width = states.get(name, {}).get("line_width_hz")
            shown = f"{width:.2f} Hz" if isinstance(width, int | float) else "of unknown width"
            self._lab.control.hold(f"{name}: the shim failed, lines are {shown}; see to it, then restart")
            await self._lab.control.pass_gate()

    async def _block(self, sub: str, asked: Mapping[str, Any], number: int, spec: VesselSpec) -> Mapping[str, Any]:
        history, name = self._lab.history, str(spec.spectrometer)
        if self._lab.begin(sub, {"cell": asked["cell"], "number": number}):
            record, parent = history.actions[sub], sub.rpartition("/")[0]
            while not record.folder:
                await self._ready(parent, asked, spec)
                await self._lab.accounting.stroke(sub, "acquire", name, self._acquire(sub, asked, spec))
            inside = await self._tubes.in_magnet(parent, spec)
            if not inside:
                out = {"what": "tube not in the magnet", "cell": spec.name, "block": number}
                self._lab.recorder.record("deviation", {**out, "reason": "the block does not count"}, sub)
            data = await self._data(name, record.folder)
            kept: list[Details] = []
            for file, content in sorted(data.items()):
                place = f"block{number}/{file}"
                keep = partial(self._lab.folder.keep_data, parent, str(asked["as"]), place, content)
                kept.append(await self._lab.kept(keep))
            folder = str(kept[0]["file"]).partition(f"/block{number}/")[0] + f"/block{number}"
            self._lab.end(sub, {"folder": folder, "files": kept, "counts": inside})
        return history.actions[sub].result

    def _acquire(self, sub: str, asked: Mapping[str, Any], spec: VesselSpec) -> Callable[[], Acquire]:
        """Return what makes the next attempt at a block: each has a folder of its own."""
        run = str(self._lab.history.meta.get("run", "run"))
        block = Acquisition(
            nucleus=asked["nucleus"],
            scans=int(asked["block_scans"]),
            repetition_s=asked["repetition_s"],
            acquisition_s=asked["acquisition_s"],
            pulse_deg=asked["pulse_deg"],
            folder="",
            sample=spec.identity or spec.name,
        )

        def attempt() -> Acquire:
            tries = self._lab.history.actions[sub].intents
            return Acquire(replace(block, folder=safe_name(f"{run}_{sub}_{tries + 1}".replace("/", "-"))))

        return attempt

    async def _data(self, name: str, folder: str) -> Mapping[str, bytes]:
        """Fetch a finished block's files; hold while they cannot be had."""
        spectrometer: Nmr = self._lab.devices[name]  # type: ignore[assignment]
        while True:
            try:
                return await spectrometer.data(folder)
            except ExchangeError as error:
                self._lab.control.hold(error.told)
                await self._lab.control.pass_gate()

    async def _read(self, folder: str) -> list[Fid]:
        """Read a kept block back, beside the event loop in real time."""
        path = self._lab.folder.path / folder
        return await asyncio.to_thread(read_fids, path) if self._lab.threaded else read_fids(path)

    async def _analyse(self, blocks: Accumulation, asked: Mapping[str, Any]) -> NmrResult:
        library = library_for("nmr", self._lab.library)
        if not isinstance(library, LineLibrary):
            msg = "the recipe names no library of lines for NMR"
            raise AnalysisError(msg)
        given = (blocks, library, tuple(asked["species"]))
        return await asyncio.to_thread(analyse, *given) if self._lab.threaded else analyse(*given)

    async def _conclude(
        self,
        action: str,
        asked: Mapping[str, Any],
        files: list[Mapping[str, Any]],
        result: NmrResult | None,
        trouble: str,
    ) -> None:
        """Record what was measured and of what; without a result every quantity stays unknown."""
        if result is None:
            self._lab.recorder.record("deviation", {"what": "no result", "reason": trouble, "as": asked["as"]}, action)
        tables = {} if result is None else {"fit1.tsv": spectrum_to_table(result.curves)}
        fits = await self._lab.keep_fits(action, str(asked["as"]), tables)
        made, most = len(files) * int(asked["block_scans"]), int(asked["scans_at_most"])
        content = self._lab.history.inventory.content(asked["cell"])
        head = {
            **{key: asked[key] for key in ("as", "cell", "rack", "position", "identity", "nucleus")},
            "technique": "nmr",
            "source": asked["vessel"],
            "scans": made,
            "scans_at_most": most,
            "files": [
                {"file": each["folder"], "counts": each.get("counts", True), "kept": each.get("files", [])}
                for each in files
            ],
            "fits": fits,
            "content": amounts(content),
        }
        found: Details = {"quantities": {}, "flags": []}
        if result is not None:
            before = self._lab.history.measurements.get(str(asked["as"]), [None])[-1]
            quantities = {**result.quantities, **changes(result, asked, before)}
            found = {"quantities": quantities_to_json(quantities), "flags": list(result.goodness.flags)}
            found["noise"] = noise_of(result, asked)
        self._lab.recorder.record("measured", {**head, **found}, action)
