"""What a run concludes from its measurements: a titration's end-point, with how sure it is and why.

It reads the history alone, so a recovery concludes the same again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import hypot
from typing import Any

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.titration import TitrationPoint, TitrationVerdict, judge_titration
from autosynth.engine.estimates import quantities_to_json
from autosynth.engine.laboratory import Details, Laboratory
from autosynth.errors import AnalysisError
from autosynth.plan.amounts import species_of
from autosynth.recipe.steps import Evaluate


class Evaluation:
    """Concludes for one run."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory

    def details(self, step: Evaluate) -> Details:
        """Resolve what is concluded from what."""
        asked, plan = step.titration, self._lab.plan
        if asked is None:
            raise ValueError("this is no titration")
        return {
            "as": step.as_,
            "of": asked.of,
            "added": species_of(plan, asked.added),
            "to": species_of(plan, asked.to),
            "free": asked.free,
            "first": asked.first,
            "second": asked.second,
        }

    async def conclude(self, action: str, asked: Mapping[str, Any]) -> Details:
        """Judge the titration and record it as `measured`; without enough points every quantity stays unknown."""
        rounds = self._lab.history.measurements.get(str(asked["of"]), [])
        points, common = titration_points(rounds, str(asked["added"]), str(asked["to"]))
        verdict: TitrationVerdict | None = None
        trouble = ""
        try:
            verdict = judge_titration(points, asked["free"], asked["first"], asked["second"])
        except AnalysisError as error:
            trouble = str(error)
            lost = {"what": "no result", "reason": trouble, "as": asked["as"]}
            self._lab.recorder.record("deviation", lost, action)
        head = {"as": asked["as"], "technique": "titration", "of": asked["of"], "points": len(points)}
        found: Details = {"quantities": {}, "verdict": "undecided", "reason": trouble}
        if verdict is not None:
            found = told(verdict, common)
        self._lab.recorder.record("measured", {**head, "files": [], "fits": [], **found}, action)
        return {"as": asked["as"], "verdict": found["verdict"]}


def titration_points(rounds: Sequence[Mapping[str, Any]], added: str, to: str) -> tuple[list[TitrationPoint], float]:
    """Return the points of a titration, and the relative uncertainty that all their equivalents share.

    Calibrations and lot values are common to all points: they stretch the whole axis and are no scatter.
    """
    points: list[TitrationPoint] = []
    shared = 0.0
    for each in rounds:
        content = each.get("content", {})
        base = content.get(to)
        if base is None or not base[0] > 0 or not each["quantities"]:
            continue
        amount = content.get(added, [0.0, 0.0, 0.0])
        equivalents = amount[0] / base[0]
        own = [max(sd**2 - common**2, 0.0) ** 0.5 / value if value > 0 else 0.0 for value, sd, common in (amount, base)]
        if amount[0] > 0:
            shared = hypot(amount[2] / amount[0], base[2] / base[0])
        fractions = {
            name: Estimate(one["value"], one["sd"], str(one["unit"]), one.get("upper"), one.get("lower"))
            for name, one in each["quantities"].items()
            if one["value"] is not None and one["sd"] is not None
        }
        points.append(TitrationPoint(Estimate(equivalents, equivalents * hypot(*own), "eq"), fractions))
    return points, shared


def told(verdict: TitrationVerdict, shared: float) -> Details:
    """Return a verdict as a run records it; the end-point's uncertainty includes what all points share."""
    end = verdict.end_point
    sure = replace(end, sd=hypot(end.sd, shared * end.value))
    quantities = {"end_point": sure, "evidence": Estimate(verdict.evidence, 0.0, "")}
    return {
        "quantities": quantities_to_json(quantities),
        "verdict": verdict.label,
        "reason": verdict.reason,
        "plateaus": [
            {"species": each.species, "equivalents": each.equivalents.value, "fraction": each.fraction}
            for each in verdict.plateaus
        ],
        "segments": {name: [list(corner) for corner in corners] for name, corners in verdict.segments.items()},
    }
