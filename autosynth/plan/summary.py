"""A plan as plain data, for `check --json`."""

import math
from typing import Any

from autosynth.errors import Problem
from autosynth.language.interval import Interval
from autosynth.plan.tree import Plan, PlannedStep, Span


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return everything a check has found, in canonical units."""
    return {
        "ok": plan.accepted,
        "recipe": plan.recipe.title,
        "station": plan.station.name,
        "station_file": None if plan.station.path is None else str(plan.station.path),
        "roles": dict(plan.roles),
        "problems": [problem_to_json(each) for each in plan.problems],
        "acknowledged": dict(plan.acknowledgements),
        "materials": [
            {
                "reagent": each.reagent,
                "stock": each.stock,
                "lot": each.lot,
                "needed_ml": _interval(each.needed_ml),
                "available_ml": each.available_ml,
                "amount_mol": None if each.amount_mol is None else _interval(each.amount_mol),
            }
            for each in plan.materials
        ],
        "powders": [
            {
                "reagent": each.reagent,
                "powder": each.powder,
                "lot": each.lot,
                "needed_mg": _interval(each.needed_mg),
                "available_mg": each.available_mg,
            }
            for each in plan.powders
        ],
        "poured": [{"reagent": each.reagent, "needed_ml": _interval(each.needed_ml)} for each in plan.poured],
        "volumes": [
            {"path": each.path, "vessel": each.vessel, "volume_ml": _interval(each.volume_ml)} for each in plan.volumes
        ],
        "duration": _span(plan.duration),
        "decisions": [
            {"path": each.path, "name": each.name, "condition": each.condition, "rounds": each.rounds}
            for each in plan.decisions
        ],
        "host_death": [
            {
                "device": each.device,
                "what": each.what,
                "amount": each.amount if math.isfinite(each.amount) else None,
                "bound": each.bound if math.isfinite(each.bound) else None,
                "unit": each.unit,
            }
            for each in plan.host_death
        ],
        "steps": [_step(each) for each in plan.steps],
    }


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """Return one problem as plain data."""
    mark = problem.mark
    return {
        "file": mark.file if mark else None,
        "line": mark.line if mark else None,
        "column": mark.column if mark else None,
        "rule": problem.rule,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }


def _step(planned: PlannedStep) -> dict[str, Any]:
    return {
        "path": planned.path,
        "verb": planned.step.verb,
        "line": planned.step.mark.line,
        "claims": sorted(planned.claims),
        "bounds": {name: _interval(value) for name, value in planned.bounds.items()},
        "duration": _span(planned.duration),
        "blocks": {name: [_step(each) for each in block] for name, block in planned.blocks.items()},
    }


def _interval(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def _span(span: Span) -> dict[str, float]:
    return {"low_s": span.low_s, "likely_s": span.likely_s, "high_s": span.high_s}
