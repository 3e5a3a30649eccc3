"""A campaign in one object: what `run --json` prints, and what its report is made of. The keys are a contract."""

from collections.abc import Mapping
from typing import Any

from autosynth.campaign.planning import CampaignPlan
from autosynth.campaign.standing import Attempt, RowRecord, Standing
from autosynth.plan.summary import problem_to_json


def summarise_campaign(standing: Standing, head: str) -> dict[str, Any]:
    """Return where a campaign stands as plain data; volumes in mL, times in s of bench time."""
    opening = standing.opening
    return {
        "campaign": opening.get("campaign", ""),
        "title": opening.get("title", ""),
        "recipe": opening.get("recipe", ""),
        "station": opening.get("station", ""),
        "simulated": standing.simulated,
        "seed": opening.get("seed", 0),
        "state": standing.state.value,
        "reason": standing.reason,
        "simulated_s": standing.t_s,
        "chain_head": head,
        "made": len(standing.complete),
        "of": len(standing.rows),
        "rows": [_row(row) for row in standing.rows.values()],
        "dispensed": dispensed(standing),
        "changes": [
            {name: each[name] for name in ("rack", "places", "who", "took_s", "t_s")} for each in standing.changes
        ],
    }


def campaign_plan_to_json(plan: CampaignPlan) -> dict[str, Any]:
    """Return everything that checking a campaign has found, in canonical units."""
    return {
        "ok": not plan.blocking,
        "problems": [problem_to_json(each) for each in plan.problems],
        "rows": [{"row": row.name, "settings": dict(row.settings)} for row in plan.rows],
        "materials": [
            {
                "stock": need.stock,
                "reagent": need.reagent,
                "lot": need.lot,
                "unit": need.unit,
                "needed": [need.low, need.high],
                "available": need.available,
            }
            for need in plan.needs.values()
        ],
        "changes": [{"before": row, **change.to_json()} for row, changes in plan.changes.items() for change in changes],
        "duration": {
            "low_s": plan.duration.low_s,
            "likely_s": plan.duration.likely_s,
            "high_s": plan.duration.high_s,
        },
    }


def _row(row: RowRecord) -> dict[str, Any]:
    last = row.last
    told: Mapping[str, Any] = {} if last is None else last.told
    return {
        "row": row.name,
        "source": row.source,
        "settings": dict(row.settings),
        "state": row.state,
        "run": "" if last is None else last.run,
        "attempts": len(row.attempts),
        "reason": told.get("reason", ""),
        "chain_head": told.get("head", ""),
        "simulated_s": told.get("simulated_s", 0.0),
        "results": told.get("results", {}),
        "objectives": told.get("objectives", {}),
        "dispensed": {name: _volume(each) for name, each in told.get("dispensed", {}).items()},
        "vials": list(told.get("vials", ())),
        "lots": dict(told.get("lots", {})),
        "deviations": told.get("deviations", 0),
    }


def attempts(standing: Standing) -> list[Attempt]:
    """Return every run that came to rest, whether it counts for its row or was superseded."""
    return [each for row in standing.rows.values() for each in row.attempts if "dispensed" in each.told]


def dispensed(standing: Standing) -> dict[str, dict[str, Any]]:
    """Return what all runs together have dispensed by reagent, mL.

    The calibration's part of the uncertainty adds linearly, that of the strokes in quadrature.
    """
    totals: dict[str, dict[str, Any]] = {}
    for attempt in attempts(standing):
        for reagent, each in attempt.told["dispensed"].items():
            total = totals.setdefault(reagent, {**each, **dict.fromkeys(_SUMMED, 0.0), "doses": 0})
            for key in (*_SUMMED, "doses"):
                total[key] += each[key]
    return {reagent: _volume(each) for reagent, each in totals.items()}


_SUMMED = ("volume_ml", "random_var", "gain_weighted_ml", "planned_ml")


def _volume(each: Mapping[str, Any]) -> dict[str, Any]:
    sd_ml = (float(each["random_var"]) + float(each["gain_weighted_ml"]) ** 2) ** 0.5
    return {
        "stock": each["stock"],
        "volume_ml": each["volume_ml"],
        "sd_ml": sd_ml,
        "planned_ml": each["planned_ml"],
        "doses": each["doses"],
    }
