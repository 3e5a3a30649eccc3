"""A campaign's folder read once for its page: the record folded, its goals, what was varied, results by row.

The page must be there when something has gone wrong: what cannot be read is said in `troubles`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autosynth.campaign.beginning import kept_order
from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.goals import Goals
from autosynth.campaign.order import declared_goals
from autosynth.campaign.progress import fold
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import Variable
from autosynth.campaign.standing import RowRecord, Standing
from autosynth.errors import AutosynthError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.recipe.load import load_recipe
from autosynth.recipe.model import Recipe
from autosynth.units import DIMENSIONS, UnitError

MOST_QUANTITIES = 4
"""So many measured quantities are shown of a campaign without objectives."""


@dataclass(slots=True)
class CampaignRecord:
    """What a campaign's folder says."""

    folder: CampaignFolder
    standing: Standing = field(default_factory=Standing)
    meta: Mapping[str, str] = field(default_factory=dict[str, str])
    events: int = 0
    head: str = ""
    recipe: Recipe | None = None
    goals: Goals = field(default_factory=Goals)
    space: Space | None = None
    troubles: list[str] = field(default_factory=list[str])

    def values(self, row: RowRecord) -> dict[str, float | str]:
        """Return a row's settings as numbers in canonical units; choices as they are."""
        if self.recipe is None:
            return dict(row.settings)
        try:
            settings = self.recipe.parameters_with(row.settings)
        except (AutosynthError, UnitError):
            return dict(row.settings)
        return {name: _plain(settings[name]) for name in row.settings}

    def dimension(self, parameter: str) -> str:
        """Return the dimension of a parameter; "text" where the recipe is not known."""
        found = None if self.recipe is None else self.recipe.parameters.get(parameter)
        return "text" if found is None else found.dimension

    @property
    def varied(self) -> list[str]:
        """Return the parameters that are numbers and not the same in all rows, in the order of the rows."""
        seen: dict[str, set[float]] = {}
        for row in self.standing.rows.values():
            for name, value in self.values(row).items():
                if not isinstance(value, str):
                    seen.setdefault(name, set()).add(value)
        return [name for name, values in seen.items() if len(values) > 1]

    def explored(self) -> Space | None:
        """Return what was varied as a space: the declared one, else between the rows' least and greatest values."""
        if self.space is not None:
            return self.space
        variables: list[Variable] = []
        for name in self.varied:
            numbers = [v for row in self.standing.rows.values() if isinstance(v := self.values(row).get(name), float)]
            variables.append(Variable(name, min(numbers), max(numbers), DIMENSIONS[self.dimension(name)].unit))
        return Space(tuple(variables)) if variables else None

    def responses(self) -> dict[str, dict[str, Mapping[str, Any]]]:
        """Return what is looked at: name -> row -> {value, sd, dimension}; objectives, else what differs most."""
        complete = [row for row in self.standing.complete if row.last is not None]
        if self.goals.expressions:
            names = list(self.goals.expressions)
            found = {name: {row.name: told(row)[name] for row in complete if name in told(row)} for name in names}
            return {name: rows for name, rows in found.items() if rows}
        return _telling(complete)


def told(row: RowRecord) -> Mapping[str, Mapping[str, Any]]:
    """Return the values of a row's objectives and limits."""
    found: Mapping[str, Mapping[str, Any]] = {} if row.last is None else row.last.told.get("objectives", {})
    return found


def _telling(rows: list[RowRecord]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Return the fractions among the results that differ most between rows, against their uncertainty."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        results: Mapping[str, Mapping[str, Any]] = {} if row.last is None else row.last.told.get("results", {})
        for measurement, quantities in results.items():
            for name, each in quantities.items():
                if _fraction(each):
                    key = f"{measurement}.{name}"
                    found.setdefault(key, {})[row.name] = {**each, "dimension": "ratio"}
    ordered = sorted(found, key=lambda key: -_spread(found[key]))
    return {key: found[key] for key in ordered[:MOST_QUANTITIES]}


def _fraction(estimate: Mapping[str, Any]) -> bool:
    """Say whether an estimate is a share of a whole, as far as its number tells; a signal's strength is none."""
    value, sd = estimate.get("value"), estimate.get("sd")
    return estimate.get("unit") == "1" and value is not None and sd is not None and -0.5 <= float(value) <= 1.5


def _spread(rows: Mapping[str, Mapping[str, Any]]) -> float:
    values = [float(each["value"]) for each in rows.values()]
    sd = math.fsum(float(each["sd"]) for each in rows.values()) / len(rows)
    return (max(values) - min(values)) / (sd or 1e-9)


def _plain(value: Any) -> float | str:
    return value if isinstance(value, str) else float(value.value)


def read_campaign(folder: CampaignFolder) -> CampaignRecord:
    """Read everything; what cannot be read is said in `troubles`."""
    record = CampaignRecord(folder)
    _fold(record)
    if not record.standing.opening:
        return record
    try:
        record.recipe = load_recipe(folder.path / "recipe.yaml")
        order = kept_order(folder, record.standing.opening, Path("station.yaml"))
        record.goals, record.space = declared_goals(order, record.recipe)
    except AutosynthError as error:
        record.troubles.append(f"its recipe or its own file cannot be read: {error}")
    return record


def _fold(record: CampaignRecord) -> None:
    try:
        store = JournalStore.read(record.folder.record, OsDisk(), accept_cut=True)
    except AutosynthError as error:
        record.troubles.append(f"the record cannot be read: {error}")
        return
    record.meta = store.meta
    try:
        for event in store.events():
            fold(record.standing, event)
        record.events, record.head = store.tail()
    except AutosynthError as error:
        record.troubles.append(f"the record is damaged; what follows is what could be read. {error}")
    finally:
        store.abandon()
