"""Measurements by file: an aliquot is taken to an instrument by hand, its file waited for, kept, read and analysed.

Data are kept exactly as the instrument wrote them before anything is computed, and read back from there.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from autosynth.analysis.assemblies import AssemblyLibrary, mean_of
from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.estimate import Estimate
from autosynth.contracts.spectrometer import Exposure, Spectrometer
from autosynth.contracts.stroke_solid import Collect
from autosynth.engine.estimates import quantities_to_json
from autosynth.engine.folder import safe_name
from autosynth.engine.laboratory import Details, Laboratory
from autosynth.engine.solid_analyses import Found, analyses, library_for
from autosynth.errors import AnalysisError, ExchangeError, InputError
from autosynth.language.expression import Condition
from autosynth.recipe.exposure import Composition, Diffraction, Infrared, Mass, UvVis
from autosynth.recipe.steps import Measure
from autosynth.units import format_quantity

WORDS = {
    "infrared": "measure its infrared spectrum",
    "diffraction": "measure its powder pattern",
    "uv_vis": "measure its reflectance spectrum",
    "sorption": "measure its nitrogen isotherm at 77 K",
    "composition": "have its elements determined",
    "mass": "measure its mass spectrum",
}
"""What a person is asked to do with an aliquot."""


class Exposing:
    """Measurements by file for one run."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory

    def details(self, step: Measure) -> Details:
        """Resolve a measurement's arguments."""
        asked, plan, number = step.exposure, self._lab.plan, self._lab.values.number
        if asked is None or step.of is None:
            raise ValueError("this is no measurement by file")
        taken = {
            "aliquot_mg": None if step.aliquot is None else 1e3 * number(step.aliquot).value,
            "taken_ml": None if step.sample is None else number(step.sample).value,
        }
        return {
            **{key: value for key, value in taken.items() if value is not None},
            "as": step.as_,
            "cell": plan.vessel(step.in_),
            "vessel": plan.vessel(step.of),
            "sample_ml": None,
            "washed": asked.washed,
            "likely_s": number(asked.likely).value,
            "wait_s": number(asked.wait).value,
            "relative_to": asked.relative_to if isinstance(asked, Infrared | UvVis) else None,
            "candidates": list(asked.candidates) if isinstance(asked, Diffraction) else [],
            "ratio": asked.ratio if isinstance(asked, Composition) else None,
            **(self._assembled(asked) if isinstance(asked, Mass) else {}),
            **({"dip": True, "frac": self._frac(asked)} if isinstance(asked, UvVis) and asked.dip else {}),
            "determinations": asked.determinations if isinstance(asked, Composition) else 1,
        }

    def _frac(self, asked: UvVis) -> float | None:
        return None if asked.frac is None else self._lab.values.number(asked.frac).value

    def _assembled(self, asked: Mass) -> Details:
        """Resolve what a mass spectrum is compared with."""
        number = self._lab.values.number
        return {
            "elements": asked.elements,
            "feed": None if asked.feed is None else number(asked.feed).value,
            "target": None if asked.target is None else number(asked.target).value,
        }

    async def prepare(self, action: str, asked: Mapping[str, Any]) -> None:
        """An instrument is always there."""

    async def measure(self, action: str, asked: Mapping[str, Any], decide: Condition | None) -> None:
        """Have an aliquot measured, wait for its file, and record what was found in it.

        Raises:
            RunEndedError: the run was stopped.
        """
        record = self._lab.history.actions[action]
        name, technique = self._name(action), str(asked["technique"])
        task, prompt = _dip(asked, name) if asked.get("dip") else _taken(asked, name)
        await self._lab.hands.do(record, "exposed", task, prompt, float(asked["likely_s"]))
        file = await self._collected(action, asked, name, technique)
        await self._conclude(action, asked, file)

    def _name(self, action: str) -> str:
        run = str(self._lab.history.meta.get("run", "run"))
        return safe_name(f"{run}_{action}".replace("/", "-"))

    async def _collected(self, action: str, asked: Mapping[str, Any], name: str, technique: str) -> Details:
        """Wait for the file and keep it; a part of its own, so that a crash asks for nothing twice."""
        sub, device = f"{action}/file", str(asked["cell"])
        if self._lab.begin(sub, {"cell": device, "name": name}):
            exposure = Exposure(technique, name, float(asked["wait_s"]))
            while not await self._lab.accounting.stroke(sub, "collect", device, Collect(exposure)):
                pass
            spectrometer: Spectrometer = self._lab.devices[device]  # type: ignore[assignment]
            data = await self._data(spectrometer, name)
            ((file, content),) = sorted(data.items())[:1]
            keep: Callable[[], tuple[str, str]] = partial(
                self._lab.folder.keep_data, action, str(asked["as"]), Path(file).name, content
            )
            self._lab.end(sub, await self._lab.kept(keep))
        return dict(self._lab.history.actions[sub].result)

    async def _data(self, spectrometer: Spectrometer, name: str) -> Mapping[str, bytes]:
        """Fetch the file; hold while it cannot be had or is no whole file."""
        while True:
            try:
                return await spectrometer.data(name)
            except ExchangeError as error:
                self._lab.control.hold(error.told)
                await self._lab.control.pass_gate()

    async def _conclude(self, action: str, asked: Mapping[str, Any], file: Details) -> None:
        """Record what was measured and of what; without a result every quantity stays unknown."""
        found, trouble = Found(), ""
        given = (self._path(file), {**asked, **self._before(asked)}, self._lab.library, self._reference(asked))
        analyse = partial(analyses()[str(asked["technique"])], *given)
        try:
            found = await asyncio.to_thread(analyse) if self._lab.threaded else analyse()
        except (AnalysisError, InputError) as error:
            trouble = str(error)
            lost = {"what": "no result", "reason": trouble, "as": asked["as"]}
            self._lab.recorder.record("deviation", lost, action)
        fits = await self._lab.keep_fits(action, str(asked["as"]), found.tables)
        head = {
            "as": asked["as"],
            "cell": asked["cell"],
            "technique": asked["technique"],
            "source": asked["vessel"],
            "files": [file],
            "fits": fits,
            **({"ratio": asked["ratio"]} if asked.get("ratio") else {}),
        }
        told = {"verdict": found.verdict, "reason": found.reason or trouble} if found.verdict or trouble else {}
        numbers = {"quantities": quantities_to_json(found.quantities), "flags": list(found.flags)}
        self._lab.recorder.record("measured", {**head, **numbers, **told}, action)

    def _path(self, file: Details) -> Path:
        return self._lab.folder.path / str(file["file"])

    def _before(self, asked: Mapping[str, Any]) -> Details:
        """Return what earlier measurements bring to one by a probe: the blank's file, what was found, and the time."""
        if not asked.get("dip"):
            return {}
        blanks = self._lab.history.measurements.get(str(asked.get("relative_to")), [])
        earlier = self._lab.history.measurements.get(str(asked["as"]), [])
        return {
            "blank": self._path(blanks[-1]["files"][0]) if blanks else None,
            "earlier": [(each["t_s"], each["quantities"]) for each in earlier],
            "now_s": self._lab.history.t_s,
        }

    def _reference(self, asked: Mapping[str, Any]) -> Estimate | None:
        """Return what an earlier measurement told that this one is compared with; None where there is none."""
        if asked.get("elements") is None:
            return self._whole(asked)
        rounds = self._lab.history.measurements.get(str(asked["elements"]), [])
        library = library_for("mass", self._lab.library)
        if not rounds or not isinstance(library, AssemblyLibrary):
            return None
        ratio, of = rounds[-1]["quantities"].get("ratio"), str(rounds[-1].get("ratio"))
        if ratio is None or ratio["value"] is None or ratio["sd"] is None:
            return None
        return mean_of(library, of, Estimate(float(ratio["value"]), float(ratio["sd"]), "1"))

    def _whole(self, asked: Mapping[str, Any]) -> Estimate | None:
        """Return the ratio of bands before anything was milled, of the measurement that the recipe names."""
        rounds = self._lab.history.measurements.get(str(asked.get("relative_to")), [])
        library = library_for("infrared", self._lab.library)
        if not rounds or not isinstance(library, BandLibrary):
            return None
        residual = next((band for band in library.bands if band.role == "residual"), None)
        found = rounds[-1]["quantities"].get("" if residual is None else library.ratio_name(residual))
        if found is None or found["value"] is None or found["sd"] is None:
            return None
        return Estimate(float(found["value"]), float(found["sd"]), "1")


def _taken(asked: Mapping[str, Any], name: str) -> tuple[Details, str]:
    """Return what a person does with an aliquot or a sample, as a task and in words."""
    technique, liquid, times = str(asked["technique"]), "taken_ml" in asked, int(asked["determinations"])
    task = {
        "do": "expose",
        "device": asked["cell"],
        "vessel": asked["vessel"],
        **({"volume_ml": asked["taken_ml"]} if liquid else {"mass_mg": asked["aliquot_mg"]}),
        "washed": asked["washed"],
        "name": name,
        "technique": technique,
        "determinations": times,
    }
    clean = ", precipitate, wash and dissolve it anew" if liquid else ", wash and dry it"
    amount = format_quantity(asked["taken_ml"], "volume") if liquid else f"{asked['aliquot_mg']:g} mg"
    where = f"{amount} out of {asked['vessel']}{clean if asked['washed'] else ''}"
    often = f" {times} times" if times > 1 else ""
    return task, f"take {where}, {WORDS[technique]}{often} on {asked['cell']} and save it as {name}"


def _dip(asked: Mapping[str, Any], name: str) -> tuple[Details, str]:
    """Return what is done with a probe that stands in a vessel, as a task and in words."""
    about = {"device": asked["cell"], "vessel": asked["vessel"], "technique": asked["technique"]}
    return {"do": "dip", "name": name, **about}, f"let {asked['cell']} measure {asked['vessel']} and save it as {name}"
