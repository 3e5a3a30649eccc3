"""How results answer to what was varied: the best so far, slices through it, the front of two objectives, choices."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autosynth.campaign.chooser import observations
from autosynth.campaign.optimisers.knowledge import Knowledge, known, sign
from autosynth.campaign.optimisers.optimiser import Limit, Objective
from autosynth.campaign.space.space import Space
from autosynth.campaign.standing import RowRecord
from autosynth.errors import AutosynthError
from autosynth.report.campaigns.record import CampaignRecord, told
from autosynth.report.figures.campaign import (
    Front,
    Series,
    Slice,
    draw_course,
    draw_front,
    draw_slices,
)
from autosynth.report.parts import Badge, Cell, Note, Part, Picture, Section, Table
from autosynth.units import DIMENSIONS, format_quantity

FEWEST_FOR_MODEL = 4
"""So many results are needed before a model's slice is drawn [assumed]."""
STEPS = 61


def allowed(record: CampaignRecord, row: RowRecord) -> bool:
    """Say whether a row keeps all limits, by its measured values."""
    found = told(row)
    return all(_keeps(limit, found.get(limit.name)) for limit in record.goals.limits)


def _keeps(limit: Limit, value: Mapping[str, Any] | None) -> bool:
    if value is None:
        return False
    number = float(value["value"])
    low = -math.inf if limit.at_least is None else limit.at_least
    high = math.inf if limit.at_most is None else limit.at_most
    return low <= number <= high


def counted(record: CampaignRecord, objective: Objective) -> list[RowRecord]:
    """Return the rows that have a value of an objective and keep all limits, in the order made."""
    return [row for row in record.standing.complete if objective.name in told(row) and allowed(record, row)]


def best_row(record: CampaignRecord, objective: Objective) -> RowRecord | None:
    """Return the best row of an objective so far; None without any."""
    rows = counted(record, objective)
    return max(rows, key=lambda row: objective.sign * float(told(row)[objective.name]["value"]), default=None)


def best_so_far(record: CampaignRecord) -> Section:
    """Return the best row of each objective, and how results went row by row."""
    parts: list[Part] = []
    rows: list[tuple[Cell, ...]] = []
    for objective in record.goals.objectives:
        best = best_row(record, objective)
        if best is None:
            continue
        value = told(best)[objective.name]
        settings = ", ".join(f"{name} {text}" for name, text in shown_settings(record, best).items())
        rows.append((objective.name, f"{objective.goal.value}d", Badge(number(value), "mark"), best.name, settings))
    if rows:
        caption = "Of the rows that keep all limits, by their measured values ± standard uncertainty."
        parts.append(Table(("objective", "is", "best so far", "row", "at"), rows, caption))
    parts += [_course(record, objective) for objective in record.goals.objectives if counted(record, objective)]
    if record.goals.objectives and not rows:
        parts.append(Note("No row has a value of an objective yet.", "warn"))
    return Section("best", "Best so far", parts)


def _course(record: CampaignRecord, objective: Objective) -> Picture:
    rows = counted(record, objective)
    numbers = list(record.standing.rows)
    series = _series(rows, objective.name, [float(numbers.index(row.name) + 1) for row in rows])
    keep = np.maximum.accumulate if objective.sign > 0 else np.minimum.accumulate
    best = [float(each) for each in keep(np.array(series.value))]
    label = axis(objective.name, _dimension(record, objective.name))
    svg = draw_course(series, best, label, f"course-{list(record.goals.expressions).index(objective.name)}")
    return Picture(svg, f"{objective.name} row by row.", "Points with 95 % intervals; the line is the best so far.")


def _series(rows: Sequence[RowRecord], name: str, x: Sequence[float]) -> Series:
    values = [told(row)[name] for row in rows]
    names = [row.name for row in rows]
    return Series(names, x, [float(each["value"]) for each in values], [float(each["sd"]) for each in values])


def _dimension(record: CampaignRecord, name: str) -> str:
    values = record.responses().get(name, {})
    return str(next(iter(values.values()), {}).get("dimension", "number"))


def axis(name: str, dimension: str) -> str:
    """Return the label of an axis: name and unit."""
    unit = DIMENSIONS[dimension].unit if dimension in DIMENSIONS else ""
    return f"{name} / {unit}" if unit else name


def number(value: Mapping[str, Any]) -> str:
    """Return a value with its uncertainty in words."""
    return format_quantity(float(value["value"]), str(value.get("dimension", "number")), float(value["sd"]))


def shown_settings(record: CampaignRecord, row: RowRecord) -> dict[str, str]:
    """Return a row's settings as people read them."""
    found: dict[str, str] = {}
    for name, value in record.values(row).items():
        found[name] = value if isinstance(value, str) else format_quantity(value, record.dimension(name))
    return found


def slices(record: CampaignRecord) -> Section:
    """Return every response against every variable, with a model's slice through the best row where there is one."""
    space, responses = record.explored(), record.responses()
    if space is None or not responses:
        return Section("responses", "Response slices", [])
    model = _model(record, space)
    parts: list[Part] = []
    for place, (name, rows) in enumerate(responses.items()):
        panels = [_slice(record, space, name, rows, variable, model) for variable in space.names]
        modelled = any(len(panel.x) for panel in panels)
        caption = "Points with 95 % intervals." + (
            " Line and band: a Gaussian process of all results and its 95 % interval for the true value, "
            "the other variables as in the ringed row."
            if modelled
            else ""
        )
        parts.append(Picture(draw_slices(panels, f"slices-{place}"), f"{name} against what was varied.", caption))
    return Section("responses", "Response slices", parts)


def _model(record: CampaignRecord, space: Space) -> Knowledge | None:
    """Return the processes of all objectives and limits; None while too little is known, or without any."""
    quantities: tuple[Objective | Limit, ...] = (*record.goals.objectives, *record.goals.limits)
    if record.recipe is None or not record.goals.objectives:
        return None
    observed = observations(record.standing, space, record.recipe)
    if sum(bool(each.measured) for each in observed) < FEWEST_FOR_MODEL:
        return None
    try:
        return known(space, quantities, observed)
    except (AutosynthError, ValueError):
        return None


def _slice(
    record: CampaignRecord,
    space: Space,
    name: str,
    rows: Mapping[str, Mapping[str, Any]],
    variable: str,
    model: Knowledge | None,
) -> Slice:
    at = {row: record.values(record.standing.rows[row]).get(variable) for row in rows}
    named = [row for row in rows if isinstance(at[row], float)]
    points = Series(
        named,
        [float(at[row] or 0.0) for row in named],
        [float(rows[row]["value"]) for row in named],
        [float(rows[row]["sd"]) for row in named],
    )
    response = axis(name, str(next(iter(rows.values())).get("dimension", "number")))
    label = axis(variable, record.dimension(variable))
    goals: tuple[Objective | Limit, ...] = (*record.goals.objectives, *record.goals.limits)
    quantity = next((each for each in goals if each.name == name), None)
    objective = next(iter(record.goals.objectives), None)
    centre = None if objective is None else best_row(record, objective)
    if model is None or quantity is None or centre is None or name not in model.models:
        return Slice(response, label, points)
    chosen = next(each for each in space.variables if each.name == variable)
    x = np.linspace(chosen.low, chosen.high, STEPS)
    values = record.values(centre)
    grid = np.tile([float(values[each]) for each in space.names], (STEPS, 1))
    grid[:, space.names.index(variable)] = x
    mean, sd = model.models[name].predict(space.scaled(grid))
    mean = sign(quantity) * mean
    low, high = mean - 1.96 * sd, mean + 1.96 * sd
    return Slice(response, label, points, x.tolist(), mean.tolist(), low.tolist(), high.tolist(), centre.name)


def front(record: CampaignRecord) -> Section:
    """Return two objectives against each other, and the rows that no other beats in both."""
    if len(record.goals.objectives) != 2:
        return Section("front", "Two objectives", [])
    one, other = record.goals.objectives
    rows = [row for row in counted(record, one) if other.name in told(row)]
    if not rows:
        return Section("front", "Two objectives", [])
    places = front_of([(one.sign * _value(row, one), other.sign * _value(row, other)) for row in rows])
    labels = [axis(each.name, _dimension(record, each.name)) for each in (one, other)]
    drawing = Front(labels[0], labels[1], _as_x(rows, one.name), _as_x(rows, other.name), places)
    table = [
        (rows[place].name, number(told(rows[place])[one.name]), number(told(rows[place])[other.name]))
        for place in places
    ]
    caption = "Rows that no other row beats in both objectives, by their measured values."
    picture = Picture(draw_front(drawing), f"{other.name} against {one.name}.", "95 % intervals.")
    return Section("front", "Two objectives", [picture, Table(("row", one.name, other.name), table, caption)])


def _as_x(rows: Sequence[RowRecord], name: str) -> Series:
    return _series(rows, name, [float(place) for place in range(len(rows))])


def _value(row: RowRecord, objective: Objective) -> float:
    return float(told(row)[objective.name]["value"])


def front_of(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return which points no other beats in both coordinates, more being better, from the least first coordinate on."""
    kept = [
        place
        for place, (x, y) in enumerate(points)
        if not any((a >= x and b >= y and (a, b) != (x, y)) for a, b in points)
    ]
    return sorted(kept, key=lambda place: points[place])


def choices(record: CampaignRecord) -> Section:
    """Return what was chosen, why, and what was expected against what came."""
    rows: list[tuple[Cell, ...]] = []
    for row in record.standing.rows.values():
        if row.suggestion is None:
            continue
        settings = ", ".join(f"{name} {text}" for name, text in shown_settings(record, row).items())
        rows.append((row.name, settings, str(row.suggestion["reason"]), _expected(record, row)))
    if not rows:
        return Section("choices", "Choices", [])
    caption = "Each choice with what it was based on; the record has all figures behind it."
    return Section("choices", "Choices", [Table(("row", "at", "why", "expected, and found"), rows, caption)])


def _expected(record: CampaignRecord, row: RowRecord) -> str:
    predicted: Mapping[str, Mapping[str, float]] = {} if row.suggestion is None else row.suggestion["predicted"]
    texts: list[str] = []
    for name, each in predicted.items():
        value = told(row).get(name)
        dimension = str(value["dimension"]) if value else _dimension(record, name)
        expected = format_quantity(float(each["mean"]), dimension, float(each["sd"]))
        texts.append(f"{name} {expected}" + (f", found {number(value)}" if value else ""))
    return "; ".join(texts) or "nothing was expected"
