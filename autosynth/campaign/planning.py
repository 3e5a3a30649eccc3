"""All rows of a campaign proven before the first drop moves.

Each row is checked by the check that any run passes, beginning from what the rows before it may have left: vessels,
wastes and racks in bounds. Stocks are counted otherwise: each row is checked against all there is, and the needs of
all rows are added up, so that the bill of materials is right beyond the point where a bottle is empty.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autosynth.campaign.table.rows import Row
from autosynth.campaign.vials import VialChange, changes_for, lacks_places, possibly_used, renewed
from autosynth.errors import Mark, Problem, Severity
from autosynth.plan.ground import Ground
from autosynth.plan.state import State
from autosynth.plan.tree import AT_ONCE, Plan, Span
from autosynth.station.model import Station
from autosynth.units import format_quantity

FILLING = frozenset({"VOLUME", "WASTE"})
"""Findings that every later row has too, once a row has one."""
_Key = tuple[str, Mark | None, str]
PlanRow = Callable[[Mapping[str, str], Ground], Plan]
"""From a row's settings and what it begins from to its plan; raises InputError for settings that are none."""
_SLACK = 1e-9


@dataclass(slots=True)
class Need:
    """What a stock (mL) or a lot of powder (mg) must give over a campaign, at least and at most."""

    reagent: str
    stock: str
    lot: str
    unit: str
    available: float
    low: float = 0.0
    high: float = 0.0
    least: float = math.inf
    most: float = 0.0
    """What a single row needs, the least of all and the most of all."""
    short: Row | None = None
    """The first row at which it may give out."""

    @property
    def told(self) -> str:
        """Return how much is needed at most and how much there is, in words."""
        high, there = self.shown(self.high), self.shown(self.available)
        return f"{self.stock} must give up to {high} over the campaign, there are {there}"

    def shown(self, value: float) -> str:
        """Return an amount of it with the four digits that are worth reading."""
        kind, size = ("volume", 1.0) if self.unit == "mL" else ("mass", 1e-3)
        return format_quantity(float(f"{size * value:.4g}"), kind)

    @property
    def shortage(self) -> tuple[Problem, ...]:
        """Return that it may give out, at the row where it does first; nothing if there is enough."""
        if self.short is None:
            return ()
        hint = f"refill {self.stock} and correct the ledger, or split the campaign"
        told = f"{self.told}: it may give out in row {self.short.name}"
        return (Problem(told, self.short.mark, hint, "MATERIALS"),)


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What a campaign needs and meets; `changes` are by the name of the row that they come before."""

    rows: tuple[Row, ...]
    needs: Mapping[str, Need]
    changes: Mapping[str, tuple[VialChange, ...]]
    problems: tuple[Problem, ...]
    duration: Span
    acknowledged: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Return what stops the campaign: every reject, and every acknowledge without a reason."""
        return tuple(
            each
            for each in self.problems
            if each.severity is Severity.REJECT
            or (each.severity is Severity.ACKNOWLEDGE and each.rule not in self.acknowledged)
        )


def plan_campaign(rows: Sequence[Row], begin: Ground, plan_row: PlanRow, change_s: float) -> CampaignPlan:
    """Return what a campaign of these rows needs, changes and takes, with everything that is wrong.

    `change_s` is how long a change of vials likely takes, in seconds.

    Raises:
        InputError: a row's settings are not its recipe's; the table should have been read with it.
    """
    planner = _Planner(begin, plan_row, change_s)
    for row in rows:
        planner.take(row)
    shortages = [problem for need in planner.needs.values() for problem in need.shortage]
    return CampaignPlan(
        tuple(rows),
        planner.needs,
        planner.changes,
        (*planner.findings.ordered(len(rows)), *shortages),
        planner.duration,
        planner.acknowledged,
    )


def of_unknown_rows(probed: CampaignPlan, rows: int, mark: Mark | None) -> CampaignPlan:
    """Return the plan of so many rows that nobody knows yet, from that of a few evenly spread ones.

    A stock is short for certain if it has not enough for rows that all need as little as the least of those; if it may
    not be enough for rows that all need the most, that is noted.
    """
    needs = {
        stock: replace(need, low=rows * need.least, high=rows * need.most, short=None)
        for stock, need in probed.needs.items()
    }
    problems = [each for each in probed.problems if each.rule != "MATERIALS"]
    for need in needs.values():
        certain = need.low > need.available * (1 + _SLACK)
        if certain or need.high > need.available * (1 + _SLACK):
            severity = Severity.REJECT if certain else Severity.NOTE
            hint = f"refill {need.stock} and correct the ledger, or ask for fewer rows"
            problems.append(Problem(need.told, mark, hint, "MATERIALS", severity))
    scale = rows / max(len(probed.rows), 1)
    duration = probed.duration.times(scale, scale, scale)
    return replace(probed, rows=(), needs=needs, changes={}, problems=tuple(problems), duration=duration)


class _Planner:
    """Follows the rows of one campaign."""

    def __init__(self, begin: Ground, plan_row: PlanRow, change_s: float) -> None:
        self._begin = begin
        self._plan_row = plan_row
        self._change_s = change_s
        self._station: Station = begin.can.station
        self._now: State = begin.start
        self.needs: dict[str, Need] = {}
        self.changes: dict[str, tuple[VialChange, ...]] = {}
        self.findings = _Repeated()
        self.duration = AT_ONCE
        self.acknowledged: Mapping[str, str] = {}

    def take(self, row: Row) -> None:
        """Follow one row."""
        plan = self._planned(row, self._now)
        if lacks_places(plan):
            changes = changes_for(plan, possibly_used(self._now, self._station), self._change_s)
            if changes:
                self._now = renewed(self._now, changes)
                self.changes[row.name] = changes
                self.duration += _changing(changes)
                plan = self._planned(row, self._now)
        self.acknowledged = plan.acknowledgements
        self.findings.take(row, plan.problems)
        self._count(row, plan)
        self.duration += plan.duration
        if plan.end is not None:
            self._now = self._refilled(plan.end)

    def _planned(self, row: Row, state: State) -> Plan:
        return self._plan_row(row.settings, replace(self._begin, start=state))

    def _refilled(self, state: State) -> State:
        """Return bounds with every stock and powder as it was at first: what they give is counted elsewhere."""
        after, start = state.copy(), self._begin.start
        after.vessels |= {stock: start.vessels[stock] for stock in self._station.of_role("stock")}
        after.powders_mg = dict(start.powders_mg)
        return after

    def _count(self, row: Row, plan: Plan) -> None:
        for each in plan.materials:
            need = self.needs.setdefault(each.stock, Need(each.reagent, each.stock, each.lot, "mL", each.available_ml))
            self._add(row, need, each.needed_ml.low, each.needed_ml.high)
        for powder in plan.powders:
            there = Need(powder.reagent, powder.powder, powder.lot, "mg", powder.available_mg)
            need = self.needs.setdefault(powder.powder, there)
            self._add(row, need, powder.needed_mg.low, powder.needed_mg.high)

    def _add(self, row: Row, need: Need, low: float, high: float) -> None:
        """Add what a row needs, and note the row at which a stock may first give out."""
        need.low, need.high = need.low + low, need.high + high
        need.least, need.most = min(need.least, low), max(need.most, high)
        if need.short is None and need.high > need.available * (1 + _SLACK):
            need.short = row


def _changing(changes: Sequence[VialChange]) -> Span:
    likely_s = sum(change.likely_s for change in changes)
    return Span(0.5 * likely_s, likely_s, 2.0 * likely_s)


class _Repeated:
    """Findings of many rows: one that all have is the recipe's and told at its place, others at the first row's.

    A vessel that is too full stays so: what later rows find of it, wherever, follows from what the first row has found.
    """

    def __init__(self) -> None:
        self._found: dict[_Key, tuple[Problem, Row, set[str]]] = {}
        self._filled: dict[tuple[str, str], _Key] = {}

    def take(self, row: Row, problems: Sequence[Problem]) -> None:
        """Take in the findings of a row's plan."""
        for problem in problems:
            key: _Key = (problem.rule, problem.mark, problem.hint or problem.message)
            if problem.rule in FILLING:
                vessel = (problem.rule, problem.message.partition(" ")[0])
                first = self._filled.setdefault(vessel, key)
                key = first if first in self._found and self._found[first][1] is not row else key
            known = self._found.setdefault(key, (problem, row, set()))
            known[2].add(row.name)

    def ordered(self, rows: int) -> list[Problem]:
        """Return them once each, with where and how often."""
        told: list[Problem] = []
        for problem, row, names in self._found.values():
            times = len(names)
            if times == rows or row.mark is None:
                told.append(problem)
                continue
            more = f" (and in {times - 1} more)" if times > 1 else ""
            where = f" [{problem.mark}]" if problem.mark is not None else ""
            told.append(replace(problem, mark=row.mark, message=f"row {row.name}{more}: {problem.message}{where}"))
        return told
