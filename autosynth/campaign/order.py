"""What a campaign is made from, read as one: recipe, station, ledger, libraries and rows; and its beginning on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from autosynth.campaign.choice import Given, optimiser_of
from autosynth.campaign.declaration import Declaration
from autosynth.campaign.declared import read_declaration
from autosynth.campaign.goals import Goals, read_goals
from autosynth.campaign.planning import CampaignPlan, of_unknown_rows, plan_campaign
from autosynth.campaign.policy import Policy
from autosynth.campaign.space.designs import latin_hypercube
from autosynth.campaign.space.space import Space
from autosynth.campaign.table.rows import Column, Row, read_rows
from autosynth.campaign.table.table import Table, read_table
from autosynth.campaign.varying import designed, fixed_settings, settings_of, space_of
from autosynth.engine.inputs import Inputs, read_inputs, read_text
from autosynth.errors import InputError, Problem
from autosynth.plan.check import make_plan
from autosynth.plan.ground import Ground, ground
from autosynth.plan.tree import Plan
from autosynth.recipe.load import load_recipe
from autosynth.recipe.model import Recipe
from autosynth.station.inventory import Inventory

DECLARATION = "campaign.yaml"
"""What a campaign's own file is called in its folder."""
PROBES = 8
"""So many points of a space are checked before an optimiser chooses in it [assumed: enough to meet what never fits]."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for: a recipe on a station, over the rows of a table."""

    recipe: Path
    station: Path | None = None
    title: str = ""
    table: Path | None = None
    columns: Mapping[str, Column] = field(default_factory=dict[str, Column])
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Parameters that are the same for all rows."""
    acknowledge: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: Policy = field(default_factory=Policy)
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further inputs to keep, by name of file."""
    library: Path | None = None
    """The species library instead of the one that the recipe names."""
    declared: Declaration | None = None
    """The campaign's file, if it has one."""
    seed: int = 0
    """Of designs and optimisers, and of simulated runs."""

    @property
    def bench(self) -> Path:
        """Return the station's file: `station.yaml` beside the recipe when none is named."""
        return self.station or self.recipe.parent / "station.yaml"


@dataclass(frozen=True, slots=True)
class Ready:
    """A campaign that has been read and checked; `plan.blocking` tells whether it may begin."""

    order: Order
    inputs: Inputs
    plan: CampaignPlan
    texts: Mapping[str, str]
    goals: Goals = field(default_factory=Goals)
    space: Space | None = None
    left_out: tuple[str, ...] = ()
    """Points of a design that are not allowed, and why."""

    @property
    def title(self) -> str:
        """Return what the campaign is called."""
        return self.order.title or self.inputs.plan.recipe.title

    def require_accepted(self) -> None:
        """Refuse to begin while something stands against it.

        Raises:
            InputError: everything that does.
        """
        if self.plan.blocking:
            raise InputError(*self.plan.blocking)


def read_order(order: Order, inventory: Inventory | None = None, today: date | None = None) -> Ready:
    """Read everything that a campaign is made from and check all of its rows.

    `inventory` overrides the station's ledger. Without `today` no stock is found expired.

    Raises:
        InputError: a file is missing or wrong, or a cell of the table is; what checking found is in the plan.
    """
    inputs = read_inputs(order.recipe, order.station, order.fixed, order.acknowledge, order.library, inventory, today)
    goals, space = declared_goals(order, inputs.plan.recipe)
    if order.declared is not None and space is not None:
        optimiser_of(
            order.declared, Given(space, goals, order.seed, inputs.library)
        )  # refused now rather than when it is needed
    rows, left_out, texts = _rows(order, inputs, space)
    probes = () if rows or space is None else probe_rows(space, inputs.plan.recipe, order)
    plan = plan_rows(rows or probes, inputs, order, today)
    if probes and order.declared is not None and order.declared.optimiser is not None:
        plan = of_unknown_rows(plan, order.declared.optimiser.rows, order.declared.origin.key("optimiser"))
    return Ready(order, inputs, plan, {**inputs.texts, **texts, **order.texts}, goals, space, tuple(left_out))


def declared_goals(order: Order, recipe: Recipe) -> tuple[Goals, Space | None]:
    """Return what a campaign's file wants and varies, nothing where there is none.

    Raises:
        InputError: it does not fit the recipe; everything that does not.
    """
    if order.declared is None:
        return Goals(), None
    problems: list[Problem] = []
    goals, space = Goals(), None
    try:
        goals = read_goals(order.declared, recipe)
    except InputError as error:
        problems.extend(error.problems)
    try:
        space = space_of(order.declared, recipe)
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return goals, space


def probe_rows(space: Space, recipe: Recipe, order: Order) -> tuple[Row, ...]:
    """Return points of a space that are checked for rows that nobody knows yet: evenly spread over it."""
    points = latin_hypercube(space, PROBES, np.random.default_rng([order.seed, 1])).points
    mark = None if order.declared is None else order.declared.origin.key("vary")
    return tuple(
        Row(f"probe {number}", {**order.fixed, **settings_of(values, recipe)}, mark)
        for number, values in enumerate(points, start=1)
    )


def _rows(
    order: Order, inputs: Inputs, space: Space | None
) -> tuple[tuple[Row, ...], Sequence[str], Mapping[str, str]]:
    """Return the rows that are known beforehand, what a design had to leave out, and the table's text."""
    if order.table is not None:
        table = read_table(order.table)
        return rows_of(table, order, inputs), (), {"table.csv": table.text}
    if order.declared is None or space is None:
        return (), (), {}
    rows, left_out = designed(order.declared, space, inputs.plan.recipe, order.seed)
    return tuple(replace(row, settings={**order.fixed, **row.settings}) for row in rows), left_out, {}


def rows_of(table: Table, order: Order, inputs: Inputs, taken: Sequence[str] = ()) -> tuple[Row, ...]:
    """Return the rows of a table with what is the same for all of them.

    Raises:
        InputError: something in the table is wrong, or a column says what is fixed for all rows.
    """
    rows = read_rows(table, inputs.plan.recipe.parameters, order.columns, taken)
    twice = [name for name in order.fixed if rows and name in rows[0].settings]
    if twice:
        hint = "take it out of the table, or out of what is fixed for all rows"
        marks = rows[0].places
        raise InputError(*(Problem(f"{name} is fixed already", marks[name], hint, "table") for name in twice))
    return tuple(Row(row.name, {**order.fixed, **row.settings}, row.mark, row.places) for row in rows)


def plan_rows(rows: Sequence[Row], inputs: Inputs, order: Order, today: date | None = None) -> CampaignPlan:
    """Check rows on a station as its ledger stands."""
    plan = inputs.plan
    begin = ground(plan.station, inputs.held)

    def plan_row(settings: Mapping[str, str], start: Ground) -> Plan:
        return make_plan(
            plan.recipe,
            plan.station,
            inputs.held,
            settings,
            order.acknowledge,
            library=inputs.library,
            today=today,
            ground=start,
        )

    return plan_campaign(rows, begin, plan_row, order.policy.change_s)


def declared_order(path: Path, station: Path | None, acknowledge: Mapping[str, str], seed: int) -> Order:
    """Return what a campaign's file asks for; files that it names are relative to it.

    Raises:
        InputError: the file, its recipe, or what is fixed for all rows is wrong.
    """
    declared = read_declaration(path)
    recipe = path.parent / declared.recipe
    named = None if declared.station is None else path.parent / declared.station
    after = declared.after
    chosen = {} if after is None else {name: getattr(after, name) for name in ("held", "stopped", "aborted", "refused")}
    return Order(
        recipe=recipe,
        station=station or named,
        title=declared.title,
        table=None if declared.table is None else path.parent / declared.table,
        columns={name: Column(each.parameter, each.unit, each.ignore) for name, each in declared.columns.items()},
        fixed=fixed_settings(declared, load_recipe(recipe)),
        acknowledge={**declared.acknowledge, **acknowledge},
        policy=Policy(**chosen, change_s=declared.change_vials),
        texts={DECLARATION: read_text(path)},
        declared=declared,
        seed=seed,
    )
