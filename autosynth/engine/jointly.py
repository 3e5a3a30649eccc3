"""What a run concludes from spectra of several nuclei of one sample: the parts of all species, and of a target.

It reads the kept data of the last round of each measurement again and fits them together, so a recovery concludes the
same. A target is reached, or missed, when the whole 95 % interval of its part says so.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.nmr import Accumulation, JointResult, analyse_together
from autosynth.analysis.nmr.curvefile import spectrum_to_table
from autosynth.analysis.readers.nmr import read_fids
from autosynth.engine.estimates import quantities_to_json
from autosynth.engine.laboratory import Details, Laboratory
from autosynth.engine.solid_analyses import library_for
from autosynth.errors import AnalysisError, InputError
from autosynth.recipe.steps import Evaluate


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a target's part is what was wanted: a word and a sentence."""

    word: str = ""
    reason: str = ""


class Jointly:
    """Joint fits for one run."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory

    def details(self, step: Evaluate) -> Details:
        """Resolve what is concluded from what."""
        asked = step.spectra
        if asked is None:
            raise ValueError("these are no spectra")
        purity = None if asked.purity is None else self._lab.values.number(asked.purity).value
        return {
            "as": step.as_,
            "of": list(asked.of),
            "species": list(asked.species),
            "target": asked.target,
            "purity": purity,
        }

    async def conclude(self, action: str, asked: Mapping[str, Any]) -> Details:
        """Fit the spectra together and record it as `measured`; without a result every quantity stays unknown."""
        rounds = self._lab.history.measurements
        last = [rounds[name][-1] for name in asked["of"] if rounds.get(name)]
        result: JointResult | None = None
        trouble = ""
        try:
            result = await self._analysed(last, asked)
        except (AnalysisError, InputError) as error:
            trouble = str(error)
            lost = {"what": "no result", "reason": trouble, "as": asked["as"]}
            self._lab.recorder.record("deviation", lost, action)
        curves = {} if result is None else result.curves
        tables = {f"fit_{nucleus}.tsv": spectrum_to_table(each) for nucleus, each in curves.items()}
        fits = await self._lab.keep_fits(action, str(asked["as"]), tables)
        head = {
            "as": asked["as"],
            "technique": "spectra",
            "of": asked["of"],
            "cell": last[0]["cell"] if last else None,
            "source": last[0]["source"] if last else None,
            "files": [],
            "fits": fits,
        }
        verdict = judged(result, asked.get("target"), asked.get("purity"))
        self._lab.recorder.record("measured", {**head, **told(result), **said(verdict, trouble)}, action)
        return {"as": asked["as"], "verdict": verdict.word}

    async def _analysed(self, last: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> JointResult:
        library = library_for("nmr", self._lab.library)
        if not isinstance(library, LineLibrary):
            raise AnalysisError("the recipe names no library of lines for NMR")
        if len(last) < len(asked["of"]) or len({each["cell"] for each in last}) != 1:
            raise AnalysisError(f"{', '.join(asked['of'])} were not all measured of one sample")
        given = ([self._folders(each) for each in last], library, tuple(asked["species"]))
        return await asyncio.to_thread(_fitted, *given) if self._lab.threaded else _fitted(*given)

    def _folders(self, measured: Mapping[str, Any]) -> list[Path]:
        return [self._lab.folder.path / str(each["file"]) for each in measured["files"] if each.get("counts", True)]


def _fitted(folders: Sequence[Sequence[Path]], library: LineLibrary, species: tuple[str, ...]) -> JointResult:
    samples = [Accumulation([fid for folder in each for fid in read_fids(folder)]) for each in folders]
    return analyse_together(samples, library, species)


def told(result: JointResult | None) -> Details:
    """Return what a run records of a result: quantities, correlations of the species' parts, flags."""
    if result is None:
        return {"quantities": {}, "flags": []}
    return {
        "quantities": quantities_to_json(result.quantities),
        "species": list(result.species),
        "correlation": [[round(float(one), 4) for one in row] for row in result.correlation],
        "flags": list(result.goodness.flags),
    }


def said(verdict: Verdict, trouble: str) -> Details:
    """Return the verdict as a run records it; nothing where nothing was asked and nothing is wrong."""
    if not verdict.word and not trouble:
        return {}
    return {"verdict": verdict.word or "undecided", "reason": verdict.reason or trouble}


def judged(result: JointResult | None, target: str | None, purity: float | None) -> Verdict:
    """Return whether a target is reached, by its 95 % interval."""
    if target is None or purity is None:
        return Verdict()
    found = None if result is None else result.quantities.get(target)
    if found is None:
        return Verdict("undecided", f"nothing is known of {target}")
    low, high = found.interval()
    between = f"{100 * low:.1f} to {100 * high:.1f} %"
    shown = f"{target} is {100 * found.value:.1f} % ({between}), wanted are {100 * purity:.1f} %"
    return Verdict("reached" if low >= purity else "missed" if high < purity else "undecided", shown)
